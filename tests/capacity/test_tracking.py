"""A plan against the months that were counted: lines, limits, signals, benefits, beside an obvious twin."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity.calc import tracking
from localcare.capacity.calc.tracking import OFF_TRACK, ON_TRACK, TOO_EARLY, months_of, spread, tracked

PLANNED, NOTHING = {2017: 36_500.0, 2018: 36_500.0}, {2017: 45_000.0, 2018: 45_000.0}


def days_of(first):
    return {month: monthrange(*month)[1] for month in months_of(first)}


def counted(per_day, months=12, first=2017):
    return {month: per_day * days for month, days in list(days_of(first).items())[:months]}


def baseline(per_day=100.0):
    return counted(per_day, first=2016)


def twin_line(first, use):
    """Day by day: every day of the year has the same use."""
    found = {}
    day, last = date(first, 4, 1).toordinal(), date(first + 1, 3, 31).toordinal()
    for each in range(day, last + 1):
        on = date.fromordinal(each)
        found[on.year, on.month] = found.get((on.year, on.month), 0) + use / (last - day + 1)
    return found


@given(st.integers(2000, 2060), st.floats(0, 1e7))
def test_a_year_is_spread_day_by_day(first, use):
    assert spread({first: use}) == pytest.approx(twin_line(first, use))


@given(st.lists(st.integers(0, 5000), min_size=12, max_size=12))
def test_dispersion_is_that_of_the_obvious_sum(counts):
    months = dict(zip(months_of(2016), counts, strict=True))
    total, days = sum(counts), 365
    chi = 0.0
    for month, count in months.items():
        expected = total * monthrange(*month)[1] / days
        chi += (count - expected) ** 2 / expected if expected else 0.0
    assert tracking.dispersion(months) == pytest.approx(max(1.0, chi / 11))


@pytest.mark.parametrize(
    ("per_day", "months", "standing"),
    [
        (100, 12, ON_TRACK),  # the plan's own line
        (99, 12, ON_TRACK),  # better than the plan
        (100, 6, TOO_EARLY),  # six months are too few
        (100.5, 12, OFF_TRACK),  # each within its limits, all above the line
        (120, 1, OFF_TRACK),  # one month far above its limit
        (0, 0, TOO_EARLY),
    ],
)
def test_standing(per_day, months, standing):
    found = tracked(PLANNED, NOTHING, 36_500, 2016, {**baseline(), **counted(per_day, months)})
    assert found.standing == standing


def test_what_chance_could_make_is_no_benefit_and_not_on_track():
    close = {2017: 36_600.0}
    found = tracked({2017: 36_500.0}, close, 36_500, 2016, {**baseline(), **counted(100)})
    assert (found.standing, found.benefit) == (TOO_EARLY, None)


def test_a_benefit_is_what_was_avoided_beyond_chance():
    found = tracked(PLANNED, NOTHING, 36_500, 2016, {**baseline(), **counted(100)})
    avoided, noise = found.benefit
    assert avoided == pytest.approx(45_000 - 36_500)
    assert noise == pytest.approx(3 * 45_000**0.5)
    # Off track, nothing is claimed however few they are against nothing done.
    assert tracked(PLANNED, NOTHING, 36_500, 2016, {**baseline(), **counted(110)}).benefit is None


def test_lines_are_scaled_to_what_the_counts_hold_of_the_baseline_year():
    half = tracked(PLANNED, NOTHING, 36_500, 2016, {**baseline(50.0), **counted(50)})
    assert half.scale == pytest.approx(0.5)
    assert half.standing == ON_TRACK
    without = tracked(PLANNED, NOTHING, 36_500, 2016, counted(50))
    assert without.scale == 1


def test_limits_are_three_deviations_widened_by_how_the_baseline_varied():
    calm = tracked(PLANNED, NOTHING, 36_500, 2016, baseline()).points[0]
    assert (calm.upper - calm.expected) == pytest.approx(3 * calm.expected**0.5)
    rough = baseline()
    rough[2016, 12] += 1000
    rough[2016, 6] -= 1000
    wide = tracked(PLANNED, NOTHING, 36_500, 2016, rough)
    assert wide.dispersion > 10
    assert wide.points[0].upper - wide.points[0].expected == pytest.approx(
        3 * (wide.dispersion * wide.points[0].expected) ** 0.5
    )
