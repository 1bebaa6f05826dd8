"""Every refusal stands in the audit chain with whom it was about: once, whoever said no."""

from datetime import date

import pytest

from localcare.access import actions, oversight
from localcare.access.types import ChoiceKind, Decision, Refused
from localcare.accounts.actions import create_user
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.caseload import actions as caseload
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders
from tests.builders import last_entry

pytestmark = pytest.mark.django_db


def refusals() -> list[tuple[str, list[int]]]:
    """Actor and people of each refusal so far."""
    found = AuditEntry.objects.filter(action="refused").order_by("sequence")
    subjects = AuditSubject.objects.order_by("patient_id")
    return [
        (e.actor, list(subjects.filter(entry_sequence=e.sequence).values_list("patient_id", flat=True))) for e in found
    ]


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/people/{}/", None),
        ("/people/{}/unplanned/", None),
        ("/people/{}/choices/", None),
        ("/people/{}/choices/sharing_consent/", {"value": "given", "answered": "person", "told": "rang"}),
        ("/caseload/{}/add/", {"agreed": "person", "reason": "collapsed"}),
        ("/caseload/{}/end/", {"ending": "goals_met", "reason": "better"}),
        ("/meetings/add/{}/", {}),
        ("/my-work/new/{}/", {}),
    ],
)
def test_one_entry_names_the_person_whichever_page_or_action_said_no(client, area, margaret, address, fields):
    stranger = area.viewer("care_coordinator", "C2")
    builders.sign_in(client, stranger)
    address = address.format(margaret.id)
    response = client.get(address) if fields is None else client.post(address, fields)
    assert response.status_code == 403
    assert "That you asked was recorded" in builders.text(response)
    assert refusals() == [(stranger.name, [margaret.id])]


def test_a_step_on_somebody_elses_task_names_its_person(client, area, coordinator, margaret):
    owner = Owner(None, coordinator.team_id, "the team")
    task = tasks.give(title="Visit", owner=owner, due_on=date(2017, 4, 4), patient_id=margaret.id, by=coordinator)
    stranger = area.viewer("therapist", "C2")
    builders.sign_in(client, stranger)
    assert client.post(f"/my-work/{task.pk}/take/", {"seen": "1"}).status_code == 403
    assert refusals() == [(stranger.name, [margaret.id])]


def test_a_search_that_finds_somebody_closed_is_a_refusal_too(area, client, margaret):
    stranger = area.viewer("therapist", "C2")
    builders.sign_in(client, stranger)
    client.post("/people/find/", {"q": "Ashdown 4/3/1935"})
    assert refusals() == [(stranger.name, [margaret.id])]
    shown = oversight.entries(area.viewer("privacy_officer", "99J"), show="refusals").entries
    assert [(e.actor, e.page, e.people) for e in shown] == [(stranger.name, "find a person", 1)]
    client.post("/people/find/", {"q": "Nobody 4/3/1935"})
    assert len(refusals()) == 1


def test_what_the_quota_or_the_role_refused_is_written_once(area, client):
    gp = area.viewer("gp", "G1")
    with pytest.raises(Refused) as refused:
        actions.ask_identity(practice_code="G1", pseudonym="x", reason="rang", by=gp)
    assert refused.value.recorded
    assert last_entry().action == "identity not asked"


def test_an_action_within_a_transaction_loses_the_words_and_keeps_the_refusal(client, area, gp, margaret):
    actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    nurse = area.viewer("community_nurse", "C1")
    builders.sign_in(client, nurse)
    assert client.post(f"/people/{margaret.id}/emergency/", {"reason": "collapsed"}).status_code == 403
    assert refusals() == [(nurse.name, [margaret.id])]


def test_a_role_without_the_page_and_somebody_without_a_post_are_recorded(client, area):
    manager = area.viewer("practice_manager", "G1")
    builders.sign_in(client, manager)
    client.get("/people/find/")
    user = create_user(username="nobody", name="No Post", password="long enough 1", by=audit.SYSTEM)
    client.force_login(user)
    client.get("/people/find/")
    assert refusals() == [(manager.name, []), ("No Post", [])]


def test_signing_out_ends_what_was_revealed_and_says_so(client, gp):
    actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
    builders.sign_in(client, gp)
    client.post("/account/logout/")
    assert (last_entry().action, last_entry().actor) == ("reveal session ended", gp.name)
    before = AuditEntry.objects.count()
    actions.end_reveal_sessions(by=gp.actor)
    assert AuditEntry.objects.count() == before


def test_the_refusal_of_an_action_says_whom_it_was_about(area, margaret):
    with pytest.raises(Refused) as refused:
        caseload.accept(patient_id=margaret.id, told="person", note="", by=area.viewer("gp", "G2"))
    assert refused.value.patient_ids == (margaret.id,)
    assert isinstance(refused.value.decision, Decision)
    assert not refused.value.recorded


def test_a_page_for_other_roles_says_whom_to_ask_and_where_to_go_on(client, area):
    builders.sign_in(client, area.viewer("analyst", "99J"))
    page = builders.text(client.get("/oversight/"))
    assert "not for the role of Population analyst. It is for: Privacy officer, Caldicott Guardian." in page
    assert '<a href="/">your own start page</a>' in page
