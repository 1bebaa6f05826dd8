"""Each way out of each action on a meeting: nothing half-written, nobody's words lost, nobody seen without a right."""

from datetime import UTC, date, datetime, timedelta

import pytest

from localcare.access import queries as gate
from localcare.access.models import Relationship
from localcare.access.types import Refused
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.mdt import actions, queries
from localcare.mdt.models import Case, CaseMinutes, Meeting
from localcare.mdt.types import NewAction, Overtaken
from localcare.record import queries as record
from localcare.tasks import owners
from localcare.tasks.models import Task
from tests import builders
from tests.builders import last_entry
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2017, 4, 5, 12, 0, tzinfo=UTC)
NEXT_WEEK = datetime(2017, 4, 12, 12, 0, tzinfo=UTC)
FRIDAY = date(2017, 4, 7)


@pytest.fixture
def meeting(coordinator):
    return actions.plan_meeting(starts_at=WEDNESDAY, minutes=120, by=coordinator, place="Tonbridge hub")


@pytest.fixture
def case(meeting, margaret, coordinator):
    return add(meeting, margaret, coordinator)


def add(meeting, person, by, reason="Third admission this year", told="person") -> Case:
    return actions.add_case(meeting_id=meeting.id, patient_id=person.id, reason=reason, told=told, by=by)


def write(case, by, decision="Nurse to visit", started_from=0, given=(), discussion="Breathless again"):
    return actions.record_case(
        case_id=case.id, discussion=discussion, decision=decision, actions=given, started_from=started_from, by=by
    )


def an_action(viewer, token="t1", what="Weigh her weekly") -> NewAction:
    return NewAction(what, owners.myself(viewer), FRIDAY, token)


class TestPlanning:
    def test_the_same_time_again_is_the_same_meeting(self, meeting, coordinator):
        assert actions.plan_meeting(starts_at=WEDNESDAY, minutes=120, by=coordinator) == meeting
        assert last_entry().action == "meeting planned"

    @pytest.mark.parametrize(("role", "at"), [("community_nurse", "C1"), ("gp", "G1"), ("analyst", "99J")])
    def test_is_for_who_runs_meetings(self, area, role, at):
        with pytest.raises(Refused):
            actions.plan_meeting(starts_at=WEDNESDAY, minutes=60, by=area.viewer(role, at))

    def test_needs_time_for_a_case(self, coordinator):
        with pytest.raises(ValueError, match="one case"):
            actions.plan_meeting(starts_at=WEDNESDAY, minutes=5, by=coordinator)


class TestAdding:
    def test_puts_a_person_on_the_agenda_once(self, case, meeting, margaret, nurse):
        assert add(meeting, margaret, nurse) == case
        entry = AuditEntry.objects.get(action="case added")
        assert Case.objects.count() == 1
        assert AuditSubject.objects.filter(entry_sequence=entry.sequence, patient_id=margaret.id).exists()

    def test_by_the_practice_shows_the_person_to_the_team_until_the_meeting_is_closed(
        self, area, meeting, coordinator, nurse
    ):
        person = builders.patient()
        gp = area.viewer("gp", "G1")
        with pytest.raises(ValueError, match="Tell the person first"):
            add(meeting, person, gp, told="not_yet")
        assert not gate.decision_on(nurse, person.id).allowed
        add(meeting, person, gp)
        assert gate.decision_on(nurse, person.id).allowed
        assert set(queries.expected_relationships()) == {(person.id, area.teams["C1"].id)}
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        assert not gate.decision_on(nurse, person.id).allowed

    @pytest.mark.parametrize(
        ("role", "at"), [("care_coordinator", "C2"), ("gp", "G3"), ("gp", "G2"), ("practice_manager", "G1")]
    )
    def test_needs_a_right_to_the_meeting_and_to_the_person(self, area, meeting, margaret, role, at):
        with pytest.raises(Refused):
            add(meeting, margaret, area.viewer(role, at))
        assert not Case.objects.exists()

    def test_needs_a_reason(self, meeting, margaret, coordinator):
        with pytest.raises(ValueError, match="what the team should discuss"):
            add(meeting, margaret, coordinator, reason=" ")

    def test_comes_too_late_after_the_meeting(self, meeting, margaret, coordinator):
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        with pytest.raises(ValueError, match="Use the next one"):
            add(meeting, margaret, coordinator)

    def test_can_be_taken_back_and_done_again(self, case, meeting, margaret, nurse, coordinator):
        with pytest.raises(Refused):
            actions.take_off(case_id=case.id, by=nurse)
        for _ in "ab":
            actions.take_off(case_id=case.id, by=coordinator)
        assert Relationship.objects.filter(source="mdt", ends=None).count() == 0
        assert add(meeting, margaret, coordinator) != case


class TestWhetherThePersonWasTold:
    def test_can_be_said_later_and_taken_back_until_the_meeting_is_over(self, meeting, margaret, nurse, coordinator):
        case = add(meeting, margaret, coordinator, told="not_yet")
        for _ in "ab":
            actions.set_told(case_id=case.id, told="person", by=nurse)
        assert queries.open_agenda(nurse, meeting.id).cases[0].told
        assert AuditEntry.objects.filter(action="person told of the meeting").count() == 1
        actions.set_told(case_id=case.id, told="not_yet", by=nurse)
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        with pytest.raises(ValueError, match="meeting is over"):
            actions.set_told(case_id=case.id, told="person", by=nurse)
        assert not queries.open_agenda(nurse, meeting.id).cases[0].told

    def test_of_a_child_is_who_answers_for_them_and_the_audit_carries_it(self, area, meeting, coordinator):
        child = area.looked_after(given="Maisie", birth_date=date(2001, 4, 4))
        with pytest.raises(ValueError, match="under 16"):
            add(meeting, child, coordinator, told="person")
        case = add(meeting, child, coordinator, told="not_yet")
        with pytest.raises(ValueError, match="under 16"):
            actions.set_told(case_id=case.id, told="person", by=coordinator)
        for _ in "ab":
            actions.set_told(case_id=case.id, told="parent", told_words="her mother", by=coordinator)
        detail = audit.detail(AuditEntry.objects.get(action="person told of the meeting"))
        assert (detail["told"], detail["told_words"]) == ("parent", "her mother")
        row = queries.open_agenda(coordinator, meeting.id).cases[0]
        assert row.told_in_words == "Her mother (parental responsibility) was told."

    def test_goes_with_the_case_to_the_next_agenda(self, meeting, margaret, coordinator):
        words = {"told": "best_interests", "told_words": "Anne"}
        actions.add_case(meeting_id=meeting.id, patient_id=margaret.id, reason="falls", by=coordinator, **words)
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        following = actions.plan_meeting(starts_at=meeting.starts_at + timedelta(days=7), minutes=60, by=coordinator)
        row = queries.open_agenda(coordinator, following.id).cases[0]
        assert row.told_in_words == "Best-interests decision; consulted: Anne."

    def test_is_refused_to_the_team_next_door(self, area, case):
        with pytest.raises(Refused):
            actions.set_told(case_id=case.id, told="person", by=area.viewer("care_coordinator", "C2"))


class TestOpeningAgain:
    def test_brings_back_what_closing_passed_on(self, case, meeting, coordinator):
        following = actions.plan_meeting(starts_at=meeting.starts_at + timedelta(days=7), minutes=60, by=coordinator)
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        assert len(queries.open_agenda(coordinator, following.id).cases) == 1
        for _ in "ab":
            actions.reopen_meeting(meeting_id=meeting.id, by=coordinator)
        assert queries.open_agenda(coordinator, following.id).cases == []
        assert [row.id for row in queries.open_agenda(coordinator, meeting.id).cases] == [case.id]
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        assert len(queries.open_agenda(coordinator, following.id).cases) == 1

    def test_not_by_another_nor_an_hour_later_nor_once_a_case_was_recorded(
        self, area, case, meeting, coordinator, clock_at
    ):
        following = actions.plan_meeting(starts_at=meeting.starts_at + timedelta(days=7), minutes=60, by=coordinator)
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        with pytest.raises(ValueError, match="Only whoever closed"):
            actions.reopen_meeting(meeting_id=meeting.id, by=area.viewer("care_coordinator", "C1"))
        (carried,) = queries.open_agenda(coordinator, following.id).cases
        write(Case.objects.get(pk=carried.id), coordinator)
        with pytest.raises(ValueError, match="has minutes already"):
            actions.reopen_meeting(meeting_id=meeting.id, by=coordinator)
        clock_at(MONDAY_MORNING + timedelta(hours=2))
        with pytest.raises(ValueError, match="within the hour"):
            actions.reopen_meeting(meeting_id=meeting.id, by=coordinator)


def test_moving_is_for_who_runs_the_meeting(area, case, meeting, nurse, coordinator):
    second = area.looked_after(family="Pankhurst")
    other = add(meeting, second, coordinator)
    actions.move_case(case_id=other.id, up=True, by=coordinator)
    assert [row.id for row in queries.open_agenda(coordinator, meeting.id).cases] == [other.id, case.id]
    with pytest.raises(Refused):
        actions.move_case(case_id=case.id, up=True, by=nurse)


class TestRecording:
    def test_writes_minutes_tasks_and_the_record_at_once(self, case, coordinator, nurse, margaret):
        write(case, coordinator, given=[an_action(nurse)])
        task = Task.objects.get()
        assert (task.title, task.origin, task.owner_post_id) == ("Weigh her weekly", "MDT 5 April", nurse.post_id)
        (item,) = record.of_person(builders.sees(margaret.id)).items
        assert (item.kind, item.author, item.source) == (
            "note",
            coordinator.signature,
            "Cluster MDT, Tonbridge cluster team",
        )
        assert "Decision: Nurse to visit" in item.value
        assert last_entry().action == "case recorded"
        assert audit.verify().holds

    def test_the_same_again_changes_nothing(self, case, coordinator, nurse):
        for _ in "ab":
            write(case, coordinator, given=[an_action(nurse)])
        assert (CaseMinutes.objects.count(), Task.objects.count()) == (1, 1)

    def test_is_all_or_nothing(self, area, case, coordinator, margaret):
        nobody_may_see = an_action(area.viewer("practice_manager", "G1"))
        with pytest.raises(ValueError, match="may not see this person"):
            write(case, coordinator, given=[nobody_may_see])
        assert not CaseMinutes.objects.exists()
        assert not record.of_person(builders.sees(margaret.id)).items

    def test_of_two_writers_the_later_sees_the_other_words_and_neither_is_lost(self, area, case, coordinator, nurse):
        other = area.viewer("care_coordinator", "C1")
        write(case, coordinator, "Nurse to visit")
        with pytest.raises(Overtaken) as overtaken:
            write(case, other, "GP to visit", given=[an_action(nurse)])
        assert overtaken.value.theirs.decision == "Nurse to visit"
        assert not Task.objects.exists()
        write(case, other, "Nurse to visit, then GP", started_from=overtaken.value.theirs.number)
        assert list(CaseMinutes.objects.values_list("decision", flat=True)) == [
            "Nurse to visit",
            "Nurse to visit, then GP",
        ]

    def test_a_correction_supersedes_in_the_record(self, case, coordinator, margaret, clock_at):
        write(case, coordinator, "Nurse to visit")
        clock_at(WEDNESDAY)
        write(case, coordinator, "GP to visit", started_from=1)
        (item,) = record.of_person(builders.sees(margaret.id)).items
        assert "GP to visit" in item.value
        assert [d.decision for d in queries.decisions_of(builders.sees(margaret.id))] == ["GP to visit"]

    @pytest.mark.parametrize(("role", "at"), [("community_nurse", "C1"), ("gp", "G1"), ("care_coordinator", "C2")])
    def test_is_for_who_runs_the_meeting(self, area, case, role, at):
        with pytest.raises(Refused):
            write(case, area.viewer(role, at))

    def test_needs_a_word(self, case, coordinator):
        with pytest.raises(ValueError, match="discussed or decided"):
            write(case, coordinator, decision=" ", discussion="")

    def test_a_person_who_objected_since_is_not_recorded(self, area, case, margaret, coordinator):
        from localcare.access import actions as access
        from localcare.access.types import ChoiceKind

        gp = area.viewer("gp", "G1")
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        with pytest.raises(Refused):
            write(case, coordinator)


class TestClosing:
    def test_what_was_not_reached_leads_the_next_agenda(self, area, case, meeting, coordinator):
        later = actions.plan_meeting(starts_at=NEXT_WEEK, minutes=60, by=coordinator)
        reached, booked = builders.patient(family="Relf"), builders.patient(family="Whibley")
        for person in (reached, booked):
            builders.relate(person, area.teams["C1"])
        write(add(meeting, reached, coordinator), coordinator)
        add(later, booked, coordinator)
        assert actions.close_meeting(meeting_id=meeting.id, by=coordinator) == 1
        assert actions.close_meeting(meeting_id=meeting.id, by=coordinator) == 1
        rows = queries.open_agenda(coordinator, later.id).cases
        assert [(r.person.family_name, r.carried) for r in rows] == [("Ashdown", True), ("Whibley", False)]
        with pytest.raises(ValueError, match="later agenda"):
            write(case, coordinator)

    def test_it_waits_where_no_meeting_is_planned_yet(self, case, meeting, coordinator):
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        later = actions.plan_meeting(starts_at=NEXT_WEEK, minutes=60, by=coordinator)
        (row,) = queries.open_agenda(coordinator, later.id).cases
        assert (row.person.family_name, row.reason, row.carried) == ("Ashdown", "Third admission this year", True)
        even_later = actions.plan_meeting(starts_at=datetime(2017, 4, 19, 12, tzinfo=UTC), minutes=60, by=coordinator)
        assert queries.open_agenda(coordinator, even_later.id).cases == []

    def test_somebody_booked_again_already_is_moved_to_the_front_not_doubled(
        self, case, meeting, margaret, coordinator
    ):
        later = actions.plan_meeting(starts_at=NEXT_WEEK, minutes=60, by=coordinator)
        add(later, margaret, coordinator, reason="And her medicines")
        actions.close_meeting(meeting_id=meeting.id, by=coordinator)
        (row,) = queries.open_agenda(coordinator, later.id).cases
        assert (row.reason, row.carried) == ("And her medicines", True)

    def test_is_for_who_runs_the_meeting(self, meeting, nurse):
        with pytest.raises(Refused):
            actions.close_meeting(meeting_id=meeting.id, by=nurse)
        assert Meeting.objects.get().status == "planned"


class TestAttendance:
    def test_everybody_answers_for_themselves_and_the_co_ordinator_for_all(self, area, meeting, coordinator, nurse):
        gp = area.viewer("gp", "G1")
        actions.set_attendance(meeting_id=meeting.id, post_id=gp.post_id, coming=True, by=gp)
        actions.set_attendance(meeting_id=meeting.id, post_id=nurse.post_id, coming=True, by=coordinator)
        agenda = queries.open_agenda(coordinator, meeting.id)
        assert {a.name for a in agenda.coming} == {coordinator.name, gp.name, nurse.name}
        assert agenda.missing == ["Social worker"]
        with pytest.raises(Refused):
            actions.set_attendance(meeting_id=meeting.id, post_id=gp.post_id, coming=False, by=nurse)


class TestReading:
    def test_the_next_meeting_counts_cases_against_room(self, area, case, coordinator):
        upcoming = queries.next_meeting(coordinator)
        assert (upcoming.meeting.id, upcoming.cases, upcoming.room) == (case.meeting_id, 1, 12)
        assert queries.next_meeting(area.viewer("gp", "G1")).cases == 1
        for role, at in (("care_coordinator", "C2"), ("gp", "G3"), ("practice_manager", "G1"), ("analyst", "99J")):
            assert queries.next_meeting(area.viewer(role, at)) is None

    def test_a_meeting_half_held_is_one_row(self, area, case, meeting, coordinator):
        second = area.looked_after(family="Pankhurst")
        add(meeting, second, coordinator)
        write(case, coordinator)
        (row,) = queries.upcoming(coordinator)
        assert (row.cases, row.recorded) == (2, 1)

    def test_what_the_meeting_wrote_itself_is_no_news_to_it(self, case, coordinator):
        write(case, coordinator)
        opened = queries.open_case(coordinator, case.id)
        assert (list(opened.changes), opened.latest.decision) == ([], "Nurse to visit")

    def test_a_neighbouring_cluster_sees_nothing(self, area, case, meeting):
        for role, at in (("care_coordinator", "C2"), ("gp", "G3")):
            stranger = area.viewer(role, at)
            with pytest.raises(Refused):
                queries.open_agenda(stranger, meeting.id)
            with pytest.raises(Refused):
                queries.open_case(stranger, case.id)

    def test_a_practice_sees_who_its_own_patients_are_and_of_others_only_that_there_are_some(self, area, case, meeting):
        (row,) = queries.open_agenda(area.viewer("gp", "G2"), meeting.id).cases
        assert (row.person, row.reason) == (None, "")
        with pytest.raises(Refused):
            queries.open_case(area.viewer("gp", "G2"), case.id)
        assert queries.open_agenda(area.viewer("gp", "G1"), meeting.id).cases[0].person is not None

    def test_an_agenda_costs_the_same_for_many_cases(self, area, meeting, coordinator, django_assert_max_num_queries):
        for n in range(12):
            person = area.looked_after(family=f"Person{n}")
            add(meeting, person, coordinator)
        before = AuditEntry.objects.count()
        with django_assert_max_num_queries(26):
            assert len(queries.open_agenda(coordinator, meeting.id).cases) == 12
        assert AuditEntry.objects.count() == before + 1

    def test_the_next_case_to_hold_is_the_next_without_minutes(self, area, case, meeting, coordinator):
        cases = [case]
        for name in ("Pankhurst", "Relf"):
            person = area.looked_after(family=name)
            cases.append(add(meeting, person, coordinator))
        write(cases[1], coordinator)
        assert queries.open_case(coordinator, cases[0].id).next_id == cases[2].id
        assert queries.open_case(coordinator, cases[2].id).next_id == cases[0].id
        beside = [queries.open_case(coordinator, one.id) for one in cases]
        assert [(b.before_id, b.after_id) for b in beside] == [
            (None, cases[1].id),
            (cases[0].id, cases[2].id),
            (cases[1].id, None),
        ]
