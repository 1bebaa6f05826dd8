"""Journey 1: a GP opens the practice's list, sees a page of it for a reason, accepts one person, declines another."""

import pytest
from playwright.sync_api import expect

from localcare.base import links
from localcare.base.models import AuditEntry
from localcare.caseload import actions, queries
from localcare.caseload.types import State
from tests import builders
from tests.caseload.conftest import Lists
from tests.e2e.browser import check_page, sign_in_as


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def margaret(area):
    return builders.patient()


@pytest.fixture
def gp(area, margaret):
    """A GP of a practice with thirty people on its list, the first Margaret, the second Arthur."""
    if "person" in links.unfilled():
        links.fill("person", "caseload:entry")
    viewer = area.viewer("gp", "G1")
    lists = Lists()
    lists.add(margaret, change="new")
    lists.add(builders.patient(family="Birchwood", given="Arthur", sex="male"))
    for number in range(28):
        lists.add(builders.patient(family=f"Person{number}", given="Given"))
    return viewer


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_accept_one_person_and_decline_another(open_page, gp, scripts):
    page = open_page(java_script_enabled=scripts)
    checked = check_page if scripts else lambda *_: None
    sign_in_as(page, gp.user_id)

    page.goto("/lists/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hadlow Practice: 30 of 2,000 (2%)")
    expect(page.locator("main")).not_to_contain_text("ASHDOWN")
    checked(page, "list")

    page.get_by_role("button", name="Show this page").click()
    page.get_by_label("To decide who the cluster team should help").check()
    checked(page, "list-reason")
    page.get_by_role("button", name="Show this page").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("ASHDOWN, Margaret")
    checked(page, "list-shown")

    page.get_by_role("link", name="Accept Margaret Ashdown").click()
    page.get_by_label("Best-interests decision").check()
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("link", name="Say who was consulted")).to_be_visible()
    checked(page, "list-accept-untold")
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".lc-notice")).to_contain_text("Margaret Ashdown is on the cluster team's caseload.")

    page.get_by_role("link", name="Not suitable Arthur Birchwood").click()
    page.get_by_label("Why?").fill("Well looked after by his family")
    checked(page, "list-not-suitable")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".lc-notice")).to_contain_text("Arthur Birchwood has left the list")
    expect(page.locator("table")).not_to_contain_text("BIRCHWOOD")
    expect(page.locator("main")).to_contain_text("of 28 people")
    checked(page, "list-decided")

    assert [e.state for e in queries.caseload(gp).entries] == [State.ACCEPTED]
    assert AuditEntry.objects.filter(action="reveal session started", actor=gp.name).count() == 1


def test_pages_of_the_caseload(page, area, margaret, gp):
    actions.accept(patient_id=margaret.id, told="person", note="Falls", by=gp)
    sign_in_as(page, area.viewer("care_coordinator", "C1").user_id)
    person = f"caseload/{margaret.id}"
    for name in ("caseload", person, f"{person}/coordinator", f"{person}/end", "caseload/room", "lists", "lists/G1"):
        page.goto(f"/{name}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_page(page, name.replace("/", "-"))
