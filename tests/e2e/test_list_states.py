"""States of the practices' lists, who to see first and its effect that no journey comes by: nobody, very many, the
whole list, one that has ended, closed to the viewer."""

from datetime import date, datetime
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from localcare.access import actions as access
from localcare.base.clock import LONDON
from localcare.caseload import actions, evaluating
from localcare.caseload.models import CaseloadState, EffectEstimate, EvaluationPlace
from localcare.caseload.types import Ending, State
from localcare.population.models import ListEntry
from tests import builders
from tests.caseload.conftest import Lists
from tests.caseload.test_evaluations import PLAN
from tests.e2e.browser import check_page, sign_in_as
from tests.e2e.test_first_and_effect import FOUND

MANY = 1000


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def seen_by(open_page):
    """A page of a viewer's own that tells what is expected at an address, and is checked under a name if it has one."""

    def look(viewer):
        page = open_page()
        sign_in_as(page, viewer.user_id)

        def at(address: str, name: str, tells: str) -> Page:
            page.goto(address)
            expect(page.locator("main")).to_contain_text(tells)
            if name:
                check_page(page, name, opened=True)
            return page

        return at

    return look


def test_lists_from_none_to_very_many(area, seen_by):
    coordinator, doctor = area.viewer("care_coordinator", "C1"), area.viewer("gp", "G1")
    team, gp = seen_by(coordinator), seen_by(doctor)
    team("/lists/", "lists-no-run", "There are no lists yet.")
    gp("/lists/G1/", "list-no-run", "There is no list yet.")
    team("/lists/first/", "first-no-run", "There is no list yet.")

    lists = Lists()
    gp("/lists/G1/", "list-nobody", "Nobody here.")
    team("/lists/G1/", "list-nobody-outside", "No row is shown.")
    team("/lists/", "lists-nobody", "Nobody is on a list.")

    lists.run.model |= {"thin": {"G1": "no GP records since 3 January 2017"}}
    lists.run.save()
    gp("/lists/G1/", "list-too-thin", "Not enough data to score anybody here.")
    area.add_organisation("C9", "New cluster", "cluster")
    area.add_practice("G9", "New Practice", "C9")
    seen_by(area.viewer("gp", "G9"))("/lists/G9/first/", "first-no-team", "No team looks after")
    people = [builders.patient(family=f"Person{n}", given="Given") for n in range(7)]
    for person in people:
        lists.add(person, palliative=person is people[-1])
    lists.fill(MANY)
    gp("/lists/G1/?page=20", "list-page-20", "476 to 500 of 999 people")
    team("/lists/G1/?page=40", "list-last-page-outside", "Previous page")
    decided_about(people, doctor, coordinator)
    page = gp("/lists/G1/?decided=1", "", "Show this page")
    page.get_by_role("button", name="Show this page").click()
    page.get_by_role("button", name="Show this page").click()
    check_page(page, "list-reason-missing")
    page.get_by_label("To decide who the cluster team should help").check()
    page.get_by_role("button", name="Show this page").click()
    expect(page.locator("main")).to_contain_text("back because: risk up by 5 points or more")
    check_page(page, "list-whole-shown", opened=True)

    access.load_agreements(
        agreements=[access.AgreementRow("G1", "gp", "risk_stratification", date(2016, 4, 1), date(2017, 4, 2))],
        by=doctor.actor,
    )
    gp("/lists/G1/", "list-ended", "agreement to risk stratification has ended")


def decided_about(people, gp, coordinator) -> None:
    """One of each: accepted, ended, the three ways of declining, and one who came back since."""
    accepted, ended, *declined, back = (person.id for person in people[:6])
    for one in (accepted, ended):
        actions.accept(patient_id=one, told="person", note="", by=gp)
    actions.close(patient_id=ended, ending=Ending.GOALS_MET, reason="Well again", by=coordinator)
    ways = (State.ALREADY_KNOWN, State.NOT_SUITABLE, State.DECLINED_BY_PERSON, State.NOT_SUITABLE)
    for one, outcome in zip((*declined, back), ways, strict=True):
        actions.decline(patient_id=one, outcome=outcome, reason="Said so today", by=gp)
    CaseloadState.objects.update(at=datetime(2017, 4, 1, 9, tzinfo=LONDON))
    ListEntry.objects.filter(rank_in_practice=6).update(risk=0.99)


def test_clinicians_named_and_those_who_are_not(area, seen_by):
    lists, manager = Lists(), area.viewer("practice_manager", "G1")
    for number in range(12):
        lists.add(builders.patient(family=f"Person{number}"))
    practice, pharmacist = seen_by(manager), area.viewer("pharmacist", "C1")
    seen_by(pharmacist)("/lists/", "lists-not-named", "none has named you for its list today")
    page = practice("/lists/G1/clinicians/", "clinicians-nobody", "Nobody yet.")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "clinicians-errors")
    access.name_for_list(practice_code="G1", post_id=pharmacist.post_id, reason="Reviews medicines", by=manager)
    page = practice("/lists/G1/clinicians/", "clinicians-named", "Reviews medicines")
    page.get_by_role("link", name="End for").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "clinician-end-errors")
    named = seen_by(pharmacist)
    named("/lists/", "lists-named", "of practices that named you")
    named("/lists/G1/", "list-named-viewer", "has named you")
    page.get_by_role("textbox").last.fill("She moved on")
    page.get_by_role("button", name="End it").click()
    expect(page.locator(".lc-notice")).to_contain_text("no longer sees who is on your list")
    check_page(page, "clinicians-ended")
    page = seen_by(area.viewer("gp", "G1"))("/lists/G1/add/", "list-add-start", "Add somebody who is not on the list")
    page.get_by_role("textbox", name="Family name").fill("Nobody")
    for part, value in (("Day", "4"), ("Month", "3"), ("Year", "1935")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Find").last.click()
    expect(page.locator("main")).to_contain_text("Nobody of your practice fits both.")
    check_page(page, "list-add-nobody")


def test_an_evaluation_from_running_to_results_that_cannot_be_used(area, seen_by, clock_at):
    lists, coordinator, analyst = Lists(), area.viewer("care_coordinator", "C1"), area.viewer("analyst", "99J")
    for number in range(50):
        lists.add(builders.patient(family=f"Person{number}"), risk=0.5 - number / 1000)
    actions.set_room(places_a_month=5, starts=date(2017, 4, 3), by=coordinator)
    estimated(area, 1, "estimated", None, {"admissions": FOUND, "attendances": None, "nights": FOUND, "pounds": FOUND})
    seen_by(analyst)("/lists/effect/C1/", "effect-matched", "Nothing was randomised.")
    made = evaluating.record(team=area.teams["C1"], plan=PLAN, confirmed=True, by=analyst)
    actions.set_room(places_a_month=20, starts=date(2017, 4, 3), by=coordinator)
    clock_at(datetime(2017, 4, 12, 9, tzinfo=LONDON))
    page = seen_by(area.viewer("gp", "G1"))("/lists/G1/first/", "", "An evaluation runs")
    page.get_by_role("button", name="Show these people").click()
    page.get_by_label("To decide who the cluster team should help").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Accept").first).to_be_visible()
    check_page(page, "first-shown", opened=True)
    estimated(area, 2, "too_early", made, dict.fromkeys(("admissions", "attendances", "nights", "pounds")))
    EvaluationPlace.objects.filter(place=1).update(release_on=date(2018, 1, 1))
    seen_by(analyst)("/lists/effect/C1/", "effect-too-early", "The order is not the one recorded.")


numbers = count(1)


def estimated(area, day: int, state: str, evaluation, effects) -> None:
    told = {"method": "randomised" if evaluation else "matched", "effects": effects, "until": "2017-04-01"}
    EffectEstimate.objects.create(
        team=area.teams["C1"], evaluation=evaluation, run=f"r{next(numbers)}", edition="e", as_at=date(2017, 4, day),
        made_at=datetime(2017, 4, day, 9, tzinfo=LONDON), state=state, outcomes={**told, "reached": 40, "taken_on": 20},
    )  # fmt: skip
