"""Each way out of each action, with what the team may see and what the audit says."""

from datetime import date, timedelta

import pytest

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind, Refused
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.caseload import actions, queries
from localcare.caseload.models import CaseloadState
from localcare.caseload.types import Arranged, Ending, NotPossible, State
from localcare.patients.models import Patient, Registration, SamePerson
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def margaret():
    return builders.patient()


@pytest.fixture
def child():
    """Fifteen years old for one more day."""
    return builders.patient(given="Maisie", birth_date=date(2001, 4, 4))


@pytest.fixture
def accepted(margaret, gp):
    return actions.accept(patient_id=margaret.id, told="person", note="Often in hospital", by=gp)


def last_entries(number: int = 1) -> list[str]:
    return [entry.action for entry in AuditEntry.objects.order_by("-sequence")[:number]][::-1]


def steps() -> list[str]:
    return list(CaseloadState.objects.order_by("id").values_list("state", flat=True))


class TestAccepting:
    def test_opens_the_person_to_the_cluster_team_and_says_so_in_the_audit(self, margaret, coordinator, accepted):
        assert last_entries(2) == ["caseload: on the caseload", "relationship began"]
        assert AuditSubject.objects.filter(
            entry_sequence=AuditEntry.objects.latest("sequence").sequence, patient_id=margaret.id
        ).exists()
        assert gate.open_person(coordinator, margaret.id, page="person").name == "Margaret Ashdown"

    def test_twice_changes_nothing(self, margaret, gp, accepted):
        before = AuditEntry.objects.count()
        assert actions.accept(patient_id=margaret.id, told="person", note="again", by=gp).id == accepted.id
        assert (steps(), AuditEntry.objects.count()) == (["accepted"], before)

    def test_needs_the_person_to_have_been_told(self, margaret, gp, coordinator):
        with pytest.raises(NotPossible, match="Tell the person"):
            actions.accept(patient_id=margaret.id, told="not_yet", note="", by=gp)
        assert not gate.decisions(coordinator, [margaret.id]).allowed

    def test_of_a_child_keeps_who_answered_and_the_audit_carries_it(self, child, gp):
        with pytest.raises(NotPossible, match="under 16"):
            actions.accept(patient_id=child.id, told="person", note="", by=gp)
        for _ in "ab":
            actions.accept(patient_id=child.id, told="parent", told_words=" her mother ", note="", by=gp)
        step = CaseloadState.objects.get()
        assert (step.told, step.told_words) == ("parent", "her mother")
        detail = audit.detail(AuditEntry.objects.get(action="caseload: on the caseload"))
        assert (detail["told"], detail["told_words"]) == ("parent", "her mother")

    def test_by_a_best_interests_decision_needs_who_was_consulted(self, margaret, gp):
        with pytest.raises(NotPossible, match="who was consulted"):
            actions.accept(patient_id=margaret.id, told="best_interests", note="", by=gp)
        assert steps() == []
        actions.accept(patient_id=margaret.id, told="best_interests", told_words="Anne", note="", by=gp)
        assert steps() == ["accepted"]

    def test_no_adult_has_parental_responsibility_answer_for_them(self, margaret, gp):
        with pytest.raises(NotPossible, match="16 or older"):
            actions.accept(patient_id=margaret.id, told="parent", told_words="her mother", note="", by=gp)

    @pytest.mark.parametrize(
        ("role", "at"), [("gp", "G2"), ("practice_nurse", "G1"), ("practice_manager", "G1"), ("care_coordinator", "C1")]
    )
    def test_is_for_the_clinicians_of_the_practice_who_decide(self, area, margaret, role, at):
        with pytest.raises(Refused):
            actions.accept(patient_id=margaret.id, told="person", note="", by=area.viewer(role, at))
        assert steps() == []

    def test_waits_where_the_person_objects_to_sharing(self, margaret, gp):
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        with pytest.raises(NotPossible, match="does not want their record shared"):
            actions.accept(patient_id=margaret.id, told="person", note="", by=gp)

    def test_needs_a_cluster_with_a_team(self, area, margaret, gp):
        area.teams["C1"].delete()
        with pytest.raises(NotPossible, match="no cluster that has a team"):
            actions.accept(patient_id=margaret.id, told="person", note="", by=gp)

    def test_of_a_duplicate_finds_the_entry_of_the_same_person(self, gp, margaret, accepted):
        twin = builders.patient(family="Ashdowne")
        SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same")
        assert actions.accept(patient_id=twin.id, told="person", note="", by=gp).id == accepted.id

    def test_somebody_who_declined_before_and_changed_their_mind(self, margaret, gp, coordinator):
        actions.decline(patient_id=margaret.id, outcome=State.DECLINED_BY_PERSON, reason="Not now", by=gp)
        actions.accept(patient_id=margaret.id, told="person", note="Asked for help", by=gp)
        assert steps() == ["declined_by_person", "accepted"]
        assert gate.decisions(coordinator, [margaret.id]).allowed


class TestDeclining:
    @pytest.mark.parametrize("outcome", ["already_known", "not_suitable", "declined_by_person"])
    def test_keeps_the_reason_and_gives_the_team_no_sight(self, margaret, gp, coordinator, outcome):
        actions.decline(patient_id=margaret.id, outcome=State(outcome), reason="  Seen by the hospice ", by=gp)
        entry = queries.entry_of([margaret.id])
        assert (entry.state, entry.reason, entry.author) == (outcome, "Seen by the hospice", gp.name)
        assert last_entries() == [f"caseload: {entry.label.lower()}"]
        assert not gate.decisions(coordinator, [margaret.id]).allowed

    def test_twice_changes_nothing(self, margaret, gp):
        for _ in range(2):
            actions.decline(patient_id=margaret.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
        assert steps() == ["not_suitable"]

    def test_needs_a_reason(self, margaret, gp):
        with pytest.raises(NotPossible, match="reason"):
            actions.decline(patient_id=margaret.id, outcome=State.NOT_SUITABLE, reason=" ", by=gp)

    def test_takes_nobody_off_the_caseload(self, margaret, gp, accepted):
        with pytest.raises(NotPossible, match="care co-ordinator of the cluster can end it"):
            actions.decline(patient_id=margaret.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)

    def test_is_refused_at_another_practice(self, area, margaret):
        with pytest.raises(Refused):
            actions.decline(
                patient_id=margaret.id, outcome=State.NOT_SUITABLE, reason="Well", by=area.viewer("gp", "G2")
            )

    def test_can_be_undone(self, margaret, gp):
        actions.decline(patient_id=margaret.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
        actions.put_back(patient_id=margaret.id, reason="Pressed the wrong button", by=gp)
        assert steps() == ["not_suitable", "proposed"]

    def test_what_was_never_decided_cannot_be_put_back(self, margaret, gp, accepted):
        with pytest.raises(NotPossible):
            actions.put_back(patient_id=margaret.id, reason="Oops", by=gp)


class TestAddingByTheCoordinator:
    def test_needs_a_right_the_team_already_has(self, area, margaret, coordinator):
        with pytest.raises(Refused):
            actions.add_person(patient_id=margaret.id, agreed="person", reason="Rang us", by=coordinator)
        builders.relate(margaret, area.teams["C1"], source="referral")
        actions.add_person(patient_id=margaret.id, agreed="person", reason="Rang us", by=coordinator)
        assert list(queries.expected_relationships()) == [(margaret.id, area.teams["C1"].id)]

    def test_needs_the_person_to_agree(self, area, margaret, coordinator):
        builders.relate(margaret, area.teams["C1"], source="referral")
        with pytest.raises(NotPossible, match="Ask the person first"):
            actions.add_person(patient_id=margaret.id, agreed="not_yet", reason="Rang us", by=coordinator)

    def test_asks_of_a_child_who_agreed(self, area, child, coordinator):
        builders.relate(child, area.teams["C1"], source="referral")
        with pytest.raises(NotPossible, match="under 16"):
            actions.add_person(patient_id=child.id, agreed="person", reason="Rang us", by=coordinator)
        with pytest.raises(NotPossible, match="which clinician"):
            actions.add_person(patient_id=child.id, agreed="competent_child", reason="Rang us", by=coordinator)
        words = {"agreed": "competent_child", "agreed_words": "Dr Hall"}
        actions.add_person(patient_id=child.id, reason="Rang us", by=coordinator, **words)
        assert CaseloadState.objects.get().told_words == "Dr Hall"


class TestClosing:
    def test_ends_the_right_that_the_caseload_gave(self, margaret, coordinator, accepted):
        actions.close(patient_id=margaret.id, ending=Ending.GOALS_MET, reason="Walks to the shop", by=coordinator)
        assert last_entries(2) == ["caseload: ended", "relationship ended"]
        assert not gate.decisions(coordinator, [margaret.id]).allowed

    def test_needs_a_reason_and_somebody_on_the_caseload(self, area, margaret, coordinator, accepted):
        with pytest.raises(NotPossible, match="reason"):
            actions.close(patient_id=margaret.id, ending=Ending.OTHER, reason="", by=coordinator)
        other = builders.patient(family="Other")
        builders.relate(other, area.teams["C1"], source="referral")
        with pytest.raises(NotPossible, match="not on the caseload"):
            actions.close(patient_id=other.id, ending=Ending.OTHER, reason="x", by=coordinator)

    @pytest.mark.parametrize(("role", "at"), [("community_nurse", "C1"), ("care_coordinator", "C2"), ("gp", "G1")])
    def test_is_for_the_team_s_coordinator(self, area, margaret, accepted, role, at):
        with pytest.raises(Refused):
            actions.close(patient_id=margaret.id, ending=Ending.OTHER, reason="x", by=area.viewer(role, at))


class TestThoseWhoDiedOrMoved:
    TODAY = date(2017, 4, 3)

    def died(self, person):
        Patient.objects.filter(id=person.id).update(died_on=date(2017, 4, 2))

    def moved_to(self, person, practice):
        Registration.objects.filter(patient=person).update(ends=date(2017, 4, 1))
        if practice:
            Registration.objects.create(patient=person, practice_code=practice, local_id="new", starts=date(2017, 4, 2))

    def close(self):
        return actions.close_departed(as_at=self.TODAY, by=audit.SYSTEM)

    def test_end_the_same_day(self, margaret, coordinator, accepted):
        self.died(margaret)
        assert self.close() == [f"patient {margaret.id}, team {accepted.team_id}: died"]
        entry = queries.entry_of([margaret.id])
        assert (entry.state, entry.label, entry.author) == (State.CLOSED, "Died", "Localcare")
        assert list(queries.expected_relationships()) == []

    @pytest.mark.parametrize(("practice", "ended"), [("G2", 0), ("G3", 1), (None, 1)])
    def test_a_move_within_the_cluster_changes_nothing(self, margaret, accepted, practice, ended):
        self.moved_to(margaret, practice)
        assert len(self.close()) == ended
        assert self.close() == []


class TestUndo:
    def test_a_co_ordinator_is_put_back_while_nobody_changed_it(self, margaret, coordinator, accepted, area):
        nurse = area.viewer("community_nurse", "C1")
        first, second = Arranged(coordinator.post_id, date(2017, 5, 1)), Arranged(nurse.post_id, date(2017, 6, 1))
        for one in (first, second):
            actions.assign_coordinator(
                patient_id=margaret.id, post_id=one.post_id, review_on=one.review_on, by=coordinator
            )
        actions.put_back_coordinator(patient_id=margaret.id, set_to=second, back_to=first, by=coordinator)
        assert queries.entry_of([margaret.id]).coordinator_post_id == coordinator.post_id
        with pytest.raises(NotPossible, match="Somebody changed"):
            actions.put_back_coordinator(patient_id=margaret.id, set_to=second, back_to=first, by=coordinator)

    def test_an_end_is_undone_by_whoever_ended_it_within_the_hour(
        self, margaret, coordinator, accepted, area, clock_at
    ):
        actions.close(patient_id=margaret.id, ending=Ending.GOALS_MET, reason="done", by=coordinator)
        with pytest.raises(NotPossible, match="Only whoever ended it"):
            actions.undo_close(patient_id=margaret.id, by=area.viewer("care_coordinator", "C1"))
        actions.undo_close(patient_id=margaret.id, by=coordinator)
        assert queries.entry_of([margaret.id]).state is State.ACCEPTED
        assert gate.open_person(coordinator, margaret.id, page="person").name == "Margaret Ashdown"
        actions.close(patient_id=margaret.id, ending=Ending.GOALS_MET, reason="done", by=coordinator)
        clock_at(MONDAY_MORNING + timedelta(hours=2))
        with pytest.raises(NotPossible, match="within the hour"):
            actions.undo_close(patient_id=margaret.id, by=coordinator)


class TestNamingACoordinator:
    def test_is_kept_with_the_next_review(self, margaret, coordinator, accepted):
        for _ in range(2):
            actions.assign_coordinator(
                patient_id=margaret.id, post_id=coordinator.post_id, review_on=date(2017, 5, 1), by=coordinator
            )
        entry = queries.entry_of([margaret.id])
        assert (entry.coordinator_name, entry.coordinator_phone) == (coordinator.name, "01632 960011")
        assert entry.review_on == date(2017, 5, 1)
        assert AuditEntry.objects.filter(action="care co-ordinator named").count() == 1

    def test_is_for_members_of_the_team_and_days_to_come(self, area, margaret, coordinator, accepted):
        stranger = area.viewer("care_coordinator", "C2")
        with pytest.raises(NotPossible, match="works in the cluster team"):
            actions.assign_coordinator(patient_id=margaret.id, post_id=stranger.post_id, review_on=None, by=coordinator)
        with pytest.raises(NotPossible, match="today or later"):
            actions.assign_coordinator(
                patient_id=margaret.id, post_id=coordinator.post_id, review_on=date(2017, 4, 2), by=coordinator
            )

    def test_needs_somebody_on_the_caseload(self, area, margaret, coordinator):
        builders.relate(margaret, area.teams["C1"], source="referral")
        with pytest.raises(NotPossible, match="not on the caseload"):
            actions.assign_coordinator(
                patient_id=margaret.id, post_id=coordinator.post_id, review_on=None, by=coordinator
            )


class TestRoom:
    def test_is_the_last_word_for_a_day(self, area, coordinator):
        for places, starts in ((12, date(2017, 4, 3)), (10, date(2017, 4, 3)), (20, date(2017, 5, 1))):
            actions.set_room(places_a_month=places, starts=starts, by=coordinator)
        team = area.teams["C1"].id
        assert [queries.room(team, d) for d in (date(2017, 4, 2), date(2017, 4, 30), date(2017, 6, 1))] == [
            None,
            10,
            20,
        ]

    def test_is_for_the_coordinator_and_the_future(self, area, coordinator):
        with pytest.raises(NotPossible):
            actions.set_room(places_a_month=5, starts=date(2017, 4, 2), by=coordinator)
        with pytest.raises(Refused):
            actions.set_room(places_a_month=5, starts=date(2017, 4, 3), by=area.viewer("community_nurse", "C1"))


class TestCounting:
    def test_taken_on_counts_people_of_the_month(self, margaret, gp, coordinator, accepted, clock_at):
        assert (queries.counts(coordinator).on_caseload, queries.counts(coordinator).room.taken_on) == (1, 1)
        clock_at(MONDAY_MORNING + timedelta(days=30))
        assert queries.counts(coordinator).room.taken_on == 0

    def test_objectors_stay_on_the_caseload_and_are_counted_not_shown(self, margaret, gp, coordinator, accepted):
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        listed = queries.caseload(coordinator)
        assert (listed.entries, listed.not_shared) == ((), 1)

    def test_a_practice_sees_its_own_on_the_caseload(self, area, margaret, gp, accepted):
        assert [e.patient_id for e in queries.caseload(gp).entries] == [margaret.id]
        assert queries.caseload(area.viewer("gp", "G2")).entries == ()

    def test_opening_a_page_is_one_audit_entry_in_constant_queries(
        self, area, gp, coordinator, django_assert_max_num_queries
    ):
        for n in range(25):
            actions.accept(patient_id=builders.patient(family=f"Person{n}").id, told="person", note="", by=gp)
        before = AuditEntry.objects.count()
        with django_assert_max_num_queries(30):
            rows = queries.open_entries(coordinator, queries.caseload(coordinator).entries)
        assert (len(rows), AuditEntry.objects.count()) == (25, before + 1)
