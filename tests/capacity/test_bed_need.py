"""Beds and slots for a service level."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from localcare.capacity.calc import queues
from localcare.capacity.calc.beds import need
from localcare.capacity.calc.beds.people import draw
from localcare.capacity.calc.beds.system import BEDS, Onward
from tests.capacity.bed_twin import Twin
from tests.capacity.test_bed_flow import exactly, small


def test_the_fewest_suffice_in_the_twin_and_one_fewer_do_not():
    """The last year of one replication: as many beds from the beginning, all of them on one site."""
    home, down = small().streams
    system = small(years=1, streams=(down, home))
    people = draw(system, seed=2, rows=slice(0, 1), replications=1, warmup=need.LEAD)
    (beds,) = (one.places.median for one in need.needed(system, seed=2, replications=1) if one.place == BEDS)
    placed = {}
    for count in (int(beds) - 1, int(beds)):
        sites = (replace(system.sites[0], beds=(count,)), replace(system.sites[1], beds=(0,)))
        twin = Twin(replace(system, sites=sites), people, 0).run()
        came = [p for p in range(people.offset[1] - 1) if 0 <= people.time[0, p] < 365]
        placed[count] = np.mean([twin.begin.get(p, np.inf) - people.time[0, p] <= 1 for p in came])
    assert placed[beds - 1] < 0.95 <= placed[beds]


def test_agrees_with_erlang_where_nothing_changes():
    """A thousand people a year for ten days: the median year needs what Erlang C says, but for luck in a year."""
    stream = replace(small().streams[0], a_year=exactly(1000))
    found = need.needed(small(years=1, services=small().services, streams=(stream,)), seed=1, replications=60)
    slots = next(one.places for one in found if one.place == "home")
    assert slots.median == pytest.approx(queues.servers_for(0.95, 1, arrivals=1000 / 365, stay=10), abs=1)
    assert slots.low <= slots.median <= slots.high


def test_a_higher_level_never_needs_fewer():
    levels = [need.needed(small(), seed=1, replications=3, share=share) for share in (0.5, 0.8, 0.95, 1)]
    for lower, higher in pairwise(levels):
        assert all(a.places.median <= b.places.median for a, b in zip(lower, higher, strict=True))


def test_people_from_beds_ask_for_slots_at_the_end_of_their_stay():
    down = replace(small().streams[1], onward=(Onward("home", exactly(1), exactly(30)),))
    system = small(streams=(down,))
    people = draw(system, seed=1, rows=slice(0, 1), replications=1, warmup=0)
    times, stays = need.asked(system, people)["home"]
    assert times[0].tolist() == sorted((people.time + people.stay)[0, : times.shape[1]].tolist())
    assert stays[np.isfinite(times)].mean() == pytest.approx(30, rel=0.2)


def test_nobody_comes_and_nothing_is_needed():
    found = need.needed(small(streams=()), seed=1, replications=2)
    assert {one.place for one in found} == {BEDS, "home"}
    assert all(one.places.high == 0 for one in found)


def test_a_share_above_everybody_is_refused():
    with pytest.raises(ValueError, match="from 0 to 1"):
        need.needed(small(), seed=1, share=1.1)
