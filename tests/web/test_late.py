"""Late: the count of Today is what the page behind it lists; work and reviews are paged and narrowed."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from localcare.access import actions as access
from localcare.access.types import ChoiceKind
from localcare.careplans import actions as careplans
from localcare.careplans.models import Plan
from localcare.caseload import actions as caseload
from localcare.caseload.models import CaseloadEntry
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders
from tests.web.test_today import on_caseload, plain, see

pytestmark = pytest.mark.django_db
TODAY = date(2017, 4, 3)


def task(by, title="Weigh her", days=-1, **more):
    owner = Owner(by.post_id, by.team_id, by.signature)
    return tasks.give(title=title, owner=owner, due_on=TODAY + timedelta(days=days), by=by, **more)


def plan_to_review(person, by, days):
    plan = careplans.start_plan(patient_id=person.id, by=by)
    Plan.objects.filter(pk=plan.pk).update(coordinator_id=by.post_id, review_on=TODAY + timedelta(days=days))


def to_review(person, by, days):
    caseload.assign_coordinator(patient_id=person.id, post_id=by.post_id, review_on=TODAY, by=by)
    CaseloadEntry.objects.filter(patient=person).update(review_on=TODAY + timedelta(days=days))


@pytest.fixture
def late_work(gp, nurse, coordinator):
    """Of the co-ordinator: a late task, a late review of a plan and one of the caseload; of the nurse a late task;
    and of each kind one that is not late."""
    people = [on_caseload(gp, family=f"Person{n}") for n in range(4)]
    task(coordinator, "Ring the daughter", -3, patient_id=people[0].id)
    task(nurse, "Weigh her", -1, patient_id=people[1].id)
    task(nurse, "Not late", 0)
    plan_to_review(people[0], coordinator, -2)
    plan_to_review(people[1], coordinator, 0)
    to_review(people[2], coordinator, -10)
    to_review(people[3], coordinator, 0)
    return people


def listed(client, query="") -> str:
    return plain(builders.text(client.get(reverse("web:late") + query)))


def test_the_count_is_what_the_page_lists_tasks_reviews_of_plans_and_of_the_caseload(client, coordinator, late_work):
    assert "4 late: 2 actions, 2 reviews" in plain(see(client, coordinator))
    page = listed(client)
    assert "Late: 4" in page
    assert "1 to 4 of 4 tasks and reviews" in page
    order = ["10 days late", "Ring the daughter", "Review the care and support plan", "Weigh her"]
    assert sorted(order, key=page.index) == order
    assert "Not late" not in page


@pytest.mark.parametrize(
    ("query", "number"), [("?kind=tasks", 2), ("?kind=plans", 1), ("?kind=caseload", 1), ("?whose=mine", 3)]
)
def test_is_narrowed_by_kind_and_owner(client, coordinator, late_work, query, number):
    builders.sign_in(client, coordinator)
    assert f"Late: {number} " in listed(client, query)


def test_people_who_may_not_be_seen_are_counted_and_not_named(client, gp, coordinator):
    person = on_caseload(gp)
    task(coordinator, "Ring the daughter", -3, patient_id=person.id)
    builders.sign_in(client, coordinator)
    access.record_choice(
        answered="person", patient_id=person.id, kind=ChoiceKind.SHARING, value="objected", told="At the desk", by=gp
    )
    page = listed(client)
    assert "1 of these is about people you may not see today." in page
    assert "Ashdown" not in page


def test_nothing_late_is_said_and_a_practice_has_no_reviews_of_the_caseload(client, gp, coordinator, late_work):
    builders.sign_in(client, gp)
    page = listed(client)
    assert "Late: 0" in page
    assert "Nothing is late." in page


def test_late_work_is_paged_at_the_same_cost(client, gp, nurse, django_assert_max_num_queries):
    for n in range(30):
        task(nurse, f"task {n:02}", -1, patient_id=on_caseload(gp, family=f"Person{n}").id)
    builders.sign_in(client, nurse)
    with django_assert_max_num_queries(30):
        assert "1 to 25 of 30 tasks and reviews" in listed(client)
    assert "26 to 30 of 30" in listed(client, "?page=2&kind=tasks")


class TestMyWork:
    def test_is_paged_sorted_and_narrowed_to_late(self, client, nurse):
        for n in range(30):
            task(nurse, f"task {n:02}", -1 if n < 5 else n)
        builders.sign_in(client, nurse)
        address = reverse("tasks:index")
        assert "1 to 25 of 30 tasks" in plain(builders.text(client.get(address)))
        assert "26 to 30 of 30 tasks" in plain(builders.text(client.get(f"{address}?page=2")))
        assert "1 to 5 of 5 tasks" in plain(builders.text(client.get(f"{address}?show=late")))
        page = builders.text(client.get(f"{address}?order=-what"))
        assert page.index("task 29") < page.index("task 28")
        assert 'aria-sort="descending"' in page


def test_plans_to_review_are_paged_and_linked_from_late(client, gp, coordinator):
    for n in range(26):
        plan_to_review(on_caseload(gp, family=f"Person{n}"), coordinator, -1)
    builders.sign_in(client, coordinator)
    assert "1 to 25 of 26 plans" in plain(builders.text(client.get(reverse("careplans:reviews"))))
    assert reverse("careplans:reviews") in builders.text(client.get(reverse("web:late")))
