"""Assumptions and their draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity.calc.quantity import Quantity, draws

figures = st.floats(-1e6, 1e6, allow_nan=False)


@pytest.mark.parametrize(
    ("table", "low", "likely", "high", "shape"),
    [
        ({"value": 3, "source": "page 1"}, 3, 3, 3, "fixed"),
        ({"low": 1, "high": 3, "source": "page 1"}, 1, 2, 3, "uniform"),
        ({"low": 1, "likely": 1.5, "high": 3, "source": "page 1"}, 1, 1.5, 3, "triangular"),
    ],
)
def test_an_assumption_is_read_from_its_table(table, low, likely, high, shape):
    quantity = Quantity.from_table(table)
    assert (quantity.low, quantity.likely, quantity.high, quantity.shape) == (low, likely, high, shape)


def test_figures_out_of_order_are_refused():
    with pytest.raises(ValueError, match="put them in this order"):
        Quantity.from_table({"low": 2, "likely": 1, "high": 3, "source": "page 1"})


@pytest.mark.parametrize(
    ("source", "assumed"),
    [("assumed", True), ("Assumed: ours", True), ("Plan, page 24", False), ("Plan, page 13; assumed to go on", True)],
)
def test_what_nobody_published_says_so(source, assumed):
    assert Quantity.from_table({"value": 1, "source": source}).assumed is assumed


@given(st.lists(figures, min_size=3, max_size=3).map(sorted), st.integers(1, 300), st.integers(0, 2**32))
def test_no_draw_falls_outside_its_range(three, count, seed):
    low, likely, high = three
    values = draws(Quantity(low, likely, high, "triangular", "", "assumed"), "a", seed=seed, count=count)
    assert len(values) == count
    assert values.min() >= low
    assert values.max() <= high


def test_draws_follow_the_distribution():
    values = draws(Quantity(0, 1, 4, "triangular", "", "assumed"), "a", seed=1, count=4096)
    assert values.mean() == pytest.approx(5 / 3, abs=0.001)
    assert np.quantile(values, 0.25) == pytest.approx(1.0, abs=0.01)  # a quarter lies below the likeliest: (1-0)/(4-0)


def test_a_name_keeps_its_draws_whatever_else_is_drawn():
    quantity = Quantity(0, 1, 2, "triangular", "", "assumed")
    first = draws(quantity, "reach", seed=7, count=16)
    draws(quantity, "another", seed=7, count=16)
    assert (draws(quantity, "reach", seed=7, count=16) == first).all()
    assert (draws(quantity, "another", seed=7, count=16) != first).any()
