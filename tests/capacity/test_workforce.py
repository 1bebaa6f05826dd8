"""Staff per need: worked by hand, and what holds whatever the figures."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity.calc import workforce
from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.workforce import Role, Staff, Task
from localcare.capacity.calc.workforce_2017 import COMPLEX, FRAIL, GP_FTE, REGISTERED, ROLES, TASKS
from localcare.capacity.published_workforce import network_staff, practice_years


def exactly(value: float) -> Quantity:
    return Quantity(value, value, value, "fixed", "", "assumed")


NURSE = Role("nurse", exactly(0.2), exactly(0.5), exactly(40_000))
AIDE = Role("aide", exactly(0.2), exactly(1.0), exactly(20_000))
ROLE_NAMES = {"nurse": NURSE, "aide": AIDE}
VISIT = Task("visit", "frail", exactly(10), exactly(0.5), exactly(0.25), {"nurse": 0.6, "aide": 0.4})


def worked(people, tasks=(VISIT,), roles=ROLE_NAMES):
    return workforce.needs(people, roles, tasks, workforce.likeliest(workforce.assumptions(roles, tasks)))


def test_posts_worked_by_hand():
    """1,000 people x 10 visits x 0.6 = 6,000 of a nurse: 3,000 hours and 1,500 on the road; a post gives 780 hours."""
    nurse, aide = worked({"Weald": {"frail": 1_000}})
    assert (nurse.hours, nurse.travel) == pytest.approx((3_000, 1_500))
    assert nurse.posts == pytest.approx(4_500 / 780)
    assert nurse.cost == pytest.approx(4_500 / 780 * 40_000)
    assert aide.posts == pytest.approx(3_000 / 1_560)


counts = st.floats(0, 1e4)
people = st.dictionaries(st.sampled_from("abc"), st.fixed_dictionaries({FRAIL: counts, COMPLEX: counts}))


@given(people)
def test_clusters_add_up_to_the_area(clusters):
    area = {"area": {s: sum(c[s] for c in clusters.values()) for s in (FRAIL, COMPLEX)}}
    for whole in worked(area, TASKS, ROLES):
        parts = [one for one in worked(clusters, TASKS, ROLES) if one.role == whole.role]
        assert sum(one.posts for one in parts) == pytest.approx(whole.posts)
        assert sum(one.cost for one in parts) == pytest.approx(whole.cost)


def test_need_follows_segments_and_not_heads():
    frail, complex_ = ({"a": {segment: 1_000}} for segment in (FRAIL, COMPLEX))
    nurses = [next(n.posts for n in worked(p, TASKS, ROLES) if n.role == "nurse") for p in (frail, complex_)]
    assert nurses[0] > 2 * nurses[1]
    assert all(one.posts == 0 for one in worked({"a": {"healthy": 1_000}}, TASKS, ROLES))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Task("t", "s", exactly(1), exactly(1), exactly(0), {"nurse": 0.5}), "1 in all"),
        (lambda: worked({}, (Task("t", "s", exactly(1), exactly(1), exactly(0), {"cook": 1.0}),)), "no role cook"),
        (lambda: workforce.hours_of_a_post(1, 0.5), "no hours"),
        (lambda: Staff((1.0,), ()), "one for each"),
        (lambda: Staff((1.0,), (1.5,)), "between 0 and 1"),
        (lambda: workforce.balance((1.0,), (1.0, 2.0), 1), "longer"),
    ],
)
def test_what_does_not_fit_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()


staffs = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 1)), min_size=1, max_size=6)


@given(staffs, st.floats(0, 10), st.integers(0, 15))
def test_staff_are_those_before_less_leavers_and_newcomers(bands, joining, years):
    """The twin follows bands one move at a time; and ageing alone neither makes nor loses anybody."""
    counts, leaving = zip(*bands, strict=True)
    found = workforce.supply(Staff(counts, leaving, joining), years)
    held = list(counts)
    for year in range(years):
        assert found[year] == pytest.approx(sum(held))
        held = [count - count * rate for count, rate in zip(held, leaving, strict=True)]
        for band in reversed(range(len(held) - 1)):
            moved = held[band] / 5
            held[band] -= moved
            held[band + 1] += moved
        there = sum(held)
        for band in range(len(held)):
            held[band] += joining * held[band] / there if there else joining / len(held)
    assert workforce.supply(Staff(counts, (0.0,) * len(counts)), 5)[-1] == pytest.approx(sum(counts))


def test_redeployed_and_trained_come_in_their_year():
    staff = Staff((10.0,), (0.0,), trained=1.0, redeployed=(0.0, 4.0))
    assert workforce.supply(staff, 3) == pytest.approx((10, 11, 16, 17))


def test_a_gap_is_never_negative_and_is_filled_in_time():
    first, second = workforce.balance((10.0, 8.0), (7.0, 9.0), 1_000)
    assert (first.gap, first.cost_needed, first.cost_filled) == (3, 10_000, 7_000)
    assert (second.gap, second.cost_filled) == (0, 8_000)
    assert workforce.months_to_fill(3, recruited=1, leaving=0.5, notice=3) == 9
    assert workforce.months_to_fill(3, recruited=1, leaving=1, notice=3) == inf
    assert workforce.months_to_fill(0, recruited=0, leaving=1, notice=3) == 0


def test_wards_release_posts_of_the_beds_no_longer_needed():
    assert workforce.redeployed(3_650, posts_per_bed=1.5, share=0.4, occupancy=0.8) == pytest.approx(12.5 * 1.5 * 0.4)


def test_the_team_of_thirty_to_fifty_thousand_scaled_to_the_area():
    assert workforce.scaled({"nurse": 10.0}, team_people=40_000, people=REGISTERED) == pytest.approx({"nurse": 121.115})


def test_patients_per_gp_of_2017():
    assert round(workforce.patients_per(GP_FTE, REGISTERED)) == 2_125
    assert workforce.patients_per(0, 1) == inf


def test_the_widest_swing_comes_first_and_each_moves_alone():
    ranges = {"a": Quantity(0, 1, 2, "triangular", "", "assumed"), "b": Quantity(0, 5, 10, "triangular", "", "assumed")}
    swings = workforce.sensitivity(lambda values: values["a"] + values["b"], ranges)
    assert [(s.name, s.low, s.high) for s in swings] == [("b", 1, 11), ("a", 5, 7)]


def test_more_hours_a_contact_never_need_fewer_posts():
    area = {"Weald": {FRAIL: 500, COMPLEX: 5_000}}
    ranges = workforce.assumptions(ROLES, TASKS)
    for swing in workforce.sensitivity(workforce.total_posts(area, ROLES, TASKS), ranges):
        if swing.name.endswith(("contacts", "hours", "travel", "absence")):
            assert swing.low <= swing.high
        if swing.name.endswith("direct"):
            assert swing.low >= swing.high


def test_the_published_workforce_of_practices_and_networks():
    """Year ending March 2017: within three in a hundred of the 228 that the plan states for March 2017."""
    year = next(one for one in practice_years() if one.year == 2017)
    assert year.gps == pytest.approx(GP_FTE, rel=0.03)
    assert year.patients == pytest.approx(REGISTERED, rel=0.01)
    last = [one for one in network_staff() if one.month == "2022-09"]
    assert sum(one.posts for one in last if one.role == "Pharmacist") == pytest.approx(26.15)
