from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.places.calc.list_sizes import apportion, scale_lists


@pytest.mark.parametrize(
    ("weights", "total", "shares"),
    [
        ({"a": 1, "b": 1}, 4, {"a": 2, "b": 2}),
        ({"a": 50, "b": 30, "c": 20}, 7, {"a": 4, "b": 2, "c": 1}),  # quotas 3.5, 2.1, 1.4
        ({"b": 1, "a": 1}, 3, {"a": 2, "b": 1}),  # equal remainders go by key
        ({"a": 0, "b": 5}, 3, {"a": 0, "b": 3}),
        ({}, 0, {}),
    ],
)
def test_apportion(weights, total, shares):
    assert apportion(weights, total) == shares


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 20_000), min_size=1), st.integers(0, 1_000_000))
def test_apportion_adds_up_and_stays_within_one_of_the_quota(weights, total):
    shares = apportion(weights, total)
    assert sum(shares.values()) == total
    assert all(abs(shares[k] - Fraction(total * w, sum(weights.values()))) < 1 for k, w in weights.items())


@pytest.mark.parametrize("weights", [{}, {"a": 0}])
def test_nothing_to_share_by(weights):
    with pytest.raises(ValueError, match="cannot share 5 among weights that add up to 0"):
        apportion(weights, 5)


def test_largest_and_smallest_as_stated_and_the_rest_in_proportion():
    published = {"P1": 10, "P2": 100, "P3": 40, "P4": 20}
    lists = scale_lists(published, total=240, largest=110, smallest=10)
    assert lists == {"P1": 10, "P2": 110, "P3": 80, "P4": 40}


@pytest.mark.parametrize(
    ("published", "lists"),
    [
        ({"P2": 10, "P1": 10, "P4": 30, "P3": 30}, {"P1": 5, "P2": 9, "P3": 40, "P4": 26}),
        ({"P3": 7, "P2": 7, "P1": 7}, {"P1": 5, "P2": 40, "P3": 35}),
    ],
)
def test_of_equal_lists_the_first_by_code_is_the_smallest_and_the_largest(published, lists):
    assert scale_lists(published, total=80, largest=40, smallest=5) == lists


@pytest.mark.parametrize(
    ("published", "total", "reason"),
    [({"P1": 10}, 10, "two practices"), ({"P1": 1, "P2": 5, "P3": 9}, 500, "stay between 2 and 20")],
)
def test_lists_that_cannot_be(published, total, reason):
    with pytest.raises(ValueError, match=reason):
        scale_lists(published, total=total, largest=20, smallest=2)
