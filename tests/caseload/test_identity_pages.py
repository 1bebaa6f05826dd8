"""Pages of asking who somebody is, beyond one's own practice."""

import pytest

from localcare.access.models import IdentityRequest
from localcare.base.models import AuditEntry
from tests import builders
from tests.builders import text
from tests.caseload.conftest import pseudonym
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def margaret(lists, area):
    person = builders.patient()
    lists.add(person)
    for n in range(11):
        lists.add(builders.patient(family=f"Person{n}"))
    return person


@pytest.fixture
def asking(margaret):
    return f"/identities/ask/G1/{pseudonym(margaret)}/"


@pytest.mark.parametrize(
    ("role", "at", "index", "ask"),
    [
        ("care_coordinator", "C1", 200, 200),
        ("care_coordinator", "C2", 200, 403),
        ("gp", "G1", 200, 403),
        ("caldicott_guardian", "99J", 200, 403),
        ("community_nurse", "C1", 403, 403),
        ("analyst", "99J", 403, 403),
    ],
)
def test_by_role(client, sign_in, asking, role, at, index, ask):
    sign_in(role, at)
    assert client.get("/identities/").status_code == index
    assert client.get(asking).status_code == ask


def test_asked_from_the_list_released_by_a_second_person_seen_by_the_first(client, sign_in, area, asking, as_viewer):
    coordinator, guardian = area.viewer("care_coordinator", "C1"), area.viewer("caldicott_guardian", "99J")
    as_viewer(coordinator)
    assert asking in text(client.get("/lists/G1/"))
    assert client.post(asking, {"reason": " "}).status_code == 400
    page = text(client.post(asking, {"reason": "Found wandering"}, follow=True))
    assert "1 of 10 people this week" in page
    assert "Waiting for a second person" in page
    as_viewer(guardian)
    page = text(client.get("/identities/"))
    assert "Found wandering" in page
    assert "ASHDOWN" not in page.upper()
    decide = page.split('href="/identities/')[1].split('"')[0]
    assert client.post(f"/identities/{decide}", {"answer": "", "decision": "release"}).status_code == 400
    answer = {"answer": "Safety", "decision": "release"}
    assert "Released to" in text(client.post(f"/identities/{decide}", answer, follow=True))
    assert "does not wait for you" in text(client.post(f"/identities/{decide}", answer, follow=True))
    as_viewer(coordinator)
    page = text(client.get("/identities/"))
    seen = page.split("See who")[0].rsplit('href="', 1)[1].split('"')[0]
    assert "Margaret Ashdown" in text(client.get(seen))
    as_viewer(guardian)
    assert client.get(seen).status_code == 403


def test_a_gp_sees_what_waits_on_the_own_list(client, sign_in, asking):
    sign_in("care_coordinator", "C1")
    client.post(asking, {"reason": "Found wandering"})
    sign_in("gp", "G1")
    assert "1 asked who somebody on your list is" in text(client.get("/lists/G1/"))


def test_over_the_quota_the_page_says_why(client, sign_in, asking, settings):
    settings.IDENTITY_QUOTA = 0
    sign_in("care_coordinator", "C1")
    page = text(client.get(asking))
    assert "which is all you may" in page
    assert "Why do you need to know" not in page
    page = client.post(asking, {"reason": "Found wandering"})
    assert page.status_code == 403
    assert "which is all you may" in text(page)
    assert AuditEntry.objects.filter(action="identity not asked").count() == 1


def test_what_waits_comes_in_pages(client, sign_in, area, margaret):
    asker = area.viewer("care_coordinator", "C1")
    IdentityRequest.objects.bulk_create(
        IdentityRequest(
            user_id=asker.user_id, actor=asker.name, practice_code="G1", pseudonym=f"{n:064x}", reason=f"Reason {n};",
            asked_at=MONDAY_MORNING,
        )
        for n in range(26)
    )  # fmt: skip
    sign_in("caldicott_guardian", "99J")
    page = text(client.get("/identities/"))
    assert "Waiting for you: 26" in page
    assert "1 to 25 of 26 requests that wait" in page
    assert "Reason 25;" not in page
    assert "Reason 25;" in text(client.get("/identities/?page_of_requests=2"))


def test_a_row_that_is_not_on_that_list_is_not_found(client, sign_in, margaret):
    sign_in("care_coordinator", "C1")
    assert client.get(f"/identities/ask/G2/{pseudonym(margaret)}/").status_code == 404
