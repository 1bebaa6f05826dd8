"""Two computed scenarios beside each other, for the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.capacity import definitions, queries
from localcare.capacity.calc.differences import Apart, Difference, apart, differences
from localcare.capacity.calc.tables import ranged
from localcare.capacity.section import millions
from localcare.capacity.types import Unknown


@dataclass(frozen=True)
class Side:
    name: str
    title: str
    version: int
    made: Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    label: str
    left: str
    right: str
    apart: str


@dataclass(frozen=True)
class Comparison:
    left: Side
    right: Side
    paired: bool
    finding: str
    figures: list[Figure]
    differences: list[Difference]


def compared(left: str, right: str) -> Comparison:
    """Two scenarios' newest results. Raises Unknown where one has none."""
    (here, first), (there, second) = _results(left), _results(right)
    paired = all(first["made"][key] == second["made"][key] for key in ("seed", "draws", "baseline"))
    lines = [_figure(a, b, paired) for a, b in zip(first["figures"], second["figures"], strict=True)]
    texts = [queries.source_of(name, side.version.number).text for name, side in ((left, here), (right, there))]
    found = differences(*(definitions.content_of(text, "scenario") for text in texts))
    sides = (_side(left, here, first), _side(right, there, second))
    return Comparison(sides[0], sides[1], paired, _finding(first, second, paired, sides), lines, _in_words(found))


def _side(name: str, computation: Any, page: Mapping[str, Any]) -> Side:
    return Side(name, computation.version.title, computation.version.number, page["made"])


def _results(name: str) -> tuple[Any, Mapping[str, Any]]:
    found = queries.results_of(name)
    if found is None:
        raise Unknown(f"The scenario {name} has no results yet. Compute it first.")
    return found


def _figure(left: Mapping[str, Any], right: Mapping[str, Any], paired: bool) -> Figure:
    shown = millions if left["unit"] == "pounds" else _count
    one, other = np.array(left["draws"]), np.array(right["draws"])
    between = _between(apart(one, other), shown) if paired else "not paired"
    return Figure(left["label"], _range(one, shown), _range(other, shown), between)


def _range(draws, shown) -> str:
    _, median, low, high = ranged(draws)
    return f"{shown(median)} ({shown(low)} to {shown(high)})"


def _between(found: Apart, shown) -> str:
    return f"{shown(found.median)} ({shown(found.low)} to {shown(found.high)})"


def _count(value: float) -> str:
    return f"{value:,.0f}"


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


def _in_words(found: list[Difference]) -> list[Difference]:
    labels = {one.key: one.label for one in definitions.settings()}

    def said(place: str) -> str:
        parts = [labels.get(part, part) for part in place.split(": ") if part not in ("intervention", "claim")]
        words = ": ".join(part.replace("_", " ") for part in parts)
        return words[:1].upper() + words[1:]

    return [Difference(said(one.about), one.left, one.right) for one in found]
