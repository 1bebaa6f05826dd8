"""What chance alone puts outside bounds: against simulated worlds, and the plain cases."""

import numpy as np
import pytest

from localcare.population.calc.chance import expected_outside
from localcare.population.calc.risk_measures import around

BOUNDS = (0.9, 1.1)


def test_the_expected_number_is_the_mean_of_many_worlds_in_which_every_slope_is_1():
    errors = np.array([0.01, 0.03, 0.05, 0.08, 0.2])
    worlds = np.random.default_rng(1).normal(1, errors, (200_000, len(errors)))
    seen = ((worlds < BOUNDS[0]) | (worlds > BOUNDS[1])).sum(axis=1).mean()
    assert expected_outside([around(1, error) for error in errors], BOUNDS) == pytest.approx(seen, abs=0.01)


def test_what_was_found_does_not_matter_only_how_surely():
    assert expected_outside([around(0.7, 0.05)], BOUNDS) == pytest.approx(expected_outside([around(1, 0.05)], BOUNDS))


def test_bounds_of_the_95_interval_are_left_by_chance_in_one_of_twenty():
    one = around(1, 0.05)
    assert expected_outside([one] * 20, (one.low, one.high)) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("truth", "expected"), [(1.0, 0), (1.2, 1)])
def test_without_error_only_the_truth_decides(truth, expected):
    assert expected_outside([around(1, 0)], BOUNDS, truth) == expected


def test_of_nothing_nothing_is_expected():
    assert expected_outside([], BOUNDS) == 0
