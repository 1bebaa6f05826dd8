"""Quality of the data: counted as the slow twin counts, judged by practice, shown without small numbers."""

import csv
import io
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.population import actions, quality, queries, reports
from localcare.population.calc.thin import Arrived
from localcare.population.definitions.judging import judging
from tests import builders
from tests.builders import text
from tests.population.computing import computed

AS_AT = date(2017, 3, 31)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory):
    """A run over four practices of a hundred people; the fourth does not share."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("quality"), patch)
        made = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        actions.put_in_use(edition, computed(edition), by=audit.SYSTEM)
        yield made
        transaction.set_rollback(True)


def test_arrivals_and_fields_are_those_of_counting_one_by_one(area, edition):
    found = quality.found(queries.made())
    with edition.duckdb_connection() as connection:
        home = dict(connection.execute("SELECT person, practice FROM person").fetchall())
        rows = connection.execute('SELECT person, "on" FROM outpatient').fetchall()
        people = connection.execute("SELECT practice, ethnicity, area, language FROM person").fetchall()
    counted = Counter(home[person] for person, _ in rows)
    for number in range(3):
        one = found.arrived[f"G8200{number}", "outpatient"]
        days = [on for person, on in rows if home[person] == number]
        assert (one.rows, one.first_on, one.last_on) == (counted[number], min(days), max(days))
    own = [person for person in people if person[0] == 0]
    assert found.fields["G82000", "ethnicity"] == (len(own), sum(one[1] != "Z" for one in own))
    assert found.fields["G82000", "language"] == (len(own), sum(one[3] is not None for one in own))


@pytest.mark.parametrize(
    ("rows", "first", "silent", "late"),
    [
        (1000, 1000, 31, False),
        (1000, 1000, 32, True),
        (20, 1000, 32, False),  # so seldom that a month without is nothing
        (20, 1000, 300, False),
        (40, 1000, 600, True),
        (1, 40, 40, False),
    ],
)
def test_a_feed_is_late_where_so_long_a_silence_is_unusual(rows, first, silent, late):
    arrived = Arrived(rows, AS_AT - timedelta(days=first), AS_AT - timedelta(days=silent))
    assert arrived.late(AS_AT, judging()) is late


def test_what_is_not_shared_or_not_recorded_is_too_thin(area):
    found = quality.found(queries.made())
    assert found.lost["G82003", "admission"] == "does not share for planning"
    assert ("G82003", "admission") not in found.thin
    assert found.thin["G82000", "language"] == "recorded too seldom"
    assert ("G82000", "ethnicity") not in found.thin
    rows = {row["key"]: row for row in queries.report("quality").rows}
    assert (rows["gp_contact"]["practices_sharing"], rows["gp_contact"]["practices"]) == (3, 4)


def test_what_arrived_nowhere_is_too_thin_everywhere(area):
    found = quality.found(queries.made())
    assert found.thin["G82000", "ambulance"] == "nothing arrived from anywhere"
    rows = {row["key"]: row for row in queries.report("quality").rows}
    assert (rows["ambulance"]["practices_too_thin"], rows["ambulance"]["practices_sharing"]) == (3, 3)
    assert rows["gp_contact"]["practices_too_thin"] == 0


@pytest.mark.parametrize(
    ("rows", "days", "told"), [(800, 100, "2017-03-31"), (799, 100, "2017-03"), (27, 100, "2017-03"), (26, 100, "")]
)
def test_the_last_day_is_told_only_where_it_is_not_that_of_a_few(rows, days, told):
    arrived = Arrived(rows, AS_AT - timedelta(days=days - 1), AS_AT)
    assert arrived.last_told(reports.Rule(8, 5)) == told


def test_an_edition_without_counts_is_not_called_lost(area, edition, monkeypatch):
    assert "no longer kept" in queries.report("quality").more["why_not"]
    monkeypatch.setattr(quality.editions, "named", lambda *_: edition)
    assert "without counts" in queries.report("quality").more["why_not"]


def test_linkage_is_told_with_what_precision_to_expect():
    file = {"rows_in": 1003, "rejected": 3, "repeated": 0, "unlinked": 20, "left_out": 10}
    files = [{"shape": "ecds", **file}, {"shape": "ecds", **file}, {"shape": "gp_patient", **file}]
    about = {"threshold": 0.99, "sources": [{"shape": "ecds", "rows": {"number": 1900, "rule": 40, "model": 20}}]}
    ecds, registrations = quality._linkage(files, about, reports.Rule(8, 5))
    assert (ecds["rows_in"], ecds["rejected"], ecds["unlinked"]) == (2005, None, 40)
    assert ecds["expected_precision"] == 0.99989  # 0.2 of 1,960 may be wrong
    assert (registrations["by_number"], registrations["expected_precision"]) == (None, None)


def test_a_practices_numbers_are_told_unless_few_lack_one(area):
    held = [
        {"practice": "G82000", "people": 1000, "with_number": 900, "by_number": 480, "by_rule": 20, "by_model": 0},
        {"practice": "G82001", "people": 1000, "with_number": 998, "by_number": 500, "by_rule": 20, "by_model": 20},
        {"practice": "G82002", "people": 1000, "with_number": 800, "by_number": 500, "by_rule": 1, "by_model": 0},
        {"practice": "G82003", "people": 1000, "with_number": 700, "by_number": 0, "by_rule": 0, "by_model": 0},
    ]
    told = {row["practice"]: row for row in quality._practices(queries.made(), {"practices": held})}
    assert told["G82001"]["with_number"] is None  # two people without
    assert told["G82000"]["with_number"] is None  # and what its cluster's total would give away with it
    assert [told[code]["with_number"] for code in ("G82002", "G82003")] == [0.8, 0.7]
    assert told["G82002"]["linked_by_number"] is None  # one row found by the rule
    held[2]["by_rule"] = 125
    told = {row["practice"]: row for row in quality._practices(queries.made(), {"practices": held})}
    assert [told[code]["linked_by_number"] for code in ("G82000", "G82002")] == [0.96, 0.8]
    assert quality._practices(queries.made(), {}) == []


class TestThePage:
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("practice_manager", "G82000", 200),
            ("care_coordinator", "C1", 200),
            ("analyst", "99J", 200),
            ("practice_nurse", "G82000", 403),
            ("privacy_officer", "99J", 403),
        ],
    )
    def test_by_role(self, area, client, sign_in, role, at, status):
        sign_in(role, at)
        assert client.get("/population/quality/").status_code == status

    def test_says_what_is_too_thin_and_leads_on_to_practices(self, area, client, sign_in):
        sign_in("analyst", "99J")
        page = text(client.get("/population/quality/"))
        assert "3 of 4 practices share" in page
        assert "?at=practice:G82003" in page
        there = text(client.get("/population/quality/?at=practice:G82003"))
        assert "shares nothing for planning" in there

    def test_a_practice_sees_no_other_and_its_files_hold_the_same(self, area, client, sign_in):
        sign_in("practice_manager", "G82000")
        assert client.get("/population/quality/?at=practice:G82001").status_code == 404
        rows = list(csv.DictReader(io.StringIO(client.get("/population/quality.csv").content.decode())))
        assert {row["part"] for row in rows} == {"feed", "field"}
        assert client.get("/population/quality.xlsx").content[:2] == b"PK"

    def test_every_how_was_this_made_leads_to_it(self, area, client, sign_in):
        sign_in("practice_manager", "G82000")
        assert 'href="/population/how-made/"' in text(client.get("/population/practice/"))
        assert 'href="/population/quality/"' in text(client.get("/population/how-made/"))

    def test_a_run_from_before_says_what_to_do(self, area, client, sign_in, monkeypatch):
        of = queries.made()
        sign_in("analyst", "99J")
        hidden = of.folder.path("arrived").rename(of.folder.folder / "elsewhere")
        try:
            assert "Make another" in text(client.get("/population/quality/"))
        finally:
            hidden.rename(of.folder.path("arrived"))
