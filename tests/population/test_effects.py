"""What is offered and with which effect: the file shipped, an area's own, and what a run keeps of whom it suits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.population import definitions
from localcare.population.definitions import BadDefinition, helping

CONDITIONS = definitions.load().conditions
SHIPPED = helping.load(CONDITIONS)
OWN = """
version = 1
outcome = "emergency admissions in 12 months"
[[intervention]]
key = "own"
label = "Ours"
offered = {offered}
measure = "{measure}"
effect = {effect}
low = 0.5
high = 1.0
basis = "published"
source = "A trial of ours"
conditions_any = ["{condition}"]
"""
GOOD = {"offered": "true", "measure": "ratio", "effect": "0.8", "condition": "copd"}


def own(tmp_path, **changes):
    path = tmp_path / "effects.toml"
    path.write_text(OWN.format(**{**GOOD, **changes}))
    return helping.load(CONDITIONS, path)


def test_an_areas_own_file_takes_the_place_of_the_shipped_one(tmp_path):
    assert [one.key for one in own(tmp_path).interventions] == ["own"]
    assert helping.load(CONDITIONS, tmp_path / "none.toml") == SHIPPED


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"effect": "2.0"}, "low, effect and high"),
        ({"offered": "false"}, "nothing is offered"),
        ({"condition": "gout"}, "no condition gout"),
        ({"measure": "odds"}, "is not one of"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_mend(tmp_path, changes, says):
    with pytest.raises(BadDefinition, match=says):
        own(tmp_path, **changes)


def test_prism_is_told_as_published_and_nobody_is_ranked_by_it():
    prism = next(one for one in SHIPPED.interventions if one.key == "case_finding_alone")
    assert (prism.offered, prism.assumed, prism.benefit(0.4)) == (False, False, (-0.011, -0.013, -0.010))


def test_every_effect_that_is_not_published_says_that_it_is_assumed():
    assumed = [one for one in SHIPPED.interventions if one.assumed]
    assert all(one.source.startswith("Assumed") for one in assumed)
    assert {one.key for one in SHIPPED.offered} == {one.key for one in assumed}


@pytest.mark.parametrize(
    ("age", "conditions", "offers"),
    [
        (40, [], ["care_planning"]),
        (40, ["falls"], ["care_planning"]),
        (65, ["falls"], ["care_planning", "falls_prevention"]),
        (30, ["copd"], ["care_planning", "breathless_at_home"]),
    ],
)
def test_whom_an_offer_suits(age, conditions, offers):
    assert SHIPPED.suiting(age, CONDITIONS.mask(conditions)) == offers


@given(st.sampled_from(SHIPPED.interventions), st.floats(0, 1))
def test_a_benefit_lies_within_its_interval(one, risk):
    expected, low, high = one.benefit(risk)
    assert low <= expected <= high
    assert one.may_harm or low >= 0
