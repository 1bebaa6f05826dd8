"""A scenario's file: what is taken, what is refused, and on which line."""

import json
import tomllib

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity import definitions, running
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.definitions.lines import line_of


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(
        json.loads((definitions.SCENARIOS.parent / "scenario.schema.json").read_text("utf-8"))
    )


@pytest.mark.parametrize("path", definitions.shipped(), ids=lambda path: path.stem)
def test_a_shipped_scenario_goes_by_its_files_name_and_is_taken(path):
    content = tomllib.loads(path.read_text("utf-8"))
    scenario = definitions.load_scenario(path, running.baseline_named(content["baseline"]["file"], path.parent))
    assert scenario.name == path.stem


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ('title = "A small plan"', 'tittle = "A small plan"', 1, "'tittle' was unexpected"),
        ("years = 3", "years = 0", 8, "0 is less than the minimum of 1"),
        ("years = 3", 'years = "3"', 8, "is not of type 'integer'"),
        ("phase = [0.5, 1, 1]", "phase = [0.5, 1]", 22, "2 figures for 3 years"),
        ("phase = [0.5, 1, 1]", "phase = [0.5, 1.5, 1]", 22, "1.5 is greater than the maximum of 1"),
        ("low = 0.1, high = 0.3", "low = 0.4, high = 0.3", 32, "put them in this order"),
        ("low = 0.1, high = 0.3", "low = 0.1, high = 1.3", 32, "1.3 is greater than the maximum of 1"),
        ("low = 0.1, high = 0.3", "low = 0.1, value = 0.3", 32, "give value alone"),
        ('unit = "share", source = "assumed" }\neffect',
         'unit = "percent", source = "assumed" }\neffect', 31, "'share' was expected"),
        ('effect = { low = 0.1, high = 0.3, unit = "share", source = "assumed" }',
         'effect = { low = 0.1, high = 0.3, unit = "share" }', 32, "'source' is a required property"),
        ("age_from = [65]", "age_from = [70]", 30, "70 is not among the baseline's age_from: 0, 65"),
        ('setting = "emergency_admission"\nage', 'setting = "admission"\nage', 29, "is not one of"),
        ("years = 3", "years = ", 8, "line 8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(baseline, text, good, bad, line, says):
    assert good in text
    with pytest.raises(BadScenario) as refused:
        definitions.read_scenario(text.replace(good, bad), baseline, "small.toml")
    assert says in str(refused.value)
    assert f"line {line}" in str(refused.value)


@pytest.mark.parametrize(
    ("good", "bad", "line", "says"),
    [
        ('high = 0.02, unit = "share a year"', 'high = 0.02, unit = "percent"', 18,
         "'share a year' was expected, not 'percent'; write unit = \"share a year\""),
        ('high = 0.02, unit = "share a year"', "high = 0.02", 18, "'unit' is a required property; add it"),
        ('high = 0.02, unit = "share a year"', 'high = 5, unit = "share a year"', 18,
         "5 is greater than the maximum of 0.25; give a figure to 0.25"),
        ("{ value = 0, unit", "{ value = 5, unit", 14, "5 is greater than the maximum of 0.1"),
        ('unit = "contacts for each"', 'unit = "contacts"', 34, "'contacts' does not match"),
        ('unit = "contacts for each"', 'unit = "contacts for each", value = -1', 34, "line 34"),
        ('file = "west-kent-synthetic"\n', "", 10, "'file' is a required property"),
        ("parallel_years = 1", "parallel_years = 4", 26, "parallel_years is 4 and the plan has 3 years"),
    ],
)  # fmt: skip
def test_rates_have_their_unit_and_bounds(baseline, text, good, bad, line, says):
    assert good in text
    with pytest.raises(BadScenario) as refused:
        definitions.read_scenario(text.replace(good, bad), baseline, "small.toml")
    assert says in str(refused.value)
    assert f"line {line}" in str(refused.value)


STATED = """
[[stated]]
key = "net"
title = "Net"
source = "page 1"
years = ["2017/18", "2018/19"]
line = [{ label = "a", printed = { "2017/18" = 100 } }, { label = "b", sign = -1, printed = { "2017/18" = 20 } }]
total = { label = "sum", printed = { "2017/18" = 81, "2018/19" = 5 } }
"""


def test_printed_figures_that_do_not_add_up_are_refused_unless_rounding_explains_it(baseline, text):
    assert definitions.read_scenario(text + STATED, baseline).stated[0].total.printed["2017/18"] == 81
    for bad, says in (
        (STATED.replace("= 81", "= 82"), r"line \d+: Net: the lines make 80, the total says 82; rounding does not"),
        (STATED.replace('"2018/19" = 5', '"2019/20" = 5'), r"line \d+: sum is printed for 2019/20"),
    ):
        with pytest.raises(BadScenario, match=says):
            definitions.read_scenario(text + bad, baseline)


def test_fewer_draws_than_usual_are_only_those_that_the_file_asks_for(baseline, text):
    assert definitions.read_scenario(text.replace("draws = 16\n", ""), baseline).draws == 256
    assert definitions.read_scenario(text, baseline).draws == 16


def _second(text: str, age: int) -> str:
    begin = text.index("[[intervention]]")
    end = text.index("[money]")
    again = text[begin:end].replace('"at_home"', '"by_phone"').replace("[65]", f"[{age}]")
    return text[:end] + again + text[end:]


def test_use_may_be_claimed_once(baseline, text):
    with pytest.raises(BadScenario, match="at_home and by_phone claim the same emergency_admission") as refused:
        definitions.read_scenario(_second(text, 65), baseline)
    assert "line 35" in str(refused.value)


def test_claims_to_different_ages_do_not_overlap(baseline, text):
    assert definitions.read_scenario(_second(text, 0), baseline).overlaps == []


def test_an_overlap_that_is_said_is_taken(baseline, text):
    scenario = definitions.read_scenario('overlap = "in_turn"\n' + _second(text, 65), baseline)
    assert [one.interventions for one in scenario.overlaps] == [("at_home", "by_phone")]


def test_an_admission_claimed_is_a_claim_on_its_nights(baseline, text):
    nights = _second(text, 65)
    begin = nights.rindex('setting = "emergency_admission"')
    nights = nights[:begin] + nights[begin:].replace('"emergency_admission"', '"emergency_bed_day"', 1)
    with pytest.raises(
        BadScenario, match=r"at_home and by_phone claim the same emergency_bed_day .an admission avoided"
    ):
        definitions.read_scenario(nights, baseline)
    taken = definitions.read_scenario('overlap = "in_turn"\n' + nights, baseline)
    assert [(one.setting, one.interventions) for one in taken.overlaps] == [
        ("emergency_bed_day", ("at_home", "by_phone"))
    ]


def test_one_intervention_cannot_claim_the_same_twice(baseline, text):
    claim = text[text.index("[[intervention.claim]]") : text.index("[money]")]
    doubled = 'overlap = "in_turn"\n' + text.replace("[money]", claim + "[money]")
    with pytest.raises(BadScenario, match="at_home claim the same"):
        definitions.read_scenario(doubled, baseline)


def test_a_baseline_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(BadScenario, match="west-kent-synthetic"):
        running.baseline_named("nowhere", tmp_path)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5))
def test_the_line_of_a_value_in_nested_tables(claims):
    """Twin: each value is its own line's number."""
    lines = ["# head"]
    expected = {}
    for i, count in enumerate(claims):
        lines += ["[[intervention]]", "key = 1"]
        expected["intervention", i, "key"] = len(lines)
        for j in range(count):
            lines += ["[[intervention.claim]]", "reach = { value = 1 }"]
            expected["intervention", i, "claim", j, "reach", "value"] = len(lines)
    text = "\n".join(lines)
    assert {path: line_of(text, path) for path in expected} == expected
