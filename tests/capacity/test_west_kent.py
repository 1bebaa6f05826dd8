"""The finance tables of the Local Care Plan 2017, as far as they are legible, against the figures of the documents."""

import tomllib
from pathlib import Path

import pytest

from localcare.capacity import definitions, running
from localcare.capacity.calc import stated
from localcare.capacity.report import sections

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
    found = {key: {label: [cell.amount for cell in cells.values()] for label, cells in rows.items()}
             for key, rows in stated.recovered(list(tables.values())).items()}  # fmt: skip
    saving, given = found["saving"], facts["saving_thousand"]
    assert saving["Non Elective admissions"] == given["non_elective_admissions"]
    assert saving["Outpatient total"] == given["outpatients"]
    assert saving["Elective admissions"] == given["elective_admissions"]
    assert saving["Length of stay reduction NEL"] == given["length_of_stay_non_elective"]
    assert saving["A&E"] == [None, None, given["ae_attendances_2019_20"], given["ae_attendances_2020_21"]]
    assert saving["Length of stay reduction EL"] == [
        None, None, given["length_of_stay_elective_2019_20"], given["length_of_stay_elective_2020_21"]
    ]  # fmt: skip
    assert list(tables["saving"].total.printed.values()) == given["total"]
    segments = facts["saving_by_segment_thousand"]
    for tier in (1, 2, 3):
        assert found["saving_by_segment"][f"Older Complex Tier {tier}"] == [
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
    found = stated.recovered(list(tables.values()))
    lost = {
        (key, label, year): cell.how
        for key, rows in found.items()
        for label, cells in rows.items()
        for year, cell in cells.items()
        if cell.mark == "not legible"
    }
    assert lost.pop(("saving", "A&E", "2017/18")) == "with Length of stay reduction EL it makes 96"
    assert lost.pop(("saving", "A&E", "2018/19")) == "with Length of stay reduction EL it makes 1,332"
    assert lost.pop(("saving", "Length of stay reduction EL", "2017/18")) == "with A&E it makes 96"
    assert lost.pop(("saving", "Length of stay reduction EL", "2018/19")) == "with A&E it makes 1,332"
    assert list(lost) == [("saving_by_segment", f"Older Complex Tier {tier}", "2017/18") for tier in (1, 2, 3)]
    assert stated.remainder(tables["saving_by_segment"], "2017/18") == 1123


def test_every_figure_says_whether_it_is_printed_confirmed_by_others_or_worked_out(tables):
    found = stated.recovered(list(tables.values()))
    marks = {key: {label: [c.mark.partition(",")[0] for c in cells.values()] for label, cells in rows.items()}
             for key, rows in found.items()}  # fmt: skip
    assert marks["saving"]["Length of stay reduction EL"] == ["not legible", "not legible", "worked out", "worked out"]
    assert marks["saving"]["Outpatient total"] == ["as printed"] * 4
    assert marks["saving"]["Net system benefit"] == ["as printed"] * 4  # no year has all of its lines
    assert marks["saving_by_segment"]["Net system benefit"] == ["printed and confirmed"] * 4
    assert marks["investment"]["Total expected investment"] == ["printed and confirmed"] * 4
    confirmed = "printed and confirmed"
    assert marks["net"]["Expected savings to system"] == [confirmed, "as printed", confirmed, confirmed]
    assert marks["net"]["Expected reinvestment"] == [confirmed] * 4
    assert marks["net"]["Net system benefit"] == [confirmed] * 4
    assert found["saving"]["Length of stay reduction EL"]["2020/21"].amount == 865


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


@pytest.fixture(scope="module")
def computed():
    """The shipped scenario's money with few draws, without its beds, staff and hubs."""
    text = definitions.text_of(definitions.SCENARIOS / "west-kent-2017.toml").replace("draws = 256", "draws = 16")
    return running.of_text(
        text[: text.index("# Community beds of 2017 (76")] + text[text.index("# The plan's four finance") :]
    )


ROWS = {
    "saving": [
        "A&E", "Non Elective admissions", "Outpatient total", "Elective admissions",
        "Length of stay reduction NEL", "Length of stay reduction EL", "Net system benefit",
    ],
    "saving_by_segment": [
        "Older Complex Tier 1", "Older Complex Tier 2", "Older Complex Tier 3", "Remainder", "Net system benefit",
    ],
    "investment": ["Older complex", "Other investment", "Total expected investment"],
    "net": ["Expected savings to system", "Expected reinvestment", "Net system benefit"],
}  # fmt: skip


def test_the_report_lays_the_four_tables_out_as_the_document_does(computed):
    found = [one for one in sections(computed) if one.key.startswith("stated_") and one.key != "stated_findings"]
    assert [one.key for one in found] == [f"stated_{key}" for key in ROWS]
    for section, (key, rows) in zip(found, ROWS.items(), strict=True):
        table = section.table
        assert table.columns == ("line", "by", "2017/18", "2018/19", "2019/20", "2020/21"), key
        assert [row[0] for row in table.rows if row[1] == "document"] == rows
        assert "Local Care Plan 2017, section 14.1, page" in table.says
    saving = found[0].table
    assert saving.says.startswith("\u201cinitial assumptions of the financial impact in west Kent are set out")
    assert saving.rows[0][2:] == (
        "not legible; with Length of stay reduction EL it makes 96",
        "not legible; with Length of stay reduction EL it makes 1,332",
        "1,833 as printed",
        "2,946 as printed",
    )
    assert "A&E 2017/18 (with Length of stay reduction EL it makes 96)" in found[0].finding


def test_beside_each_printed_figure_stands_what_the_scenario_gives(computed):
    tables = {one.key: one.table for one in sections(computed)}
    plan = computed.plan
    given = {(row[0], row[1]): row[2:] for row in tables["stated_net"].rows}
    for label, own in (
        ("Expected savings to system", plan.money.gross),
        ("Expected reinvestment", plan.money.invested),
        ("Net system benefit", plan.money.net),
    ):
        assert given[label, "this scenario"] == tuple(round(float(one) / 1000) for one in own[0, :4])
    amounts = ("1,983", "14,253", "27,974", "37,122")
    assert given["Net system benefit", "document"] == tuple(f"{amount} printed and confirmed" for amount in amounts)
    lines = {row[0]: row[2:] for row in tables["stated_saving"].rows if row[1] == "this scenario"}
    total = lines.pop("Net system benefit")
    assert {"Local care", "Ambulance"} < lines.keys()
    made = [sum(column) for column in zip(*lines.values(), strict=True)]
    assert total == pytest.approx(made, abs=len(lines) / 2)  # each rounded to the thousand
    by_line = next(table for table in computed.tables if table.name == "stated_saving_by_segment")
    assert all(row[5] is None for row in by_line.rows if row[0].startswith("Older Complex"))


def test_what_the_printed_net_position_is_worth_is_told(computed):
    finding = next(one.finding for one in sections(computed) if one.key == "stated_net")
    worth = 1983 + 14253 / 1.035 + 27974 / 1.035**2 + 37122 / 1.035**3
    assert f"the 4 printed years are worth £{worth / 1000:,.1f}m" in finding


@pytest.mark.parametrize("key", ["saving", "investment"])
def test_the_scenarios_own_rows_below_the_printed_ones_make_its_total(computed, key):
    table = next(one for one in computed.tables if one.name == f"stated_{key}")
    total = computed.plan.scenario.stated[["saving", "saving_by_segment", "investment"].index(key)].total.label
    for year in ("2017/18", "2020/21"):
        rows = {row[0]: row[5] for row in table.rows if row[1] == year and row[5] is not None}
        assert rows.pop(total) == pytest.approx(sum(rows.values()))
        assert len(rows) > 1


def test_the_investment_at_work_is_the_printed_one_to_the_thousand(computed):
    table = next(one for one in computed.tables if one.name == "stated_investment")
    own = [round(row[5]) for row in table.rows if row[0] == "Investment at work"]
    assert own == [1717, 5152, 8366, 10630]


def test_a_price_that_is_a_range_lies_about_its_likeliest():
    """A triangle's mean is a third of its corners' sum: one corner far off would move every result."""
    for setting, price in definitions.prices().items():
        assert (price.low + price.likely + price.high) / 3 == pytest.approx(price.likely, rel=0.1), setting
