"""What the page of visits sends in the background: recorded once, refused with a reason, never in another's name."""

from datetime import date

import pytest

from localcare.access import actions as access
from localcare.access.types import ChoiceKind
from localcare.tasks import actions, owners
from localcare.tasks.models import TaskStep

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(coordinator, nurse, margaret):
    mine = owners.myself(nurse)
    return actions.give(title="Weigh her", owner=mine, due_on=date(2017, 4, 3), by=coordinator, patient_id=margaret.id)


def send(browser, viewer, task, **more):
    answers = {"post": viewer.post_id, "seen": 1, "words": "62 kg", "key": "k1", "ago": 3600, **more}
    return browser.post(f"/my-work/{task.id}/write-up/", answers)


def test_sent_twice_is_recorded_once(as_viewer, nurse, task):
    browser = as_viewer(nurse)
    for _ in "ab":
        answer = send(browser, nurse, task)
        assert (answer.status_code, answer.json()["outcome"]) == (200, "done")
    assert [s.step for s in TaskStep.objects.filter(task=task)] == ["given", "done"]


def test_overtaken_it_is_a_note_and_what_others_did_is_told(as_viewer, nurse, coordinator, task):
    actions.cancel(task_id=task.id, seen=1, words="Her daughter weighs her", by=coordinator)
    answer = send(as_viewer(nurse), nurse, task).json()
    assert answer["outcome"] == "note"
    assert "kept as a note" in answer["told"]
    assert "Her daughter weighs her" in answer["meanwhile"][0]
    assert TaskStep.objects.get(key="k1").words == "62 kg"


def test_words_of_somebody_else_are_not_taken(area, as_viewer, nurse, task):
    therapist = area.viewer("therapist", "C1")
    answer = send(as_viewer(therapist), nurse, task)
    assert (answer.status_code, answer.json()["outcome"]) == (409, "refused")
    stranger = area.viewer("therapist", "C2")
    assert send(as_viewer(stranger), stranger, task).status_code == 403
    assert not TaskStep.objects.filter(words="62 kg").exists()


@pytest.mark.parametrize(
    ("more", "reason"),
    [({"words": " "}, "Say what you did"), ({"key": ""}, "required"), ({"seen": "x"}, "whole number")],
)
def test_what_is_incomplete_is_refused_with_a_reason(as_viewer, nurse, task, more, reason):
    answer = send(as_viewer(nurse), nurse, task, **more)
    assert answer.status_code == 400
    assert reason in answer.json()["told"]


def test_without_a_right_to_the_person_any_more_the_reason_is_told(as_viewer, gp, nurse, margaret, task):
    access.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    answer = send(as_viewer(nurse), nurse, task)
    assert answer.status_code == 403
    assert answer.json()["told"]
    assert not TaskStep.objects.filter(words="62 kg").exists()


def test_sent_again_without_the_right_any_more_tells_nothing_of_what_others_wrote(
    as_viewer, gp, nurse, coordinator, margaret, task
):
    actions.cancel(task_id=task.id, seen=1, words="Her daughter weighs her", by=coordinator)
    browser = as_viewer(nurse)
    assert send(browser, nurse, task).json()["meanwhile"]
    access.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    again = send(browser, nurse, task)
    assert (again.json()["outcome"], again.json()["meanwhile"]) == ("note", [])


def test_a_phone_that_waited_for_ages_is_taken(as_viewer, nurse, task):
    assert send(as_viewer(nurse), nurse, task, ago=10**15).json()["outcome"] == "done"


def test_a_task_that_is_gone_says_whom_to_tell(as_viewer, nurse, task):
    answer = as_viewer(nurse).post(
        "/my-work/999999/write-up/", {"post": nurse.post_id, "seen": 1, "words": "62 kg", "key": "k1"}
    )
    assert answer.status_code == 404
    assert "whoever asked" in answer.json()["told"]


def test_signed_out_is_sent_to_sign_in_and_nothing_is_taken(client, nurse, task):
    assert send(client, nurse, task).status_code == 302
    assert client.get("/my-work/who/").status_code == 302
    assert not TaskStep.objects.filter(words="62 kg").exists()


def test_who_is_signed_in_is_told_with_a_token(area, as_viewer, nurse):
    told = as_viewer(nurse).get("/my-work/who/").json()
    assert told["post"] == nurse.post_id
    assert told["token"]
    assert as_viewer(area.viewer("analyst", "99J")).get("/my-work/who/").status_code == 403
