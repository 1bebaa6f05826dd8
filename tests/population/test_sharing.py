"""A practice that shares only some sources: nowhere a zero for what it does not share, nor its people below a line."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.population import actions, dashboard, explorer, family, own, queries, reports, sharing, use_report
from localcare.population.explorer import Question
from tests import builders
from tests.editions import SOURCES, write_edition

pytestmark = pytest.mark.django_db
HALF, WHOLE, AREA = ("practice", "G82000"), ("practice", "G82001"), ("area", "")


@pytest.fixture(scope="module")
def halved(
    edition, django_db_setup, django_db_blocker, tmp_path_factory
) -> Iterator[tuple[builders.Area, reports.Made]]:
    """The small area, but that practice G82000 shares all but hospital data, and nobody shares the ambulances'."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        folder = tmp_path_factory.mktemp("data")
        builders.keep_state_in(folder, patch)
        forget()
        area = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            area.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        actions.put_in_use(shared := without_hospital(edition, folder), actions.compute(shared), by=audit.SYSTEM)
        yield area, queries.made()
        transaction.set_rollback(True)
    forget()


@pytest.fixture
def made(halved) -> reports.Made:
    return halved[1]


def forget() -> None:
    for held in (use_report._protected, reports._protected_registers, family.protected):
        held.cache_clear()


def without_hospital(edition, folder):
    tables = edition.manifest["rows"]
    rows = {name: edition.table(name).to_pyarrow().to_pylist() for name in tables}
    rows["agreement"] = [
        {"practice": number, "source": source, "purpose": purpose}
        for number in range(4)
        for source in SOURCES
        for purpose in ("planning", "risk_stratification")
        if (number, source) != (0, "acute") and source != "ambulance"
    ]
    return write_edition(folder / "dataset", edition.as_at, rows, id="half-shared")


def used(made, number, *names) -> int:
    people = {row["person"] for row in made.folder.rows("person_result", "observed AND practice = $n", {"n": number})}
    return sum(row[name] for row in made.folder.rows("person_use") if row["person"] in people for name in names)


def row_of(report, unit, **wanted):
    rows = queries.report(report, unit[0], unit=unit[1]).rows
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def test_the_report_of_use_has_no_figure_for_it_and_divides_by_those_who_share(made):
    own, area = (row_of("use", unit, activity="emergency_attendance") for unit in (HALF, AREA))
    assert [own[key] for key in ("people", "amount", "per_1000_observed", "shared_by")] == [None, None, None, "none"]
    seen = used(made, 1, "emergency_attendance") + used(made, 2, "emergency_attendance")
    assert area["shared_by"] == "some"
    assert area["per_1000_observed"] == pytest.approx(seen * 1000 / 200, abs=1000 * 2 / 200)
    gp = row_of("use", HALF, activity="gp_contact_gp")
    assert (gp["shared_by"], gp["amount"] > 0) == ("all", True)


def test_a_measure_leaves_its_people_out(made):
    own, area = (row_of("measures", unit, measure="emergency_admissions") for unit in (HALF, AREA))
    assert (own["numerator"], own["denominator"], own["rate"], own["shared_by"]) == (None, None, None, "none")
    assert (area["denominator"], area["shared_by"]) == (200, "some")


def test_its_own_dashboard_says_not_shared_and_counts_the_rest(made):
    place = dashboard.place_of(made, HALF, HALF[1], queries.unit_names(made), "West Kent")
    lines = {line.label: line for line in dashboard.use_lines(made, place)}
    attendances = lines["A&E attendances"]
    assert (attendances.shared, attendances.amount, attendances.per_1000) == (False, None, None)
    assert attendances.others_shared == (True, True)
    assert lines["GP consultations"].amount == used(made, 0, "gp_contact_gp")
    assert "A&E attendances" not in [bar.label for bar in dashboard.use_chart(list(lines.values()), place).bars]


def test_the_page_says_it_in_words(halved, client):
    builders.sign_in(client, halved[0].viewer("practice_manager", HALF[1]))
    page = builders.text(client.get("/population/practice/"))
    assert page.count(">not shared<") >= 2
    page = builders.text(client.get("/population/explorer/?by=setting"))
    assert ">not shared<" in page


def settings_of(made, unit, own=""):
    return {row["part"]: row for row in explorer.ask(made, Question(unit, "setting"), own_practice=own).rows}


@pytest.mark.parametrize("own", ["", HALF[1]])
def test_the_explorer_shows_no_zero_for_it(made, own):
    rows = settings_of(made, HALF, own)
    assert [rows["emergency_attendance"][key] for key in ("amount", "people_using", "per_1000_people")] == [None] * 3
    assert rows["emergency_attendance"]["shared_by"] == "none"
    assert rows["gp_practice"]["amount"] == pytest.approx(
        used(made, 0, "gp_contact_gp", "gp_contact_nurse", "gp_contact_other"), abs=2
    )


def test_the_explorer_divides_by_those_who_share(made):
    seen = used(made, 1, "emergency_attendance") + used(made, 2, "emergency_attendance")
    row = settings_of(made, AREA)["emergency_attendance"]
    assert (row["amount"], row["shared_by"]) == (pytest.approx(seen, abs=2), "some")
    assert row["per_1000_people"] == pytest.approx(1000 * row["amount"] / 200, abs=0.1)
    one = settings_of(made, ("cluster", "C1"))["emergency_attendance"]
    assert one["per_1000_people"] == settings_of(made, WHOLE)["emergency_attendance"]["per_1000_people"]


def test_spend_a_head_is_of_people_all_of_whose_spend_is_known(made):
    cost = {number: spent(made, number) for number in (1, 2)}
    whole = explorer.ask(made, Question()).whole
    assert whole["spend_per_head"] == round((cost[1] + cost[2]) / 200)
    assert whole["spend"] == 300 * whole["spend_per_head"]
    mine = explorer.ask(made, Question(HALF, "sex"), own_practice=HALF[1]).whole
    assert (mine["people"], mine["spend"], mine["spend_shared_by"]) == (100, None, "none")


def spent(made, number) -> float:
    rows = made.folder.rows("person_result", "observed AND practice = $n", {"n": number})
    return sum(row["cost"] for row in rows)


def test_in_the_cells_its_spend_is_that_of_people_alike(made):
    cells = made.folder.rows("cell", "segmentation = 'age_and_conditions'")
    assert all(cell["spend_observed"] == 0 for cell in cells if cell["practice"] == 0)
    assert sum(cell["people_observed"] for cell in cells if cell["practice"] == 0) == 100
    measured = sum(cell["spend_observed"] for cell in cells)
    assert measured == pytest.approx(spent(made, 1) + spent(made, 2))
    assert sum(cell["spend"] for cell in cells) == pytest.approx(2 * measured, rel=0.25)
    told = own.own_practice(made, HALF[1], "age_and_conditions")["segments"]
    assert all(row["spend_per_head"] is None for row in told)
    assert sum(row["people"] for row in told) == 100


def test_what_nobody_shares_is_in_nobodys_spend_and_has_no_figure(made):
    assert sharing.lost_to_spend(made.run) == {"G82000"}
    assert sharing.without(made.run, "ambulance") == {"G82000", "G82001", "G82002"}
    assert row_of("use", AREA, activity="ambulance_conveyed")["amount"] is None
