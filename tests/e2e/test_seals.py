"""A journey: a GP seals one entry, the co-ordinator does not see it and is told, the seal is lifted, she sees it."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Page, expect

from localcare.access import actions as access
from localcare.base import audit
from localcare.caseload import actions as caseload
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from tests import builders
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)
SIX_TEN = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
PRACTICE = SourceOf("GP record, Hadlow Practice", "G1", "gp")
TOLD = "1 entry is sealed by the person's practice. Ask Hadlow Practice."


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def gp(area):
    return area.viewer("gp", "G1")


@pytest.fixture
def coordinator(area):
    return area.viewer("care_coordinator", "C1")


@pytest.fixture
def margaret(gp):
    """Accepted by her practice, with heart failure, and an allergy that she tells nobody else of."""
    builders.agree("G1", "gp")
    person = builders.patient(address="4 Church Lane, Hadlow")
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    for kind, display in (("condition", "Heart failure"), ("allergy", "Levonorgestrel")):
        statement = NewStatement(person.id, kind, display, display, started_on=date(2016, 5, 2))
        record.add_statements(statements=[statement], source=PRACTICE, received_at=SIX_TEN, by=audit.SYSTEM)
    return person


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def journey(request, open_page):
    """Opens a page of somebody signed in, and what to check on it."""

    def opened(viewer) -> Page:
        page = open_page(java_script_enabled=request.param)
        sign_in_as(page, viewer.user_id)
        return page

    return opened, check_page if request.param else lambda page, name: None


def test_an_entry_is_sealed_seen_by_the_practice_alone_and_unsealed(gp, coordinator, margaret, journey):
    opened, check = journey
    at_the_practice, in_the_cluster = opened(gp), opened(coordinator)
    address = f"/people/{margaret.id}/"

    # Given a GP who seals one allergy on the person's page
    at_the_practice.goto(address)
    check(at_the_practice, "person-own-practice")
    allergies = at_the_practice.get_by_role("region", name="Allergies")
    allergies.get_by_role("link", name="Seal Levonorgestrel").click()
    expect(at_the_practice.get_by_role("heading", level=1)).to_have_text("Seal an entry")
    check(at_the_practice, "seal")
    at_the_practice.get_by_role("radio", name="Another reason").check()
    at_the_practice.get_by_role("button", name="Seal this entry").click()
    expect(at_the_practice.get_by_role("alert").first).to_contain_text("There is a problem")
    check(at_the_practice, "seal-refused")
    at_the_practice.get_by_role("radio", name="Sexual or reproductive health").check()
    at_the_practice.get_by_label("In your words").fill("told me at the surgery")
    at_the_practice.get_by_role("button", name="Seal this entry").click()
    row = at_the_practice.get_by_role("row", name="Levonorgestrel")
    expect(row).to_contain_text("Sexual or reproductive health. told me at the surgery")
    expect(row).to_contain_text(gp.signature)
    check(at_the_practice, "seals")
    at_the_practice.goto(address)
    expect(allergies).to_contain_text("Sealed")
    check(at_the_practice, "person-sealed-own-practice")

    # Then the co-ordinator does not see it, is told so, and is not told that there is none
    for page, name in ((address, "person-sealed"), (f"{address}unplanned/", "unplanned-sealed")):
        in_the_cluster.goto(page)
        expect(in_the_cluster.locator("main")).to_contain_text("Heart failure")
        expect(in_the_cluster.locator("body")).not_to_contain_text("Levonorgestrel")
        expect(in_the_cluster.locator("body")).not_to_contain_text("No allergy told to us")
        expect(in_the_cluster.locator("main")).to_contain_text(TOLD)
        expect(in_the_cluster.locator("main")).to_contain_text("Something may be sealed: that is not the same as none.")
        check(in_the_cluster, name)

    # When the seal is lifted
    at_the_practice.goto(f"{address}seals/")
    at_the_practice.get_by_role("link", name="Lift the seal of Levonorgestrel").click()
    check(at_the_practice, "lift-seal")
    at_the_practice.get_by_label("Why is the seal lifted?").fill("agreed with her")
    at_the_practice.get_by_role("button", name="Lift the seal").click()
    expect(at_the_practice.get_by_role("row", name="Levonorgestrel")).to_contain_text("agreed with her")
    check(at_the_practice, "seals-lifted")

    # Then she sees it
    in_the_cluster.goto(address)
    expect(in_the_cluster.get_by_role("region", name="Allergies")).to_contain_text("Levonorgestrel")
    expect(in_the_cluster.locator("body")).not_to_contain_text(TOLD)


def test_emergency_access_opens_the_record_and_not_what_is_sealed(area, gp, margaret, page):
    access.seal_item(
        patient_id=margaret.id,
        item="allergy|G1:gp|Levonorgestrel",
        said_by="G1",
        reason="asked",
        words="",
        by=gp,
    )
    sign_in_as(page, area.viewer("community_nurse", "C2").user_id)
    page.goto(f"/people/{margaret.id}/emergency/")
    page.get_by_label("What is the emergency?").fill("found on the floor")
    page.get_by_role("button", name="Open this record").click()
    page.goto(f"/people/{margaret.id}/unplanned/")
    expect(page.locator("main")).to_contain_text("Heart failure")
    expect(page.locator("main")).to_contain_text(TOLD)
    expect(page.locator("body")).not_to_contain_text("Levonorgestrel")
    check_page(page, "unplanned-emergency-sealed")
