"""Whom the list leaves out, whatever was decided, and what the cluster's counts give away."""

import pytest

from localcare.access.types import Viewer
from localcare.caseload import actions, queries
from localcare.caseload import lists as list_pages
from localcare.caseload.models import CaseloadState
from localcare.caseload.types import DECLINED, State
from localcare.patients.models import FormerNhsNumber, Patient
from localcare.population import queries as population
from tests import builders
from tests.caseload.conftest import pseudonym
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


def on_list(viewer: Viewer, **asked: str) -> list[str]:
    return [row.pseudonym for row in list_pages.page_of(viewer, "G1", asked).rows]


@pytest.mark.parametrize("change", ["new", "up", "down", "same"])
def test_nobody_on_a_caseload_or_declined_stands_on_the_default_list(area, lists, change):
    gp = area.viewer("gp", "G1")
    people = [builders.patient(family=f"Person{n}") for n in range(6)]
    for person in people:
        lists.add(person, change=change)
    actions.accept(patient_id=people[0].id, told=True, note="", by=gp)
    for person, outcome in zip(people[1:4], sorted(DECLINED), strict=True):
        actions.decline(patient_id=person.id, outcome=outcome, reason="x", by=gp)
    assert on_list(gp) == [pseudonym(person) for person in people[4:]]
    assert len(on_list(gp, decided="1")) == 6


@pytest.mark.parametrize(("change", "back"), [("up", True), ("same", False), ("new", False)])
def test_somebody_declined_comes_back_only_when_a_later_list_says_their_risk_went_up(area, lists, change, back):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    actions.decline(patient_id=person.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
    CaseloadState.objects.update(at=MONDAY_MORNING.replace(day=1))
    lists.add(person, change=change)
    assert on_list(gp) == ([pseudonym(person)] if back else [])


def test_a_changed_nhs_number_brings_nobody_back(area, lists):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    lists.add(person)
    actions.accept(patient_id=person.id, told=True, note="", by=gp)
    old, new = person.nhs_number, builders.nhs_number(90_000)
    Patient.objects.filter(id=person.id).update(nhs_number=new)
    FormerNhsNumber.objects.create(patient=person, nhs_number=old, changed_on=MONDAY_MORNING.date())
    assert on_list(gp) == []


def test_a_cluster_sees_pseudonyms_and_never_the_decided(area, lists):
    gp, coordinator = area.viewer("gp", "G1"), area.viewer("care_coordinator", "C1")
    people = [builders.patient(family=f"Person{n}") for n in range(2)]
    for person in people:
        lists.add(person)
    actions.accept(patient_id=people[0].id, told=True, note="", by=gp)
    rows = list_pages.page_of(coordinator, "G1", {"decided": "1"}).rows
    assert [(row.pseudonym, row.person) for row in rows] == [(pseudonym(people[1]), None)]


def test_nothing_is_handled_where_there_is_no_team(area):
    area.teams["C2"].delete()
    assert queries.handled("G3") == {}


def test_counts_of_a_cluster_hide_small_numbers_and_what_would_give_them_away(area, lists):
    for practice, number in (("G1", 12), ("G2", 3)):
        for n in range(number):
            lists.add(builders.patient(practice=practice, family=f"{practice}{n}"), practice=practice, change="new")
    counts = population.list_counts(["G1", "G2"])
    assert (counts.total, dict(counts.by_practice)) == (15, {"G1": None, "G2": None})
    assert dict(counts.by_group) == {"conditions_4_plus": 15}
    assert dict(counts.by_reason) == {"emergency_admissions": 15, "heart_failure": 15}
    assert dict(population.list_counts(["G3"]).new_by_practice) == {"G3": 0}
