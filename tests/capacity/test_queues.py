"""Erlang's formulas against published values, series written out, a plain event loop and simulation."""

import heapq
from math import exp, factorial, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity.calc import queues
from localcare.capacity.calc.quantity import stream

servers, loads = st.integers(1, 60), st.floats(0.01, 80)


@given(servers, loads)
def test_the_recursion_is_the_series_written_out(count, offered):
    terms = [offered**k / factorial(k) for k in range(count + 1)]
    assert queues.erlang_b(count, offered) == pytest.approx(terms[-1] / sum(terms))
    if offered < count:
        last = terms[-1] / (1 - offered / count)
        assert queues.erlang_c(count, offered) == pytest.approx(last / (sum(terms[:-1]) + last))


@given(servers, loads)
def test_more_servers_never_turn_away_or_keep_waiting_more(count, offered):
    assert queues.erlang_b(count + 1, offered) <= queues.erlang_b(count, offered)
    assert queues.erlang_c(count + 1, offered) <= queues.erlang_c(count, offered)


@pytest.mark.parametrize(
    ("count", "offered", "lost", "waiting"),
    [
        (1, 0.5, 1 / 3, 0.5),  # one server: a / (1 + a) are turned away, a wait
        (2, 1, 0.2, 1 / 3),
        (0, 3, 1, 1),
        (0, 0, 1, 0),
        (3, 0, 0, 0),
        (2, 2, 0.4, 1),  # as much load as servers: the queue grows without end
    ],
)
def test_values_worked_by_hand(count, offered, lost, waiting):
    assert queues.erlang_b(count, offered) == pytest.approx(lost)
    assert queues.erlang_c(count, offered) == pytest.approx(waiting)


def test_large_queues_do_not_overflow():
    assert 0 < queues.erlang_b(10_000, 10_000) < 0.01
    assert queues.servers_for(0.95, 1, arrivals=1000, stay=10) > 10_000


@pytest.mark.parametrize(("count", "offered"), [(-1, 1), (1, -1)])
def test_negative_figures_are_refused(count, offered):
    with pytest.raises(ValueError, match="negative"):
        queues.erlang_b(count, offered)


@settings(max_examples=50)
@given(st.floats(0.5, 0.999), st.floats(0, 5), st.floats(0.1, 5), st.floats(0.5, 12))
def test_the_fewest_servers_suffice_and_one_fewer_do_not(share, within, arrivals, stay):
    count = queues.servers_for(share, within, arrivals=arrivals, stay=stay)
    placed = [1 - queues.longer_than(within, servers=c, arrivals=arrivals, stay=stay) for c in (count - 1, count)]
    assert placed[0] < share <= placed[1] + 1e-12
    assert queues.wait_below(share, servers=count, arrivals=arrivals, stay=stay) <= within + 1e-9


@given(st.floats(0.001, 0.5), loads)
def test_the_fewest_servers_for_a_loss(lost, offered):
    count = queues.servers_for_loss(lost, offered=offered)
    assert queues.erlang_b(count, offered) <= lost < queues.erlang_b(count - 1, offered)


def test_a_level_that_cannot_be_reached_is_refused():
    with pytest.raises(ValueError, match="below 1"):
        queues.servers_for(1, 1, arrivals=1, stay=1)
    with pytest.raises(ValueError, match="above 0"):
        queues.servers_for_loss(0, offered=1)


def test_nobody_comes():
    assert queues.servers_for(0.95, 1, arrivals=0, stay=5) == 0
    assert queues.servers_for_loss(0, offered=0) == 0
    assert queues.mean_wait(servers=0, arrivals=0, stay=5) == 0
    assert queues.starts(np.empty((3, 0)), np.empty((3, 0)), 2).shape == (3, 0)


def test_waits_of_one_server():
    """M/M/1 with half its load: the mean wait is load x stay / (1 - load), a share load x exp(-t / 4) waits longer."""
    asked = {"servers": 1, "arrivals": 0.25, "stay": 2.0}
    assert queues.mean_wait(**asked) == pytest.approx(2.0)
    assert queues.longer_than(4, **asked) == pytest.approx(0.5 * exp(-1))
    assert queues.wait_below(0.5, **asked) == 0
    assert (
        queues.mean_wait(servers=1, arrivals=1, stay=1) == inf == queues.wait_below(0.9, servers=1, arrivals=1, stay=1)
    )


def drawn(count, people, replications, arrivals=1.0, stay=1.0):
    random = stream(4, "queue of a test")
    times = random.exponential(1 / arrivals, (replications, people)).cumsum(axis=1)
    return times, random.exponential(stay, (replications, people))


@pytest.mark.parametrize(("count", "load"), [(5, 3.5), (12, 9.0)])
def test_simulation_meets_erlang_c_within_one_percent(count, load):
    times, stays = drawn(count, 4_000, 2_000, arrivals=load)
    waits = (queues.starts(times, stays, count) - times)[:, 400:]
    assert (waits > 1e-12).mean() == pytest.approx(queues.erlang_c(count, load), rel=0.01)
    assert waits.mean() == pytest.approx(queues.mean_wait(servers=count, arrivals=load, stay=1), rel=0.01)
    assert (waits > 0.1).mean() == pytest.approx(
        queues.longer_than(0.1, servers=count, arrivals=load, stay=1), rel=0.01
    )


def test_simulation_meets_erlang_b_within_one_percent():
    times, stays = drawn(20, 2_500, 1_000, arrivals=18)
    lost = np.isinf(queues.starts(times, stays, 20, wait=False))[:, 500:]
    assert lost.mean() == pytest.approx(queues.erlang_b(20, 18), rel=0.01)


def twin(arrivals, stays, count, wait):
    """One queue, person by person, with a heap of the moments at which servers fall free."""
    free, begun = [-inf] * count, []
    for now, stay in zip(arrivals, stays, strict=True):
        if not wait and (not free or free[0] > now):
            begun.append(inf)
            continue
        if not free:
            begun.append(inf)
            continue
        start = max(now, heapq.heappop(free))
        heapq.heappush(free, start + stay)
        begun.append(start)
    return begun


people = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 30)), min_size=1, max_size=40)


@given(people, st.integers(0, 5), st.booleans())
def test_everybody_begins_as_in_the_twin(gaps_and_stays, count, wait):
    gaps, stays = np.array(gaps_and_stays, dtype=float).T
    times = gaps.cumsum()
    begun = queues.starts(np.stack([times, times * 2]), np.stack([stays, stays]), count, wait=wait)
    assert begun[0].tolist() == twin(times, stays, count, wait)
    assert begun[1].tolist() == twin(times * 2, stays, count, wait)


def test_each_replication_may_have_its_own_number_of_servers():
    times, stays = drawn(3, 200, 4, arrivals=2)
    begun = queues.starts(times, stays, np.array([0, 1, 2, 3]))
    for row, count in enumerate(range(4)):
        assert (begun[row] == queues.starts(times[[row]], stays[[row]], count)[0]).all()


@given(people, st.integers(0, 5))
def test_one_server_more_makes_nobody_wait_longer(gaps_and_stays, count):
    gaps, stays = np.array(gaps_and_stays, dtype=float).T
    times = gaps.cumsum()[None]
    assert (queues.starts(times, stays[None], count + 1) <= queues.starts(times, stays[None], count)).all()
