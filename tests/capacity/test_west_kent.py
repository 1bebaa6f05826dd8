"""The finance tables of the Local Care Plan 2017, as far as they are legible, against the figures of the documents."""

import tomllib
from pathlib import Path

import pytest

from localcare.capacity import definitions, running
from localcare.capacity.calc import stated

FACTS = Path(__file__).parents[3] / "shared" / "mission-facts.toml"


@pytest.fixture(scope="module")
def scenario():
    path = definitions.SCENARIOS / "west-kent-2017.toml"
    return definitions.load_scenario(path, running.baseline_named("west-kent-synthetic"))


@pytest.fixture(scope="module")
def tables(scenario):
    return {table.key: table for table in scenario.stated}


def test_every_legible_figure_is_that_of_the_documents(tables):
    if not FACTS.exists():
        pytest.skip("the folder with the documents' figures is not here")
    facts = tomllib.loads(FACTS.read_text("utf-8"))["finance"]
    found = {key: {label: [c.amount for c in cells.values()] for label, cells in stated.recovered(table).items()}
             for key, table in tables.items()}  # fmt: skip
    saving, given = found["saving"], facts["saving_thousand"]
    assert saving["Non-elective admissions"] == given["non_elective_admissions"]
    assert saving["Outpatients"] == given["outpatients"]
    assert saving["Elective admissions"] == given["elective_admissions"]
    assert saving["Length of stay, non-elective"] == given["length_of_stay_non_elective"]
    assert saving["A&E"] == [None, None, given["ae_attendances_2019_20"], given["ae_attendances_2020_21"]]
    assert saving["Length of stay, elective"] == [
        None, None, given["length_of_stay_elective_2019_20"], given["length_of_stay_elective_2020_21"]
    ]  # fmt: skip
    assert list(tables["saving"].total.printed.values()) == given["total"]
    segments = facts["saving_by_segment_thousand"]
    for tier in (1, 2, 3):
        assert found["saving_by_segment"][f"Older complex, tier {tier}"] == [
            None,
            *segments[f"older_complex_tier_{tier}"],
        ]
    assert found["saving_by_segment"]["Remainder"] == [segments["remainder_2017_18"], *segments["remainder"]]
    assert found["investment"]["Older complex"] == facts["investment_thousand"]["older_complex"]
    assert found["investment"]["Other investment"] == facts["investment_thousand"]["other"]
    assert found["net"]["Expected savings to system"] == facts["net_thousand"]["expected_saving"]
    assert found["net"]["Expected reinvestment"] == facts["net_thousand"]["expected_reinvestment"]
    assert list(tables["net"].total.printed.values()) == facts["net_thousand"]["net_benefit"]


def test_what_cannot_be_recovered_is_named_with_what_is_known_of_it(tables):
    cells = stated.recovered(tables["saving"])["A&E"]
    assert cells["2017/18"].how == "not legible; with Length of stay, elective it makes 96"
    assert cells["2018/19"].how == "not legible; with Length of stay, elective it makes 1,332"
    assert stated.remainder(tables["saving_by_segment"], "2017/18") == 1123


def test_the_two_savings_of_2018_19_are_the_one_thing_that_disagrees(scenario):
    assert all(stated.checked(table) == [] for table in scenario.stated)
    findings = stated.compared(scenario.stated)
    assert {(one.year, one.difference) for one in findings} == {("2018/19", 1)}
    assert all("19,406" in one.says and "19,405" in one.says and "rounded" in one.says for one in findings)


def test_a_total_that_is_not_the_sum_is_found():
    lines = (stated.Line("a", {"2017/18": 10}), stated.Line("b", {"2017/18": 20}, -1))
    table = stated.Table("t", "T", "page 1", ("2017/18",), lines, stated.Line("sum", {"2017/18": -5}))
    assert [(one.year, one.difference) for one in stated.checked(table)] == [("2017/18", -5)]
    assert "rounding does not explain it" in stated.checked(table)[0].says
