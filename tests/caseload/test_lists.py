"""Whom the list leaves out, whatever was decided, and what the cluster's counts give away."""

from collections import Counter
from datetime import date

import pytest

from localcare.access import actions as access
from localcare.access.models import Agreement
from localcare.access.types import Refused, Viewer
from localcare.caseload import actions, queries
from localcare.caseload import lists as list_pages
from localcare.caseload.models import CaseloadState
from localcare.caseload.types import DECLINED, Ending, State
from localcare.patients.models import FormerNhsNumber, Patient, SamePerson
from localcare.population import queries as population
from localcare.population.models import ListEntry
from tests import builders
from tests.builders import text
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
    actions.accept(patient_id=people[0].id, told="person", note="", by=gp)
    for person, outcome in zip(people[1:4], sorted(DECLINED), strict=True):
        actions.decline(patient_id=person.id, outcome=outcome, reason="x", by=gp)
    assert on_list(gp) == [pseudonym(person) for person in people[4:]]
    assert len(on_list(gp, decided="1")) == 6


@pytest.mark.parametrize(("change", "back"), [("up", True), ("same", False), ("new", False)])
def test_somebody_declined_off_the_list_comes_back_only_when_a_later_one_says_their_risk_went_up(
    area, lists, change, back
):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    actions.decline(patient_id=person.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
    CaseloadState.objects.update(at=MONDAY_MORNING.replace(day=1))
    lists.add(person, change=change)
    assert on_list(gp) == ([pseudonym(person)] if back else [])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({}, ()),
        ({"change": "up"}, ()),
        ({"risk": 0.56}, ("risk up by 5 points or more",)),
        ({"use": {"emergency_admissions": 4}}, ("more emergency admissions in 12 months",)),
        ({"use": {"emergency_attendances": 1}}, ("more A&E attendances in 12 months",)),
        ({"reasons": [{"key": "condition", "value": "copd"}]}, ("a condition among the reasons that was not there",)),
    ],
)
def test_somebody_declined_comes_back_when_something_changed_since_and_the_row_says_what(area, lists, now, why):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    row = lists.add(person, risk=0.5)
    actions.decline(patient_id=person.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
    CaseloadState.objects.update(at=MONDAY_MORNING.replace(day=1))
    ListEntry.objects.filter(id=row.id).update(**now)
    assert [row.came_back for row in list_pages.page_of(gp, "G1", {}).rows] == ([why] if why else [])


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"change": "up"}, ()),
        ({"risk": 0.56}, ("risk up by 5 points or more",)),
        ({"use": {"emergency_admissions": 4}}, ("more emergency admissions in 12 months",)),
    ],
)
def test_somebody_whose_time_with_the_team_ended_comes_back_for_the_same_reasons(area, lists, now, why):
    gp, coordinator, person = area.viewer("gp", "G1"), area.viewer("care_coordinator", "C1"), builders.patient()
    row = lists.add(person, risk=0.5)
    actions.accept(patient_id=person.id, told="person", note="", by=gp)
    actions.close(patient_id=person.id, ending=Ending.GOALS_MET, reason="Well again", by=coordinator)
    CaseloadState.objects.update(at=MONDAY_MORNING.replace(day=1))
    ListEntry.objects.filter(id=row.id).update(**now)
    assert [row.came_back for row in list_pages.page_of(gp, "G1", {}).rows] == ([why] if why else [])


def test_who_is_hidden_is_counted_by_reason_and_shown_on_request(area, lists):
    gp = area.viewer("gp", "G1")
    people = [builders.patient(family=f"Person{n}") for n in range(5)]
    for n, person in enumerate(people):
        lists.add(person, palliative=n == 3)
    actions.accept(patient_id=people[0].id, told="person", note="", by=gp)
    actions.decline(patient_id=people[1].id, outcome=State.DECLINED_BY_PERSON, reason="No", by=gp)
    off_the_list = builders.patient(family="Elsewhere")
    actions.decline(patient_id=off_the_list.id, outcome=State.NOT_SUITABLE, reason="Well", by=gp)
    page = list_pages.page_of(gp, "G1", {})
    assert dict(page.hidden) == {
        "on the caseload": 1,
        "declined by the person": 1,
        "on the palliative register": 1,
    }
    shown = list_pages.page_of(gp, "G1", {"decided": "1"})
    assert (shown.total, dict(shown.hidden)) == (5, {})


@pytest.mark.parametrize("kind", ["risk_stratification_objection", "type_1_opt_out", "national_data_opt_out"])
def test_a_choice_takes_somebody_off_every_view_of_the_list_at_once_and_its_withdrawal_brings_them_back(
    area, lists, kind
):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    lists.add(person, change="new")
    access.record_choice(answered="person", patient_id=person.id, kind=kind, value="yes", by=gp)
    assert [on_list(gp, **asked) for asked in ({}, {"decided": "1"}, {"change": "new"})] == [[], [], []]
    assert dict(list_pages.page_of(gp, "G1", {}).hidden) == {"chose not to be on lists": 1}
    access.record_choice(answered="person", patient_id=person.id, kind=kind, value="no", by=gp)
    assert on_list(gp) == [pseudonym(person)]


def test_nobody_who_chose_otherwise_is_told_of_as_gone(area, lists):
    gp, left = area.viewer("gp", "G1"), builders.patient(family="Left")
    lists.gone(left)
    access.record_choice(
        answered="person", patient_id=left.id, kind="risk_stratification_objection", value="yes", by=gp
    )
    page = list_pages.page_of(gp, "G1", {"change": "gone"})
    assert (page.rows, page.changes["gone"], dict(page.hidden)) == ((), 0, {})


def test_a_choice_made_before_a_merge_holds_for_both_records(area, lists):
    gp, person, twin = area.viewer("gp", "G1"), builders.patient(), builders.patient(practice="G3")
    lists.add(person)
    elsewhere = area.viewer("gp", "G3")
    access.record_choice(
        answered="person", patient_id=twin.id, kind="risk_stratification_objection", value="yes", by=elsewhere
    )
    SamePerson.objects.create(patient=person, same_as=twin, starts=MONDAY_MORNING.date(), reason="same person")
    assert on_list(gp) == []


def test_where_the_agreement_has_ended_nobody_stands_on_a_list_or_counts(area, lists):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    lists.add(person, change="new")
    for n in range(9):
        lists.add(builders.patient(family=f"Listed{n}"), change="new")
    agreed = {"practice_code": "G1", "purpose": "risk_stratification", "starts": date(2016, 4, 1)}
    row = Agreement.objects.create(**agreed, source="gp", ends=date(2017, 4, 2))
    Agreement.objects.create(**agreed, source="acute")
    page = list_pages.page_of(gp, "G1", {})
    assert (page.ended, page.rows) == (True, ())
    assert queries.new_on_list("G1", {}) == 0
    counts = population.list_counts(["G1", "G2"])
    assert (counts.total, counts.new, counts.by_practice["G1"], population.new_on_lists(["G1", "G2"])) == (0, 0, 0, 0)
    assert population.all_listed() == {}
    access.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
    with pytest.raises(Refused, match="agreement to risk stratification has ended"):
        access.reveal(practice_code="G1", listed=[pseudonym(person)], by=gp)
    Agreement.objects.filter(id=row.id).update(ends=None)
    assert len(population.all_listed()["G1"]) == 10
    assert len(on_list(gp)) == queries.new_on_list("G1", {}) == population.list_counts(["G1", "G2"]).total == 10


@pytest.mark.parametrize("was_listed", [True, False])
def test_where_the_list_has_ended_who_is_named_waits_for_a_decision_all_the_same(
    area, lists, client, sign_in, was_listed
):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    if was_listed:
        lists.add(person)
    agreed = {"practice_code": "G1", "purpose": "risk_stratification", "source": "gp"}
    Agreement.objects.create(**agreed, starts=date(2016, 4, 1), ends=date(2017, 4, 2))
    actions.name_person(patient_id=person.id, reason="lonely", by=gp)
    sign_in("gp", "G1")
    page = client.get("/lists/G1/")
    assert "nobody stands on a list" in text(page)
    assert "ASHDOWN, Margaret" in text(page)
    told = client.post(f"/lists/G1/named/{person.id}/accept/", {"told": "person"}, follow=True)
    assert "is on the cluster team's caseload" in text(told)


def test_who_left_since_the_run_before_is_told_apart(area, lists):
    gp, person, left = area.viewer("gp", "G1"), builders.patient(), builders.patient(family="Left")
    lists.add(person, change="new")
    lists.gone(left)
    page = list_pages.page_of(gp, "G1", {})
    assert (dict(page.changes), page.total) == ({"new": 1, "gone": 1}, 1)
    assert on_list(gp, change="gone") == [pseudonym(left)]


def test_a_changed_nhs_number_brings_nobody_back(area, lists):
    gp, person = area.viewer("gp", "G1"), builders.patient()
    lists.add(person)
    actions.accept(patient_id=person.id, told="person", note="", by=gp)
    old, new = person.nhs_number, builders.nhs_number(90_000)
    Patient.objects.filter(id=person.id).update(nhs_number=new)
    FormerNhsNumber.objects.create(patient=person, nhs_number=old, changed_on=MONDAY_MORNING.date())
    assert on_list(gp) == []


def test_a_cluster_sees_pseudonyms_each_like_at_least_ten_and_never_the_decided(area, lists):
    gp, coordinator = area.viewer("gp", "G1"), area.viewer("care_coordinator", "C1")
    people = [builders.patient(family=f"Person{n}", sex="male" if n % 3 else "female") for n in range(41)]
    for n, person in enumerate(people):
        lists.add(person, age=60 + n)
    actions.accept(patient_id=people[0].id, told="person", note="", by=gp)
    pages = [list_pages.page_of(coordinator, "G1", {"decided": "1", "sex": "male", "page": str(n)}) for n in (1, 2)]
    rows = [row for page in pages for row in page.rows]
    assert {row.pseudonym for row in rows} == {pseudonym(person) for person in people[1:]}
    assert all((row.person, row.entry, row.reasons, row.use, row.group) == (None, None, [], [], "") for row in rows)
    assert min(Counter(row.alike for row in rows).values()) >= 10
    assert len({row.alike for row in rows}) > 1


def test_a_cluster_sees_no_row_where_fewer_than_ten_are_on_the_list(area, lists):
    for n in range(9):
        lists.add(builders.patient(family=f"Person{n}"))
    assert list_pages.page_of(area.viewer("care_coordinator", "C1"), "G1", {}).total == 0


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
