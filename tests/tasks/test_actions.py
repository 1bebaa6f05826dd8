"""Each way out of each action: done, refused, repeated, overtaken; with its step, its right and its audit entry."""

from datetime import date, timedelta

import pytest

from localcare.access import queries as gate
from localcare.access.models import Relationship
from localcare.access.types import Capability, Refused
from localcare.base import audit
from localcare.base.models import AuditSubject
from localcare.tasks import actions, owners, queries
from localcare.tasks.models import Task, TaskStep
from localcare.tasks.types import NotPossible, Overtaken, Status
from tests.builders import last_entry
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
MONDAY = date(2017, 4, 3)


def give(by, owner, patient=None, **more):
    words = {"title": "Weigh her and check her ankles", "due_on": MONDAY, "patient_id": patient and patient.id}
    return actions.give(**{**words, **more}, owner=owner, by=by)


def rights(team, person) -> int:
    return Relationship.objects.filter(team=team, patient=person, source="task", ends=None).count()


def test_giving_leaves_a_step_and_an_audit_entry_that_names_the_person(coordinator, nurse, margaret):
    task = give(coordinator, owners.myself(nurse), margaret)
    step = TaskStep.objects.get(task=task)
    assert (step.step, step.author, step.owner) == ("given", coordinator.signature, nurse.signature)
    assert last_entry().action == "task given"
    assert AuditSubject.objects.filter(entry_sequence=last_entry().sequence, patient_id=margaret.id).exists()
    assert audit.verify().holds


def test_giving_twice_with_one_key_gives_once(coordinator, nurse, margaret):
    first = give(coordinator, owners.myself(nurse), margaret, key="case:1:a")
    assert give(coordinator, owners.myself(nurse), margaret, key="case:1:a") == first
    assert (Task.objects.count(), TaskStep.objects.count()) == (1, 1)


def test_a_task_needs_a_title(coordinator, nurse):
    with pytest.raises(ValueError, match="what is to be done"):
        give(coordinator, owners.myself(nurse), title=" ")


@pytest.mark.parametrize(("role", "at"), [("care_coordinator", "C2"), ("gp", "G3"), ("practice_manager", "G1")])
def test_only_those_who_give_tasks_and_may_see_the_person_give_one(area, nurse, margaret, role, at):
    with pytest.raises(Refused):
        give(area.viewer(role, at), owners.myself(nurse), margaret)
    assert not Task.objects.exists()


@pytest.mark.parametrize("role", ["gp", "practice_nurse"])
def test_a_practice_gives_tasks_to_who_sees_the_person_already_and_opens_nobody(area, margaret, role):
    giver = area.viewer(role, "G1")
    area.viewer("community_nurse", "C1"), area.viewer("therapist", "C2")
    assert give(giver, owners.of_team(area.teams["C1"]), margaret).owner_team == area.teams["C1"]
    assert give(giver, owners.myself(giver), margaret).owner_post_id == giver.post_id
    with pytest.raises(ValueError, match="Tell the person and accept them for the team first"):
        give(giver, owners.of_team(area.teams["C2"]), margaret)
    own = give(giver, owners.myself(giver), margaret)
    with pytest.raises(ValueError, match="may not see this person yet"):
        actions.hand_on(task_id=own.pk, seen=1, owner=owners.of_team(area.teams["C2"]), by=giver)
    assert not gate.decision_on(area.viewer("therapist", "C2"), margaret.id).allowed


class TestTakingBack:
    def test_a_task_taken_is_the_teams_again(self, area, coordinator, nurse, margaret):
        team = owners.of_team(area.teams["C1"])
        task = give(coordinator, team, margaret)
        actions.take(task_id=task.pk, seen=1, by=nurse)
        for _ in range(2):
            back = actions.take_back(task_id=task.pk, seen=2, owner=team, by=nurse)
        assert (back.owner_post_id, back.owner_team_id, back.status) == (None, team.team_id, "given")
        assert [s.step for s in TaskStep.objects.filter(task=task)] == ["given", "taken", "handed on"]

    def test_a_task_handed_to_a_team_that_did_not_see_the_person_closes_to_it_again(self, area, nurse, margaret):
        stranger, mine = area.viewer("therapist", "C2"), owners.myself(nurse)
        task = give(nurse, mine, margaret)
        actions.hand_on(task_id=task.pk, seen=1, owner=owners.of_team(area.teams["C2"]), by=nurse)
        assert gate.decision_on(stranger, margaret.id).allowed
        assert actions.take_back(task_id=task.pk, seen=2, owner=mine, by=nurse).owner_post_id == nurse.post_id
        assert not gate.decision_on(stranger, margaret.id).allowed

    def test_not_after_somebody_acted_nor_an_hour_later_nor_to_a_third(self, area, coordinator, nurse, clock_at):
        team = owners.of_team(area.teams["C1"])
        task = give(coordinator, team)
        actions.take(task_id=task.pk, seen=1, by=nurse)
        with pytest.raises(ValueError, match="somebody else's before"):
            actions.take_back(task_id=task.pk, seen=2, owner=owners.myself(coordinator), by=nurse)
        with pytest.raises(ValueError, match="own last step"):
            actions.take_back(task_id=task.pk, seen=2, owner=team, by=coordinator)
        actions.add_note(task_id=task.pk, seen=2, words="rang", by=coordinator)
        with pytest.raises(Overtaken):
            actions.take_back(task_id=task.pk, seen=2, owner=team, by=nurse)
        other = give(coordinator, team)
        actions.take(task_id=other.pk, seen=1, by=nurse)
        clock_at(MONDAY_MORNING + timedelta(hours=2))
        with pytest.raises(ValueError, match="within the hour"):
            actions.take_back(task_id=other.pk, seen=2, owner=team, by=nurse)


def test_a_task_lets_another_team_see_the_person_until_it_is_done(area, coordinator, margaret):
    team = area.teams["C2"]
    stranger = area.viewer("therapist", "C2")
    first = give(coordinator, owners.of_team(team), margaret)
    second = give(coordinator, owners.of_team(team), margaret)
    assert gate.decision_on(stranger, margaret.id).allowed
    actions.complete(task_id=first.id, seen=1, words="Walked to the gate and back", by=stranger)
    assert rights(team, margaret) == 1
    actions.cancel(task_id=second.id, seen=1, words="Done with the other", by=stranger)
    assert rights(team, margaret) == 0
    assert not gate.decision_on(stranger, margaret.id).allowed


def test_handing_on_moves_the_right_with_the_work(area, coordinator, margaret):
    task = give(coordinator, owners.of_team(area.teams["C1"]), margaret)
    area.viewer("therapist", "C2")
    actions.hand_on(task_id=task.id, seen=1, owner=owners.of_team(area.teams["C2"]), by=coordinator)
    assert (rights(area.teams["C1"], margaret), rights(area.teams["C2"], margaret)) == (0, 1)
    assert set(queries.expected_relationships()) == {(margaret.id, area.teams["C2"].id)}


def test_nobody_is_given_a_task_about_somebody_they_could_not_see(area, coordinator, margaret):
    manager = area.viewer("practice_manager", "G1")
    with pytest.raises(ValueError, match="may not see this person"):
        give(coordinator, owners.myself(manager), margaret)
    assert not Task.objects.exists()


def test_taking_then_doing_a_task_of_the_team(area, coordinator, nurse, margaret):
    task = give(coordinator, owners.of_team(area.teams["C1"]), margaret)
    actions.take(task_id=task.id, seen=1, by=nurse)
    done = actions.complete(task_id=task.id, seen=2, words="62 kg, ankles as last week", by=nurse)
    assert (done.status, done.owner_post_id) == (Status.DONE, nurse.post_id)
    assert [s.step for s in TaskStep.objects.filter(task=task)] == ["given", "taken", "done"]
    assert last_entry().action == "task done"


@pytest.mark.parametrize(
    ("act", "words", "next_step"),
    [
        (actions.complete, " ", "what you did"),
        (actions.cancel, "", "why it is no longer needed"),
        (actions.add_note, "", "Write something"),
    ],
)
def test_words_are_needed(coordinator, act, words, next_step):
    task = give(coordinator, owners.myself(coordinator))
    with pytest.raises(ValueError, match=next_step):
        act(task_id=task.id, seen=1, words=words, by=coordinator)
    assert TaskStep.objects.count() == 1


def test_a_second_click_changes_nothing_even_when_the_right_ended_with_the_first(area, coordinator, margaret):
    stranger = area.viewer("therapist", "C2")
    task = give(coordinator, owners.myself(stranger), margaret)
    for _ in range(2):
        actions.complete(task_id=task.id, seen=1, words="Grab rail fitted", by=stranger)
    assert TaskStep.objects.count() == 2


def test_of_two_people_acting_at_once_the_later_sees_what_the_first_wrote(area, coordinator, nurse, margaret):
    task = give(coordinator, owners.of_team(area.teams["C1"]), margaret)
    actions.complete(task_id=task.id, seen=1, words="Visited, all well", by=nurse)
    with pytest.raises(Overtaken) as overtaken:
        actions.complete(task_id=task.id, seen=1, words="Rang, no answer", by=coordinator)
    assert [s.words for s in overtaken.value.steps] == ["Visited, all well"]
    actions.add_note(task_id=task.id, seen=2, words="Rang, no answer", by=coordinator)
    assert [s.words for s in TaskStep.objects.filter(task=task)][1:] == ["Visited, all well", "Rang, no answer"]


def test_what_is_done_is_not_done_again_but_can_be_opened_again(coordinator):
    task = give(coordinator, owners.myself(coordinator))
    actions.complete(task_id=task.id, seen=1, words="Rang", by=coordinator)
    with pytest.raises(NotPossible):
        actions.cancel(task_id=task.id, seen=2, words="no", by=coordinator)
    assert actions.reopen(task_id=task.id, seen=2, by=coordinator).status == Status.TAKEN


@pytest.mark.parametrize(
    ("role", "at", "allowed"),
    [("therapist", "C1", True), ("community_nurse", "C2", False), ("gp", "G1", False), ("analyst", "99J", False)],
)
def test_the_team_may_act_and_nobody_else(area, coordinator, nurse, margaret, role, at, allowed):
    task = give(coordinator, owners.myself(nurse), margaret)
    other = area.viewer(role, at)
    if allowed:
        assert actions.complete(task_id=task.id, seen=1, words="Done for her", by=other).status == Status.DONE
        return
    with pytest.raises(Refused):
        actions.complete(task_id=task.id, seen=1, words="Not mine", by=other)


def test_the_giver_may_cancel_but_not_do_what_went_to_another_team(area, coordinator, margaret):
    area.viewer("therapist", "C2")
    task = give(coordinator, owners.of_team(area.teams["C2"]), margaret)
    with pytest.raises(Refused):
        actions.complete(task_id=task.id, seen=1, words="I did it", by=coordinator)
    assert actions.cancel(task_id=task.id, seen=1, words="She moved away", by=coordinator).status == Status.CANCELLED


def test_a_right_to_the_person_that_ended_ends_the_right_to_act(area, coordinator, nurse, margaret):
    from localcare.access import actions as access
    from localcare.access.types import ChoiceKind

    task = give(coordinator, owners.myself(nurse), margaret)
    access.record_choice(
        answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=area.viewer("gp", "G1")
    )
    with pytest.raises(Refused, match="does not want"):
        actions.complete(task_id=task.id, seen=1, words="Visited", by=nurse)
    assert queries.work_of(nurse).hidden == 1


def test_the_practice_manager_works_on_tasks_about_nobody(area, coordinator):
    manager = area.viewer("practice_manager", "G1")
    assert not manager.can(Capability.VIEW_PERSON)
    task = give(coordinator, owners.myself(manager), title="Send the rota")
    assert [i.title for i in queries.work_of(manager).items] == ["Send the rota"]
    assert actions.complete(task_id=task.id, seen=1, words="Sent", by=manager).status == Status.DONE


class TestWritingUp:
    """What was written at a visit without signal, and is sent later."""

    @pytest.fixture
    def task(self, coordinator, nurse, margaret):
        return give(coordinator, owners.myself(nurse), margaret)

    def send(self, task, nurse, **more):
        return actions.write_up(**{"task_id": task.id, "seen": 1, "words": "62 kg", "key": "k1", "by": nurse, **more})

    def steps(self, task) -> list[str]:
        return [step.step for step in TaskStep.objects.filter(task=task)]

    def test_records_it_as_done_with_when_it_was_written(self, task, nurse):
        written = self.send(task, nurse, ago=timedelta(hours=3))
        assert (written.task.status, written.as_note, list(written.meanwhile)) == (Status.DONE, False, [])
        step = TaskStep.objects.get(task=task, key="k1")
        assert step.at - step.written_at == timedelta(hours=3)
        assert last_entry().action == "task done"

    def test_sent_twice_is_done_once_whatever_happened_between(self, task, nurse, coordinator):
        self.send(task, nurse)
        actions.reopen(task_id=task.id, seen=2, by=coordinator)
        before = last_entry()
        again = self.send(task, nurse)
        assert (again.as_note, list(again.meanwhile)) == (False, [])
        assert self.steps(task) == ["given", "done", "opened again"]
        assert last_entry() == before

    def test_where_others_acted_first_the_words_are_a_note_once(self, task, nurse, coordinator):
        actions.cancel(task_id=task.id, seen=1, words="Her daughter weighs her", by=coordinator)
        for _ in "ab":
            written = self.send(task, nurse)
            assert (written.task.status, written.as_note) == (Status.CANCELLED, True)
            assert [step.words for step in written.meanwhile] == ["Her daughter weighs her"]
        assert self.steps(task) == ["given", "cancelled", "note"]

    def test_ones_own_steps_meanwhile_are_nothing_to_read_first(self, task, nurse):
        actions.add_note(task_id=task.id, seen=1, words="Running late", by=nurse)
        assert self.send(task, nurse).task.status == Status.DONE

    def test_the_same_words_recorded_by_hand_meanwhile_are_not_recorded_again(self, task, nurse):
        actions.complete(task_id=task.id, seen=1, words="62 kg", by=nurse)
        assert not self.send(task, nurse).as_note
        assert self.steps(task) == ["given", "done"]

    def test_once_it_is_another_teams_nothing_is_written(self, area, task, nurse, coordinator):
        elsewhere = area.viewer("therapist", "C2")
        actions.hand_on(task_id=task.id, seen=1, owner=owners.myself(elsewhere), by=coordinator)
        with pytest.raises(Refused, match="belongs to somebody else"):
            self.send(task, nurse)
        assert self.steps(task) == ["given", "handed on"]

    def test_needs_words_and_a_key_of_its_own(self, task, nurse, coordinator, margaret):
        with pytest.raises(ValueError, match="what you did"):
            self.send(task, nurse, words=" ")
        with pytest.raises(ValueError, match="without the key"):
            self.send(task, nurse, key="")
        self.send(task, nurse)
        other = give(coordinator, owners.myself(nurse), margaret)
        with pytest.raises(ValueError, match="under this key"):
            self.send(other, nurse)
        assert self.steps(other) == ["given"]
