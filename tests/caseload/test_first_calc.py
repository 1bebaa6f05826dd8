"""Whom to see first: the rules as a table, and the promises under any people, effects, limits and rooms."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.caseload.calc import first
from tests.caseload import twin_first

SHARES = (Fraction(1, 2), Fraction(4, 5), Fraction(1))


def shares(by, groups, share, at_risk=None):
    return first.Shares(by, float(share), np.array(groups, dtype="U8"), Counter(at_risk or groups))


# benefit, groups, share, room -> order
SPEC = {
    "the greatest benefit, then the greatest risk": ([3, 5, 5, 1], "aaaa", 0, 3, [2, 1, 0]),
    "nobody who is expected to be harmed or not helped": ([1, 0, -2, 4], "aaaa", 0, 9, [3, 0]),
    "no room, nobody": ([3, 2], "aa", 0, 0, []),
    "a group of half the people gets half the places": ([9, 8, 7, 3, 2, 1], "aaabbb", 1, 4, [0, 3, 1, 4]),
    "four fifths of half are owed at the third place": ([9, 8, 7, 3, 2, 1], "aaabbb", Fraction(4, 5), 3, [0, 1, 3]),
    "who is owed nothing waits": ([9, 8, 7, 6, 5, 1], "aaaaab", Fraction(1, 2), 5, [0, 1, 2, 3, 4]),
}  # fmt: skip


@pytest.mark.parametrize("case", SPEC)
def test_the_rules(case):
    benefit, groups, share, room, expected = SPEC[case]
    limits = [shares("fifth", list(groups), share)] if share else []
    risk = np.arange(len(benefit)) / 100
    assert first.order(np.array(benefit, float), risk, limits, room).at.tolist() == expected


def test_a_share_that_cannot_be_given_is_named_with_its_reason():
    limit = shares("fifth", list("aabb"), 1)
    found = first.order(np.array([3.0, 2.0, 0.0, -1.0]), np.ones(4), [limit], 2)
    assert found.at.tolist() == [0, 1]
    assert found.shortfalls == (first.Shortfall("fifth", "b", 1, 0, first.TOO_FEW),)


def test_of_two_limits_the_first_is_kept_and_the_second_named():
    """Fifths 2 and 3 have people of one ethnic group only: three places cannot hold three fifths and three groups."""
    fifth, ethnic = shares("fifth", list("12311"), 1, "123"), shares("ethnic_group", list("aaabc"), 1, "abc")
    found = first.order(np.array([5.0, 4, 3, 2, 1]), np.ones(5), [fifth, ethnic], 3)
    assert set(fifth.group[found.at]) == set("123")
    assert {(one.by, one.why) for one in found.shortfalls} == {("ethnic_group", first.AGAINST_ANOTHER)}


def test_lifted_says_who_was_placed_before_a_greater_benefit():
    found = first.order(np.array([9.0, 8, 7, 1]), np.ones(4), [shares("fifth", list("aaab"), 1, "ab")], 2)
    assert (found.at.tolist(), found.lifted.tolist()) == ([0, 3], [False, True])


@pytest.mark.parametrize(("room", "groups"), [(-1, "ab"), (1, "az")])
def test_refuses_what_makes_no_sense(room, groups):
    with pytest.raises(ValueError, match=r"room|does not count"):
        first.order(np.ones(2), np.ones(2), [shares("fifth", list(groups), 1, "ab")], room)


@st.composite
def worlds(draw, limits=2):
    size = draw(st.integers(1, 14))
    column = st.lists(st.integers(-2, 6), min_size=size, max_size=size)
    benefit, risk = np.array(draw(column), float), np.array(draw(column), float)
    made = []
    for by in ("fifth", "ethnic_group")[: draw(st.integers(0, limits))]:
        groups = draw(st.lists(st.sampled_from("abc"), min_size=size, max_size=size))
        made.append((by, groups, draw(st.sampled_from(SHARES))))
    return benefit, risk, made, draw(st.integers(0, 16))


def _limits(made):
    return [shares(*one) for one in made]


@settings(max_examples=150)
@given(worlds())
def test_the_fast_order_is_that_of_its_twin(world):
    benefit, risk, made, room = world
    slow = [(share, groups, Counter(groups)) for _, groups, share in made]
    assert first.order(benefit, risk, _limits(made), room).at.tolist() == twin_first.order(benefit, risk, slow, room)


@settings(max_examples=100)
@given(worlds(), st.integers(1, 6))
def test_never_more_than_the_room_nobody_harmed_and_more_room_drops_nobody(world, more):
    benefit, risk, made, room = world
    found = first.order(benefit, risk, _limits(made), room)
    assert len(found.at) == len(set(found.at.tolist())) == min(room, np.count_nonzero(benefit > 0))
    assert (benefit[found.at] > 0).all()
    wider = first.order(benefit, risk, _limits(made), room + more)
    assert wider.at[: len(found.at)].tolist() == found.at.tolist()


@settings(max_examples=100)
@given(worlds())
def test_a_limit_holds_or_is_named(world):
    benefit, risk, made, room = world
    found = first.order(benefit, risk, _limits(made), room)
    named = {(one.by, one.group): one for one in found.shortfalls}
    for by, groups, share in made:
        for group, number in Counter(groups).items():
            least = share * len(found.at) * Fraction(number, len(groups)) // 1
            given_places = sum(groups[i] == group for i in found.at)
            assert (given_places < least) == ((by, group) in named)


@settings(max_examples=100)
@given(worlds(limits=1))
def test_one_limit_alone_is_always_kept_as_far_as_there_are_people(world):
    benefit, risk, made, room = world
    assert {one.why for one in first.order(benefit, risk, _limits(made), room).shortfalls} <= {first.TOO_FEW}


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(0, 12))
def test_with_equal_effects_and_no_limits_the_order_is_that_of_risk(risks, room):
    risk = np.array(risks, float) + 1
    found = first.order(risk * 0.1, risk, [], room)
    assert found.at.tolist() == sorted(range(len(risks)), key=lambda i: (-risk[i], i))[:room]
