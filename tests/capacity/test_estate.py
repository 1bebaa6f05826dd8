"""Rooms, leases and developers' money."""

import tomllib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity import definitions
from localcare.capacity.calc.estate import (
    Contribution,
    Rooms,
    Site,
    by_condition,
    due_year,
    funds,
    leases_ending,
    leases_unknown,
    place_sessions,
    rooms_needed,
    sessions_needed,
    spare_sessions,
    taken_up,
    utilisation,
)

SHIPPED = tomllib.loads((definitions.SCENARIOS / "west-kent-2017.toml").read_text("utf-8"))


def site(code: str, used: float = 0, number: int = 1, **kwargs) -> Site:
    given = {"tenure": "owned", "condition": "B", "source": "a test"} | kwargs
    return Site(code, code, rooms=(Rooms("consulting", number, 10, used),), **given)


def agreed(**kwargs) -> Contribution:
    given = {"homes": 100, "trigger": 50, "pounds": 1000.0, "spent": 0.0, "spend_by": None} | kwargs
    return Contribution("R1", "Field", "E07000110", "S106", purpose="rooms", source="a test", **given)


class TestRooms:
    def test_use_is_of_all_sessions(self):
        assert utilisation([site("A", 3), site("B", 10)]) == 0.65
        assert utilisation([site("A", 3)], "treatment") is None

    def test_sevenoaks_of_2017_has_half_its_space_to_spare_at_the_share_aimed_at(self):
        stated = SHIPPED["estate"]["site"][0]["utilised"]["value"]
        sevenoaks = site("Sevenoaks", 100 * stated, number=10)
        assert utilisation([sevenoaks]) == 0.34
        assert spare_sessions(sevenoaks, "consulting", aim=0.8) == pytest.approx(46)

    def test_use_above_the_aim_leaves_nothing_to_spare(self):
        assert spare_sessions(site("A", 9), "consulting", aim=0.8) == 0

    @pytest.mark.parametrize(
        ("contacts", "minutes", "sessions", "rooms"),
        [(8400, 20, 20, 3), (0, 20, 0, 0), (8400 * 4 / 10 * 4, 20, 32, 4), (8401, 32, 32.0038, 5)],
    )
    def test_rooms_for_contacts(self, contacts, minutes, sessions, rooms):
        needed = sessions_needed(contacts, minutes, weeks=40, session_minutes=210)
        assert needed == pytest.approx(sessions, rel=1e-4)
        assert rooms_needed(needed, sessions_each=10, aim=0.8) == rooms

    @given(st.floats(0, 200), st.lists(st.floats(0, 10), max_size=6))
    def test_sessions_placed_and_without_room_are_those_needed_and_none_is_overfull(self, needed, used):
        sites = [site(str(n), of) for n, of in enumerate(used)]
        placed = place_sessions(needed, sites, "consulting", aim=0.8)
        assert sum(placed.by_site.values()) + placed.without_room == pytest.approx(needed)
        for one in sites:
            assert placed.by_site.get(one.code, 0) <= spare_sessions(one, "consulting", aim=0.8) + 1e-9

    def test_the_emptiest_site_is_filled_first(self):
        placed = place_sessions(7, [site("A", 6), site("B", 2)], "consulting", aim=0.8)
        assert (dict(placed.by_site), placed.without_room) == ({"B": 6.0, "A": 1.0}, 0)

    def test_sessions_taken_up_are_no_longer_spare(self):
        busier = taken_up(site("A", 2, number=1), "consulting", 5)
        assert utilisation([busier]) == 0.7
        assert utilisation([taken_up(site("A", 2), "treatment", 5)]) == 0.2

    @pytest.mark.parametrize(
        ("act", "told"),
        [
            (lambda: Rooms("consulting", 1, 10, 11), "use 0 up to those open"),
            (lambda: sessions_needed(1, 1, weeks=0, session_minutes=210), "give both above 0"),
            (lambda: rooms_needed(1, sessions_each=10, aim=1.2), "a share up to 1"),
            (lambda: site("A", lease_ends=date(2020, 1, 1)), "give the tenure as leased"),
        ],
    )
    def test_what_cannot_be_is_refused(self, act, told):
        with pytest.raises(ValueError, match=told):
            act()


def test_leases_that_end_and_those_nobody_knows():
    soon = site("A", tenure="leased", lease_ends=date(2018, 3, 31))
    later = site("B", tenure="leased", lease_ends=date(2030, 3, 31))
    unknown = site("C", tenure="leased")
    sites = [later, unknown, soon, site("D")]
    assert leases_ending(sites, after=date(2017, 4, 1), until=date(2027, 4, 1)) == (soon,)
    assert leases_unknown(sites) == (unknown,)


def test_sites_by_condition():
    assert by_condition([site("A"), site("B", condition="unknown")]) == {"A": 0, "B": 1, "C": 0, "D": 0, "unknown": 1}


class TestDevelopersMoney:
    finished = {"Field": {2018: 30, 2019: 20, 2020: 50}}

    @pytest.mark.parametrize(("trigger", "year"), [(0, 2018), (30, 2018), (31, 2019), (100, 2020)])
    def test_is_due_in_the_year_in_which_the_homes_reach_the_trigger(self, trigger, year):
        assert due_year(agreed(trigger=trigger), self.finished["Field"]) == year

    def test_is_not_due_where_too_few_homes_are_planned(self):
        assert due_year(agreed(trigger=100), {2018: 99}) is None

    @pytest.mark.parametrize(
        ("changes", "year", "spent", "in_hand", "waiting", "gone"),
        [
            ({}, 2018, 0, 0, 1000, 0),
            ({}, 2019, 0, 1000, 0, 0),
            ({"spent": 400.0}, 2018, 400, 600, 0, 0),
            ({"spent": 400.0, "spend_by": date(2020, 1, 1)}, 2020, 400, 0, 0, 600),
            ({"spend_by": date(2020, 12, 31)}, 2020, 0, 1000, 0, 0),
        ],
    )
    def test_agreed_is_spent_in_hand_not_yet_due_and_gone_back(self, changes, year, spent, in_hand, waiting, gone):
        made = funds([agreed(**changes)], self.finished, year=year, day=date(year, 12, 31))
        assert (made.spent, made.in_hand, made.not_yet_due, made.gone_back) == (spent, in_hand, waiting, gone)
        assert made.agreed == spent + in_hand + waiting + gone

    @pytest.mark.parametrize(
        ("act", "told"),
        [
            (lambda: agreed(trigger=101), "give a trigger from 0 to all"),
            (lambda: agreed(spent=1001.0), "give what was spent of it"),
            (lambda: due_year(agreed(), {}), "give the homes finished in each year at Field"),
        ],
    )
    def test_what_cannot_be_is_refused(self, act, told):
        with pytest.raises(ValueError, match=told):
            act()
