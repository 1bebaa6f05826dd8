"""What stands out in a table of the report that has no picture, in a sentence read off its rows."""

from collections.abc import Callable, Mapping
from typing import Any

from localcare.capacity.calc.tables import Table
from localcare.capacity.section import Section

PLANNED = "with the plan"
Row = dict[str, Any]
BY = {"car": "by car", "without a car": "without a car"}


def told(table: Table) -> Section:
    """A table as a section; where no finding is written for it, or it is empty, what the table is of."""
    rows: list[Row] = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    finding = FINDINGS[table.name](rows) if rows and table.name in FINDINGS else table.says
    return Section(table.name, table.title, finding, None, table)


def _last(rows: list[Row]) -> list[Row]:
    """The last year as planned."""
    return [row for row in rows if row["year"] == rows[-1]["year"] and row["case"] == PLANNED]


def _occupied(rows: list[Row]) -> str:
    last = _last(rows)
    fullest, least = (choose(last, key=lambda row: row["occupancy"]) for choose in (max, min))
    return (
        f"In {fullest['year']} {fullest['place']} is fullest: {fullest['occupancy']:.0%} of its days "
        f"({fullest['low']:.0%} to {fullest['high']:.0%}); {least['place']} least, {least['occupancy']:.0%}."
    )


def _visits(rows: list[Row]) -> str:
    most = max(_last(rows), key=lambda row: row["median"])
    return (
        f"In {most['year']} most visits fall to {most['service']}: {most['median']:,.0f} a day "
        f"({most['low']:,.0f} to {most['high']:,.0f})."
    )


def _waits(rows: list[Row]) -> str:
    streams = [row for row in _last(rows) if row["of"] == "stream"]
    worst = min(streams, key=lambda row: row["placed_in_time"])
    return (
        f"In {worst['year']} fewest are placed in time of those who come for {worst['group']}: "
        f"{worst['placed_in_time']:.0%} ({worst['low']:.0%} to {worst['high']:.0%}) of {worst['came']:,.0f} people."
    )


def _area_staff(rows: list[Row]) -> str:
    posts = [row for row in rows if row["line"] == "posts"]
    first, last = posts[0], posts[-1]
    return (
        f"All clusters together take {first['median']:,.0f} whole-time posts in {first['year']} and "
        f"{last['median']:,.0f} in {last['year']} ({last['low']:,.0f} to {last['high']:,.0f})."
    )


def _checks(rows: list[Row]) -> str:
    return "; ".join(f"{row['check']}: {row['value']:,.0f}" for row in rows[:3]) + "."


def _drivers(rows: list[Row]) -> str:
    most = max(rows, key=lambda row: abs(row["posts_at_highest"] - row["posts_at_lowest"]))
    return (
        f"Posts move most with {most['assumption'].replace('/', ', ')}: {most['posts_at_lowest']:,.0f} at its lowest, "
        f"{most['posts_at_highest']:,.0f} at its highest."
    )


def _best(rows: list[Row]) -> str:
    sets = [set(row["hubs"].split(", ")) for row in rows]
    always = set.intersection(*sets)
    spread = f"{rows[0]['minutes']:.1f} to {rows[-1]['minutes']:.1f} minutes on average"
    return (
        f"The {len(rows)} best sets lie close together: {spread}. {len(set.union(*sets))} places are in any of them, "
        f"{len(always)} in all{': ' + ', '.join(sorted(always)) if always else ''}."
    )


def _fifths(rows: list[Row]) -> str:
    first, last = rows[0], rows[-1]
    return (
        f"The most deprived fifth travels {first['minutes']:.1f} minutes on average, the least deprived "
        f"{last['minutes']:.1f}."
    )


def _catchments(rows: list[Row]) -> str:
    whole = {row["service"]: row for row in rows if row["hub"] == "any of them"}
    said = [
        f"{row['service']} {row['share_of_people']:.0%} within {row['within_minutes']:g} minutes"
        for row in whole.values()
    ]
    return f"Of all people, each by their own mode: {'; '.join(said)}."


def _hub_minutes(rows: list[Row]) -> str:
    worst = max(rows, key=lambda row: row["nine_in_ten"])
    return (
        f"Longest is the way to {worst['hub']} {BY[worst['mode']]}: half of {worst['people']:,.0f} people need up to "
        f"{worst['half']:.0f} minutes, nine in ten up to {worst['nine_in_ten']:.0f}."
    )


def _out_of_reach(rows: list[Row]) -> str:
    most, people = rows[0], sum(row["people"] for row in rows)
    areas = len({row["area"] for row in rows})
    return (
        f"{people:,.0f} people of {areas} small areas are out of reach; longest from {most['name']}, "
        f"{most['minutes']:.0f} minutes {BY[most['mode']]} to {most['hub']}."
    )


def _questions(rows: list[Row]) -> str:
    answered = [row for row in rows if row["answer"] is not None]
    said = " ".join(f"{row['question']} {row['answer']} ({row['read_as']})." for row in answered)
    return said or "None of the questions has a limit to be answered by."


def _implied(rows: list[Row]) -> str:
    most = max(rows, key=lambda row: row["share_asked"])
    return (
        f"The printed savings ask most of {most['setting'].lower()} in {most['year']}: {most['share_asked']:.1%} of it "
        f"avoided, where this scenario's interventions avoid {most['share_modelled']:.1%}."
    )


def _forecast(rows: list[Row]) -> str:
    last = [row for row in rows if row["year"] == rows[-1]["year"]]
    said = [
        f"{row['group']} {row['stated']:,.0f} stated, {row['ONS 2018-based']:,.0f} in ONS's projection of 2018"
        for row in last
    ]
    return f"Residents of {last[0]['year']}: {'; '.join(said)}."


def _tried(rows: list[Row]) -> str:
    mean = {key: sum(abs(row[key]) for row in rows) / len(rows) for key in ("error_percent", "unchanged_error_percent")}
    worst = max(rows, key=lambda row: abs(row["error_percent"]))
    return (
        f"Over districts and ages it missed by {mean['error_percent']:.1f}% on average; assuming no change, by "
        f"{mean['unchanged_error_percent']:.1f}%. Furthest off: {worst['district']}, {worst['ages']}, "
        f"{worst['error_percent']:+.1f}%."
    )


def _registered(rows: list[Row]) -> str:
    first, last = next(row for row in rows if "all districts" in row["line"]), rows[-1]
    return f"{first['people']:,.0f} people live in the four districts; {last['people']:,.0f} are {last['line']}."


FINDINGS: Mapping[str, Callable[[list[Row]], str]] = {
    "beds_occupied": _occupied,
    "beds_visits": _visits,
    "beds_waits": _waits,
    "staff_area": _area_staff,
    "staff_checks": _checks,
    "staff_drivers": _drivers,
    "hubs_best": _best,
    "hubs_fifths": _fifths,
    "hubs_catchments": _catchments,
    "hubs_minutes": _hub_minutes,
    "hubs_out_of_reach": _out_of_reach,
    "hubs_questions": _questions,
    "implied": _implied,
    "forecast_stated": _forecast,
    "forecast_tried": _tried,
    "registered_and_resident": _registered,
}
