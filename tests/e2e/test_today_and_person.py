"""Journey 2: a care co-ordinator's Today, an accepted person, the unplanned view; and the cluster next door."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from localcare.base import audit, clock
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks import owners
from tests import builders
from tests.caseload.conftest import Lists
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)
SIX_TEN = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2017, 3, 31, 20, 40, tzinfo=UTC)
SUNDAY = datetime(2017, 4, 2, 13, 5, tzinfo=UTC)
HOSPITAL, PRACTICE = SourceOf("Tunbridge Wells Hospital"), SourceOf("Hadlow Practice")
IN_THE_RECORD = (
    (PRACTICE, {"kind": "condition", "display": "Heart failure", "started_on": date(2015, 6, 1)}),
    (PRACTICE, {"kind": "medication", "display": "Furosemide 40mg tablets", "started_on": date(2017, 3, 1)}),
    (PRACTICE, {"kind": "allergy", "display": "Penicillin", "started_on": date(1990, 1, 1), "precision": "year"}),
    (
        PRACTICE,
        {
            "kind": "measurement",
            "display": "Weight",
            "value": "62",
            "unit": "kg",
            "started_on": date(2017, 3, 20),
            "author": "Dr Jane Osei",
        },
    ),
)


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def coordinator(area):
    return area.viewer("care_coordinator", "C1")


@pytest.fixture
def margaret(area, coordinator):
    """Accepted, known in detail and admitted on Friday; Keith, accepted too, was in A&E on Sunday. Two more people
    are new on the practices' lists, a task of the co-ordinator is late, and the team meets on Wednesday."""
    gp, lists = area.viewer("gp", "G1"), Lists()
    margaret = builders.patient(address="4 Church Lane, Hadlow")
    keith = builders.patient(family="Pankhurst", given="Keith", sex="male")
    for person in (margaret, keith):
        lists.add(person)
        caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    lists.add(builders.patient(family="Birchwood", given="Arthur"), change="new")
    lists.add(builders.patient(family="Nettlefold", given="Iris", practice="G2"), practice="G2", change="new")
    for source, facts in IN_THE_RECORD:
        say(margaret, source, facts["display"], **facts)
    happened(margaret, "emergency_admission", "Emergency admission", FRIDAY_NIGHT)
    happened(keith, "emergency_attendance", "A&E attendance", SUNDAY, ended_on=SUNDAY.date())
    tasks.give(
        title="Ring her daughter",
        owner=owners.myself(coordinator),
        due_on=date(2017, 3, 30),
        patient_id=margaret.id,
        by=coordinator,
    )
    mdt.plan_meeting(
        starts_at=clock.now() + timedelta(days=2, hours=4), minutes=120, by=coordinator, place="Tonbridge hub"
    )
    return margaret


def happened(person, category: str, display: str, at: datetime, **more) -> None:
    more |= {"category": category, "started_on": at.date(), "started_at": at}
    say(person, HOSPITAL, category, kind="encounter", display=display, **more)


def say(person, source: SourceOf, number: str, **facts) -> None:
    statement = NewStatement(patient_id=person.id, external_id=f"{person.id} {number}", **facts)
    record.add_statements(statements=[statement], source=source, received_at=SIX_TEN, by=audit.SYSTEM)


def no_check(page: Page, name: str) -> None:
    """Without scripts axe cannot run; the journey itself is the test."""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def journey(request, open_page):
    """Opens a page, and what to check on it."""
    return lambda: open_page(java_script_enabled=request.param), check_page if request.param else no_check


def test_a_coordinator_s_morning(area, coordinator, margaret, journey):
    open_page, check = journey
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto("/")
    read_today(page)
    check(page, "today")
    page.get_by_role("link", name="in hospital or A&E").click()
    expect(page.get_by_role("table")).not_to_contain_text("Keith Pankhurst")
    check(page, "today-in-hospital")
    page.goto("/")
    page.get_by_role("row", name="Keith Pankhurst").get_by_role("button", name="Close").click()
    expect(page.get_by_role("alert")).to_contain_text("Closed for your team.")
    expect(page.get_by_role("table")).not_to_contain_text("Keith Pankhurst")
    check(page, "today-closed")

    page.get_by_role("link", name="Margaret Ashdown", exact=True).click()
    read_the_person(page)
    check(page, "person")
    page.get_by_role("link", name="All entries").click()
    weight = page.get_by_role("region", name="Timeline").get_by_role("listitem").filter(has_text="Weight: 62 kg")
    expect(weight).to_contain_text("Hadlow Practice, Dr Jane Osei")
    check(page, "person-all-entries")
    page.get_by_role("link", name="Unplanned view").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Unplanned view")
    expect(page.locator("main")).to_contain_text("Penicillin Hadlow Practice, 1990")
    expect(page.locator("main")).to_contain_text("Tonbridge cluster team: 01632 960011")
    expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    check(page, "unplanned")


def read_today(page: Page) -> None:
    counts = page.get_by_role("list", name="What needs you")
    expect(counts).to_contain_text("1 in hospital or A&E")
    expect(counts).to_contain_text("1 late: 1 action, 0 reviews")
    expect(counts).to_contain_text("1 to 7 new on our practices' lists")
    expect(counts).to_contain_text("next meeting, Wednesday 5 April 2017, 1:00pm")
    row = page.get_by_role("row", name="Margaret Ashdown")
    expect(row).to_contain_text("Emergency admission, Friday 31 March 2017, 9:40pm")
    expect(row).to_contain_text("Told to us Monday 3 April 2017, 6:10am by Tunbridge Wells Hospital")
    expect(page.get_by_role("row", name="Keith Pankhurst")).to_contain_text("A&E attendance, Sunday 2 April")
    expect(page.get_by_role("region", name="My work")).to_contain_text("4 days late")
    for name in ("Birchwood", "Nettlefold"):
        expect(page.locator("body")).not_to_contain_text(name)


def read_the_person(page: Page) -> None:
    banner = page.get_by_role("region", name="Person")
    expect(banner).to_contain_text("ASHDOWN, Margaret")
    expect(banner).to_contain_text("Allergy: Penicillin")
    story = page.get_by_role("region", name="Story")
    expect(story).to_contain_text("82, lives in Hadlow.")
    expect(story).to_contain_text("4 or more long-term conditions")
    expect(story).to_contain_text("3 emergency admissions in 12 months")
    timeline = page.get_by_role("region", name="Timeline")
    for day, *said in (
        ("31 March 2017", "9:40pm", "Emergency admission", "Tunbridge Wells Hospital"),
        ("1 June 2015", "Heart failure", "Hadlow Practice"),
    ):
        row = timeline.get_by_role("list", name=day, exact=True).get_by_role("listitem").filter(has_text=said[-2])
        for words in said:
            expect(row).to_contain_text(words)
    expect(timeline).not_to_contain_text("Weight")
    expect(page.locator("main")).to_contain_text("Your team looks after this person.")


def test_finding_a_person_by_two_identifiers(coordinator, margaret, journey):
    open_page, check = journey
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto("/people/find/")
    check(page, "find")
    page.get_by_role("textbox", name="Family name").fill("Ashdown")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_role("textbox", name="Family name")).to_have_value("Ashdown")
    check(page, "find-refused")
    page.get_by_label("Day").fill("4")
    page.get_by_label("Month").fill("3")
    page.get_by_label("Year").fill("1935")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(page.get_by_role("region", name="Person")).to_contain_text("ASHDOWN, Margaret")
    page.get_by_label("Find a person").fill(f"{margaret.nhs_number} 4/3/1935")
    page.get_by_role("button", name="Find a person").click()
    expect(page.get_by_role("region", name="Person")).to_contain_text("ASHDOWN, Margaret")


def test_the_cluster_next_door_sees_nobody(area, margaret, journey):
    open_page, check = journey
    page = open_page()
    sign_in_as(page, area.viewer("care_coordinator", "C2").user_id)
    page.goto("/")
    expect(page.locator("main")).to_contain_text("Nothing new since Monday 27 March 2017, 9:00am.")
    check(page, "today-nothing")
    page.get_by_label("Find a person").fill("Ashdown 4/3/1935")
    page.get_by_role("button", name="Find a person").click()
    expect(page.locator("main")).to_contain_text("Nobody whom you may see fits.")
    check(page, "find-nobody")
    for address in (f"/people/{margaret.id}/", f"/people/{margaret.id}/unplanned/", f"/caseload/{margaret.id}/"):
        assert page.goto(address).status == 403
        expect(page.get_by_role("heading", level=1)).to_have_text("You cannot see this")
        expect(page.locator("body")).not_to_contain_text("Ashdown")
    check(page, "person-refused")


def test_a_person_of_whom_nothing_is_known(area, coordinator, page):
    unknown = builders.patient(family="Quaife", given="Noel", sex="")
    builders.relate(unknown, area.teams["C1"])
    sign_in_as(page, coordinator.user_id)
    for address, name in (("", "person-unknown"), ("unplanned/", "unplanned-unknown")):
        page.goto(f"/people/{unknown.id}/{address}")
        expect(page.locator("main")).to_contain_text("No allergy told to us. That is not the same as none.")
        check_page(page, name)


def test_the_unplanned_view_prints_on_one_side_of_a4(coordinator, margaret, page):
    for number in range(20):
        say(margaret, PRACTICE, f"medicine {number}", kind="medication", display=f"Medicine {number} 40mg tablets")
    sign_in_as(page, coordinator.user_id)
    page.goto(f"/people/{margaret.id}/unplanned/")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Whole page")).to_be_hidden()
    assert re.findall(rb"/Count (\d+)", page.pdf(format="A4")) == [b"1"]
