"""What must be read before anything is done stands on top of every page about a person."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from localcare.base import audit
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders

pytestmark = pytest.mark.django_db
NOON = datetime(2017, 4, 5, 12, 0, tzinfo=UTC)
RED = (("allergy", "Penicillin", ""), ("flag", "Not for attempted CPR", "escalation"))
PRIVATE = ("flag", "Never alone", "staff_safety")


@pytest.fixture
def margaret(gp):
    person = builders.patient()
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    told = [NewStatement(person.id, kind, words, words, category) for kind, words, category in (*RED, PRIVATE)]
    record.add_statements(statements=told, source=SourceOf("Hospital"), received_at=NOON, by=audit.SYSTEM)
    return person


def plan(person, by):
    return careplans.start_plan(patient_id=person.id, by=by).pk


def task(person, by):
    owner = Owner(by.post_id, by.team_id, by.signature)
    return tasks.give(title="Visit", owner=owner, due_on=date(2017, 4, 7), patient_id=person.id, by=by).pk


def case(person, by):
    meeting = mdt.plan_meeting(starts_at=NOON, minutes=60, by=by)
    return mdt.add_case(meeting_id=meeting.pk, patient_id=person.id, reason="Falls", told="person", by=by)


def addresses(person, by):
    """Every page with the banner of a person that a care co-ordinator opens."""
    number, held = plan(person, by), case(person, by)
    return [
        reverse("web:person", args=[person.id]),
        reverse("web:unplanned", args=[person.id]),
        reverse("careplans:plan", args=[number]),
        reverse("careplans:write", args=[number, "goals"]),
        reverse("careplans:versions", args=[number, "goals"]),
        reverse("careplans:agree", args=[number]),
        reverse("tasks:task", args=[task(person, by)]),
        reverse("tasks:new_for", args=[person.id]),
        reverse("caseload:entry", args=[person.id]),
        reverse("caseload:end", args=[person.id]),
        reverse("mdt:case", args=[held.meeting_id, held.pk]),
    ]


def shown(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return " ".join(builders.text(response).split())


def test_allergies_and_decisions_stand_on_every_page_for_a_clinician(client, coordinator, margaret):
    builders.sign_in(client, coordinator)
    for address in addresses(margaret, coordinator):
        page = shown(client, address)
        assert '<strong class="lc-banner__alert">Allergy: Penicillin</strong>' in page, address
        assert "CPR and escalation: Not for attempted CPR</strong>" in page, address
        assert page.count("Never alone") == 1, address


def test_the_practice_sees_them_before_it_decides(client, gp, area):
    builders.sign_in(client, gp)
    person = builders.patient(family="Newman")
    told = [NewStatement(person.id, "allergy", "a", "Latex")]
    record.add_statements(statements=told, source=SourceOf("Hospital"), received_at=NOON, by=audit.SYSTEM)
    for name in ("careplans:of_person", "web:choices"):
        assert "Allergy: Latex" in shown(client, reverse(name, args=[person.id]))


def test_a_shared_screen_shows_no_alert(client, coordinator, margaret):
    builders.sign_in(client, coordinator)
    held = case(margaret, coordinator)
    page = shown(client, reverse("mdt:case", args=[held.meeting_id, held.pk]) + "?present=1")
    assert not any(words in page for _, words, _ in (*RED, PRIVATE))


def test_the_unplanned_view_is_one_press_from_every_page(client, coordinator, margaret):
    builders.sign_in(client, coordinator)
    link = f'href="{reverse("web:unplanned", args=[margaret.id])}">Unplanned view</a>'
    pages = {address: shown(client, address).count(link) for address in addresses(margaret, coordinator)}
    itself = reverse("web:unplanned", args=[margaret.id])
    assert pages == {address: int(address != itself) for address in pages}
    held = case(margaret, coordinator)
    assert link not in shown(client, reverse("mdt:case", args=[held.meeting_id, held.pk]) + "?present=1")


def test_whoever_may_not_see_the_unplanned_view_is_not_led_there(area, gp, margaret):
    from localcare.access import banners
    from localcare.access import queries as gate

    person = gate.open_person(gp, margaret.id, page="person")
    assert banners.of(area.viewer("practice_manager", "G1"), person).unplanned == ""


def test_it_costs_one_question(client, nurse, margaret, django_assert_num_queries):
    from localcare.access import banners
    from localcare.access import queries as gate

    person = gate.open_person(nurse, margaret.id, page="person")
    with django_assert_num_queries(1):
        banners.of(nurse, person)


@pytest.mark.parametrize(("role", "alerts"), [("practice_manager", False), ("gp", True)])
def test_nobody_who_sees_no_records_is_told_anything_clinical(area, gp, margaret, role, alerts):
    from localcare.access import banners
    from localcare.access import queries as gate

    person = gate.open_person(gp, margaret.id, page="person")
    assert bool(banners.of(area.viewer(role, "G1"), person).alerts) is alerts
