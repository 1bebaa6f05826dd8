"""The practice dashboard: own figures exactly, the hundred who cost most by pseudonym, bands for everybody else."""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from localcare.access import actions as access
from localcare.access import pseudonyms
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind, Purpose
from localcare.base import audit
from localcare.dataset.suppression import Rule
from localcare.population import (
    actions,
    costliest,
    dashboard,
    expected,
    measure_page,
    queries,
    reports,
    segment_report,
    use_report,
)
from localcare.population.models import Run
from tests import builders
from tests.builders import text
from tests.population.computing import computed

OWN, OTHER, NOT_SHARING = "G82000", "G82001", "G82003"
PAGE, PEOPLE, MEASURES = "/population/practice/", "/population/practice/costliest/", "/population/measures/"
FILES = ("/population/practice.csv", "/population/practice.xlsx")
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[builders.Area]:
    """A run over four practices of a hundred people, two in each cluster, with its edition beside it."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        folder = tmp_path_factory.mktemp("dashboard")
        builders.keep_state_in(folder, patch)
        patch.setattr(expected, "FEWEST", 1)
        made = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        actions.put_in_use(edition, computed(edition), by=audit.SYSTEM)
        (folder / "dataset" / "editions").mkdir()
        (folder / "dataset" / "editions" / edition.id).symlink_to(edition.folder)
        _forget()
        yield made
        transaction.set_rollback(True)
    _forget()


def _forget() -> None:
    """Rolled back, a run's number is given again: nothing may be remembered of it."""
    for remembered in (
        segment_report._protected_cells,
        reports._protected_registers,
        use_report._protected,
        costliest._withdrawn,
    ):
        remembered.cache_clear()


def place(unit, own=""):
    of = queries.made()
    return of, dashboard.place_of(of, unit, own, queries.unit_names(of), "West Kent")


class TestWhoSeesWhat:
    @pytest.mark.parametrize("page", [PAGE, PEOPLE, MEASURES, *FILES])
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("practice_manager", OWN, 200),
            ("gp", OWN, 200),
            ("care_coordinator", "C1", 200),
            ("analyst", "99J", 200),
            ("practice_nurse", OWN, 403),
            ("community_nurse", "C1", 403),
            ("privacy_officer", "99J", 403),
        ],
    )
    def test_by_role(self, client, sign_in, page, role, at, status):
        sign_in(role, at)
        assert client.get(page).status_code == status

    @pytest.mark.parametrize("page", [PAGE, PEOPLE, MEASURES, *FILES])
    def test_a_practice_sees_no_other(self, client, sign_in, page):
        sign_in("practice_manager", OWN)
        assert client.get(f"{page}?at=practice:{OTHER}").status_code == 404
        assert client.get(f"{page}?at=cluster:C1").status_code == 200

    def test_starts_where_the_viewer_works(self, client, sign_in):
        for role, at, name in (
            ("gp", OWN, "Practice G82000"),
            ("care_coordinator", "C2", "Weald cluster"),
            ("analyst", "99J", "West Kent"),
            ("practice_manager", "G1", "West Kent"),
        ):
            sign_in(role, at)
            assert f"<h1>Practice dashboard: {name}</h1>" in text(client.get(PAGE))


class TestRegistersAndUse:
    def test_own_figures_are_exact_and_those_beside_are_protected(self, area):
        of, own = place(("practice", OWN), OWN)
        held = [row["on_register"] for row in queries.segments(OWN)["registers"]]
        assert [line.on_register for line in dashboard.register_lines(of, own)] == held
        assert any(0 < number < settings.SUPPRESS_BELOW for number in held)
        _, theirs = place(("practice", OWN))
        shown = [line.on_register for line in dashboard.register_lines(of, theirs)]
        assert None in shown
        assert all(number is None or number % settings.ROUND_TO == 0 for number in shown)

    def test_expected_is_what_the_other_practices_rates_give(self, area):
        of = queries.made()
        people = [row for row in of.folder.rows("person_result") if row["observed"]]
        flag = of.definitions.conditions["hypertension"].flag
        numbers = {code: n for n, (code, _) in of.practices.items()}
        own = [p for p in people if p["practice"] == numbers[OWN]]
        others = [p for p in people if p["practice"] != numbers[OWN]]
        total = 0.0
        for person in own:
            alike = [
                p for p in others if (p["sex"], min(p["age"] // 5, 18)) == (person["sex"], min(person["age"] // 5, 18))
            ]
            among = alike or others
            total += sum(bool(p["mask"] & flag) for p in among) / len(among)
        assert expected.expectations(of)[("practice", OWN), "HYP"] == pytest.approx(total)

    def test_where_few_other_practices_are_seen_there_is_no_expectation(self, area, monkeypatch):
        monkeypatch.setattr(expected, "FEWEST", 3)
        expected._expectations.cache_clear()
        of, own = place(("practice", OWN), OWN)
        assert {line.gap for line in dashboard.register_lines(of, own)} == {"no expectation"}
        expected._expectations.cache_clear()

    def test_use_of_the_own_practice_is_that_of_its_people(self, area):
        of, own = place(("practice", OWN), OWN)
        number = next(n for n, (code, _) in of.practices.items() if code == OWN)
        people = {row["person"] for row in of.folder.rows("person_result", "practice = $p", {"p": number})}
        visits = sum(row["emergency_attendance"] for row in of.folder.rows("person_use") if row["person"] in people)
        line = next(line for line in dashboard.use_lines(of, own) if line.label == "A&E attendances")
        assert (line.amount, line.per_1000) == (visits, 10.0 * visits)
        assert len(line.others) == 2

    def test_the_page_says_what_is_published_and_what_is_not(self, client, sign_in):
        sign_in("practice_manager", OWN)
        page = text(client.get(PAGE))
        assert "about 12% of people of NHS West Kent CCG, 2015/16 are estimated to have it without a record" in page
        assert "no published expectation that we may use" in page
        assert "100 registered people" in page

    def test_a_practice_that_does_not_share_is_told_so(self, client, sign_in):
        sign_in("practice_manager", NOT_SHARING)
        page = text(client.get(PAGE))
        assert "Your practice does not share for planning" in page
        assert 'data-label="Recorded">not shared<' in page
        assert 'data-label="Number">not shared<' in page
        assert 'data-label="Recorded">0<' not in page
        assert 'data-label="Number">0<' not in page
        assert "Nobody's use is seen here." in text(client.get(PEOPLE))


class TestTheCostliest:
    def test_are_the_first_by_cost_and_their_settings_add_up(self, area):
        of = queries.made()
        found = costliest.top(of, ("practice", OWN))
        number = next(n for n, (code, _) in of.practices.items() if code == OWN)
        people = of.folder.rows("person_result", "practice = $p AND cost > 0", {"p": number})
        first = sorted(people, key=lambda row: (-row["cost"], row["person"]))
        assert [(one.person, one.cost) for one in found] == [(row["person"], row["cost"]) for row in first]
        assert all(sum(one.by_setting.values()) == pytest.approx(one.cost, abs=0.01) for one in found)
        assert all(a.cost >= b.cost for a, b in pairwise(found))

    def test_stand_by_the_pseudonym_for_planning_never_that_of_the_list(self, area, edition):
        of = queries.made()
        held = {(row["person"], row["purpose"]): row["pseudonym"] for row in _pseudonyms(edition)}
        for one in costliest.top(of, ("practice", OWN)):
            assert one.pseudonym == held[one.person, "planning"] != held.get((one.person, "risk_stratification"))

    def test_nobody_who_chose_otherwise_since(self, area, monkeypatch):
        of = queries.made()
        first = costliest.top(of, ("practice", OWN))[0]
        monkeypatch.setattr(costliest, "_withdrawn", lambda *_: {first.pseudonym})
        assert first.pseudonym not in {one.pseudonym for one in costliest.top(of, ("practice", OWN))}

    def test_a_choice_recorded_here_leaves_the_person_out_from_this_moment(self, area):
        person, gp = builders.patient(practice=OWN), area.viewer("gp", OWN)
        asked = (queries.made().run.edition, date(2017, 4, 3))
        assert costliest._withdrawn(gate.last_choice(), *asked) == set()
        access.record_choice(
            answered="person", patient_id=person.id, kind=ChoiceKind.NATIONAL_DATA_OPT_OUT, value="yes", by=gp
        )
        out = {*pseudonyms.pseudonymise([person.nhs_number], Purpose.PLANNING)}
        assert costliest._withdrawn(gate.last_choice(), *asked) == out

    def test_own_practice_by_rows_everybody_else_by_bands_of_ten_or_more(self, client, area, sign_in):
        of = queries.made()
        labels = [one.label for one in costliest.top(of, ("practice", OWN))]
        sign_in("practice_manager", OWN)
        own = text(client.get(PEOPLE))
        assert all(label in own for label in labels[:25])
        for role, at in (("care_coordinator", "C1"), ("analyst", "99J")):
            sign_in(role, at)
            for page in (
                f"{PEOPLE}?at=practice:{OWN}",
                f"{PEOPLE}?at=cluster:C1",
                f"{FILES[0]}?part=costliest&at=practice:{OWN}",
            ):
                shown = text(client.get(page))
                assert not any(label in shown for label in labels)
        rows = queries.report("costliest", "practice").rows
        assert rows
        assert all(row["people"] >= 20 for row in rows)
        assert {row["unit"] for row in rows} <= {OWN, OTHER, "G82002"}

    def test_the_page_says_how_to_ask_the_same(self, client, sign_in):
        sign_in("practice_manager", OWN)
        for place, told in (("area", "--level area"), (f"practice:{OWN}", f"--level practice --unit {OWN}")):
            assert (
                f"localcare population report costliest {told}<" in client.get(f"{PEOPLE}?at={place}").content.decode()
            )

    def test_without_its_edition_the_page_says_what_to_do(self, client, area, sign_in, tmp_path, monkeypatch):
        monkeypatch.setattr(costliest.editions, "named", _no_edition)
        sign_in("practice_manager", OWN)
        assert "no longer kept" in text(client.get(PEOPLE))
        assert client.get(PAGE).status_code == 200


def _no_edition(*_):
    raise costliest.editions.NoEdition("gone")


def _pseudonyms(edition):
    return edition.table("pseudonym").to_pyarrow().to_pylist()


AMOUNTS = st.lists(
    st.lists(st.sampled_from([0.0, 50.0, 80.0, 4000.0]), min_size=3, max_size=3), min_size=20, max_size=30
)


@given(AMOUNTS)
def test_money_of_few_or_of_one_is_hidden_and_never_alone(amounts):
    """The attack: what is hidden of one setting would follow from the total less the others."""
    rule, names = Rule(), list(costliest.SETTINGS)[:3]
    nothing = dict.fromkeys(costliest.SETTINGS, 0.0)
    people = [
        costliest.Person(i, 0, "female", 80, 1, sum(row), nothing | dict(zip(names, row, strict=True)), "p")
        for i, row in enumerate(amounts)
    ]
    of = type("Of", (), {"rule": rule})()
    found = costliest.classes_of(people)
    band = costliest._band(of, found[0], [people[i] for i in found[0].members])
    hidden = [name for name in names if band.by_setting[name] is None]
    for name in names:
        paid = sorted((one.by_setting[name] for one in (people[i] for i in found[0].members)), reverse=True)
        having = sum(1 for amount in paid if amount)
        if 0 < having < 8 or (sum(paid) and (paid[0] > sum(paid) / 2 or sum(paid[:2]) > 0.85 * sum(paid))):
            assert name in hidden
    assert len(hidden) != 1 or band.a_head is None


class TestMeasures:
    def test_own_figures_are_those_of_its_people_and_others_as_published(self, area):
        of, own = place(("practice", OWN), OWN)
        number = next(n for n, (code, _) in of.practices.items() if code == OWN)
        people = {row["person"] for row in of.folder.rows("person_result", "practice = $p", {"p": number})}
        visits = sum(row["emergency_attendance"] for row in of.folder.rows("person_use") if row["person"] in people)
        ours = {line.measure.key: line for line in measure_page.lines(of, own)}["emergency_attendances"]
        assert (ours.numerator, ours.denominator, ours.rate) == (visits, 100, 10.0 * visits)
        _, outside = place(("practice", OWN))
        published = {row["measure"]: row for row in queries.report("measures", "practice", unit=OWN).rows}
        assert all(line.rate == published[line.measure.key]["rate"] for line in measure_page.lines(of, outside))

    def test_one_that_is_not_shared_has_no_figure(self, client, sign_in):
        sign_in("practice_manager", NOT_SHARING)
        page = text(client.get(MEASURES))
        assert 'data-label="Number">not shared<' in page
        assert 'data-label="Number">0<' not in page

    def test_leads_from_the_area_to_clusters_to_practices(self, client, sign_in):
        sign_in("analyst", "99J")
        area = client.get(f"{MEASURES}?measure=emergency_attendances").content.decode()
        assert 'href="?at=cluster:C1&amp;measure=emergency_attendances"' in area
        cluster = client.get(f"{MEASURES}?at=cluster:C1&measure=emergency_attendances").content.decode()
        assert 'href="?at=practice:G82001&amp;measure=emergency_attendances"' in cluster
        assert "practice:G82002" not in cluster

    def test_a_practice_is_led_to_no_other(self, client, sign_in):
        sign_in("practice_manager", OWN)
        page = client.get(f"{MEASURES}?at=cluster:C1&measure=emergency_attendances").content.decode()
        assert f"at=practice:{OWN}&amp;measure" in page
        assert f"at=practice:{OTHER}" not in page
        assert f"Practice {OTHER}" in page

    def test_an_unknown_one_is_refused_with_those_there_are(self, client, sign_in):
        sign_in("analyst", "99J")
        answer = client.get(f"{MEASURES}?measure=nonsense")
        assert (answer.status_code, "no measure 'nonsense'. It has: emergency_admissions" in text(answer)) == (
            404,
            True,
        )


class TestFiles:
    def test_csv_and_workbook_hold_what_the_page_shows(self, client, sign_in):
        sign_in("practice_manager", OWN)
        for part, first in (
            ("registers", "register"),
            ("use", "activity"),
            ("measures", "measure"),
            ("costliest", "rank"),
        ):
            found = list(csv.reader(io.StringIO(client.get(f"{FILES[0]}?part={part}").content.decode())))
            book = zipfile.ZipFile(io.BytesIO(client.get(f"{FILES[1]}?part={part}").content))
            assert found[0][0] == first
            assert b"How this was made" in book.read("xl/workbook.xml")
            assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == len(found)

    def test_an_unknown_part_is_said(self, client, sign_in):
        sign_in("analyst", "99J")
        assert client.get(f"{FILES[0]}?part=names").status_code == 404


@pytest.mark.parametrize("page", [PAGE, PEOPLE, MEASURES])
def test_queries_do_not_grow(client, sign_in, page, django_assert_max_num_queries):
    sign_in("practice_manager", OWN)
    client.get(page)
    with django_assert_max_num_queries(20):
        client.get(page)


def test_before_the_first_run_the_pages_say_what_to_wait_for(client, sign_in):
    sign_in("practice_manager", OWN)
    Run.objects.all().delete()
    for page in (PAGE, PEOPLE, MEASURES):
        assert "There are no figures yet" in text(client.get(page))
