"""Who to see first, for a practice and for its cluster: whom, why, and never a name before it is revealed."""

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from localcare.base.models import AuditEntry
from localcare.caseload import actions, first
from localcare.cli.main import main
from tests import builders
from tests.builders import text
from tests.caseload.conftest import pseudonym

pytestmark = pytest.mark.django_db
TODAY = {"starts_day": "3", "starts_month": "4", "starts_year": "2017"}


@pytest.fixture
def people(lists, area):
    """Six of G1 and two of G2, risks falling; the third and the last would be helped more by another offer."""
    made = []
    for n, practice in enumerate(["G1"] * 6 + ["G2"] * 2):
        person = builders.patient(practice=practice, family=f"Person{n}")
        more = {"suits": " care_planning falls_prevention "} if n in (2, 7) else {}
        lists.add(person, practice=practice, risk=0.6 - n * 0.02, **more)
        made.append(person)
    return made


@pytest.fixture
def room(area, coordinator):
    def said(month, week=None):
        actions.set_room(places_a_month=month, places_a_week=week, starts=date(2017, 4, 3), by=coordinator)

    return said


def firsts(viewer, practice=""):
    return [row.pseudonym for row in first.seen_by(viewer, practice).rows]


def test_the_places_go_to_whom_seeing_helps_most(people, room, coordinator, gp):
    room(4)
    expected = [people[i] for i in (2, 7, 0, 1)]
    assert firsts(coordinator) == [pseudonym(person) for person in expected]
    assert firsts(gp, "G1") == [pseudonym(people[i]) for i in (2, 0, 1)]


def test_no_more_than_the_week_has_left_and_nobody_decided_about(people, room, coordinator, gp):
    room(9, 3)
    actions.accept(patient_id=people[2].id, told="person", note="", by=gp)
    found = first.seen_by(coordinator)
    assert (found.places.per, found.places.taken_on, found.places.left) == ("week", 1, 2)
    assert [row.pseudonym for row in found.rows] == [pseudonym(people[7]), pseudonym(people[0])]
    room(2, 3)
    assert len(firsts(coordinator)) == 1


def test_people_on_the_palliative_register_get_no_place(lists, people, room, coordinator):
    lists.add(builders.patient(family="Late"), risk=0.99, palliative=True)
    room(20)
    assert len(firsts(coordinator)) == len(people)


def test_an_effect_that_harms_puts_nobody_forward_and_says_so(people, room, sign_in, client, tmp_path, monkeypatch):
    room(4)
    builders.keep_state_in(tmp_path, monkeypatch)
    row = {"key": "care_planning", "label": "A list", "measure": "difference", "basis": "published", "source": "Snooks"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in row.items()]
    (tmp_path / "effects.toml").write_text(
        'version = 1\noutcome = "emergency admissions in 12 months"\n[[intervention]]\noffered = true\n'
        "effect = 0.011\nlow = 0.010\nhigh = 0.013\n" + "\n".join(lines)
    )
    sign_in("care_coordinator", "C1")
    page = text(client.get("/lists/first/"))
    assert "Nobody waiting is expected to be helped." in page
    assert "Person " not in page


class TestThePages:
    @pytest.mark.parametrize(
        ("role", "at", "address", "status"),
        [
            ("gp", "G1", "/lists/G1/first/", 200),
            ("practice_nurse", "G1", "/lists/G1/first/", 200),
            ("care_coordinator", "C1", "/lists/first/", 200),
            ("care_coordinator", "C1", "/lists/G1/first/", 200),
            ("gp", "G1", "/lists/first/", 302),
            ("gp", "G2", "/lists/G1/first/", 403),
            ("care_coordinator", "C2", "/lists/G1/first/", 403),
            ("practice_manager", "G1", "/lists/G1/first/", 403),
            ("community_nurse", "C1", "/lists/first/", 403),
            ("analyst", "99J", "/lists/first/", 403),
        ],
    )
    def test_by_role_and_never_a_name(self, client, sign_in, people, room, role, at, address, status):
        room(4)
        sign_in(role, at)
        page = client.get(address)
        assert page.status_code == status
        assert "PERSON0" not in text(page).upper()
        assert people[0].nhs_number not in text(page)

    def test_tells_whom_why_and_that_the_effect_is_assumed(self, client, sign_in, people, room):
        room(4)
        sign_in("gp", "G1")
        page = text(client.get("/lists/G1/first/"))
        assert "Tonbridge cluster team can take 4 this month: these 3 of your practice's people, out of 8" in page
        assert "effect assumed" in page
        assert "8 fewer for every 100 people like this (from 3 more to 17 fewer)" in page
        assert "11 more emergency admissions a year for every 1,000 people (from 10 more to 13 more)" in page
        assert "82" in page

    @pytest.mark.parametrize("address", ["/lists/first/", "/lists/G2/first/"])
    def test_the_cluster_sees_of_each_place_its_practice_and_nothing_else(self, client, sign_in, people, room, address):
        room(4)
        sign_in("care_coordinator", "C1")
        page = text(client.get(address))
        assert 'href="/lists/G2/first/"' in page
        rows = page.split("<tbody>")[1].split("</tbody>")[0]
        told = {one.strip() for one in re.sub("<[^>]*>", "|", rows).split("|")} - {""}
        assert told <= {"1", "2", "3", "4", "Hadlow Practice", "Warders Practice"}
        assert "are expected to be avoided" not in page

    def test_the_cluster_is_told_the_sum_for_ten_or_more(self, client, sign_in, lists, people, room):
        room(10)
        lists.add(builders.patient(family="Ninth"))
        lists.add(builders.patient(family="Tenth"))
        sign_in("care_coordinator", "C1")
        assert "are expected to be avoided" in text(client.get("/lists/first/"))

    def test_reveals_for_a_reason_given_once_and_only_its_own(self, client, sign_in, people, room):
        room(4)
        sign_in("gp", "G1")
        assert client.post("/lists/G1/first/show/").url == "/lists/G1/first/reason/"
        page = text(client.post("/lists/G1/first/reason/", {"reason": "review", "words": ""}, follow=True))
        assert page.count("PERSON") == 3
        assert AuditEntry.objects.filter(action="reveal session started").count() == 1
        accept = f"/lists/G1/{pseudonym(people[0])}/accept/?view=first"
        assert client.post(accept, {"told": "person", "note": ""}).url == "/lists/G1/first/"

    def test_nothing_is_put_forward_where_no_room_was_said(self, client, sign_in, people):
        sign_in("care_coordinator", "C1")
        page = text(client.get("/lists/first/"))
        assert "Say first how many the team can take." in page
        assert "/caseload/room/" in page
        assert "Person " not in page

    def test_switched_off_with_the_risk_score(self, client, sign_in, people, room, settings):
        room(4)
        settings.RISK_SCORE = False
        sign_in("care_coordinator", "C1")
        page = text(client.get("/lists/first/"))
        assert "switched off" in page
        assert "Person " not in page

    def test_before_the_first_run(self, client, sign_in, area):
        sign_in("care_coordinator", "C1")
        assert "There is no list yet." in text(client.get("/lists/first/"))

    def test_the_queries_do_not_grow_with_the_list(self, client, sign_in, lists, people, room):
        room(4)
        sign_in("gp", "G1")
        with CaptureQueriesContext(connection) as few:
            client.get("/lists/G1/first/")
        for n in range(30):
            lists.add(builders.patient(family=f"More{n}"))
        with CaptureQueriesContext(connection) as many:
            client.get("/lists/G1/first/")
        assert len(many) <= len(few) < 50

    def test_the_plain_list_stays_one_choice_away(self, client, sign_in, people, room):
        room(4)
        sign_in("gp", "G1")
        assert 'href="/lists/G1/"' in text(client.get("/lists/G1/first/"))
        assert 'href="/lists/G1/first/"' in text(client.get("/lists/G1/"))


def test_a_week_is_said_on_the_page_of_the_room(client, sign_in, area):
    viewer = sign_in("care_coordinator", "C1")
    client.post("/caseload/room/", {"places_a_month": 12, "places_a_week": 4, **TODAY})
    found = first.seen_by(viewer)
    assert (found.places.per, found.places.places) == ("week", 4)


class TestTheCommand:
    def test_tells_what_the_page_tells_the_cluster(self, people, room, capsys):
        room(4)
        assert main(["caseload", "first", "C1", "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert [row["place"] for row in answer["first"]] == [1, 2, 3, 4]
        assert all(row.keys() == {"place", "practice"} for row in answer["first"])
        assert answer["gain"] == ""
        assert answer["effects"][-1]["effect"] > 0
        assert main(["caseload", "first", "C1"]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert "can take 4 this month" in told
        assert "Falls" not in told
        assert "are expected to be avoided" not in told

    @pytest.mark.parametrize(("code", "says"), [("nowhere", "localcare places show"), ("C1", "population run")])
    def test_what_cannot_run_says_the_next_step(self, area, capsys, code, says):
        assert main(["caseload", "first", code]) == 2
        assert says in capsys.readouterr().err
