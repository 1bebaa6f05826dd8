"""Journeys 5 and 6: a practice manager's own figures beside protected ones; a privacy officer's oversight."""

import re

import pytest
from django.conf import settings as settings_now
from playwright.sync_api import Page, expect

from localcare.access import actions as access
from localcare.access import pseudonyms
from localcare.access.types import Purpose
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions as caseload
from localcare.population import actions as population
from localcare.population import queries
from tests import builders
from tests.caseload.conftest import Lists
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)
OWN, NOT_SHARING = "G82000", "G82003"
AGE = "16-69"


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def journey(request, open_page):
    """Opens a page, and what to check on it; without scripts axe cannot run and the journey itself is the test."""
    return lambda: open_page(java_script_enabled=request.param), check_page if request.param else lambda *_: None


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def figures(area, edition, monkeypatch, tmp_path):
    """A run over four practices of a hundred people, two in each cluster; one does not share."""
    builders.keep_state_in(tmp_path, monkeypatch)
    for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
        code = f"G8200{number}"
        area.add_practice(code, f"Practice {code}", cluster)
    return population.run(edition, by=audit.SYSTEM)


def column(page: Page, caption: str, label: str) -> list[str]:
    return page.get_by_role("table", name=caption).locator(f'td[data-label="{label}"]').all_inner_texts()


def told_in_words_or_rounded(cells: list[str]) -> bool:
    numbers = [int(cell.replace(",", "")) for cell in cells if cell != "1 to 7 or hidden"]
    return "1 to 7 or hidden" in cells and all(number % settings_now.ROUND_TO == 0 for number in numbers)


def test_a_practice_manager_sees_the_own_practice_exactly_and_others_protected(area, figures, journey):
    open_page, check = journey
    page = open_page()
    margaret = builders.patient(practice=OWN)
    sign_in_as(page, area.viewer("practice_manager", OWN).user_id)
    own = queries.segments(OWN)

    page.goto("/population/")
    check(page, "population")
    page.get_by_role("link", name=AGE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who we serve and what they use")
    people = f"People and spend by group, aged {AGE}"
    exactly = [f"{row['people']:,}" for row in own["segments"] if row["age_band"] == AGE]
    assert column(page, people, "People, Practice G82000") == exactly
    assert any(0 < int(cell) < settings_now.SUPPRESS_BELOW for cell in exactly)
    beside = column(page, people, "People, Tonbridge cluster") + column(page, people, "People, West Kent")
    assert told_in_words_or_rounded(beside)
    check(page, "population-age")

    page.get_by_role("link", name="Disease registers").click()
    on_register = [f"{row['on_register']:,}" for row in own["registers"]]
    assert column(page, "People on each register", "People, Practice G82000") == on_register
    assert told_in_words_or_rounded(column(page, "People on each register", "People, Tonbridge cluster"))
    check(page, "registers")
    page.locator("main").get_by_role("link", name="How was this made?").click()
    expect(page.locator("main")).to_contain_text(figures.name)
    check(page, "how-made")
    never_a_name(page, margaret, check)


def never_a_name(page: Page, person, check) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="What changed")).to_have_count(0)
    check(page, "today-manager")
    for address in ("/", "/population/", "/population/registers/", "/my-work/"):
        assert page.goto(address).status == 200
        expect(page.locator("body")).not_to_contain_text("Ashdown")
    for address in (f"/people/{person.id}/", f"/lists/{OWN}/", "/caseload/", "/people/find/", "/oversight/"):
        assert page.goto(address).status == 403
        expect(page.locator("body")).not_to_contain_text("Ashdown")
    check(page, "refused-role")


def test_figures_that_are_not_there_say_why(area, page):
    sign_in_as(page, area.viewer("practice_manager", "G1").user_id)
    for address in ("population", "population/registers", "population/how-made"):
        page.goto(f"/{address}/")
        check_page(page, f"{address.replace('/', '-')}-empty")
    expect(page.locator("main")).to_contain_text("There has been no population run yet.")


def test_population_for_everybody_else(area, figures, page):
    for role, at, says in (
        ("practice_manager", NOT_SHARING, "Your practice does not share for planning"),
        ("practice_manager", "G1", "Your practice is not in this edition"),
        ("care_coordinator", "C1", "Counts from 1 to 7"),
        ("analyst", "99J", "Where"),
    ):
        sign_in_as(page, area.viewer(role, at).user_id)
        for address in ("population", "population/registers"):
            page.goto(f"/{address}/")
            expect(page.locator("main")).to_contain_text(says)
            check_page(page, f"{address.replace('/', '-')}-{role}-{at}")


@pytest.fixture
def margaret(area):
    """On the list of her practice and the caseload of its cluster's team."""
    person, gp = builders.patient(), area.viewer("gp", "G1")
    Lists().add(person)
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    access.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
    access.reveal(
        practice_code="G1", listed=pseudonyms.pseudonymise([person.nhs_number], Purpose.RISK_STRATIFICATION), by=gp
    )
    return person


def open_in_an_emergency(page: Page, nurse, person, check) -> None:
    """A nurse of the cluster next door is refused, told of emergency access, and uses it."""
    sign_in_as(page, nurse.user_id)
    assert page.goto(f"/people/{person.id}/").status == 403
    check(page, "refused-emergency-offered")
    page.get_by_role("link", name="emergency access").click()
    check(page, "emergency")
    page.get_by_role("button", name="Open this record").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    check(page, "emergency-refused")
    page.get_by_label("What is the emergency?").fill("Found on the floor by the warden")
    page.get_by_role("button", name="Open this record").click()
    expect(page.get_by_role("region", name="Person")).to_contain_text("ASHDOWN, Margaret")


def test_from_find_to_the_unplanned_view_in_an_emergency(area, margaret, journey):
    """Whoever meets her knows no number of ours: name and date of birth open the one record."""
    open_page, check = journey
    page, nurse = open_page(), area.viewer("community_nurse", "C2")
    sign_in_as(page, nurse.user_id)
    page.goto("/people/find/")
    page.get_by_label("Family name", exact=True).fill("Ashdown")
    for part, value in (("Day", "4"), ("Month", "3"), ("Year", "1935")):
        page.get_by_label(part).fill(value)
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.locator("main")).to_contain_text("Nobody whom you may see fits.")
    check(page, "find-nobody-emergency-offered")
    page.get_by_role("button", name="Open the record of the person with these details").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    check(page, "find-in-emergency-refused")
    page.get_by_label("What is the emergency?").fill("Found on the floor by the warden")
    page.get_by_label("Family name", exact=True).fill("Nobody")
    page.get_by_role("button", name="Open this record").click()
    expect(page.get_by_role("status")).to_contain_text("No record can be opened with these details.")
    check(page, "find-in-emergency-nobody")
    page.get_by_label("Family name", exact=True).fill("Ashdown")
    page.get_by_role("button", name="Open this record").click()
    expect(page).to_have_title(re.compile("Unplanned view: Margaret Ashdown"))


def test_a_privacy_officer_sees_every_look_reviews_an_emergency_and_verifies(area, margaret, journey):
    open_page, check = journey
    nurse, own_nurse = area.viewer("community_nurse", "C2"), area.viewer("community_nurse", "C1")
    open_in_an_emergency(open_page(), nurse, margaret, check)
    page = open_page()
    sign_in_as(page, own_nurse.user_id)
    page.goto(f"/people/{margaret.id}/")

    page = open_page()
    sign_in_as(page, area.viewer("privacy_officer", "99J").user_id)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Oversight")
    check(page, "oversight")
    for filtered, who, action in (
        ("Looks", own_nurse.name, "looked"),
        ("Looks", nurse.name, "looked"),
        ("Reveals", "gp ", "revealed"),
        ("Refusals", nurse.name, "refused"),
        ("Emergencies", nurse.name, "emergency declared"),
    ):
        page.get_by_role("link", name=filtered, exact=True).click()
        rows = page.get_by_role("row").filter(has_text=who).filter(has_text=action)
        expect(rows.first).to_be_visible()
        check(page, f"oversight-{filtered.lower()}") if who != nurse.name else None
        page.get_by_role("link", name="All", exact=True).click()
    review_and_verify(page, check)
    expect(page.locator("body")).not_to_contain_text("Ashdown")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"emergency reviewed", "chain verified"} <= actions


def review_and_verify(page: Page, check) -> None:
    waiting = page.get_by_role("region", name="Emergency accesses to review")
    expect(waiting).to_contain_text("Found on the floor by the warden")
    waiting.get_by_role("button", name="Reviewed").click()
    expect(page.locator(".lc-notice")).to_contain_text("Say what you found before you close the review.")
    check(page, "oversight-review-refused")
    waiting.get_by_label("What did you find?").fill("Rang the nurse: the warden could not reach the surgery.")
    waiting.get_by_role("button", name="Reviewed").click()
    expect(page.locator(".lc-notice")).to_contain_text("Reviewed.")
    expect(waiting).to_contain_text("None is waiting.")
    page.get_by_role("button", name="Verify the audit chain").click()
    expect(page.locator(".lc-notice")).to_contain_text("The chain holds:")
    expect(page.get_by_role("region", name="The audit chain")).to_contain_text("It held when privacy_officer")
    check(page, "oversight-verified")
