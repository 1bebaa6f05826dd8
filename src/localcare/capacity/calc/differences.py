"""What two scenarios assume differently, and how far their results lie apart draw by draw. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.capacity.calc.quantity import Array

NOT_ABOUT = {"name", "title", "purpose", "forked_from", "schema"}
NAMES = ("key", "setting", "label", "name", "district")


@dataclass(frozen=True)
class Difference:
    """One thing that two scenarios say differently; empty where one does not say it."""

    about: str
    left: str
    right: str


def differences(left: Mapping[str, Any], right: Mapping[str, Any]) -> list[Difference]:
    """What the contents of two scenarios' files say differently, but for their names, in the order of the files."""
    here, there = dict(_flat(left)), dict(_flat(right))
    places = [*here, *(place for place in there if place not in here)]
    return [
        Difference(place, here.get(place, ""), there.get(place, ""))
        for place in places
        if here.get(place) != there.get(place) and place.split(":")[0] not in NOT_ABOUT
    ]


def _flat(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, Mapping) and "source" in content and ("value" in content or "low" in content):
        yield place, _amount(content)
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield from _flat(value, f"{place}: {key}" if place else key)
    elif isinstance(content, list) and content and isinstance(content[0], Mapping):
        names = [_name(one, number) for number, one in enumerate(content, start=1)]
        for number, (name, one) in enumerate(zip(names, content, strict=True), start=1):
            own = f"{name} ({number})" if names.count(name) > 1 else name
            yield from _flat(one, f"{place}: {own}")
    else:
        yield place, ", ".join(map(str, content)) if isinstance(content, list) else str(content)


def _name(table: Mapping[str, Any], number: int) -> str:
    return next((str(table[key]) for key in NAMES if key in table), str(number))


def _amount(table: Mapping[str, Any]) -> str:
    if "value" in table:
        figures = f"{table['value']:,}"
    else:
        likely = f", most likely {table['likely']:,}" if "likely" in table else ""
        figures = f"{table['low']:,} to {table['high']:,}{likely}"
    return f"{figures} ({table['source']})"


@dataclass(frozen=True)
class Apart:
    """The second less the first: median and the range of eight draws in ten; `share_below`: where it is less."""

    median: float
    low: float
    high: float
    share_below: float


def apart(first: Array, second: Array) -> Apart:
    """How far two results lie apart over the same draws; draw 0, the central one, is left out.

    Draws of an assumption depend on the seed and its name only, so that draw i of both scenarios has met the same luck
    (common random numbers: Law, Simulation Modeling and Analysis, 5th edition, section 11.2). Raises ValueError for
    different numbers of draws.
    """
    if len(first) != len(second):
        raise ValueError("the scenarios have different numbers of draws")
    difference = second[1:] - first[1:]
    low, median, high = np.quantile(difference, [0.1, 0.5, 0.9])
    return Apart(float(median), float(low), float(high), float((difference < 0).mean()))
