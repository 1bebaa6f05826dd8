"""Journey: the site is down and the outage copy is up. A nurse of another cluster is called to somebody who collapsed,
finds her by two identifiers, declares an emergency, reads and prints the view; afterwards the privacy officer sees it.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from playwright.sync_api import Page, expect

from localcare.base import audit
from localcare.cli import serve
from localcare.outage import actions as outage
from tests import builders
from tests.cli.test_serve import answer, free_port
from tests.conftest import MONDAY_MORNING
from tests.e2e.browser import PASSWORD, WIDE, check_page, keep_picture, sign_in, sign_in_as
from tests.outage.conftest import prepared, say, standby, told_of  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Path(serve.__file__).parents[2]
TYPICAL, MANY = 12, 90
FAMILY = {TYPICAL: "Ashdown", MANY: "Barden"}
A4 = {"width": 794, "height": 1123}


@pytest.fixture
def stranger(area, settings):
    """Called to somebody whom another cluster looks after. The server that runs on the copy knows real hashes only."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    viewer = area.viewer("community_nurse", "C2")
    user = get_user_model().objects.get(pk=viewer.user_id)
    user.set_password(PASSWORD)
    user.save()
    return viewer


@pytest.fixture
def people(area, gp, coordinator):
    """Margaret, who takes as many medicines as is usual here, and Mavis, who takes very many."""
    found = []
    for given, medicines in (("Margaret", TYPICAL), ("Mavis", MANY)):
        person = builders.patient(given=given, family=FAMILY[medicines], address="4 Church Lane, Hadlow")
        told_of(person, gp, coordinator)
        for number in range(1, medicines):
            say(person, "medication", f"Medicine {number} 20 mg gastro-resistant tablets", value="One each morning")
        found.append(person)
    return found


@pytest.fixture
def copy(people, stranger, prepared, standby, tmp_path) -> Iterator[str]:  # noqa: F811
    """The address of the copy's own server; the care store that it is told of does not answer."""
    prepared()
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(SOURCE),
        "LOCALCARE_DATA": str(tmp_path / "van"),
        "LOCALCARE_STANDBY": str(standby),
        "LOCALCARE_KEYS": str(standby.parent / "keys"),
        "LOCALCARE_CLOCK_OFFSET_DAYS": str((date(2017, 4, 4) - timezone.now().date()).days),
        "LOCALCARE_OUTAGE_OLD_HOURS": "72",
        "DATABASE_URL": "postgres://nobody@localhost:1/gone",
    }
    options = ["--json", "--workers", "1", "--port", str(port)]
    command = [sys.executable, "-m", "localcare.cli", "outage", "serve", *options]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert answer(f"http://127.0.0.1:{port}/healthz") == (200, "ok")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=60)
    assert (server.returncode, said) == (0, "")


@pytest.fixture
def page_of_copy(browser, copy) -> Iterator[Page]:
    context = browser.new_context(base_url=copy, viewport=WIDE)
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def printed_pages(page: Page, name: str) -> int:
    """How many sides of A4 the page takes."""
    printed = page.pdf(format="A4")
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    keep_picture(page, f"{name}-print")
    page.emulate_media(media="screen")
    page.set_viewport_size(WIDE)
    if folder := os.environ.get("LOCALCARE_SCREENSHOTS"):
        Path(folder, f"{name}.pdf").write_bytes(printed)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", printed))


def find(page: Page, family: str) -> None:
    page.get_by_label("Family name", exact=True).fill(family)
    for label, value in (("Day", "4"), ("Month", "3"), ("Year", "1935")):
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Find", exact=True).click()


def open_in_an_emergency(page: Page, family: str) -> None:
    find(page, family)
    expect(page.get_by_text("Nobody whom you may see fits.")).to_be_visible()
    page.get_by_label("What is the emergency?").fill("Found collapsed at home")
    page.get_by_role("button", name="Open the record of the person with these details").click()
    expect(page.get_by_role("heading", name="Unplanned view")).to_be_visible()


def test_the_view_is_read_while_the_site_is_down_and_the_look_joins_afterwards(
    page_of_copy, open_page, area, people, stranger, clock_at
):
    page = page_of_copy
    page.goto("/account/login/")
    check_page(page, "outage-sign-in")
    sign_in(page, get_user_model().objects.get(pk=stranger.user_id).username)
    expect(page.get_by_role("region", name="Outage")).to_contain_text(
        re.compile(r"Outage copy\. Data as of Monday 3 April 2017, 9:00am \(\d+ hours old\)\. Nothing .* is newer\.")
    )
    check_page(page, "outage-find")
    find(page, "Nobody")
    check_page(page, "outage-nobody")
    open_in_an_emergency(page, FAMILY[TYPICAL])
    for words in ("Not for CPR", "Penicillin", "Ramipril", "More breathless than usual", "01632 960011"):
        expect(page.get_by_text(words).first).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)
    check_page(page, "outage-view")
    assert printed_pages(page, "outage-view") == 1
    page.get_by_role("link", name="Find another person").click()
    open_in_an_emergency(page, FAMILY[MANY])
    check_page(page, "outage-view-long")
    assert printed_pages(page, "outage-view-long") > 1
    page.goto(f"/people/{people[0].id + 999}/")
    expect(page.get_by_role("heading", name="You cannot see this")).to_be_visible()
    check_page(page, "outage-refused")

    clock_at(MONDAY_MORNING + timedelta(days=2))
    joined = outage.join(by=audit.SYSTEM)
    assert (joined.emergencies, joined.findings) == (2, ())
    assert audit.verify().holds
    officer = open_page()
    sign_in_as(officer, area.viewer("privacy_officer", "99J").user_id)
    officer.goto("/oversight/")
    expect(officer.get_by_role("heading", name="Emergency accesses to review: 2")).to_be_visible()
    expect(officer.get_by_text("in an outage").first).to_be_visible()
    check_page(officer, "outage-oversight")
