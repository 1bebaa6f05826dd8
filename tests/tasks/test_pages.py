"""Pages of work: one request a role, the neighbour, nothing to do, two people at once."""

import re
from datetime import date

import pytest

from localcare.tasks import actions, owners
from localcare.tasks.models import Task, TaskStep
from tests.builders import text

pytestmark = pytest.mark.django_db
MONDAY = date(2017, 4, 3)


@pytest.fixture
def task(coordinator, nurse, margaret):
    return actions.give(
        title="Weigh her", owner=owners.myself(nurse), due_on=MONDAY, by=coordinator, patient_id=margaret.id
    )


@pytest.mark.parametrize(
    ("role", "at", "work", "one"),
    [
        ("community_nurse", "C1", 200, 200),
        ("gp", "G1", 200, 200),
        ("gp", "G3", 200, 403),
        ("community_nurse", "C2", 200, 403),
        ("practice_manager", "G1", 200, 403),
        ("analyst", "99J", 403, 403),
        ("privacy_officer", "99J", 403, 403),
    ],
)
def test_who_sees_work(area, task, as_viewer, role, at, work, one):
    browser = as_viewer(area.viewer(role, at))
    assert browser.get("/my-work/").status_code == work
    answer = browser.get(f"/my-work/{task.id}/")
    assert answer.status_code == one
    assert ("ASHDOWN" in text(answer)) == (one == 200)
    assert browser.get("/my-work/999999/").status_code in (403, 404)


def test_signed_out_is_sent_to_sign_in(client, task):
    assert client.get(f"/my-work/{task.id}/").status_code == 302


def test_nothing_to_do_is_said(as_viewer, nurse):
    assert "Nothing to do." in text(as_viewer(nurse).get("/my-work/"))


def test_the_nurse_finds_does_and_undoes_a_task(as_viewer, nurse, task):
    browser = as_viewer(nurse)
    assert "Weigh her" in text(browser.get("/my-work/"))
    answer = browser.post(f"/my-work/{task.id}/done/", {"seen": 1, "words": "62 kg"}, follow=True)
    assert "Recorded as done." in text(answer)
    browser.post(f"/my-work/{task.id}/reopen/?seen=2")
    assert Task.objects.get().status == "taken"


def test_taking_a_task_can_be_undone(as_viewer, area, coordinator, nurse):
    given = actions.give(title="Ring", owner=owners.of_team(area.teams["C1"]), due_on=MONDAY, by=coordinator)
    browser = as_viewer(nurse)
    answer = browser.post(f"/my-work/{given.id}/take/", {"seen": 1}, follow=True)
    undo = re.search(r'action="(/my-work/\d+/take-back/[^"]+)"', answer.content.decode())[1].replace("&amp;", "&")
    assert "Undone" in text(browser.post(undo, follow=True))
    assert Task.objects.get().owner_post_id is None


def test_words_are_asked_for(as_viewer, nurse, task):
    answer = as_viewer(nurse).post(f"/my-work/{task.id}/done/", {"seen": 1, "words": ""})
    assert answer.status_code == 400
    assert "There is a problem" in text(answer)


def test_of_two_people_the_later_sees_both_and_can_add_their_words(as_viewer, coordinator, nurse, task):
    actions.complete(task_id=task.id, seen=1, words="Visited, all well", by=nurse)
    browser = as_viewer(coordinator)
    answer = browser.post(f"/my-work/{task.id}/cancel/", {"seen": 1, "words": "Her daughter weighs her"})
    assert answer.status_code == 409
    assert "Visited, all well" in text(answer)
    assert "Her daughter weighs her" in text(answer)
    browser.post(f"/my-work/{task.id}/note/", {"seen": 2, "words": "Her daughter weighs her"})
    assert TaskStep.objects.filter(task=task).last().words == "Her daughter weighs her"


def test_giving_a_task_from_a_person(as_viewer, coordinator, nurse, margaret):
    browser = as_viewer(coordinator)
    page = f"/my-work/new/{margaret.id}/"
    assert "Give a task about Margaret Ashdown" in text(browser.get(page))
    answers = {
        "key": "k1",
        "title": "Ring her daughter",
        "owner": f"post:{nurse.post_id}",
        "due_on_day": "5",
        "due_on_month": "4",
        "due_on_year": "2017",
    }
    for _ in "ab":
        assert browser.post(page, answers).status_code == 302
    assert Task.objects.get().owner_post_id == nurse.post_id
    refused = browser.post(page, {**answers, "key": "k2", "due_on_year": "2016"})
    assert refused.status_code == 400
    assert "Give a day from today on" in text(refused)


@pytest.mark.parametrize(("role", "at"), [("community_nurse", "C2"), ("gp", "G3"), ("practice_manager", "G1")])
def test_others_do_not_give_tasks_about_the_person(area, as_viewer, margaret, role, at):
    assert as_viewer(area.viewer(role, at)).get(f"/my-work/new/{margaret.id}/").status_code == 403
