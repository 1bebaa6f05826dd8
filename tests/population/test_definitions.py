import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from localcare.population import definitions
from localcare.population.definitions import BadDefinition
from localcare.terminology import codelists

LOADED = definitions.load()


def test_every_schema_is_one():
    for path in definitions.HERE.glob("*.schema.json"):
        Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


def test_every_list_of_a_condition_is_of_snomed_ct_and_held():
    used = {name for c in LOADED.conditions.all for name in (*c.diagnosed, *c.resolved)}
    assert used <= set(codelists.lists())
    assert {codelists.system(name) for name in used} == {"snomedct"}


def test_each_register_of_2015_16_counts_or_is_named_missing():
    counted = {c.register for c in LOADED.conditions.registers}
    missing = {m.register for m in LOADED.conditions.missing if m.register}
    published = [
        "AF",
        "AST",
        "CAN",
        "CHD",
        "CKD",
        "COPD",
        "CVD-PP",
        "DEM",
        "DEP",
        "DM",
        "EP",
        "HF",
        "HYP",
        "LD",
        "MH",
        "OB",
        "OST",
        "PAD",
        "PC",
        "RA",
        "STIA",
    ]
    assert counted | missing == set(published)
    assert not counted & missing


def test_the_score_holds_37_conditions_and_says_which_it_cannot_compute():
    assert len(LOADED.cms.items) == 37
    assert {i.name for i in LOADED.cms.items if i.missing} == {
        "painful condition",
        "constipation",
        "psoriasis/eczema",
        "migraine",
        "multiple sclerosis",
        "Parkinson's disease",
    }
    assert all(bool(item.mask) != bool(item.missing) for item in LOADED.cms.items)


def test_frailty_points_are_those_of_109_codes():
    assert len(LOADED.hfrs.points) == 109
    assert LOADED.hfrs.points["F00"] == 7.1


def test_a_published_unit_cost_takes_the_factor_and_a_cited_one_does_not():
    prices = LOADED.prices
    assert prices["emergency_attendance"] == round(280.17 * prices.factor, 2)
    assert prices["outpatient"] == 120
    assert all(p.basis in ("published", "cited", "assumed", "own") and p.source for p in prices.by_activity.values())


def test_masks_are_distinct_bits_and_an_unknown_condition_is_refused():
    conditions = LOADED.conditions
    assert conditions.mask(["dementia", "dementia"]) == conditions["dementia"].flag
    assert conditions.long_term.bit_count() == sum(c.long_term for c in conditions.all) > 30
    with pytest.raises(BadDefinition, match="no condition dementja"):
        conditions.mask(["dementja"])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("from = 16\n", "from = 17\n", "age band 16-69 begins at 17 and must begin at 16, without gap"),
        ("from = 16\n", "from = 15\n", "begins at 15 and must begin at 16"),
        (
            "from = 16\n",
            'from = "16"\n',
            "mine.toml, age_band 2, from: '16' is not of type 'integer'; write it without",
        ),
        (
            'any_of = ["cancer"]',
            'any_of = ["cancr"]',
            r"mine.toml: group \w+: no condition cancr; did you mean cancer\?",
        ),
        ('any_of = ["cancer"]', 'any_of = "cancer"', r"any_of: 'cancer' is not of type 'array'; write a list"),
        ("at_least = 0", "", "say who is in it"),
        ("at_least = 0", "at_lest = 0", "'at_lest' was unexpected.*there are: key, label"),
        ("at_least = 0", "at_least = 2", "everyone left"),
        ("version = 1", "version = 2", "version"),
        ('key = "age_and_conditions"', 'key = "Mine!"', "'Mine!' may hold small letters, digits and underscores only"),
        ("from = 0\n", "from = -1\n", "age_band 1, from: -1 is less than the minimum of 0; write 0 or more"),
        ("version = 1", "version =", "not valid TOML"),
    ],
)
def test_a_segmentation_that_cannot_hold_everyone_once_is_refused(tmp_path, before, after, message):
    own = (definitions.HERE / "segmentations" / "age_and_conditions.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(own.replace(before, after, 1), "utf-8")
    with pytest.raises(BadDefinition, match=message):
        definitions.load(tmp_path)


def test_a_further_segmentation_is_found_and_changes_the_fingerprint(tmp_path):
    shutil.copy(definitions.HERE / "segmentations" / "as_printed.toml", tmp_path / "mine.toml")
    text = (tmp_path / "mine.toml").read_text("utf-8").replace('key = "as_printed"', 'key = "mine"')
    (tmp_path / "mine.toml").write_text(text, "utf-8")
    loaded = definitions.load(tmp_path)
    assert loaded.segmentation("mine").label
    assert loaded.fingerprint != LOADED.fingerprint
    assert replace(loaded, segmentations=LOADED.segmentations, fingerprint=LOADED.fingerprint) == LOADED
    with pytest.raises(BadDefinition, match="There are: age_and_conditions, as_printed"):
        LOADED.segmentation("yours")


def test_a_segmentation_needs_a_case(tmp_path):
    own = (definitions.HERE / "segmentations" / "age_and_conditions.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(own.partition("[[case]]")[0], "utf-8")
    with pytest.raises(BadDefinition, match="'case' is a required property; add it"):
        definitions.load(tmp_path)


def test_an_empty_file_is_refused_as_such(tmp_path):
    (tmp_path / "mine.toml").write_text("", "utf-8")
    with pytest.raises(BadDefinition, match=r"mine.toml is empty; write its definition or delete the file"):
        definitions.load(tmp_path)


def test_the_page_of_names_lists_every_condition_and_event():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "names.md").read_text("utf-8")
    told = [line for line in page.splitlines() if line.startswith("| `")]
    conditions = [f"| `{c.key}` | {c.label} | {'yes' if c.long_term else ''} |" for c in LOADED.conditions.all]
    events = [
        f"| `{p.activity}` | {p.label} | {p.unit} |"
        for p in LOADED.prices.by_activity.values()
        if p.activity != "social_care"
    ]
    assert told == conditions + events
