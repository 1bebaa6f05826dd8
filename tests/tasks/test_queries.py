"""What lists of work show, in which order, to whom, and at what cost."""

from datetime import date, timedelta

import pytest

from localcare.base.models import AuditEntry
from localcare.tasks import actions, owners, queries
from tests import builders

pytestmark = pytest.mark.django_db
MONDAY = date(2017, 4, 3)


def give(by, title, days=0, owner=None, **more):
    return actions.give(
        title=title, due_on=MONDAY + timedelta(days=days), owner=owner or owners.myself(by), by=by, **more
    )


def test_late_comes_first_then_the_days_in_order_and_urgent_before_the_rest(coordinator):
    give(coordinator, "in a week", 7)
    give(coordinator, "tomorrow", 1)
    give(coordinator, "today")
    give(coordinator, "today, urgent", urgent=True)
    give(coordinator, "a little late", -1)
    give(coordinator, "very late", -30)
    work = queries.work_of(coordinator)
    assert [(g.label, [i.title for i in g.items]) for g in work.groups] == [
        ("Late", ["very late", "a little late"]),
        ("Today", ["today, urgent", "today"]),
        ("Tomorrow", ["tomorrow"]),
        ("Monday 10 April", ["in a week"]),
    ]
    assert [i.days_late for i in work.items][:3] == [30, 1, 0]


def test_counts_of_late_tasks_are_mine_and_the_teams(area, coordinator):
    nurse = area.viewer("community_nurse", "C1")
    give(coordinator, "mine", -1)
    give(coordinator, "hers", -1, owners.myself(nurse))
    done = give(coordinator, "mine, done late", -1)
    actions.complete(task_id=done.id, seen=1, words="done", by=coordinator)
    counts = queries.late_counts(coordinator)
    assert (counts.mine, counts.team) == (1, 2)
    neighbour = queries.late_counts(area.viewer("care_coordinator", "C2"))
    assert (neighbour.mine, neighbour.team) == (0, 0)


def test_a_list_of_work_costs_the_same_for_many_people_and_names_all_in_one_entry(
    area, coordinator, django_assert_max_num_queries
):
    for n in range(20):
        person = area.looked_after(family=f"Person{n}")
        give(coordinator, f"see {n}", patient_id=person.id)
    before = AuditEntry.objects.count()
    with django_assert_max_num_queries(22):
        assert len(queries.work_of(coordinator).items) == 20
    assert AuditEntry.objects.count() == before + 1


def test_more_than_the_limit_is_said(coordinator):
    for n in range(4):
        give(coordinator, f"task {n}")
    work = queries.work_of(coordinator, limit=3)
    assert (len(work.items), work.more) == (3, 1)


def test_tasks_of_a_person_hold_those_under_all_their_ids_open_first(area, coordinator):
    margaret, twin = builders.patient(), builders.patient(family="Ashdowne")
    for person in (margaret, twin):
        builders.relate(person, area.teams["C1"])
    done = give(coordinator, "done", patient_id=margaret.id)
    give(coordinator, "open", 3, patient_id=twin.id)
    actions.complete(task_id=done.id, seen=1, words="yes", by=coordinator)
    assert [i.title for i in queries.of_person(coordinator, [margaret.id, twin.id])] == ["open", "done"]
