"""The simulation of beds against its twin, and what must hold whatever is drawn."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity.calc import queues
from localcare.capacity.calc.beds import flow
from localcare.capacity.calc.beds.people import draw
from localcare.capacity.calc.beds.system import BEDS, Onward, Service, Site, Stream, System, capacity
from localcare.capacity.calc.quantity import Quantity
from tests.capacity.bed_twin import Twin


def exactly(value: float) -> Quantity:
    return Quantity(value, value, value, "fixed", "", "assumed")


def people_of(system: System, seed: int = 1, replications: int = 2, warmup: int = 50):
    return draw(system, seed=seed, rows=slice(0, replications), replications=replications, warmup=warmup)


counts = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)
shares = st.sampled_from([(1.0, 0.0), (0.5, 0.5), (0.3, 0.7)])


some_keep, some_go_on = st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 0.6])


@st.composite
def systems(draw, keeps=some_keep, onward=some_go_on):
    """Two sites and two services that open, close and overflow; few people, so that the twin is quick."""

    def stream(name, to, waits, **more):
        a_year, stay = draw(st.sampled_from([0, 5, 25])), draw(st.sampled_from([3, 30, 90]))
        spread = draw(st.sampled_from([0.3, 1.0]))
        return Stream(name, to, exactly(a_year), exactly(stay), spread, waits=waits, **more)

    after = (Onward("home", exactly(draw(onward)), exactly(40)),)
    to_bed = {"sites": draw(shares), "elsewhere": exactly(1 - draw(keeps)), "onward": after}
    return System(
        date(2017, 4, 1),
        3,
        (Site("north", draw(counts)), Site("south", draw(counts))),
        (Service("home", draw(counts)), Service("rapid", draw(counts))),
        (
            stream("discharged", "home", True),
            stream("step-down", BEDS, True, **to_bed),
            stream("step-up", BEDS, draw(st.booleans()), **to_bed),
            stream("crisis", "rapid", False),
        ),
    )


seeds = st.integers(0, 2**32)


@settings(max_examples=100, deadline=None)
@given(systems(), seeds)
def test_everybody_fares_as_in_the_twin(system, seed):
    people = people_of(system, seed)
    happened = flow.run(system, people)
    for row in range(2):
        twin = Twin(system, people, row).run()
        for person in np.flatnonzero(people.time[row] < system.days[-1]).tolist():
            assert happened.begin[row, person] == twin.begin.get(person, np.inf)
            assert happened.left[row, person] == twin.left.get(person, np.inf)
            if person < people.site.shape[1]:
                assert happened.at[row, person] == twin.at.get(person, -1)


def present(times, begin, left):
    """How many are there just after each of these times."""
    return ((begin[None] <= times[:, None]) & (left[None] > times[:, None])).sum(axis=1)


@settings(max_examples=30, deadline=None)
@given(systems(), seeds)
def test_no_site_ever_holds_more_than_it_has_beds_but_for_those_in_them_when_it_closed(system, seed):
    people = people_of(system, seed)
    happened = flow.run(system, people)
    for site, hospital in enumerate(system.sites):
        beds = capacity(hospital.beds, system.years)
        for row in range(2):
            here = happened.at[row] == site
            begin, left = happened.begin[row, : len(here)][here], happened.left[row, : len(here)][here]
            year = np.clip(np.searchsorted(system.days, begin, side="right") - 1, 0, None)
            room = np.array(beds)[year]
            assert (present(begin, begin, left) <= room).all()


@settings(max_examples=30, deadline=None)
@given(systems(), seeds)
def test_nobody_is_lost_and_nobody_begins_before_coming(system, seed):
    people = people_of(system, seed)
    happened = flow.run(system, people)
    for number, stream in enumerate(people.streams):
        columns = people.columns(number)
        time, begin = people.time[:, columns], happened.begin[:, columns]
        came = time < system.days[-1]
        placed, waiting = came & (begin < np.inf), came & (begin == np.inf) & stream.waits
        elsewhere = came & (begin == np.inf) & (not stream.waits)
        assert came.sum() == placed.sum() + waiting.sum() + elsewhere.sum()
        assert (begin >= time)[came].all()
        if not stream.waits:
            assert (begin == time)[placed].all()
        assert (happened.left[:, columns] + 1e-9 >= begin + people.stay[:, columns])[placed].all()


@settings(max_examples=30, deadline=None)
@given(systems(keeps=st.just(0.0), onward=st.just(0.0)), seeds)
def test_one_list_for_all_sites_is_the_queue_of_kiefer_and_wolfowitz(system, seed):
    """Where everybody takes any bed and nobody is held up after it, sites do not matter to the wait; so what
    `test_queues` shows holds here: Erlang's formulas, and that one bed more makes nobody wait longer."""
    one = system.streams[2]
    sites = tuple(replace(site, beds=site.beds[:1]) for site in system.sites)
    system = replace(system, streams=(one,), sites=sites)
    people = people_of(system, seed)
    begin = queues.starts(people.time, people.stay, sum(site.beds[0] for site in sites), wait=one.waits)
    assert (flow.run(system, people).begin == np.where(begin < system.days[-1], begin, np.inf)).all()


def small(**changes) -> System:
    home = Stream("discharged", "home", exactly(100), exactly(10))
    down = Stream("step-down", BEDS, exactly(100), exactly(10), sites=(0.5, 0.5))
    given = {
        "start": date(2017, 4, 1),
        "years": 2,
        "sites": (Site("north", (4,)), Site("south", (4,))),
        "services": (Service("home", (8,)),),
        "streams": (home, down),
    }
    return System(**given | changes)


def test_nobody_comes():
    system = small(streams=())
    assert flow.run(system, people_of(system)).begin.shape == (2, 0)


def test_without_beds_everybody_who_waits_waits_and_the_others_go_elsewhere():
    system = small(sites=(Site("north", (0,)), Site("south", (0,))))
    people = people_of(system)
    happened = flow.run(system, people)
    assert np.isinf(happened.begin[:, people.columns(0)]).all()
    assert (happened.at == -1).all()


def test_people_of_a_site_that_closes_are_placed_at_the_other():
    system = small(sites=(Site("north", (4, 0)), Site("south", (12,))))
    system = replace(system, streams=(replace(system.streams[1], elsewhere=exactly(0)),))
    people = people_of(system)
    happened = flow.run(system, people)
    late = (people.time >= 365) & (people.time < 700)
    assert late.sum() > 100
    assert (happened.at[late] == 1).all()


def test_people_who_keep_to_their_site_never_lie_elsewhere():
    system = small(streams=(replace(small().streams[1], elsewhere=exactly(0)),))
    people = people_of(system)
    happened = flow.run(system, people)
    placed = happened.at >= 0
    assert (happened.at == people.site)[placed].all()
