"""Variation between practices: standardised as the slow twin does; nobody called in null worlds, an outlier is."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from localcare.population import funnel
from localcare.population.calc import standard, variation

ROW = st.fixed_dictionaries(
    {
        "practice": st.integers(0, 3),
        "sex": st.sampled_from(["female", "male"]),
        "five_years": st.integers(0, 2),
        "fifth": st.integers(0, 2),
        "conditions": st.integers(0, 6),
        **{name: st.integers(0, 9) for name in standard.INDICATORS if name != "conditions"},
    }
)


@given(st.lists(ROW, min_size=1, max_size=40), st.sampled_from([{}, {"acute": frozenset({1})}]))
def test_standardised_as_the_slow_twin(people, lost):
    people = [row | {"conditions_from": min(row["conditions"], 4)} for row in people]
    columns = {name: np.array([row[name] for row in people]) for name in people[0]}
    found = {(r.practice, r.indicator, r.adjusted_for): r for r in standard.standardise(columns, lost)}
    expected = _slowly(people, lost)
    assert found.keys() == expected.keys()
    for key, (count, users, amount, at_rates, variance) in expected.items():
        row = found[key]
        assert (row.people, row.users, row.amount) == (count, users, amount)
        assert row.expected == pytest.approx(at_rates)
        assert row.variance == pytest.approx(variance, abs=1e-9)


def _slowly(people, lost):
    answer = {}
    for (name, indicator), (step, by) in product(standard.INDICATORS.items(), standard.STEPS.items()):
        if name == step:
            continue
        kept = [r for r in people if not any(r["practice"] in lost.get(source, ()) for source in indicator.sources)]
        stratum = defaultdict(list)
        for row in kept:
            stratum[_key(row, by)].append(row[name])
        for practice in {row["practice"] for row in kept}:
            own = [row for row in kept if row["practice"] == practice]
            alike = [stratum[_key(row, by)] for row in own]
            answer[practice, name, step] = (
                len(own),
                sum(1 for row in own if row[name]),
                sum(row[name] for row in own),
                sum(np.mean(values) for values in alike),
                sum(np.var(values, ddof=1) if len(values) > 1 else 0 for values in alike),
            )
    return answer


def _key(row, by):
    return tuple(row["conditions_from" if key == "conditions" else key] for key in by)


@pytest.mark.parametrize("expected", [3.0, 20.0, 400.0])
def test_limits_of_counts_by_chance_alone_are_those_of_poisson(expected):
    e = np.array([expected])
    low, high = variation.limits(e, e, True, 0.025)
    assert (low * e, high * e) == pytest.approx(stats.poisson(expected).ppf([0.025, 0.975]).reshape(2, 1))
    seen = np.array([expected + 9])
    assert variation.tails(seen, e, e, True) == pytest.approx(
        min(1, 2 * stats.poisson.sf(expected + 8, expected)), rel=1e-4
    )


def test_spread_is_found_where_there_is_some_and_not_hidden_by_one():
    chance = np.random.default_rng(4)
    ratio = 1 + chance.normal(0, 0.2, 4000) + chance.normal(0, 0.1, 4000)
    assert variation.spread(ratio, np.full(4000, 0.01)) == pytest.approx(0.04, rel=0.1)
    assert variation.spread(1 + chance.normal(0, 0.1, 4000), np.full(4000, 0.0103)) < 0.001
    sixty = 1 + chance.normal(0, 0.1, 60)
    sixty[0] = 9.0
    assert variation.spread(sixty, np.full(60, 0.01)) < 0.02


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_false_discoveries_as_their_definition(p):
    ordered, n = sorted(p), len(p)
    held = [k for k in range(1, n + 1) if ordered[k - 1] <= 0.05 * k / n]
    threshold = ordered[max(held) - 1] if held else -1
    assert variation.discoveries(np.array(p)).tolist() == [value <= threshold for value in p]


@pytest.mark.parametrize(("spread", "clustering"), [(0.0, 1.0), (0.1, 3.0), (0.3, 1.0)])
def test_at_most_five_in_a_hundred_practices_are_called_where_none_differs(spread, clustering):
    worlds = [null_world(np.random.default_rng(seed), spread, clustering) for seed in range(40)]
    assert np.mean([called.mean() for called in worlds]) <= 0.05
    assert np.mean([called.any() for called in worlds]) <= 0.15


def test_a_practice_with_three_times_as_much_is_called():
    worlds = [null_world(np.random.default_rng(seed), 0.1, 3.0, times=3.0) for seed in range(20)]
    assert np.mean([called[0] for called in worlds]) >= 0.9
    assert np.mean([called[1:].mean() for called in worlds]) <= 0.05


def null_world(chance, spread: float, clustering: float, times: float = 1.0) -> np.ndarray:
    """Sixty practices alike but for chance and their spread; the first may have `times` as much."""
    expected = chance.uniform(200, 2000, 60)
    true = expected * (chance.gamma(1 / spread**2, spread**2, 60) if spread else 1)
    true[0] *= times
    seen = (
        chance.poisson(true) if clustering == 1 else chance.negative_binomial(true / (clustering - 1), 1 / clustering)
    )
    expected *= seen.sum() / expected.sum()
    return variation.discoveries(variation.judge(seen.astype(float), expected, clustering * expected, True).p)


def test_nobody_is_called_among_too_few():
    assert not variation.discoveries(variation.judge(*(np.full(9, n) for n in (900.0, 9.0, 9.0)), True).p).any()


def test_the_parts_of_a_difference_multiply_up_to_it():
    parts = variation.shares((100.0, 120.0, 132.0, 132.0), 158.4)
    assert parts == pytest.approx((1.2, 1.1, 1.0, 1.2))
    assert np.prod(parts) == pytest.approx(158.4 / 100)


# Where practices hardly differ, chance at times hides that they do: the interval is then a little too narrow.
AT_LEAST = [(0.0, 0.95), (0.03, 0.92), (0.1, 0.94), (0.3, 0.94)]


@pytest.mark.parametrize(("between", "at_least"), AT_LEAST)
def test_the_interval_of_a_true_ratio_holds_it_whatever_the_spread(between, at_least):
    worlds = [world_of_ratios(np.random.default_rng(seed), between) for seed in range(60)]
    held = [(of.low <= true) & (true <= of.high) for true, of in worlds]
    assert np.mean(held) >= at_least
    assert min((of.high - of.low).min() for _, of in worlds) > 0.005


@pytest.mark.parametrize("between", [0.0, 0.03])
def test_where_practices_hardly_differ_few_are_placed(between):
    worlds = [world_of_ratios(np.random.default_rng(seed), between) for seed in range(60)]
    wrong = [(of.above >= 0.95) & (true <= 1) | (of.above <= 0.05) & (true >= 1) for true, of in worlds]
    assert np.mean(wrong) <= 0.05


def world_of_ratios(chance, between: float) -> tuple[np.ndarray, variation.TrueRatios]:
    variance = chance.uniform(0.02, 0.12, 54) ** 2
    true = 1 + chance.normal(0, between, 54)
    return true, variation.true_ratios(true + chance.normal(0, np.sqrt(variance)), variance)


def test_true_ratios_as_the_slow_twin():
    ratio, variance = np.array([1.5, 0.9, 1.02, 0.8, 1.1]), np.array([0.01, 0.002, 0.02, 0.05, 0.3])
    found = variation.true_ratios(ratio, variance)
    spreads = np.linspace(0.0005, 1.2, 600)
    weight = np.array([np.prod(stats.norm.pdf(ratio, 1, np.sqrt(variance + s**2))) for s in spreads])
    values = np.linspace(-1, 4, 5001)
    for i, (seen, by_chance) in enumerate(zip(ratio, variance, strict=True)):
        given_value = stats.norm.pdf(seen, values, np.sqrt(by_chance))
        density = np.zeros_like(values)
        for s, w in zip(spreads, weight, strict=True):
            of_spread = stats.norm.pdf(values, 1, s) * given_value
            density += w * of_spread / of_spread.sum()
        density /= density.sum()
        assert found.guess[i] == pytest.approx(density @ values, abs=0.01)
        assert found.low[i] == pytest.approx(values[np.searchsorted(density.cumsum(), 0.025)], abs=0.02)
        assert found.high[i] == pytest.approx(values[np.searchsorted(density.cumsum(), 0.975)], abs=0.02)
        assert found.above[i] == pytest.approx(density[values > 1].sum(), abs=0.01)


@pytest.mark.parametrize(
    ("standings", "said"),
    [
        (["not different"] * 12, "none of 12 practices differs"),
        (["above"] + ["not different"] * 11, "of 12 practices P0 lies above what their list"),
        (["above", "below", "below"] + ["not different"] * 9, "P0 lies above and P1, P2 lie below"),
        (["above"] * 4 + ["not different"] * 9, "4 practices lie above"),
        (["not different"] * 9, "not enough data to compare: 9 of 20"),
    ],
)
def test_the_finding_names_who_differs(standings, said):
    rows = [{"standing": standing, "unit_name": f"P{i}"} for i, standing in enumerate(standings)]
    assert said in funnel.finding("Spend", rows, 20)


def test_the_split_in_plain_words():
    row = {
        "ratio_crude": 1.2,
        "by_age_and_sex": 1.12,
        "by_deprivation": 1.0,
        "by_recorded_conditions": 1.11,
        "left": 0.96,
    }
    assert funnel.split_in_words(row) == (
        "20% more in all: 12% more with age and sex, no difference with deprivation, "
        "11% more with recorded conditions; 4% less is left."
    )
    assert funnel.split_in_words({"ratio_crude": None}) == "Not enough data to say."


def test_the_quadrants_are_drawn_with_their_intervals_and_told_in_one_sentence():
    usual = {"spend_ratio": 1.1, "spend_low": 1.0, "spend_high": 1.2, "outcome_ratio": 0.9, "outcome_low": 0.8}
    usual |= {"outcome_high": 1.0, "unit": "P1", "unit_name": "One", "place": "more spend, fewer emergency admissions"}
    rows = [usual, usual | {"unit": "P2", "unit_name": "Two", "place": "not clear"}, usual | {"place": None}]
    drawn = funnel.draw_quadrants(rows, "P2")
    assert drawn is not None
    assert [(mark.name, mark.placed, mark.ours) for mark in drawn.marks] == [("One", True, False), ("Two", False, True)]
    assert all(9 < m.left < m.x < m.right < 97 and 88 > m.low > m.y > m.high > 4 for m in drawn.marks)
    assert [words for _, words in drawn.across] == ["0.95", "1", "1.05", "1.1", "1.15", "1.2"]
    assert (drawn.one_across, "1") in drawn.across
    said = "Of 2 practices these can be placed with 95% probability: One (more spend, fewer emergency admissions)."
    assert funnel.quadrant_finding(rows) == said
    assert "none of 1 practices" in funnel.quadrant_finding(rows[1:])
    assert funnel.draw_quadrants(rows[2:], "P2") is None
    assert funnel.quadrant_finding(rows[2:]) == "There is not enough data to say."
