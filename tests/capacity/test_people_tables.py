"""The people of a plan told apart: nobody is lost or made between one table and another."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcare.capacity import definitions, forecast, running
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc.growth import Forecast
from localcare.capacity.calc.people_tables import Residents, by_district, by_group, by_small_area, people_tables
from localcare.capacity.calc.population import People
from localcare.capacity.forecast_tables import forecast_tables

YEARS = (2016, 2017, 2018, 2019)


def planned(baseline, text, old=(100, 110, 120, 130)):
    count = np.zeros((4, 1, 2, 91))
    count[:, 0, 0, 30] = 1000
    count[:, 0, 1, 70] = old
    residents = Forecast(People(YEARS, ("Here",), count), {})
    return plans.computed(definitions.read_scenario(text, baseline), baseline, residents)


def summed(table, by, of):
    """The `of` of a table's rows, added up by some of its columns."""
    found = defaultdict(float)
    at = [table.columns.index(name) for name in by]
    for row in table.rows:
        found[tuple(row[i] for i in at)] += row[table.columns.index(of)]
    return dict(found)


def test_one_group_by_hand(baseline, text):
    """The ill of the last year: 10 under 65, who stay as many, and 30 of 65 and over, three tenths more."""
    plan = planned(baseline, text)
    last = {row[1]: row[2] for row in by_group(plan, {"ill": "Ill", "well": "Well"}).rows[-2:]}
    assert last == pytest.approx({"Ill": 10 + 30 * 1.3, "Well": 100 + 60 * 1.3})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.floats(1, 1000), min_size=4, max_size=4))
def test_groups_practices_and_clusters_hold_everybody_of_the_plan_once(baseline, text, old):
    lists = np.round(baseline.practice_people * 1.013)  # rounded by themselves, as those of a baseline are
    plan = planned(replace(baseline, practice_people=lists), text, old)
    groups, clusters, practices = people_tables(plan, {"ill": "Ill", "well": "Well"}, None)
    everybody = {(year,): float(plan.people[0, i].sum()) for i, year in enumerate(plan.scenario.years)}
    assert summed(groups, ["year"], "central") == pytest.approx(everybody)
    assert summed(clusters, ["year"], "central") == pytest.approx(everybody)
    assert summed(practices, ["year"], "central") == pytest.approx(everybody)


def test_small_areas_are_their_districts_and_districts_the_forecast(baseline, text):
    residents = forecast.model(2016, 2019)
    names = {code: name for name, code in definitions.districts().items()}
    plan, told = planned(baseline, text), Residents(residents, names, forecast.by_small_area)
    districts, areas = by_district(plan, told), by_small_area(plan, told)
    by_year = summed(districts, ["year"], "central")
    assert by_year == pytest.approx({(year,): residents.total(year) for year in YEARS})
    assert {row[1] for row in districts.rows} == set(names.values())
    for year in (2016, 2019):
        assert sum(row[areas.columns.index(str(year))] for row in areas.rows) == pytest.approx(by_year[year,])
    assert len(areas.rows) == 309


def test_a_plan_without_a_forecast_has_no_residents(text):
    computed = running.of_text(text)
    assert [table.name for table in computed.tables if table.name.startswith("residents")] == []


def test_how_far_the_forecast_can_be_believed_stands_in_tables():
    stated, tried, registered = forecast_tables()
    rows = {(row[0], row[1]): dict(zip(stated.columns, row, strict=True)) for row in stated.rows}
    end = rows["all ages", 2035]
    assert end["stated"] == 562_040
    assert end["from_other_people"] + end["from_other_growth"] == pytest.approx(end["ONS 2018-based"] - end["stated"])
    assert rows["all ages", 2015]["stated"] == 476_497
    errors = [row[tried.columns.index("error_percent")] for row in tried.rows]
    assert np.mean(np.abs(errors)) == pytest.approx(forecast.backtest().mape())
    assert {row[0] for row in tried.rows} == {"Maidstone", "Sevenoaks", "Tonbridge and Malling", "Tunbridge Wells"}
    assert registered.rows[-1][1] == 484_460
