"""Segmentations and measures: everyone in exactly one group, every case, every measure beside its slow twin."""

import os
import shutil
from dataclasses import replace

import duckdb
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.population import definitions
from localcare.population.calc import cases, measures, segments
from localcare.population.definitions import BadDefinition, Measure, segmenting
from localcare.population.definitions.segmenting import Rule

LOADED = definitions.load()
CONDITIONS = LOADED.conditions
BACKEND = ibis.duckdb.from_connection(duckdb.connect(":memory:", config={"threads": 1}))
USE = ("emergency_short", "emergency_long", "emergency_attendance", "outpatient", "elective", "day_case")
COLUMNS = {"practice": "int16", **cases.CASE, **dict.fromkeys(USE, "int32")}

person_row = st.fixed_dictionaries(
    {
        "practice": st.integers(0, 2),
        "age": st.one_of(st.integers(0, 110), st.sampled_from([12, 13, 15, 16, 17, 18, 64, 65, 69, 70])),
        "mask": st.lists(st.sampled_from(CONDITIONS.all), max_size=6).map(lambda found: _mask(found)),
        "observed": st.booleans(),
        "hfrs": st.one_of(st.none(), st.sampled_from([0.0, 4.9, 5.0, 15.0, 40.0])),
        "tenth": st.one_of(st.none(), st.integers(1, 10)),
        **{name: st.integers(0, 2) for name in USE},
    }
)
everyone = st.lists(person_row, min_size=1, max_size=30)


def _mask(found) -> int:
    mask = 0
    for condition in found:
        mask |= condition.flag
    return mask


def _table(rows):
    numbered = [{"person": i, **row} for i, row in enumerate(rows)]
    return ibis.memtable([tuple(row[name] for name in COLUMNS) for row in numbered], schema=COLUMNS)


def _meets(row, rule: Rule) -> bool:
    """A rule, one question after the other, by the names of the conditions."""
    held = {c.key for c in CONDITIONS.all if row["mask"] // 2**c.bit % 2}
    counted = [c for c in CONDITIONS.all if c.key in held and c.long_term]
    asked = {c.key for c in CONDITIONS.named(rule.any_of)}, {c.key for c in CONDITIONS.named(rule.all_of)}
    return (
        rule.from_age <= row["age"] <= (200 if rule.to_age is None else rule.to_age)
        and (not asked[0] or bool(asked[0] & held))
        and asked[1] <= held
        and len(counted) >= rule.at_least
        and (rule.hospital_frailty_from is None or (row["hfrs"] or 0) >= rule.hospital_frailty_from)
        and (rule.deprived_tenths is None or (row["tenth"] or 11) <= rule.deprived_tenths)
        and (rule.home_area_known is None or rule.home_area_known == (row["tenth"] is not None))
    )


@pytest.mark.parametrize("segmentation", LOADED.segmentations, ids=lambda s: s.key)
@settings(max_examples=15, deadline=None)
@given(rows=everyone)
def test_everyone_is_in_exactly_one_group_and_age_band_and_nobody_where_there_is_no_data(segmentation, rows):
    placed = BACKEND.to_pandas(segments.segment(_table(rows), segmentation, CONDITIONS)).to_dict("records")
    assert sorted(row["person"] for row in placed) == list(range(len(rows)))
    empty = {group.key for group in segmentation.groups if group.no_data}
    for found in placed:
        row = rows[found["person"]]
        assert [b.key for b in segmentation.age_bands if b.holds(row["age"])] == [found["age_band"]]
        if not row["observed"]:
            assert not isinstance(found["group"], str)
            continue
        meant = [g.key for g in segmentation.groups if any(_meets(row, rule) for rule in g.rules)]
        assert found["group"] == meant[0]
        assert found["group"] not in empty
        assert (found["age_band"], found["group"]) in segmentation.possible()


# Rules that no shipped measure uses, so that each part of a definition is tried.
MADE_UP = Measure(
    key="made_up",
    label="",
    source="",
    licence="",
    assumed="",
    better="higher",
    per=100,
    denominator=Rule(to_age=64, at_least=1),
    exclusions=(Rule(any_of=CONDITIONS.mask(["cancer"])), Rule(home_area_known=False)),
    events=(),
    holds=Rule(deprived_tenths=2),
    cases=(),
)


@settings(max_examples=25, deadline=None)
@given(rows=everyone)
def test_measures_count_whom_their_definitions_name(rows):
    wanted = (*LOADED.measures, MADE_UP)
    table = _table(rows)
    found = BACKEND.to_pandas(
        measures.measures(table.drop(*USE), table.select("person", *USE), wanted, CONDITIONS)
    ).to_dict("records")
    seen = [row for row in rows if row["observed"]]
    slow = {
        (m.key, p): _slow(m, [r for r in seen if r["practice"] == p])
        for m in wanted
        for p in {r["practice"] for r in seen}
    }
    assert {(r["measure"], r["practice"]): (r["numerator"], r["people"], r["denominator"]) for r in found} == slow


def _slow(measure: Measure, people) -> tuple[int, int, int]:
    inside = [
        r for r in people if _meets(r, measure.denominator) and not any(_meets(r, rule) for rule in measure.exclusions)
    ]
    amounts = [
        int(_meets(r, measure.holds)) if measure.holds else sum(r[name] for name in measure.events) for r in inside
    ]
    return sum(amounts), len([a for a in amounts if a]), len(inside)


def test_every_definition_has_cases_and_holds_them():
    assert all(one.cases for one in (*LOADED.segmentations, *LOADED.measures))
    kinds = {
        (bool(c.resolved), bool(c.within_months), bool(c.first_within_months)): {case.holds for case in c.cases}
        for c in LOADED.conditions.all
        if c.cases
    }
    assert {kind for kind, held in kinds.items() if held == {True, False}} == {
        (True, False, False), (False, True, False), (False, False, True), (False, False, False),
    }  # fmt: skip
    assert cases.failing(LOADED, BACKEND) == []


@pytest.mark.parametrize(
    ("key", "changed", "message"),
    [
        ("diabetes", {"resolved": ()}, "case 'resolved after it was diagnosed: gone'"),
        ("diabetes", {"diagnosed": ("asthma",)}, "case 'diagnosed again after it was resolved: back'"),
        ("depression", {}, ""),
    ],
)
def test_a_condition_whose_rule_no_longer_gives_its_cases_is_told(key, changed, message):
    conditions = LOADED.conditions
    other = replace(conditions, all=tuple(replace(c, **changed) if c.key == key else c for c in conditions.all))
    found = cases.failing(replace(LOADED, conditions=other), BACKEND)
    assert [said for said in found if message in said] if message else found == []


@pytest.mark.parametrize(
    ("kind", "name", "before", "after", "message"),
    [
        (
            "segmentations",
            "bridges_to_health",
            "hospital_frailty_from = 5.0",
            "hospital_frailty_from = 6.0",
            "case 'frail",
        ),
        ("measures", "hospital_frailty_65", "from_age = 65", "from_age = 60", "case 'nobody under 65'"),
    ],
)
def test_a_case_that_does_not_come_out_is_told_with_its_words(tmp_path, kind, name, before, after, message):
    _own(tmp_path, kind, name, before, after)
    assert [said for said in cases.failing(definitions.load(tmp_path / "segmentations"), BACKEND) if message in said]


@pytest.mark.parametrize(
    ("kind", "name", "before", "after", "message"),
    [
        ("measures", "emergency_admissions", '["emergency_short"', '["emergency_shrt"', "no activity emergency_shrt"),
        ("measures", "emergency_admissions_copd", '["copd"]\n\n[num', '["cobd"]\n\n[num', "no condition cobd"),
        ("measures", "emergency_admissions", 'better = "lower"', 'better = "down"', "better"),
        ("segmentations", "core20plus5", "to_age = 17\nany_of", "to_age = 17\nno_data = 'x'\nany_of", "and only one"),
        ("segmentations", "core20plus5", 'key = "children_asthma"', 'key = "hypertension"', "key of its own"),
    ],
)
def test_a_definition_that_cannot_be_used_says_what_to_mend(tmp_path, kind, name, before, after, message):
    _own(tmp_path, kind, name, before, after)
    with pytest.raises(BadDefinition, match=message):
        definitions.load(tmp_path / "segmentations")


def test_a_key_that_is_taken_is_refused(tmp_path):
    (tmp_path / "measures").mkdir()
    shutil.copy(definitions.HERE / "measures" / "emergency_admissions.toml", tmp_path / "measures")
    with pytest.raises(BadDefinition, match="emergency_admissions stands in two files"):
        definitions.load(tmp_path / "segmentations")


def test_one_file_that_cannot_be_used_takes_no_other_away(tmp_path):
    _own(tmp_path, "segmentations", "core20plus5", 'key = "children_asthma"', 'key = "hypertension"')
    shutil.copy(definitions.HERE / "measures" / "emergency_admissions.toml", _folder(tmp_path, "measures"))
    found = definitions.usable(tmp_path / "segmentations")
    assert found.segmentations == LOADED.segmentations
    assert found.measures == LOADED.measures
    assert [fault.split(": ")[0].split("/")[-1].split(",")[0] for fault in found.left_out] == [
        "mine.toml", "emergency_admissions.toml"
    ]  # fmt: skip


def test_a_mended_file_is_read_again(tmp_path):
    _own(tmp_path, "measures", "emergency_admissions", 'better = "lower"', 'better = "down"')
    assert definitions.usable(tmp_path / "segmentations").left_out
    path = next((tmp_path / "measures").iterdir())
    path.write_text(path.read_text("utf-8").replace('better = "down"', 'better = "higher"'), "utf-8")
    os.utime(path, ns=(0, 0))  # another moment, whatever the clock's grain
    found = definitions.usable(tmp_path / "segmentations")
    assert (found.left_out, len(found.measures)) == ((), len(LOADED.measures) + 1)


def _folder(parent, kind):
    (parent / kind).mkdir(exist_ok=True)
    return parent / kind


def _own(folder, kind, name, before, after) -> None:
    """A copy of a shipped file under a key of its own, with one thing changed."""
    text = (definitions.HERE / kind / f"{name}.toml").read_text("utf-8")
    assert before in text
    (folder / kind).mkdir()
    changed = text.replace(f'key = "{name}"', 'key = "mine"', 1).replace(before, after, 1)
    (folder / kind / "mine.toml").write_text(changed, "utf-8")


def test_a_cell_that_can_hold_nobody_is_known_to():
    nwl = LOADED.segmentation("north_west_london")
    assert ("0-12", "group_08_cancer") not in nwl.possible()
    assert ("18-64", "group_03_well_adults") in nwl.possible()
    assert not [cell for cell in nwl.possible() if cell[1] == "group_15_socially_excluded"]
    assert segmenting.Group("g", "", (Rule(from_age=70),)).possible(segmenting.AgeBand("b", "", 0, 69)) is False
