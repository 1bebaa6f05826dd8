"""What rounded figures together tell of a suppressed one: never less than three values, checked by trying them all."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.dataset import differencing
from localcare.dataset.suppression import Line, Rule

RULE = Rule()
COUNTS = st.sampled_from([0, 1, 2, 3, 5, 7, 8, 9, 11, 12, 13, 16, 17, 18])


def total_of(*parts: int) -> tuple[dict, list[Line]]:
    counts = dict(enumerate(parts)) | {"all": sum(parts)}
    return counts, [Line("all", tuple(range(len(parts))))]


@pytest.mark.parametrize("rule", [RULE, replace(RULE, up=True), replace(RULE, round_to=10), replace(RULE, round_to=1)])
def test_a_figure_stands_for_those_that_are_shown_as_it_is(rule):
    for count in range(8, 200):
        same = [n for n in range(8, 300) if rule.rounded(n) == rule.rounded(count)]
        assert differencing.shown_as(count, rule) == (min(same), max(same))


def test_three_parts_of_12_and_one_of_7_leave_nothing_but_7_until_another_goes():
    counts, lines = total_of(12, 12, 12, 7)
    assert differencing.bounds(counts, {3}, lines, RULE)[3] == (7, 23)
    assert differencing.narrowed(counts, {3}, lines, RULE) == {3}
    hidden = differencing.guarded({k: counts[k] for k in range(4)}, counts, {3}, lines, RULE)
    assert len(hidden) == 2
    assert differencing.narrowed(counts, hidden, lines, RULE) == set()


def test_five_parts_of_8_and_two_of_1_are_shown_so_that_neither_is_known():
    """10 five times, twice suppressed, and 40 would leave nothing but 1 and 1."""
    counts, lines = total_of(8, 8, 8, 8, 8, 1, 1)
    assert differencing.bounds(counts, {5, 6}, lines, RULE)[5] == (1, 1)
    shown = differencing.published(counts, lines, RULE)
    hidden = {key for key, count in shown.items() if count is None}
    assert hidden > {5, 6}
    assert differencing.narrowed(counts, hidden, lines, RULE) == set()


def test_where_nothing_beside_is_left_a_count_further_off_goes():
    lines = [Line("a", (0, 1)), Line("all", ("a", 2))]
    counts = {0: 1, 1: 8, "a": 9, 2: 60, "all": 69}
    hidden = differencing.guarded(counts, counts, {0, 1, "a"}, lines, RULE)
    assert differencing.narrowed(counts, hidden, lines, RULE) == set()


def test_one_of_1_is_as_open_as_one_of_5_and_needs_nothing():
    counts, lines = total_of(20, 5)
    assert differencing.guarded({0: 20, 1: 5}, counts, {1}, lines, RULE) == {1}


def test_a_sum_that_everybody_knows_is_exact():
    lines = [Line(None, (0, 1))]
    assert differencing.bounds({0: 12, 1: 7}, {1}, lines, RULE)[1] == (7, 11)
    assert differencing.narrowed({0: 12, 1: 7}, {1}, lines, RULE) == {1}


def test_where_nothing_beside_may_go_it_ends():
    counts, lines = total_of(12, 12, 12, 7)
    assert differencing.guarded({3: 7}, counts, {3}, lines, RULE) == {3}


@settings(max_examples=40, deadline=None)
@given(st.lists(COUNTS, min_size=4, max_size=4))
def test_a_table_of_two_by_two_leaves_every_small_count_two_values_or_more(cells):
    """The slow twin tries every table that would be published alike."""
    counts = dict(zip(product(range(2), range(2)), cells, strict=True))
    own = dict(counts)
    lines = [Line(("row", r), ((r, 0), (r, 1))) for r in range(2)]
    lines += [Line(("column", c), ((0, c), (1, c))) for c in range(2)]
    counts |= {line.total: sum(own[part] for part in line.parts) for line in lines}
    small = {key for key, count in counts.items() if RULE.small(count)}
    hidden = differencing.guarded(own, counts, small, lines, RULE)
    tables = dict(zip(own, np.indices((24,) * 4).reshape(4, -1), strict=True))
    sums = tables | {line.total: sum(tables[part] for part in line.parts) for line in lines}
    alike = np.logical_and.reduce([_shown_so(counts, key, hidden, sums[key]) for key in sums])
    for key in small & own.keys():
        left = set(tables[key][alike].tolist()) & set(range(1, 8))
        assert counts[key] in left
        assert len(left) > 1 or hidden >= own.keys()


def _shown_so(counts, key, hidden, number):
    if key in hidden:
        return number >= (1 if counts[key] else 0)
    low, high = differencing.shown_as(counts[key], RULE)
    return (number >= low) & (number <= high)
