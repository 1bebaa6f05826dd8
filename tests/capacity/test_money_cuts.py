"""Money by segment, place, organisation, service line and intervention: every cut adds up, in every year and draw."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from localcare.capacity import definitions, running
from localcare.capacity.calc import money_cuts, money_tables
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc.money import KINDS, STRESSES, Money, stressed
from localcare.capacity.calc.money_cuts import GROUP, INTERVENTION, SETTING, Cut, amounts, reached, worth
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.running import words

pounds = st.floats(-1e6, 1e6)
SPLIT = 'pay_share = 0.5\nplaces = { "Home and cluster" = 0.75, "Local care hub" = 0.25 }\nplaces_source = "assumed"\n'
PAID = 'payers = { "County council" = 1 }\npayers_source = "assumed"\n'


@pytest.fixture
def plan(baseline, text):
    text = text.replace("pay_share = 0.5\n", SPLIT + PAID)
    return plans.computed(definitions.read_scenario(text, baseline), baseline, None)


def of(plan):
    return {cut.key: cut for cut in money_cuts.cuts(plan, words().groups, words().cuts)}


@st.composite
def monies(draw):
    """Any money of 3 draws, 4 years, 2 interventions, 3 groups, 2 settings, and a cut of it along any axis."""
    saving = draw(arrays(float, (3, 4, 2, 3, 2), elements=pounds))
    spent = draw(arrays(float, (3, 4, 2, len(KINDS)), elements=pounds))
    axis = draw(st.sampled_from([INTERVENTION, GROUP, SETTING]))
    labels = draw(st.integers(1, 4))

    def shares(rows):
        weights = draw(arrays(float, (rows, labels), elements=st.floats(0.01, 1)))
        return weights / weights.sum(1, keepdims=True)

    cut = Cut("any", "Any", "so", tuple("abcd"[:labels]), axis, shares(saving.shape[axis]), shares(2))
    return Money(saving, spent, 0.035), cut


@given(monies(), st.sampled_from([None, *STRESSES]))
def test_every_cut_adds_up_to_the_whole_in_every_year_and_draw(given, stress):
    money, cut = given
    if stress:
        money = stressed(money, stress, [0.5, 0.9])
    found = amounts(money, cut)
    near = {"rtol": 1e-9, "atol": 1e-3}
    assert np.allclose(found["Gross saving"].sum(2), money.gross, **near)
    assert np.allclose(found["Investment"].sum(2), money.invested, **near)
    assert np.allclose(found["Net benefit"].sum(2), money.net, **near)
    assert np.allclose(sum(found[kind] for kind in KINDS), found["Investment"], **near)
    assert np.allclose(worth(money, cut).sum(1), money.net_present_value, **near)


def test_the_cuts_of_a_plan_share_out_all_and_no_more(plan):
    cuts = of(plan)
    assert list(cuts) == ["intervention", "segment", "place", "organisation", "service_line"]
    for cut in cuts.values():
        assert np.allclose(cut.gains.sum(1), 1)
        assert np.allclose(cut.pays.sum(1), 1)
        assert np.allclose(worth(plan.money, cut).sum(1), plan.money.net_present_value)


def test_investment_goes_where_and_to_whom_the_scenario_says(plan):
    cuts = of(plan)
    for key, shares in (
        ("place", {"Home and cluster": 0.75, "Local care hub": 0.25}),
        ("organisation", {"County council": 1}),
        ("service_line", {"Local care": 1}),
    ):
        spent = amounts(plan.money, cuts[key])["Investment"][0].sum(0)
        told = {label: amount for label, amount in zip(cuts[key].labels, spent, strict=True) if amount}
        whole = plan.money.invested[0].sum()
        assert told == pytest.approx({label: share * whole for label, share in shares.items()})


def test_savings_fall_where_the_use_was(plan):
    cut = of(plan)["organisation"]
    saved = dict(zip(cut.labels, amounts(plan.money, cut)["Gross saving"][0].sum(0), strict=True))
    assert saved["Acute hospital"] > 0 > saved["Community trust"]  # admissions avoided, contacts in their place
    assert saved["County council"] == 0


def test_for_whom_is_whose_people_the_claims_reach(plan, baseline):
    """The claim is on people of 65 and over: 30 ill, 60 well."""
    assert reached(plan.scenario.interventions[0], baseline) == pytest.approx([1 / 3, 2 / 3])


def test_what_the_scenario_does_not_say_stands_as_not_said(baseline, text):
    plan = plans.computed(definitions.read_scenario(text, baseline), baseline, None)
    cut = of(plan)["place"]
    spent = amounts(plan.money, cut)["Investment"][0].sum(0)
    assert dict(zip(cut.labels, spent, strict=True))["Not said"] == pytest.approx(plan.money.invested[0].sum())


def test_parallel_running_is_what_is_paid_before_it_works(plan):
    """Half works in the first year and all is paid: the other half runs beside the old; once is 100."""
    assert plan.money.spent[0, :, 0].tolist() == [[500, 500, 100], [1000, 0, 0], [1000, 0, 0]]


def test_tables_hold_every_case_and_year_and_central_values_add_up(plan):
    cut = of(plan)["segment"]
    (table,) = money_tables.cut_tables(plan, [cut])
    cases = ["As planned", *(stress.label for stress in STRESSES)]
    assert list(dict.fromkeys(row[0] for row in table.rows)) == cases
    for case, money in money_tables.cases(plan):
        nets = [row[4] for row in table.rows if row[0] == case and row[2:4] == ("Net benefit", "2018/19")]
        assert sum(nets) == pytest.approx(money.net[0, 1])
        values = [row[4] for row in table.rows if row[0] == case and row[2] == "Net present value"]
        assert sum(values) == pytest.approx(money.net_present_value[0])
    board = money_tables.summary(plan, cut, table)
    whole, *parts = (row for row in board.rows if row[0] == "As planned")
    assert whole[1] == "Whole plan"
    for column in (2, 3, 4, 5):
        assert sum(row[column] for row in parts) == pytest.approx(whole[column])


def test_the_rules_stand_among_the_assumptions_with_their_source(text):
    text = text.replace("pay_share = 0.5\n", SPLIT + PAID)
    table = next(one for one in running.of_text(text).tables if one.name == "assumptions")
    rows = {row[0]: row for row in table.rows}
    assert rows["investment.at_home.places"][2] == "0.75, 0.25"
    assert rows["investment.at_home.places"][5] == "shares: Home and cluster, Local care hub"
    for name in ("investment.at_home.places", "investment.at_home.payers", "investment.segments"):
        assert rows[name][6] == "assumed"
    assert rows["investment.service_line"][6] == "published"


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("= 0.75,", "= 0.5,", "places add up to 0.75: give shares that are 1 in all"),
        ('"Local care hub"', '"Moon"', "'Moon' was unexpected). Keys there are: General practice, Home and cluster"),
        ('places_source = "assumed"\n', "", "'places_source' is a dependency of 'places'; add it"),
    ],
)
def test_a_split_that_cannot_be_is_refused_with_its_line(baseline, text, good, bad, says):
    text = text.replace("pay_share = 0.5\n", SPLIT.replace(good, bad))
    with pytest.raises(BadScenario) as refused:
        definitions.read_scenario(text, baseline)
    assert says in str(refused.value)
    assert "line 2" in str(refused.value)
