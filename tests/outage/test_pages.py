"""The pages of an outage: which there are, what each role sees, what every one says of the copy's age."""

import json
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, get_resolver, reverse

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import declared
from localcare.access.types import ChoiceKind
from localcare.base import audit, spool
from localcare.base.clock import LONDON
from localcare.design import navigation
from localcare.outage import actions as outage
from localcare.staff.models import Post
from tests import builders
from tests.arch.test_routes import routes
from tests.conftest import MONDAY_MORNING
from tests.installation import FOLDER

pytestmark = pytest.mark.django_db
URLS = "localcare.config.urls_outage"
ROOT = Path(__file__).parents[2]
SAYS = "Outage copy. Data as of Monday 3 April 2017, 9:00am (7 hours old). Nothing you see here is newer."
AFTERNOON = MONDAY_MORNING + timedelta(hours=7)


@pytest.fixture
def in_outage(prepared, settings, margaret, clock_at):
    """The site as it is in an outage, on the store that the copy was made of."""
    settings.OUTAGE_COPY = prepared().folder
    settings.OUTAGE, settings.ROOT_URLCONF = True, URLS
    navigation.address.cache_clear()
    clock_at(AFTERNOON)
    yield
    navigation.address.cache_clear()


def see(client, area, role: str, at: str, address: str):
    builders.sign_in(client, area.viewer(role, at))
    return client.get(address)


def unplanned(person) -> str:
    return f"/people/{person.id}/unplanned/"


def last_spooled(standby) -> dict:
    return spool.read(standby).entries[-1].content


class TestThePages:
    def test_are_those_of_signing_in_finding_one_person_and_an_emergency(self):
        assert sorted(route for route, _ in routes(get_resolver(URLS))) == [
            "",
            "account/2fa/authenticate/",
            "account/inactive/",
            "account/login/",
            "account/logout/",
            "account/password/reset/",
            "account/signup/",
            "healthz",
            "people/<int:patient_id>/",
            "people/<int:patient_id>/emergency/",
            "people/<int:patient_id>/unplanned/",
            "people/find/",
            "people/find/emergency/",
            "posts/",
        ]

    def test_each_declares_who_may_see_it(self):
        assert [route for route, view in routes(get_resolver(URLS)) if not declared(view)] == []

    def test_nothing_else_answers(self, client, area, in_outage):
        for address in ("/caseload/", "/oversight/", "/population/", "/account/password/change/", "/account/"):
            assert see(client, area, "care_coordinator", "C1", address).status_code == 404
        with pytest.raises(NoReverseMatch):
            reverse("web:oversight")

    @pytest.mark.parametrize("address", ["/", "/people/find/", "/people/find/emergency/", "/posts/"])
    def test_each_says_at_the_top_how_old_the_copy_is(self, client, area, in_outage, address):
        page = builders.text(see(client, area, "community_nurse", "C1", address))
        assert SAYS in page
        assert page.index(SAYS) < page.index("<main")

    def test_so_do_signing_in_and_a_refusal(self, client, area, in_outage, margaret):
        assert SAYS in builders.text(client.get("/account/login/"))
        assert SAYS in builders.text(see(client, area, "community_nurse", "C2", unplanned(margaret)))

    def test_the_site_itself_says_nothing_of_it(self, client, area):
        assert "Outage" not in builders.text(see(client, area, "community_nurse", "C1", "/people/find/"))


class TestTheAge:
    def test_from_a_day_on_is_told_in_large_words_and_the_view_still_shown(
        self, client, area, in_outage, margaret, clock_at
    ):
        clock_at(MONDAY_MORNING + timedelta(days=6))
        page = builders.text(see(client, area, "community_nurse", "C1", unplanned(margaret)))
        assert "(6 days old)" in page
        assert "Medicines, allergies and decisions may have changed since." in page
        assert "Penicillin" in page

    def test_a_clock_moved_back_makes_no_copy_look_young(self, client, area, in_outage, margaret, clock_at):
        clock_at(MONDAY_MORNING - timedelta(days=1))
        page = builders.text(see(client, area, "community_nurse", "C1", unplanned(margaret)))
        assert "(age not known)" in page
        assert "Take it to be old" in page


class TestWhoSees:
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("gp", "G1", 200),
            ("practice_nurse", "G1", 200),
            ("care_coordinator", "C1", 200),
            ("community_nurse", "C1", 200),
            ("social_worker", "C1", 200),
            ("therapist", "C1", 200),
            ("pharmacist", "C1", 200),
            ("gp", "G2", 403),
            ("community_nurse", "C2", 403),
            ("practice_manager", "G1", 403),
            ("analyst", "99J", 403),
            ("commissioner", "99J", 403),
            ("privacy_officer", "99J", 403),
            ("caldicott_guardian", "99J", 403),
        ],
    )
    def test_by_role_and_each_look_and_refusal_is_spooled(
        self, client, area, in_outage, standby, margaret, role, at, status
    ):
        response = see(client, area, role, at, unplanned(margaret))
        assert ("Allergy: Penicillin" in builders.text(response)) == (status == 200)
        assert (response.status_code, "Penicillin" in builders.text(response)) == (status, status == 200)
        assert last_spooled(standby)["action"] == ("looked" if status == 200 else "refused")

    def test_nobody_who_is_not_signed_in(self, client, in_outage, margaret):
        assert client.get(unplanned(margaret)).status_code == 302

    def test_nobody_whose_post_has_ended(self, client, area, in_outage, margaret):
        viewer = area.viewer("community_nurse", "C1")
        builders.sign_in(client, viewer)
        Post.objects.filter(pk=viewer.post_id).update(ends=date(2017, 4, 2))
        assert client.get(unplanned(margaret)).status_code == 403

    def test_of_somebody_who_objects_only_their_own_practice(self, client, area, gp, in_outage, margaret):
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        assert see(client, area, "community_nurse", "C1", unplanned(margaret)).status_code == 403
        emergency = f"/people/{margaret.id}/emergency/"
        assert see(client, area, "community_nurse", "C1", emergency).status_code == 403
        assert see(client, area, "gp", "G1", unplanned(margaret)).status_code == 200

    def test_nobody_when_the_look_cannot_be_recorded(self, client, area, in_outage, standby, margaret):
        builders.sign_in(client, area.viewer("community_nurse", "C1"))
        (standby / spool.FILE).unlink()
        (standby / spool.FILE).mkdir()
        response = client.get(unplanned(margaret))
        assert response.status_code == 503
        assert "Nobody can be shown" in builders.text(response)
        assert "Ashdown" not in builders.text(response)


class TestAnEmergency:
    SENT = {"birth_date_day": "4", "birth_date_month": "3", "birth_date_year": "1935"}

    def test_is_declared_by_two_identifiers_and_opens_the_view(self, client, area, in_outage, standby, margaret):
        builders.sign_in(client, area.viewer("community_nurse", "C2"))
        sent = {**self.SENT, "family_name": "Ashdown"}
        nobody = builders.text(client.post("/people/find/", sent))
        assert "Nobody whom you may see fits." in nobody
        opened = client.post("/people/find/emergency/", {**sent, "reason": "Collapsed"}, follow=True)
        assert "Penicillin" in builders.text(opened)
        actions = [entry.content["action"] for entry in spool.read(standby).entries]
        assert actions[-3:] == ["searched", "emergency declared", "looked"]

    @pytest.mark.parametrize(
        "wrong", [{"family_name": "Ashdown", "birth_date_year": "1936"}, {"nhs_number": "9990000000"}]
    )
    def test_where_nobody_fits_it_opens_nobody_and_the_words_are_spooled(
        self, client, area, in_outage, standby, margaret, wrong
    ):
        builders.sign_in(client, area.viewer("community_nurse", "C2"))
        page = builders.text(client.post("/people/find/emergency/", {**self.SENT, **wrong, "reason": "Collapsed"}))
        assert "No record can be opened with these details." in page
        assert last_spooled(standby)["reason"] == "Collapsed"

    def test_never_past_a_refusal_made_with_capacity(self, client, area, gp, in_outage, margaret):
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        builders.sign_in(client, area.viewer("community_nurse", "C2"))
        sent = {**self.SENT, "nhs_number": margaret.nhs_number, "reason": "Collapsed"}
        page = builders.text(client.post("/people/find/emergency/", sent, follow=True))
        assert "No record can be opened with these details." in page
        assert "Penicillin" not in page

    def test_is_not_for_a_role_that_opens_nobody(self, client, area, in_outage):
        assert see(client, area, "practice_manager", "G1", "/people/find/emergency/").status_code == 403


class TestTheCopyItself:
    """Asked of a server's own process, with the care store out of reach."""

    def visit(self, standby, *visits, at: datetime = AFTERNOON) -> list[dict]:
        environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        environment |= {
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "LOCALCARE_DATA": FOLDER,
            "LOCALCARE_STANDBY": str(standby),
            "LOCALCARE_KEYS": str(standby.parent / "keys"),
            "LOCALCARE_OUTAGE": "on",
            "DATABASE_URL": "postgres://nobody@localhost:1/gone",
            "DJANGO_SETTINGS_MODULE": "localcare.config.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.outage.served"],
            env=environment,
            input=json.dumps({"at": at.isoformat(), "visits": visits}),
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def test_shows_what_the_site_shows_and_joins_afterwards(
        self, client, area, prepared, standby, nurse, margaret, clock_at
    ):
        address = unplanned(margaret)
        builders.sign_in(client, nurse)
        site = builders.text(client.get(address))
        stranger = area.viewer("community_nurse", "C2")
        prepared()
        sent = {**TestAnEmergency.SENT, "nhs_number": margaret.nhs_number, "reason": "Collapsed"}
        copy, refused, opened = self.visit(
            standby,
            [nurse.user_id, address],
            [stranger.user_id, address],
            [stranger.user_id, "/people/find/emergency/", sent],
        )
        assert told(copy["text"]) == told(site)
        assert SAYS in copy["text"]
        assert (refused["status"], "Penicillin" in refused["text"]) == (403, False)
        assert "Penicillin" in opened["text"]
        assert [path.name for path in (standby.parent / "keys").iterdir()] == ["outage.key"]
        clock_at(AFTERNOON + timedelta(hours=2))
        joined = outage.join(by=audit.SYSTEM)
        assert (joined.entries, joined.emergencies, joined.findings) == (4, 1, ())
        assert gate.decision_on(stranger, margaret.id).allowed
        assert audit.verify().holds

    def test_on_a_day_later_the_posts_of_that_day_decide(self, area, prepared, standby, nurse, margaret):
        Post.objects.filter(pk=nurse.post_id).update(ends=date(2017, 4, 4))
        prepared()
        for day, status in ((1, 200), (2, 403)):
            at = AFTERNOON.astimezone(LONDON) + timedelta(days=day)
            (answer,) = self.visit(standby, [nurse.user_id, unplanned(margaret)], at=at)
            assert answer["status"] == status


def told(page: str) -> list[str]:
    """The words of the view itself, without when it was read and where else one can go."""
    view = page[page.index('class="lc-banner"') :].partition("</main>")[0]
    view = re.sub(r'<p class="lc-quiet">(?:Opened|Printed).*?</p>', "", view, flags=re.S)
    return re.sub(r"<[^>]*>", " ", view).split()
