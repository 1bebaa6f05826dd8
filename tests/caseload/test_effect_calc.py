"""The effect of being put forward: by hand, against a slow twin, and over simulated roll-outs whose truth is known."""

from datetime import date

import numpy as np
import pytest
from bench import effect as worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from localcare.caseload.calc import effect, release


def cells(rows):
    """Rows of (person, stratum, reached, years)."""
    person, stratum, reached, years = (np.array(column) for column in zip(*rows, strict=True))
    return effect.Cells(person, stratum, reached.astype(bool), years.astype(float))


def many(reached, rate, stratum=0, first=0, people=100):
    """People of one year each, `rate` of a hundred with one admission."""
    rows = [(first + n, stratum, reached, 1.0) for n in range(people)]
    return rows, [1.0 if n < rate else 0.0 for n in range(people)]


def test_a_plain_ratio_and_difference_by_hand():
    (a, ya), (b, yb) = many(True, 20), many(False, 40, first=100)
    found = effect.effect(cells(a + b), np.array(ya + yb), effect.RANDOMISED)
    assert (found.ratio, found.difference) == (pytest.approx(0.5), pytest.approx(-0.2))
    # Of two independent shares p and q of n: var(log p / q) = (1 - p) / (n p) + (1 - q) / (n q), nearly.
    assert np.log(found.ratio_high / found.ratio) == pytest.approx(1.97 * np.sqrt(0.8 / 20 + 0.6 / 40), rel=0.03)
    assert (found.people_reached, found.people_not, found.with_reached, found.with_not) == (100, 100, 20, 40)


def test_a_season_that_bears_on_both_sides_is_not_an_effect():
    """In winter all have twice as many, and most are reached then: only within a period is anybody compared."""
    parts = [
        many(False, 20, 0, 0, 150),
        many(True, 20, 0, 200, 50),
        many(False, 40, 1, 300, 50),
        many(True, 40, 1, 400),
    ]
    rates = [(20 / 150, 20 / 50), (40 / 50, 40 / 100)]
    rows, amount = [r for p in parts for r in p[0]], [y for p in parts for y in p[1]]
    found = effect.effect(cells(rows), np.array(amount), effect.RANDOMISED)
    w = [150 * 50 / 200, 50 * 100 / 150]
    assert found.ratio == pytest.approx(
        (w[0] * rates[0][1] + w[1] * rates[1][1]) / (w[0] * rates[0][0] + w[1] * rates[1][0])
    )


@pytest.mark.parametrize(("some", "few"), [(40, 9), (9, 40)])
def test_too_few_people_with_anything_give_no_figure(some, few):
    (a, ya), (b, yb) = many(True, some), many(False, few, first=100)
    assert effect.effect(cells(a + b), np.array(ya + yb), effect.RANDOMISED) is None


def test_strata_with_one_side_only_say_nothing():
    (a, ya), (b, yb), (c, yc) = many(True, 20), many(False, 40, first=100), many(True, 90, 1, 200)
    found = effect.effect(cells(a + b + c), np.array(ya + yb + yc), effect.RANDOMISED)
    assert found.ratio == pytest.approx(0.5)
    assert found.people_reached == 100


@pytest.mark.parametrize("wrong", [{"method": "magic"}, {"amount": np.ones(3)}])
def test_refuses_what_makes_no_sense(wrong):
    with pytest.raises(ValueError, match=r"method|amount"):
        effect.effect(**{"cells": cells(many(True, 1)[0]), "amount": np.ones(100), "method": effect.MATCHED, **wrong})


@st.composite
def people(draw):
    rows, amounts = [], []
    for person in range(draw(st.integers(24, 36))):
        for stratum in range(draw(st.integers(1, 3))):
            rows.append((person, stratum, draw(st.booleans()), draw(st.sampled_from([0.25, 0.5, 1.0]))))
            amounts.append(float(draw(st.sampled_from([1, 2, 5]))))
    return cells(rows), np.array(amounts)


@settings(max_examples=25)
@given(people(), st.sampled_from([effect.RANDOMISED, effect.MATCHED]))
def test_the_same_as_leaving_each_person_out_and_adding_up_again(world, method):
    made, amount = world
    found = effect.effect(made, amount, method)
    if found is None:
        return
    used = made.compared
    whole = slow(made, amount, method, used)
    logs = []
    for person in set(made.person[used].tolist()):
        r, s, _ = slow(made, amount, method, used & (made.person != person))
        logs.append(np.log(r / s))
    u = np.array(logs) - np.mean(logs)
    n = len(u)
    df = 2 * (u**2).sum() ** 2 / ((u**4).sum() - (u**2).sum() ** 2 / n)
    reach = stats.t.ppf(0.975, max(1, df)) * np.sqrt((n - 1) / n * (u**2).sum())
    assert found.ratio == pytest.approx(whole[0] / whole[1])
    assert found.ratio_high == pytest.approx(np.exp(np.log(whole[0] / whole[1]) + reach))
    assert found.difference == pytest.approx((whole[0] - whole[1]) / whole[2])


def slow(made, amount, method, used):
    r = s = total = 0.0
    for stratum in set(made.stratum[used].tolist()):
        at = [i for i in np.flatnonzero(used) if made.stratum[i] == stratum]
        sides = [[i for i in at if made.reached[i] == side] for side in (True, False)]
        t1, t0 = (sum(made.years[i] for i in side) for side in sides)
        if t1 and t0:
            w = t1 * t0 / (t1 + t0) if method == effect.RANDOMISED else t1
            r += w * sum(amount[i] for i in sides[0]) / t1
            s += w * sum(amount[i] for i in sides[1]) / t0
            total += w
    return r, s, total


def test_cells_of_an_evaluation():
    days = [date(2017, 1, 1), date(2017, 2, 1), date(2017, 2, 1)]
    cuts = effect.cuts(days, date(2017, 1, 31))
    assert cuts == [date(2017, 1, 1)]
    numbers = [np.array([d.toordinal() for d in column]) for column in (days, effect.cuts(days, date(2017, 2, 1)))]
    made, at = effect.staged(*numbers, np.array([[1, 1], [1, 1], [1, 0.0]]))
    assert list(zip(made.person.tolist(), made.stratum.tolist(), made.reached.tolist(), strict=True)) == [
        (0, 0, True), (0, 1, True), (1, 0, False), (1, 1, True), (2, 0, False),
    ]  # fmt: skip
    assert at.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("design", list(worlds.DESIGNS))
@pytest.mark.parametrize("truth", [0.8, 1.2])
def test_the_interval_covers_the_truth_in_simulated_roll_outs(design, truth):
    """Of 150 intervals 95% hold the truth, give or take; two thousand a row are in the bench."""
    held, mean = worlds.coverage(truth, design, 150)
    assert 0.90 <= held <= 0.99
    assert mean == pytest.approx(truth, rel=0.05)


def test_where_nothing_works_comparing_before_with_after_says_it_does_and_matching_may_say_it_harms():
    chance = np.random.default_rng(1)
    design = next(iter(worlds.DESIGNS))
    assert np.mean([worlds.before_and_after(worlds.world(chance, 1.0, design)) for _ in range(10)]) < 0.8
    assert worlds.chosen_by_need(chance).ratio_low > 1.2


def test_the_stop_rule_needs_more_than_a_bad_month():
    (a, ya), (b, yb) = many(True, 45), many(False, 30, first=100)
    close = cells(a + b)
    assert not effect.harms(close, np.array(ya + yb), 1.0)
    (c, yc) = many(True, 90)
    assert effect.harms(cells(c + b), np.array(yc + yb), 1.0)
    assert not effect.harms(cells(c + b), np.array(yc + yb), 2.5)


class TestTheOrder:
    def test_is_made_again_from_the_seed_whoever_asks_in_which_order(self):
        assert release.order(["a", "b", "c"], "s") == release.order(["c", "a", "b"], "s")
        assert {tuple(release.order("abcdef", str(seed))) for seed in range(9)} != {tuple("abcdef")}

    def test_puts_everybody_first_as_often(self):
        firsts = [release.order("abcd", str(seed))[0] for seed in range(2_000)]
        assert all(440 < firsts.count(one) < 560 for one in "abcd")

    def test_days_and_waves(self):
        days = release.days(5, 2, 7, date(2017, 4, 10))
        assert [day.day for day in days] == [10, 10, 17, 17, 24]
        assert release.a_step_of_wedge(67, 6) == 12

    def test_nobody_twice(self):
        with pytest.raises(ValueError, match="twice"):
            release.order(["a", "a"], "s")

    def test_another_day_or_order_has_another_fingerprint(self):
        one = [("a", date(2017, 4, 10)), ("b", date(2017, 4, 10))]
        assert len({release.fingerprint(one), release.fingerprint(one[::-1]), release.fingerprint(one[:1])}) == 3
