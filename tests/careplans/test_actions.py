"""Each way out of each action on a plan; above all that nobody's words are lost."""

from datetime import date

import pytest

from localcare.access.types import Refused
from localcare.base.models import AuditSubject
from localcare.careplans import actions, queries
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.careplans.types import MovedOn, NotPossible, Overtaken, Status
from localcare.patients.models import Patient, SamePerson
from localcare.tasks import owners
from localcare.tasks.models import Task
from tests.builders import last_entry

pytestmark = pytest.mark.django_db
MONDAY = date(2017, 4, 3)
GOAL = {"id": "g1", "goal": "Walk to the shop", "progress": "not_yet", "who": "My daughter"}


@pytest.fixture
def plan(nurse, margaret):
    return actions.start_plan(patient_id=margaret.id, by=nurse)


def save(plan, by, words="My garden", started_from=0, section="what_matters", **more):
    return actions.save_section(
        plan_id=plan.id, section=section, content={"words": words}, started_from=started_from, by=by, **more
    )


def test_starting_gives_one_open_plan_a_person(plan, nurse, margaret):
    assert actions.start_plan(patient_id=margaret.id, by=nurse) == plan
    assert (Plan.objects.count(), last_entry().action) == (1, "plan started")


def test_a_person_known_by_two_ids_has_one_plan(plan, nurse, area, margaret):
    twin = area.looked_after(family="Ashdowne")
    SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
    assert actions.start_plan(patient_id=twin.id, by=nurse) == plan


@pytest.mark.parametrize(("role", "at"), [("community_nurse", "C2"), ("gp", "G2"), ("practice_manager", "G1")])
def test_only_those_who_look_after_the_person_write(area, plan, margaret, role, at):
    stranger = area.viewer(role, at)
    for write in (
        lambda: actions.start_plan(patient_id=margaret.id, by=stranger),
        lambda: save(plan, stranger),
        lambda: actions.begin_review(plan_id=plan.id, seen=1, by=stranger),
        lambda: queries.open_plan(stranger, plan.id),
    ):
        with pytest.raises(Refused):
            write()
    assert not SectionVersion.objects.exists()


def test_a_save_is_a_new_version_with_its_author_and_an_audit_entry(plan, nurse, coordinator, margaret):
    save(plan, nurse)
    save(plan, coordinator, "My garden and the cat", started_from=1, agreed_with="person")
    latest, first = queries.versions(plan.id, "what_matters")
    assert (first.content, first.author) == ({"words": "My garden"}, nurse.signature)
    assert (latest.number, latest.author, latest.agreed_with) == (2, coordinator.signature, "person")
    assert [p.text for p in queries.words_changed("what_matters", first, latest) if p.kind == "added"] == [
        "garden and the cat"
    ]
    assert last_entry().action == "plan section saved"
    assert AuditSubject.objects.filter(entry_sequence=last_entry().sequence, patient_id=margaret.id).exists()


def test_saving_what_stands_changes_nothing(plan, nurse):
    first = save(plan, nurse)
    assert save(plan, nurse) == first
    rows = {"rows": [GOAL]}
    goals = [
        actions.save_section(plan_id=plan.id, section="goals", content=rows, started_from=0, by=nurse) for _ in "ab"
    ]
    assert goals[0] == goals[1]


def test_of_two_editors_the_later_sees_the_other_text_and_neither_is_lost(plan, nurse, coordinator):
    save(plan, nurse, "My garden")
    save(plan, nurse, "My garden, every day", started_from=1)
    with pytest.raises(Overtaken) as overtaken:
        save(plan, coordinator, "My garden and the cat", started_from=1)
    assert overtaken.value.theirs.content == {"words": "My garden, every day"}
    save(plan, coordinator, "My garden, every day, and the cat", started_from=overtaken.value.theirs.number)
    assert [v.content["words"] for v in queries.versions(plan.id, "what_matters")] == [
        "My garden, every day, and the cat",
        "My garden, every day",
        "My garden",
    ]


def test_two_editors_of_different_sections_do_not_meet(plan, nurse, coordinator):
    save(plan, nurse)
    assert save(plan, coordinator, "Speak slowly", section="communicate").number == 1


def test_a_section_can_be_emptied_and_written_again(plan, nurse):
    save(plan, nurse)
    save(plan, nurse, "", started_from=1)
    now = queries.open_plan(nurse, plan.id).section("what_matters")
    assert (now.empty, now.number) == (True, 2)
    assert save(plan, nurse, "The cat", started_from=now.number).number == 3


def test_a_best_interests_decision_names_who_was_consulted(plan, nurse):
    with pytest.raises(ValueError, match="consulted"):
        save(plan, nurse, agreed_with="best_interests")
    assert save(plan, nurse, agreed_with="best_interests", agreed_name="Her daughter Anne and Dr Hall")


class TestThePlanOfAChild:
    @pytest.fixture
    def plan(self, nurse, area):
        child = area.looked_after(given="Maisie", birth_date=date(2001, 4, 4))
        return actions.start_plan(patient_id=child.id, by=nurse)

    def test_is_not_agreed_by_the_child_unless_a_clinician_judged_them_competent(self, plan, nurse):
        with pytest.raises(ValueError, match="under 16"):
            save(plan, nurse, agreed_with="person")
        save(plan, nurse, agreed_with="competent_child", agreed_name="Dr Hall")
        whole = {"plan_id": plan.id, "on": MONDAY, "seen": 1, "by": nurse}
        for who, why_not in (("person", "under 16"), ("attorney", "under 16"), ("competent_child", "which clinician")):
            with pytest.raises(ValueError, match=why_not):
                actions.agree(**whole, agreed_with=who)
        for _ in "ab":
            assert actions.agree(**whole, agreed_with="parent", words="her mother").agreed_on == MONDAY
        assert PlanStep.objects.filter(agreed_with="parent").count() == 1


class TestThePlanAsAWhole:
    def test_is_agreed_reviewed_agreed_again_and_ended(self, plan, nurse, margaret):
        save(plan, nurse)
        person = {"plan_id": plan.id, "by": nurse}
        assert actions.agree(**person, agreed_with="person", on=MONDAY, seen=1).agreed_on == MONDAY
        assert actions.begin_review(**person, seen=2).status == Status.UNDER_REVIEW
        assert actions.agree(**person, agreed_with="attorney", on=MONDAY, seen=3).status == Status.AGREED
        actions.end_plan(**person, words="She moved to Leeds", seen=4)
        assert [s.step for s in PlanStep.objects.all()] == ["started", "agreed", "review begun", "agreed", "ended"]
        with pytest.raises(ValueError, match="ended"):
            save(plan, nurse, "too late", started_from=1)
        assert actions.start_plan(patient_id=margaret.id, by=nurse) != plan

    @pytest.mark.parametrize(
        ("agreed_with", "on", "next_step"),
        [
            ("person", date(2017, 4, 4), "future"),
            ("not_yet", MONDAY, "who agreed"),
            ("best_interests", MONDAY, "consulted"),
            ("person", MONDAY, "what matters"),
        ],
    )
    def test_is_not_agreed_without_what_that_needs(self, plan, nurse, agreed_with, on, next_step):
        with pytest.raises(ValueError, match=next_step):
            actions.agree(plan_id=plan.id, agreed_with=agreed_with, on=on, seen=1, by=nurse)
        assert Plan.objects.get().status == Status.DRAFT

    def test_a_draft_cannot_be_reviewed(self, plan, nurse):
        with pytest.raises(NotPossible):
            actions.begin_review(plan_id=plan.id, seen=1, by=nurse)

    def test_a_second_click_changes_nothing_and_a_second_person_is_told(self, plan, nurse, coordinator):
        save(plan, nurse)
        for _ in "ab":
            actions.agree(plan_id=plan.id, agreed_with="person", on=MONDAY, seen=1, by=nurse)
        assert PlanStep.objects.count() == 2
        with pytest.raises(MovedOn):
            actions.end_plan(plan_id=plan.id, words="no longer", seen=1, by=coordinator)

    def test_a_change_after_agreement_is_marked(self, plan, nurse, clock_at):
        from datetime import timedelta

        from tests.conftest import MONDAY_MORNING

        save(plan, nurse)
        actions.agree(plan_id=plan.id, agreed_with="person", on=MONDAY, seen=1, by=nurse)
        assert not queries.open_plan(nurse, plan.id).section("what_matters").changed_since_agreed
        clock_at(MONDAY_MORNING + timedelta(hours=1))
        save(plan, nurse, "The cat", started_from=1)
        assert queries.open_plan(nurse, plan.id).section("what_matters").changed_since_agreed


class TestActionsOfThePlan:
    @pytest.fixture
    def row(self, plan, nurse):
        content = {"rows": [{"id": "r1", "what": "Fit a second rail", "who": "The therapist", "by_when": "soon"}]}
        actions.save_section(plan_id=plan.id, section="actions", content=content, started_from=0, by=nurse)
        return "r1"

    def test_become_a_task_once(self, plan, nurse, row):
        for _ in "ab":
            actions.make_task(plan_id=plan.id, row_id=row, owner=owners.myself(nurse), due_on=MONDAY, by=nurse)
        task = Task.objects.get()
        assert (task.title, task.origin, task.patient_id) == (
            "Fit a second rail",
            "Care and support plan",
            plan.patient_id,
        )
        assert queries.open_plan(nurse, plan.id).tasks[actions.task_key(plan.id, row)].id == task.id

    def test_are_given_by_the_gp_to_the_team_that_looks_after_the_person(self, plan, area, row):
        gp, team = area.viewer("gp", "G1"), owners.of_team(area.teams["C1"])
        task = actions.make_task(plan_id=plan.id, row_id=row, owner=team, due_on=MONDAY, by=gp)
        assert task.owner_team_id == area.teams["C1"].pk

    def test_that_were_taken_out_do_not(self, plan, nurse):
        with pytest.raises(ValueError, match="taken out"):
            actions.make_task(plan_id=plan.id, row_id="gone", owner=owners.myself(nurse), due_on=MONDAY, by=nurse)


class TestSummaries:
    def test_the_plan_of_a_person_holds_what_their_page_shows(self, plan, nurse, coordinator, margaret):
        save(plan, nurse)
        for section, row in {
            "goals": GOAL,
            "worse": {"id": "w", "sign": "Ankles swell", "do": "Take a second tablet", "ring": "The team"},
        }.items():
            actions.save_section(plan_id=plan.id, section=section, content={"rows": [row]}, started_from=0, by=nurse)
        actions.arrange(
            plan_id=plan.id, coordinator_post_id=coordinator.post_id, review_on=date(2017, 4, 1), seen=1, by=nurse
        )
        summary = queries.plan_of([margaret.id])
        assert summary.what_matters == "My garden"
        assert [(g.goal, g.progress) for g in summary.goals] == [("Walk to the shop", "Not yet")]
        assert [w.sign for w in summary.worse] == ["Ankles swell"]
        assert (summary.coordinator, summary.coordinator_phone) == (coordinator.name, "01632 960011")
        assert summary.review_late

    def test_somebody_without_a_plan_has_none(self, margaret):
        assert queries.plan_of([margaret.id]) is None

    def test_reviews_due_are_ours_soon_late_first_and_of_the_living(
        self, area, nurse, coordinator, django_assert_max_num_queries
    ):
        for n, day in enumerate((date(2017, 4, 10), date(2017, 3, 1), date(2017, 9, 1), date(2017, 4, 2))):
            person = area.looked_after(family=f"Person{n}")
            plan = actions.start_plan(patient_id=person.id, by=nurse)
            actions.arrange(
                plan_id=plan.id, coordinator_post_id=coordinator.post_id, review_on=day, seen=1, by=coordinator
            )
        Patient.objects.filter(family_name="Person3").update(died_on=MONDAY)
        with django_assert_max_num_queries(20):
            due = queries.reviews_due(coordinator)
        assert [(r.person.family_name, r.days_late, r.mine) for r in due] == [
            ("Person1", 33, True),
            ("Person0", 0, True),
        ]
        assert queries.reviews_due(area.viewer("care_coordinator", "C2")) == []
