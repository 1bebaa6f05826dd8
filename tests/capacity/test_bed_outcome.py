"""What is told of the simulation, against counting person by person."""

from datetime import date

import numpy as np
import pytest

from localcare.capacity.calc.beds import flow, outcome
from localcare.capacity.calc.beds.people import draw
from localcare.capacity.calc.beds.system import System
from localcare.capacity.calc.beds.west_kent import BEDS_2017, west_kent
from tests.capacity.test_bed_flow import exactly, small


def counted(system: System, replications: int):
    """Figures of the streams and sites by plain loops over people and days of the year."""
    rows = slice(0, replications)
    people = draw(system, seed=3, rows=rows, replications=replications, warmup=60)
    happened = flow.run(system, people)
    end = system.days[-1]
    for number, stream in enumerate(people.streams):
        for year, (since, until) in enumerate(zip(system.days, system.days[1:], strict=False)):
            for row in range(replications):
                waits, delayed = [], 0.0
                for person in range(people.offset[number], people.offset[number + 1] - 1):
                    time, begin = people.time[row, person], min(happened.begin[row, person], end)
                    if since <= time < until:
                        waits.append(begin - time)
                    delayed += max(0.0, min(begin, until) - max(time, since)) if time < end else 0
                yield stream.name, year, row, sorted(waits), delayed


def test_waits_and_delayed_days_are_those_of_counting():
    system, replications = small(), 1
    told = outcome.simulate(system, seed=3, replications=replications, warmup=60)
    for name, year, _, waits, delayed in counted(system, replications):
        group = told.wait(name, year)
        assert group.came.median == len(waits)
        assert group.within.median == pytest.approx(np.mean([wait <= 1 for wait in waits]))
        assert group.median.median == pytest.approx(waits[int(np.ceil(0.5 * len(waits))) - 1], abs=1e-6)
        assert group.ninety.median == pytest.approx(waits[int(np.ceil(0.9 * len(waits))) - 1], abs=1e-6)
        assert group.delayed.median == pytest.approx(delayed)


def test_little_load_is_occupancy_by_arithmetic():
    """Plenty of beds: occupancy is arrivals x stay / beds, nobody waits, and nothing is blocked."""
    told = outcome.simulate(small(sites=west_kent().sites[:2]), seed=1, replications=40)
    beds = BEDS_2017["Hawkhurst"] + BEDS_2017["Tonbridge"]
    people = [told.place(name, 1) for name in ("Hawkhurst", "Tonbridge")]
    assert sum(place.offered for place in people) == beds
    assert sum(place.people.median for place in people) == pytest.approx(100 * 10 / 365, rel=0.05)
    assert told.wait("step-down", 1).within.median == 1
    assert all(place.blocked.high == 0 for place in people)


def test_a_year_without_anybody_has_no_figure_and_no_error():
    told = outcome.simulate(small(), seed=1, replications=2, given={"step-down": [0, 50]})
    assert np.isnan(told.wait("step-down", 0).within.median)
    assert told.wait("step-down", 0).came.median == 0
    assert told.wait("step-down", 1).came.median > 0


def test_the_same_seed_tells_the_same_and_another_something_else():
    first, again, other = (outcome.simulate(small(), seed=seed, replications=3) for seed in (1, 1, 2))
    assert repr(first) == repr(again) != repr(other)


def test_two_processes_tell_what_one_does(monkeypatch):
    monkeypatch.setattr(outcome, "BATCH", 2)
    one, two = (outcome.simulate(small(), seed=1, replications=4, workers=workers) for workers in (1, 2))
    assert repr(one) == repr(two)


def test_the_same_people_come_whatever_beds_there_are():
    few, many = west_kent(years=1), west_kent(years=1, pilot=True)
    first, second = (draw(s, seed=1, rows=slice(0, 2), replications=2, warmup=0) for s in (few, many))
    assert (first.time == second.time).all()
    assert (first.stay == second.stay).all()


def test_people_expected_come_in_each_year_and_season():
    system = west_kent(years=2)
    given = {"step-down": np.full((400, 2), [300.0, 600.0])}
    people = draw(system, seed=1, rows=slice(0, 400), replications=400, warmup=365, given=given)
    number = [one.name for one in people.streams].index("step-down")
    time = people.time[:, people.columns(number)]
    by_year = [((time >= since) & (time < since + 365)).sum() / 400 for since in (-365, 0, 365)]
    assert by_year == pytest.approx([300, 300, 600], rel=0.01)
    weekday = np.bincount(time[(time >= 0) & (time < 728)].astype(int) % 7, minlength=7)  # day 0 is a Saturday
    assert weekday[0] / weekday[6] == pytest.approx(0.7 / 1.3, rel=0.03)


def test_the_beds_of_2017_are_the_plan_s():
    assert sum(site.beds[0] for site in west_kent().sites) == 68
    assert sum(site.beds[0] for site in west_kent(pilot=True).sites) == 76


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"services": ()}, "'home'"),
        ({"sites": small().sites[:1]}, "a share for each of 1 sites"),
        ({"sites": (small().sites[0],) * 2}, "names of their own"),
        ({"sites": (small().sites[0], type(small().sites[0])("south", ()))}, "south: give beds"),
    ],
)
def test_a_system_that_does_not_fit_is_refused_with_the_mend(changes, said):
    with pytest.raises(ValueError, match=said):
        small(**changes)


def test_days_are_those_of_the_calendar():
    assert System(date(2019, 4, 1), 2, (), (), ()).days == (0, 366, 731)
    assert exactly(1).assumed
