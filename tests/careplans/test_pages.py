"""Pages of a plan: one request a role, the neighbour, writing, two editors at once, versions, its life."""

from datetime import date

import pytest

from localcare.careplans import actions, queries
from localcare.careplans.models import Plan, SectionVersion
from localcare.tasks.models import Task
from tests.builders import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(nurse, margaret):
    return actions.start_plan(patient_id=margaret.id, by=nurse)


def words(text, started_from=0):
    return {"words": text, "started_from": started_from, "agreed_with": "person", "agreed_name": ""}


def rows(section_rows, started_from=0):
    sent = {f"row{n}-{k}": v for n, row in enumerate(section_rows) for k, v in row.items()}
    return {**sent, "started_from": started_from, "agreed_with": "not_yet", "agreed_name": ""}


@pytest.mark.parametrize(
    ("role", "at", "read", "write"),
    [
        ("community_nurse", "C1", 200, 200),
        ("gp", "G1", 200, 200),
        ("gp", "G2", 403, 403),
        ("community_nurse", "C2", 403, 403),
        ("practice_manager", "G1", 403, 403),
        ("privacy_officer", "99J", 403, 403),
    ],
)
def test_who_reads_and_writes(area, plan, as_viewer, role, at, read, write):
    browser = as_viewer(area.viewer(role, at))
    answer = browser.get(f"/plans/{plan.id}/")
    assert answer.status_code == read
    assert ("ASHDOWN" in text(answer)) == (read == 200)
    for page in ("write/what_matters", "arrange", "agree", "end"):
        assert browser.get(f"/plans/{plan.id}/{page}/").status_code == write
    assert browser.get(f"/plans/{plan.id}/versions/goals/").status_code == read


def test_starting_a_plan_from_a_person(as_viewer, nurse, margaret):
    browser = as_viewer(nurse)
    assert "has no plan yet" in text(browser.get(f"/plans/of/{margaret.id}/"))
    answer = browser.post(f"/plans/of/{margaret.id}/", follow=True)
    assert "Not written yet" in text(answer)
    assert browser.get(f"/plans/of/{margaret.id}/").url == f"/plans/{Plan.objects.get().id}/"


def test_an_unknown_plan_or_section_is_not_found(as_viewer, nurse, plan):
    browser = as_viewer(nurse)
    assert browser.get("/plans/999999/").status_code == 404
    assert browser.get(f"/plans/{plan.id}/write/colour/").status_code == 404
    assert browser.get(f"/plans/{plan.id}/task/none/").status_code == 404


def test_writing_words_and_rows(as_viewer, nurse, plan):
    browser = as_viewer(nurse)
    browser.post(f"/plans/{plan.id}/write/what_matters/", words("My garden"))
    sent = rows([{"id": "w1", "sign": "Ankles swell", "do": "Second tablet", "ring": "01632 960011"}, {"id": "w2"}])
    browser.post(f"/plans/{plan.id}/write/worse/", sent)
    page = text(browser.get(f"/plans/{plan.id}/"))
    for said in ("My garden", "Ankles swell", "01632 960011", "Agreed by: the person"):
        assert said in page
    again = browser.get(f"/plans/{plan.id}/write/worse/")
    assert 'value="w1"' in text(again)


def test_of_two_editors_the_later_sees_both_texts_side_by_side(as_viewer, nurse, coordinator, plan):
    actions.save_section(
        plan_id=plan.id, section="what_matters", content={"words": "My garden"}, started_from=0, by=nurse
    )
    browser = as_viewer(coordinator)
    page = f"/plans/{plan.id}/write/what_matters/"
    answer = browser.post(page, words("My cat"))
    assert answer.status_code == 409
    shown = text(answer)
    assert "My garden" in shown
    assert "taken away: </span>garden" in shown
    assert "added: </span>cat" in shown
    assert 'name="started_from" value="1"' in shown
    assert browser.post(page, words("My garden and my cat", 1)).status_code == 302
    assert SectionVersion.objects.count() == 2
    assert "added: </span>" in text(browser.get(f"/plans/{plan.id}/versions/what_matters/"))


def test_a_best_interests_decision_without_names_comes_back_with_the_words_kept(as_viewer, nurse, plan):
    answer = as_viewer(nurse).post(
        f"/plans/{plan.id}/write/what_matters/", {**words("Her garden"), "agreed_with": "best_interests"}
    )
    assert answer.status_code == 400
    assert "consulted" in text(answer)
    assert "Her garden" in text(answer)


def test_an_agreed_action_becomes_a_task(as_viewer, nurse, plan):
    browser = as_viewer(nurse)
    browser.post(
        f"/plans/{plan.id}/write/actions/", rows([{"id": "a1", "what": "Fit a rail", "who": "", "by_when": ""}])
    )
    page = f"/plans/{plan.id}/task/a1/"
    assert "Fit a rail" in text(browser.get(page))
    due = {"due_on_day": "5", "due_on_month": "4", "due_on_year": "2017"}
    browser.post(page, {"owner": f"post:{nurse.post_id}", **due})
    assert Task.objects.get().title == "Fit a rail"
    assert "Make it a task" not in text(browser.get(f"/plans/{plan.id}/"))


def test_the_life_of_a_plan(as_viewer, nurse, coordinator, plan):
    browser = as_viewer(nurse)
    on = {"on_day": "3", "on_month": "4", "on_year": "2017"}
    early = browser.post(f"/plans/{plan.id}/agree/", {"seen": 1, "agreed_with": "person", **on})
    assert "Write what matters to the person first" in text(early)
    browser.post(f"/plans/{plan.id}/write/what_matters/", {**words("My garden"), "agreed_with": "not_yet"})
    assert "Not agreed yet. Written by" in text(browser.get(f"/plans/{plan.id}/"))
    day = {"review_on_day": "1", "review_on_month": "10", "review_on_year": "2017"}
    browser.post(f"/plans/{plan.id}/arrange/", {"seen": 1, "coordinator_post_id": str(coordinator.post_id), **day})
    browser.post(f"/plans/{plan.id}/agree/", {"seen": 2, "agreed_with": "person", **on})
    page = text(browser.get(f"/plans/{plan.id}/"))
    for said in (
        f"{coordinator.name} co-ordinates my care",
        "Sunday 1 October 2017",
        "agreed</strong> on 3 April 2017",
    ):
        assert said in page
    assert "Agreed with the whole plan." in page
    browser.post(f"/plans/{plan.id}/review/", {"seen": 3})
    browser.post(f"/plans/{plan.id}/end/", {"seen": 4, "words": "She moved to Leeds"})
    assert Plan.objects.get().status == "ended"
    assert "She moved to Leeds" in text(browser.get(f"/plans/{plan.id}/"))


def test_a_step_somebody_took_meanwhile_is_told(as_viewer, nurse, coordinator, plan):
    actions.arrange(plan_id=plan.id, coordinator_post_id=None, review_on=date(2017, 5, 1), seen=1, by=coordinator)
    answer = as_viewer(nurse).post(f"/plans/{plan.id}/end/", {"seen": 1, "words": "Not needed"})
    assert answer.status_code == 400
    assert f"Meanwhile {coordinator.name}" in text(answer)
    assert "Not needed" in text(answer)


def test_reviews_late_first_or_nothing_said(as_viewer, nurse, plan):
    browser = as_viewer(nurse)
    assert "No plan is due" in text(browser.get("/plans/reviews/"))
    actions.arrange(plan_id=plan.id, coordinator_post_id=None, review_on=date(2017, 4, 1), seen=1, by=nurse)
    assert "2 days late" in text(browser.get("/plans/reviews/"))


def test_those_who_may_co_ordinate(area, nurse, coordinator):
    area.viewer("gp", "G1")
    area.viewer("practice_manager", "G1")
    assert len(queries.possible_coordinators(nurse)) == 3
