"""Registers against what other practices would lead one to expect: the slow twin, the intervals, the words."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.population import dashboard, expected
from localcare.population.calc.expected import called, compare, of_others
from localcare.population.reports import REPORTS

ROW = st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(1, 50), st.integers(0, 50))


@given(st.lists(ROW, min_size=1, max_size=30))
def test_expected_as_the_slow_twin(rows):
    rows = [(unit, stratum, people, min(having, people)) for unit, stratum, people, having in rows]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    found = of_others(columns[0], columns[1], columns[2].astype(float), columns[3].astype(float))
    for unit in range(max(row[0] for row in rows) + 1):
        assert found[unit] == pytest.approx(_slowly(rows, unit), nan_ok=True)


def _slowly(rows, unit) -> float:
    own, others = defaultdict(int), [row for row in rows if row[0] != unit]
    for row in rows:
        if row[0] == unit:
            own[row[1]] += row[2]
    total = 0.0
    for stratum, people in own.items():
        alike = [row for row in others if row[1] == stratum] or others
        if not alike:
            return float("nan")
        total += people * sum(row[3] for row in alike) / sum(row[2] for row in alike)
    return total


@pytest.mark.parametrize(
    ("seen", "expectation", "low", "high"),
    [
        # Garwood's limits: of 0, 0 to 3.689; of 10, 4.795 to 18.390; of 100, 81.364 to 121.627.
        (0, 3.0, 3.0 - 3.689, 3.0),
        (0, 4.0, 4.0 - 3.689, 4.0),
        (10, 15.0, 15 - 18.390, 15 - 4.795),
        (10, 19.0, 19 - 18.390, 19 - 4.795),
        (10, 4.0, 4 - 18.390, 4 - 4.795),
        (100, 122.0, 122 - 121.627, 122 - 81.364),
    ],
)
def test_how_many_fewer_with_their_interval(seen, expectation, low, high):
    found = compare(seen, expectation)
    assert (found.fewer_low, found.fewer_high) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_where_nothing_differs_hardly_a_practice_has_a_register_called():
    """Of 2,000 practices with 20 registers each in a world without differences at most 5% have one called."""
    chance = np.random.default_rng(7)
    expectation = chance.uniform(3, 400, size=(2000, 20))
    seen = chance.poisson(expectation)
    worlds = [[compare(int(s), e) for s, e in zip(*pair, strict=True)] for pair in zip(seen, expectation, strict=True)]
    share = np.mean([any(called(world)) for world in worlds])
    alone = np.mean([any(c.fewer_low > 0 or c.fewer_high < 0 for c in world) for world in worlds])
    assert share < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)
    assert alone > 0.3  # each by its own interval, as it was before


def test_what_differs_much_is_called_and_which_way():
    found = [compare(100, 101.0), compare(40, 100.0), compare(180, 100.0), compare(0, 0.0), compare(3, 0.0)]
    assert called(found) == [0, 1, -1, 0, 0]
    assert called([]) == []


@pytest.mark.parametrize(
    ("seen", "expectation", "words"),
    [
        (100, 160.0, "60 fewer (38 to 79)"),
        (100, 60.0, "40 more (21 to 62)"),
        (100, 101.0, "not clearly different"),
        (None, 101.0, "not shown"),
        (100, None, "no expectation"),
    ],
)
def test_in_words(seen, expectation, words):
    compared = None if seen is None or expectation is None else compare(seen, expectation)
    clear = called([compared])[0] if compared else 0
    assert dashboard.gap_in_words(compared, seen, clear) == words


def test_what_is_published_names_its_source_and_everything_else_says_that_nothing_is():
    assert set(expected.published()) == {"HYP"}
    assert "page 16" in expected.in_words(expected.published()["HYP"])
    assert "not published prevalence" in REPORTS["practice"].how
