"""Who looked at one person's record: found by their number, told plainly, and the search itself audited."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from localcare.access import actions, oversight, queries
from localcare.access.calc.plain import Done, Line, lines, what
from localcare.access.types import Refused
from localcare.base.models import AuditEntry, AuditSubject
from localcare.cli.main import main
from localcare.patients.models import FormerNhsNumber, SamePerson
from tests import builders
from tests.builders import last_entry, text
from tests.conftest import MONDAY_MORNING

NINE = datetime(2017, 4, 3, 8, 0, tzinfo=UTC)
YEAR = {"since": date(2016, 4, 3), "until": date(2017, 4, 3)}
PAGE = "/oversight/person/"


@pytest.mark.parametrize(
    ("action", "page", "words"),
    [
        ("looked", "person", "Opened your record"),
        ("looked", "agenda of meeting 3", "Saw you on the page: agenda of meeting 3"),
        ("refused", "person", "Tried to see your record and was refused"),
        ("task given", "", "Recorded: task given"),
    ],
)
def test_an_action_in_words_for_the_person(action, page, words):
    assert what(action, page) == words


def test_what_one_did_several_times_on_a_day_is_told_once_and_the_latest_day_first():
    look = Done(NINE, "Ann Lee", "community_nurse", "Weald", "looked", "person", "", "relationship")
    earlier = Done(NINE - timedelta(days=1), "Bo", "gp", "G1", "emergency declared", "", "fell", "")
    assert lines([earlier, look, look]) == [
        Line(
            date(2017, 4, 3),
            "Ann Lee",
            "community nurse",
            "Weald",
            "Opened your record",
            "Their team looks after you.",
            2,
        ),
        Line(date(2017, 4, 2), "Bo", "gp", "G1", "Opened your record in an emergency", "fell", 1),
    ]


@pytest.fixture
def officer(area):
    return area.viewer("privacy_officer", "99J")


@pytest.fixture
def looked(area, nurse, margaret):
    """Her nurse opened her twice; a stranger was refused, then declared an emergency; another person was opened too."""
    stranger = area.viewer("community_nurse", "C2")
    for _ in range(2):
        queries.open_person(nurse, margaret.id, page="person")
    with pytest.raises(Refused):
        queries.open_person(stranger, margaret.id, page="person")
    actions.declare_emergency(patient_id=margaret.id, reason="found on the floor", by=stranger)
    other = area.looked_after(family="Other")
    queries.open_person(nurse, other.id, page="person")
    return stranger


@pytest.mark.django_db
class TestAsking:
    def test_tells_who_when_what_and_why(self, officer, nurse, margaret, looked):
        told = oversight.about_person(officer, nhs_number=margaret.nhs_number, reason="she asked", **YEAR)
        said = {(line.who, line.what, line.why, line.times) for line in told.lines}
        assert (nurse.name, "Opened your record", "Their team looks after you.", 2) in said
        assert (looked.name, "Tried to see your record and was refused", "They are not in your care team.", 1) in said
        assert (looked.name, "Opened your record in an emergency", "found on the floor", 1) in said

    def test_is_audited_even_for_a_number_nobody_has(self, officer, margaret):
        oversight.about_person(officer, nhs_number=margaret.nhs_number, reason="she asked", **YEAR)
        assert (last_entry().action, last_entry().reason) == ("oversight searched", "she asked")
        assert AuditSubject.objects.filter(entry_sequence=last_entry().sequence, patient_id=margaret.id).exists()
        before = AuditEntry.objects.count()
        assert oversight.about_person(officer, nhs_number="9990000018", reason="she asked", **YEAR) is None
        assert AuditEntry.objects.count() == before + 1

    def test_finds_by_a_former_number_and_all_linked_records(self, officer, gp, margaret):
        twin = builders.patient(practice="G1")
        queries.open_person(gp, twin.id, page="person")
        SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
        FormerNhsNumber.objects.create(patient=margaret, nhs_number="9990000018", changed_on=date(2016, 1, 1))
        told = oversight.about_person(officer, nhs_number="999 000 0018", reason="she asked", **YEAR)
        assert gp.name in {line.who for line in told.lines}

    def test_keeps_to_the_days(self, officer, margaret, looked, clock_at):
        clock_at(MONDAY_MORNING + timedelta(days=9))
        later = {"since": date(2017, 4, 4), "until": date(2017, 4, 30)}
        told = oversight.about_person(officer, nhs_number=margaret.nhs_number, reason="she asked", **later)
        assert [line.what for line in told.lines] == ["Looked up, for you or a review, who saw your record"]

    def test_needs_words_days_in_order_and_the_role(self, officer, nurse, margaret):
        asked = {"nhs_number": margaret.nhs_number, "reason": "she asked"}
        with pytest.raises(ValueError, match="why"):
            oversight.about_person(officer, **{**asked, "reason": " "}, **YEAR)
        with pytest.raises(ValueError, match="after the last"):
            oversight.about_person(officer, **asked, since=date(2017, 4, 3), until=date(2017, 4, 2))
        with pytest.raises(Refused):
            oversight.about_person(nurse, **asked, **YEAR)


@pytest.mark.django_db
class TestThePages:
    FIELDS = {
        **{f"since_{part}": value for part, value in (("day", "1"), ("month", "4"), ("year", "2016"))},
        **{f"until_{part}": value for part, value in (("day", "3"), ("month", "4"), ("year", "2017"))},
        "reason": "she asked",
    }

    def test_tells_it_for_handing_out_without_a_name(self, client, as_viewer, officer, nurse, margaret, looked):
        as_viewer(officer)
        assert "Show who looked" in text(client.get(PAGE))
        page = text(client.post(PAGE, self.FIELDS | {"nhs_number": margaret.nhs_number}))
        assert "Opened your record, 2 times" in page
        assert nurse.name in page
        assert "Ashdown" not in page
        wrong = client.post(PAGE, self.FIELDS | {"nhs_number": "9990000018"})
        assert (wrong.status_code, "Nobody here has or had" in text(wrong)) == (400, True)

    def test_an_entry_shows_all_that_is_in_it_and_names_people_by_number(
        self, client, as_viewer, officer, margaret, looked
    ):
        entry = AuditEntry.objects.filter(action="refused").get()
        page = text(as_viewer(officer).get(f"/oversight/entries/{entry.sequence}/"))
        for said in (f"person {margaret.id}", "no_relationship", entry.hash.hex(), "person", looked.name):
            assert said in page
        assert f'href="/people/{margaret.id}/"' not in page
        assert client.get("/oversight/entries/999999999999999999999/").status_code == 404

    def test_filters_by_actor_and_day(self, client, as_viewer, officer, nurse, looked):
        as_viewer(officer)
        page = text(client.get(f"/oversight/?who={nurse.user_id}"))
        rows = page.split('id="entries"')[1]
        assert nurse.name in rows
        assert looked.name not in rows
        assert "Nothing fits." in text(client.get("/oversight/?since=2018-01-01"))
        assert (
            nurse.name
            in text(client.get(f"/oversight/?who={nurse.name[-6:]}&until=2017-04-03")).split('id="entries"')[1]
        )
        assert client.get("/oversight/?since=nonsense").status_code == 200

    @pytest.mark.parametrize(("role", "at"), [("gp", "G1"), ("care_coordinator", "C1"), ("analyst", "99J")])
    def test_are_for_privacy_officers(self, client, sign_in, role, at):
        sign_in(role, at)
        for address in (PAGE, "/oversight/entries/1/"):
            assert client.get(address).status_code == 403


@pytest.mark.django_db
def test_the_command_tells_the_same(margaret, nurse, looked, capsys):
    asked = ["audit", "person", margaret.nhs_number, "--reason", "she asked", "--json"]
    assert main(asked) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (nurse.name, 2) in {(line["who"], line["times"]) for line in answer["lines"]}
    assert main(asked[:-1]) == 0
    assert main(["audit", "person", "9990000018", "--reason", "she asked"]) == 2
