"""What the report says of a table that has no picture: read off its rows, never only what the table is of."""

import pytest

from localcare.capacity.calc.tables import Table
from localcare.capacity.report_findings import FINDINGS, told

PLAN, ELSE = "with the plan", "nothing done"
BEDS = ("year", "case", "place", "occupancy", "low", "high")
BEST = ("hubs", "minutes")
CASES = {
    "forecast_stated": (
        ("group", "year", "stated", "ONS 2018-based"),
        [
            ("all ages", 2015, 476_497.0, None),
            ("all ages", 2035, 562_040.0, 543_287.0),
            ("85 and over", 2035, 30_581.0, 23_187.0),
        ],
        "Residents of 2035: all ages 562,040 stated, 543,287 in ONS's projection of 2018; 85 and over 30,581 stated, "
        "23,187 in ONS's projection of 2018.",
    ),
    "forecast_tried": (
        ("district", "ages", "error_percent", "unchanged_error_percent"),
        [("Maidstone", "0-15", 1.0, -8.0), ("Sevenoaks", "85+", -5.0, -12.0)],
        "Over districts and ages it missed by 3.0% on average; assuming no change, by 10.0%. "
        "Furthest off: Sevenoaks, 85+, -5.0%.",
    ),
    "registered_and_resident": (
        ("line", "people"),
        [
            ("residents of Maidstone", 1.0),
            ("residents of all districts", 528_685.5),
            ("registered with practices here", 484_460.0),
        ],
        "528,686 people live in the four districts; 484,460 are registered with practices here.",
    ),
    "beds_occupied": (
        BEDS,
        [
            ("2017/18", PLAN, "A", 0.99, 0.9, 1.0),
            ("2018/19", PLAN, "A", 0.82, 0.7, 0.9),
            ("2018/19", PLAN, "B", 0.5, 0.4, 0.6),
            ("2018/19", ELSE, "B", 1.0, 1.0, 1.0),
        ],
        "In 2018/19 A is fullest: 82% of its days (70% to 90%); B least, 50%.",
    ),
    "beds_visits": (
        ("year", "case", "service", "median", "low", "high"),
        [
            ("2018/19", PLAN, "support at home", 388.4, 323.0, 447.0),
            ("2018/19", PLAN, "rapid response", 90.0, 80.0, 99.0),
        ],
        "In 2018/19 most visits fall to support at home: 388 a day (323 to 447).",
    ),
    "beds_waits": (
        ("year", "case", "of", "group", "came", "placed_in_time", "low", "high"),
        [
            ("2018/19", PLAN, "stream", "step-down", 690.0, 0.26, 0.0, 0.75),
            ("2018/19", PLAN, "stream", "step-up", 90.0, 0.9, 0.8, 1.0),
            ("2018/19", PLAN, "pathway", "2", 1.0, 0.1, 0.1, 0.1),
        ],
        "In 2018/19 fewest are placed in time of those who come for step-down: 26% (0% to 75%) of 690 people.",
    ),
    "staff_area": (
        ("year", "line", "median", "low", "high"),
        [
            ("2017/18", "posts", 142.2, 116.0, 174.0),
            ("2018/19", "posts", 145.3, 118.5, 177.4),
            ("2018/19", "cost", 1.0, 1.0, 1.0),
        ],
        "All clusters together take 142 whole-time posts in 2017/18 and 145 in 2018/19 (118 to 177).",
    ),
    "staff_checks": (
        ("check", "value"),
        [("people for each GP", 2124.8), ("as published", 2175.2)],
        "people for each GP: 2,125; as published: 2,175.",
    ),
    "staff_drivers": (
        ("assumption", "posts_at_lowest", "posts_at_highest"),
        [("visit/frail/hours", 154.0, 185.0), ("visit/frail/contacts", 148.0, 191.0)],
        "Posts move most with visit, frail, contacts: 148 at its lowest, 191 at its highest.",
    ),
    "hubs_best": (
        BEST,
        [("A, B", 17.2), ("A, C", 17.4)],
        "The 2 best sets lie close together: 17.2 to 17.4 minutes on average. "
        "3 places are in any of them, 1 in all: A.",
    ),
    "hubs_fifths": (
        ("fifth", "minutes"),
        [("1", 15.7), ("5", 20.3)],
        "The most deprived fifth travels 15.7 minutes on average, the least deprived 20.3.",
    ),
    "hubs_catchments": (
        ("service", "within_minutes", "hub", "with_a_car", "without_a_car", "share_of_people"),
        [("frailty clinic", 30, "A", 70, 2, 0.36), ("frailty clinic", 30, "any of them", 150, 10, 0.8)],
        "Of all people, each by their own mode: frailty clinic 80% within 30 minutes.",
    ),
    "hubs_minutes": (
        ("hub", "mode", "people", "half", "nine_in_ten", "longest"),
        [("A", "car", 1000, 11, 18.2, 30), ("A", "without a car", 100, 31.4, 62, 80)],
        "Longest is the way to A without a car: half of 100 people need up to 31 minutes, nine in ten up to 62.",
    ),
    "hubs_out_of_reach": (
        ("area", "name", "mode", "people", "minutes", "hub"),
        [
            ("E01", "Hill", "without a car", 90, 83.4, "A"),
            ("E02", "Dale", "without a car", 40, 61, "B"),
            ("E02", "Dale", "car", 5, 60.5, "B"),
        ],
        "135 people of 2 small areas are out of reach; longest from Hill, 83 minutes without a car to A.",
    ),
    "hubs_questions": (
        ("question", "answer", "read_as"),
        [
            ("How many?", None, "no limit is given: write budget under [hubs]"),
            ("Which number?", "none of 2 to 8", "nobody beyond 60 minutes"),
        ],
        "Which number? none of 2 to 8 (nobody beyond 60 minutes).",
    ),
    "implied": (
        ("setting", "year", "share_asked", "share_modelled"),
        [("Bed days", "2020/21", 0.152, 0.0497), ("A&E", "2020/21", 0.116, 0.03)],
        "The printed savings ask most of bed days in 2020/21: 15.2% of it avoided, "
        "where this scenario's interventions avoid 5.0%.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_finding_is_read_off_the_rows(name):
    columns, rows, says = CASES[name]
    assert told(Table(name, "T", "What it is of.", columns, tuple(rows))).finding == says


def test_every_finding_has_a_case():
    assert FINDINGS.keys() == CASES.keys()


def test_an_empty_table_says_what_it_is_of():
    assert told(Table("implied", "T", "What it is of.", ("setting",), ())).finding == "What it is of."
