"""The page of a person's four choices, and the Caldicott Guardian's page of who saw who people are."""

from datetime import timedelta

import pytest

from localcare.access import actions as access
from localcare.access import pseudonyms, queries
from localcare.access.models import IdentityRequest
from localcare.access.types import ChoiceKind, Purpose
from tests import builders
from tests.builders import text
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
GUARDIAN = "/oversight/identities/"


class TestChoices:
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("gp", "G1", 200),
            ("practice_nurse", "G1", 200),
            ("practice_manager", "G1", 403),
            ("gp", "G2", 403),
            ("care_coordinator", "C1", 403),
            ("privacy_officer", "99J", 403),
        ],
    )
    def test_by_role(self, client, sign_in, margaret, role, at, status):
        sign_in(role, at)
        for address in (f"/people/{margaret.id}/choices/", f"/people/{margaret.id}/choices/type_1_opt_out/"):
            assert client.get(address).status_code == status

    @pytest.mark.parametrize("kind", list(ChoiceKind))
    def test_shows_the_effect_of_each_answer_before_saving(self, client, as_viewer, gp, margaret, kind):
        page = text(as_viewer(gp).get(f"/people/{margaret.id}/choices/{kind}/"))
        for answer in queries.choices_of([margaret.id])[kind].kind.answers:
            assert all(effect in page for effect in (answer.label, answer.care, answer.lists, answer.planning))

    def test_records_changes_and_withdraws(self, client, as_viewer, gp, margaret):
        as_viewer(gp)
        address = f"/people/{margaret.id}/choices/risk_stratification_objection/"
        assert client.post(address, {"value": "yes", "answered": "person", "told": " "}).status_code == 400
        page = text(client.post(address, {"value": "yes", "answered": "person", "told": "Told me today"}, follow=True))
        assert "Objection to risk stratification: objects. It holds from now." in page
        assert "They are off the practice's list from this moment" in page
        page = text(
            client.post(address, {"value": "no", "answered": "person", "told": "Changed her mind"}, follow=True)
        )
        assert "Objection to risk stratification: no objection" in page
        assert page.count(f"Recorded by {gp.name}") == 1
        assert [one.value for one in queries.choice_history([margaret.id])] == ["no", "yes"]

    def test_an_unknown_choice_is_not_found(self, client, as_viewer, gp, margaret):
        assert as_viewer(gp).get(f"/people/{margaret.id}/choices/other/").status_code == 404

    def test_leads_there_from_the_person(self, client, as_viewer, gp, nurse, margaret):
        link = f"/people/{margaret.id}/choices/"
        assert link in text(as_viewer(gp).get(f"/people/{margaret.id}/"))
        assert link not in text(as_viewer(nurse).get(f"/people/{margaret.id}/"))

    def test_costs_few_queries(self, client, as_viewer, gp, margaret, django_assert_max_num_queries):
        as_viewer(gp)
        with django_assert_max_num_queries(30):
            client.get(f"/people/{margaret.id}/choices/")


class TestGuardian:
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("caldicott_guardian", "99J", 200),
            ("privacy_officer", "99J", 200),
            ("gp", "G1", 403),
            ("analyst", "99J", 403),
        ],
    )
    def test_by_role(self, client, sign_in, role, at, status):
        sign_in(role, at)
        page = client.get(GUARDIAN)
        assert page.status_code == status
        assert status == 403 or "Nothing in these weeks." in text(page)

    @pytest.fixture
    def looks(self, area, gp, clock_at):
        """A GP who reveals on a Saturday, and somebody elsewhere who declares three emergencies."""
        people = [builders.patient(family=f"Family{n}") for n in range(3)]
        clock_at(MONDAY_MORNING - timedelta(days=2))
        access.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        made = pseudonyms.pseudonymise([p.nhs_number for p in people], Purpose.RISK_STRATIFICATION)
        access.reveal(practice_code="G1", listed=made, by=gp)
        stranger = area.viewer("community_nurse", "C2")
        for person in people:
            access.declare_emergency(patient_id=person.id, reason="Collapsed", by=stranger)
        clock_at(MONDAY_MORNING)
        return gp, stranger

    def test_tells_by_person_practice_and_week_what_is_unusual_and_names_no_patient(self, client, sign_in, looks):
        gp, stranger = looks
        sign_in("caldicott_guardian", "99J")
        page = text(client.get(GUARDIAN))
        assert "2 weeks are unusual" in page
        assert f"<strong>{gp.name}</strong>, Hadlow Practice, week of 27 March 2017: names seen at night" in page
        assert f"<strong>{stranger.name}</strong>, Weald cluster, week of 27 March 2017: 3 emergency accesses." in page
        assert "FAMILY" not in page.upper()
        page = text(client.get(f"{GUARDIAN}?practice=G1"))
        weeks = page.split('id="weeks"')[1].split('id="releases"')[0]
        assert gp.name in weeks
        assert stranger.name not in weeks

    def test_costs_the_same_queries_however_much_was_seen(self, client, sign_in, looks, django_assert_max_num_queries):
        sign_in("caldicott_guardian", "99J")
        with django_assert_max_num_queries(25):
            client.get(GUARDIAN)

    def test_requests_come_in_pages_and_none_is_cut_off(
        self, client, sign_in, nurse, clock_at, django_assert_max_num_queries
    ):
        asked = {"user_id": nurse.user_id, "actor": nurse.name, "practice_code": "G1", "asked_at": MONDAY_MORNING}
        IdentityRequest.objects.bulk_create(
            IdentityRequest(**asked, pseudonym=f"{n:064x}", reason=f"Reason {n};") for n in range(130)
        )
        sign_in("caldicott_guardian", "99J")
        with django_assert_max_num_queries(25):
            page = text(client.get(GUARDIAN))
        assert "1 to 25 of 130 requests" in page
        last = text(client.get(f"{GUARDIAN}?page_of_requests=6"))
        assert "126 to 130 of 130 requests" in last
        assert "Reason 0;" in last
        assert "Reason 129;" not in last

    def test_leads_there_from_oversight(self, client, sign_in):
        sign_in("caldicott_guardian", "99J")
        assert GUARDIAN in text(client.get("/oversight/"))
        assert client.get("/").url == "/oversight/"
