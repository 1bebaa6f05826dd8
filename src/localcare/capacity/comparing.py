"""Two computed scenarios beside each other, for the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.capacity import compared_parts, definitions, queries
from localcare.capacity.calc.differences import Difference, apart, differences
from localcare.capacity.calc.tables import Table, ranged
from localcare.capacity.section import millions
from localcare.capacity.types import Unknown

Range = tuple[float, float, float]  # median, low, high


@dataclass(frozen=True)
class Side:
    name: str
    title: str
    version: int
    made: Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure of both: median and the range of 8 draws in 10, or one value thrice. `between`: second less
    first; None where the draws are not of the same seed, or one side does not have it."""

    part: str
    label: str
    unit: str
    left: Range | None
    right: Range | None
    between: Range | None


@dataclass(frozen=True)
class HubsApart:
    """Hubs of the best sets, by name."""

    finding: str
    only_left: list[str]
    only_right: list[str]
    both: list[str]


@dataclass(frozen=True)
class Comparison:
    left: Side
    right: Side
    paired: bool
    finding: str
    figures: list[Figure]
    parts: list[Figure]
    parts_finding: str
    hubs: HubsApart | None
    differences: list[Difference]


def compared(left: str, right: str) -> Comparison:
    """Two scenarios' newest results. Raises Unknown where one has none."""
    (here, first), (there, second) = _results(left), _results(right)
    paired = all(first["made"][key] == second["made"][key] for key in ("seed", "draws", "baseline"))
    lines = [
        _figure("Money and activity", a, b, paired) for a, b in zip(first["figures"], second["figures"], strict=True)
    ]
    texts = [queries.source_of(name, side.version.number).text for name, side in ((left, here), (right, there))]
    found = differences(*(definitions.content_of(text, "scenario") for text in texts))
    sides = (_side(left, here, first), _side(right, there, second))
    kept = [compared_parts.read(queries.folder_of(one)) or NOTHING_KEPT for one in (here, there)]
    parts = list(_parts(kept[0], kept[1], paired))
    hubs = _hubs(kept[0]["hubs"], kept[1]["hubs"], sides)
    return Comparison(
        *sides,
        paired,
        _finding(first, second, paired, sides),
        lines,
        parts,
        _parts_finding(parts, sides),
        hubs,
        _in_words(
            found, {code: name for one in kept for code, name in ((one["hubs"] or {}).get("names") or {}).items()}
        ),
    )


NOTHING_KEPT: Mapping[str, Any] = {"figures": [], "hubs": None}


def _side(name: str, computation: Any, page: Mapping[str, Any]) -> Side:
    return Side(name, computation.version.title, computation.version.number, page["made"])


def _results(name: str) -> tuple[Any, Mapping[str, Any]]:
    found = queries.results_of(name)
    if found is None:
        raise Unknown(f"The scenario {name} has no results yet. Compute it first.")
    return found


def _parts(first: Mapping[str, Any], second: Mapping[str, Any], paired: bool) -> Iterator[Figure]:
    """Beds and staff draw by draw, then the figures of the hubs."""
    here, there = ({(one["part"], one["label"]): one for one in kept["figures"]} for kept in (first, second))
    for place in [*here, *(place for place in there if place not in here)]:
        yield _figure(place[0], here.get(place), there.get(place), paired)
    hubs = [
        {label: (unit, value) for label, unit, value in (kept["hubs"] or {}).get("figures", ())}
        for kept in (first, second)
    ]
    for label in [*hubs[0], *(label for label in hubs[1] if label not in hubs[0])]:
        unit = (hubs[0].get(label) or hubs[1][label])[0]
        left, right = (one[label][1] if label in one else None for one in hubs)
        apart_by = None if left is None or right is None else _one(right - left)
        yield Figure("Hubs", label, unit, _one(left), _one(right), apart_by)


def _figure(part: str, left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, paired: bool) -> Figure:
    known = left or right or {}
    draws = [np.array(one["draws"]) if one else None for one in (left, right)]
    one, other = draws
    between = None
    if paired and one is not None and other is not None and len(one) == len(other):
        found = apart(one, other)
        between = (found.median, found.low, found.high)
    return Figure(part, known["label"], known["unit"], _range(one), _range(other), between)


def _one(value: float | None) -> Range | None:
    return None if value is None else (value, value, value)


def _range(draws: Any) -> Range | None:
    if draws is None:
        return None
    _, median, low, high = ranged(draws)
    return median, low, high


def said(found: Range | None, unit: str, missing: str) -> str:
    """A figure in words: alone where its range is nothing."""
    if found is None:
        return missing
    shown = {"pounds": millions, "minutes": _tenths, "share": _percent}.get(unit, _count)
    median, low, high = map(shown, found)
    return median if low == median == high else f"{median} ({low} to {high})"


def _count(value: float) -> str:
    return f"{value:z,.0f}"


def _tenths(value: float) -> str:
    return f"{value:z,.1f}"


def _percent(value: float) -> str:
    return f"{value:z.1%}"


def _parts_finding(parts: list[Figure], sides: tuple[Side, Side]) -> str:
    """What differs most in beds and staff, in a sentence."""
    if not parts:
        return "There is nothing of beds, staff or hubs to compare. If a scenario has them, compute it again."
    told = [one for one in parts if one.label in TOLD and one.left and one.right]
    each = [
        f"{one.label[:1].lower()}{one.label[1:]} {said(one.left, one.unit, '')} and {said(one.right, one.unit, '')}"
        for one in told
    ]
    if not each:
        return "Only one of the two has these parts."
    return f"{sides[0].title} and {sides[1].title}: {'; '.join(each)}."


TOLD = ("Beds needed in the last year", "Whole-time posts in the last year")


def _hubs(
    left: Mapping[str, Any] | None, right: Mapping[str, Any] | None, sides: tuple[Side, Side]
) -> HubsApart | None:
    """Which hubs differ; None where not both site hubs."""
    if left is None or right is None:
        return None
    here, there = left["names"], right["names"]
    only_left = [name for code, name in here.items() if code not in there]
    only_right = [name for code, name in there.items() if code not in here]
    if reason := left["reason"] or right["reason"]:
        finding = f"One of the two has no set of hubs: {reason}."
    elif not only_left and not only_right:
        finding = f"Both have the same {len(here)} hubs."
    else:
        finding = (
            f"Only {sides[0].title} has {', '.join(only_left) or 'none'}; only {sides[1].title} has "
            f"{', '.join(only_right) or 'none'}."
        )
    return HubsApart(finding, only_left, only_right, [name for code, name in here.items() if code in there])


def as_tables(found: Comparison) -> list[Table]:
    """The comparison as tables for files."""
    names = ("median", "low", "high")
    columns = [f"{side}_{name}" for side in ("first", "second", "difference") for name in names]
    rows = [
        (
            one.part,
            one.label,
            one.unit,
            *(value for side in (one.left, one.right, one.between) for value in side or NONE),
        )
        for one in (*found.figures, *found.parts)
    ]
    says = (
        f"First: {found.left.name}, version {found.left.version}; second: {found.right.name}, version "
        f"{found.right.version}. Ranges hold 8 draws in 10; difference: second less first, "
        + ("draw by draw." if found.paired else "not known, as seed, draws or baseline differ.")
    )
    tables = [Table("figures", "Two scenarios", says, ("part", "figure", "unit", *columns), tuple(rows))]
    if found.hubs:
        each = (("only first", found.hubs.only_left), ("only second", found.hubs.only_right), ("both", found.hubs.both))
        hubs = tuple((whose, name) for whose, names_of in each for name in names_of)
        tables.append(Table("hubs", "Hubs of the best sets", found.hubs.finding, ("in", "hub"), hubs))
    told = tuple((one.about, one.left, one.right) for one in found.differences)
    says = "What the two assume differently."
    return [*tables, Table("assumptions", "Assumptions that differ", says, ("assumption", "first", "second"), told)]


NONE = (None, None, None)


def _finding(first: Mapping[str, Any], second: Mapping[str, Any], paired: bool, sides: tuple[Side, Side]) -> str:
    if not paired:
        return (
            "The two differ in seed, draws or baseline: they can be read side by side, and what lies between them "
            "cannot be told from chance. Give both the same seed, draws and baseline to compare draw by draw."
        )
    found = apart(np.array(first["figures"][0]["draws"]), np.array(second["figures"][0]["draws"]))
    if found.low == found.high == 0:
        return "Both are worth the same in every draw."
    less = found.median < 0
    share = found.share_below if less else 1 - found.share_below
    return (
        f"{sides[1].title} is worth {millions(abs(found.median))} {'less' if less else 'more'} than {sides[0].title} "
        f"at today's value (8 draws in 10: a difference between {millions(found.low)} and {millions(found.high)}); "
        f"it is {'less' if less else 'not less'} in {share:.0%} of the same draws."
    )


def _in_words(found: list[Difference], hubs: Mapping[str, str]) -> list[Difference]:
    """With the names of settings, and of the sites that either scenario opens."""
    labels = {one.key: one.label for one in definitions.settings()}

    def words(place: str) -> str:
        parts = [labels.get(part, part) for part in place.split(": ") if part not in ("intervention", "claim")]
        told = ": ".join(part.replace("_", " ") for part in parts)
        return told[:1].upper() + told[1:]

    def named(about: str, said: str) -> str:
        return ", ".join(hubs.get(code, code) for code in said.split(", ")) if about.startswith("hubs") else said

    return [Difference(words(one.about), *(named(one.about, side) for side in (one.left, one.right))) for one in found]
