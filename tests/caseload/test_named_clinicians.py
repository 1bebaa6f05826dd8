"""Pages of naming clinicians for a practice's list, and of what they see."""

import pytest

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Refused
from localcare.caseload import actions, queries
from localcare.caseload.types import State
from tests import builders
from tests.builders import text
from tests.caseload.conftest import pseudonym

pytestmark = pytest.mark.django_db
LIST = "/lists/G1/"
CLINICIANS = LIST + "clinicians/"


@pytest.fixture
def arthur(lists, area):
    """On the list of G1; no team looks after him."""
    person = builders.patient(family="Birchwood", given="Arthur")
    lists.add(person)
    return person


@pytest.fixture
def named(area, gp):
    def of(role, at):
        viewer = area.viewer(role, at)
        access.name_for_list(practice_code="G1", post_id=viewer.post_id, reason="Reviews medicines", by=gp)
        return viewer

    return of


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        ("gp", "G1", 200),
        ("practice_manager", "G1", 200),
        ("practice_nurse", "G1", 403),
        ("gp", "G2", 403),
        ("practice_manager", "G3", 403),
        ("care_coordinator", "C1", 403),
        ("pharmacist", "C1", 403),
        ("analyst", "99J", 403),
        ("caldicott_guardian", "99J", 403),
    ],
)
def test_who_names_by_role(client, sign_in, role, at, status):
    sign_in(role, at)
    assert client.get(CLINICIANS).status_code == status


def test_the_manager_gets_there_from_today_and_a_gp_from_the_list(client, sign_in, arthur):
    sign_in("practice_manager", "G1")
    assert CLINICIANS in text(client.get("/"))
    sign_in("gp", "G1")
    assert CLINICIANS in text(client.get(LIST))
    sign_in("practice_nurse", "G1")
    assert CLINICIANS not in text(client.get(LIST))


def test_named_and_ended_on_the_page(client, sign_in, area, arthur):
    pharmacist = area.viewer("pharmacist", "C1")
    sign_in("practice_manager", "G1")
    page = client.post(CLINICIANS, {"post": pharmacist.post_id, "reason": " "})
    assert (page.status_code, "Give the reason" in text(page)) == (400, True)
    page = text(client.post(CLINICIANS, {"post": pharmacist.post_id, "reason": "Reviews medicines"}, follow=True))
    assert "may see who is on your list." in page
    assert "Reviews medicines" in page
    ending = page.split(f'href="{CLINICIANS}')[1].split('"')[0]
    assert client.post(CLINICIANS + ending, {"reason": ""}).status_code == 400
    page = text(client.post(CLINICIANS + ending, {"reason": "She moved on"}, follow=True))
    assert "no longer sees who is on your list." in page
    assert "She moved on" in page
    assert client.get(CLINICIANS + "999/end/").status_code == 404


def test_a_named_pharmacist_reveals_for_a_reason_and_neither_opens_nor_decides(client, as_viewer, named, arthur):
    as_viewer(named("pharmacist", "C1"))
    assert LIST in text(client.get("/lists/"))
    page = text(client.get(LIST))
    assert "3 emergency admissions in 12 months" in page
    assert "BIRCHWOOD" not in page
    asked = client.post(LIST + "show/")
    assert asked.url == LIST + "reason/"
    page = text(client.post(asked.url, {"reason": "review", "words": ""}, follow=True))
    assert "BIRCHWOOD, Arthur" in page
    assert f"/people/{arthur.id}/" not in page
    assert "/accept/" not in page
    assert client.post(f"{LIST}{pseudonym(arthur)}/accept/", {"told": "person"}).status_code == 403
    assert client.get(LIST + "add/").status_code == 403
    assert client.get("/lists/G2/").status_code == 403


def test_a_named_gp_of_a_neighbouring_practice_decides(client, as_viewer, named, arthur):
    as_viewer(named("gp", "G2"))
    assert LIST in text(client.get("/lists/G2/"))
    client.post(LIST + "reason/", {"reason": "review", "words": ""})
    page = text(client.post(f"{LIST}{pseudonym(arthur)}/known/", {"reason": "Our nurse visits"}, follow=True))
    assert "has left the list: already known" in page
    entry = queries.entry_of([arthur.id])
    assert (entry.state, entry.seen is not None) == (State.ALREADY_KNOWN, True)
    assert "is on the list again" in text(client.post(f"{LIST}{pseudonym(arthur)}/put-back/", follow=True))
    page = text(client.post(f"{LIST}{pseudonym(arthur)}/accept/", {"told": "person", "note": ""}, follow=True))
    assert "is on the cluster team's caseload" in page


def test_who_is_named_opens_nobody_beside_the_list(client, as_viewer, named, arthur):
    viewer = named("gp", "G2")
    as_viewer(viewer)
    for address in (
        f"/lists/G2/add/{arthur.id}/",
        f"/lists/G2/named/{arthur.id}/known/",
        f"/lists/G1/add/{arthur.id}/",
    ):
        page = client.get(address)
        assert (page.status_code, "Birchwood" in text(page)) == (403, False), address
    with pytest.raises(Refused, match="own practice names them"):
        actions.name_person(patient_id=arthur.id, reason="worried", by=viewer)


@pytest.mark.parametrize(("role", "at"), [("pharmacist", "C1"), ("gp", "G2"), ("community_nurse", "C2")])
def test_without_being_named_the_list_stays_shut(client, sign_in, arthur, role, at):
    sign_in(role, at)
    assert client.get(LIST).status_code == 403
    assert client.post(LIST + "reason/", {"reason": "review", "words": ""}).status_code == 403


def test_once_ended_the_list_is_shut_and_says_whom_to_ask(client, as_viewer, named, gp, arthur):
    as_viewer(named("community_nurse", "C1"))
    client.post(LIST + "reason/", {"reason": "review", "words": ""})
    (naming,) = gate.namings(gp, "G1")
    access.end_naming(practice_code="G1", naming_id=naming.id, reason="done", by=gp)
    assert client.get(LIST).status_code == 403
    page = client.get("/lists/")
    assert (page.status_code, "none has named you" in text(page)) == (403, True)
