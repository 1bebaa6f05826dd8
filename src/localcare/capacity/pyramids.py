"""The pyramid of ages in one year: women left, men right, on one scale for all years, so that one sees it move."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from localcare.design.drawing import INK, OTHERS, OURS, Box, Drawing, Item, Stroke, Words

ROW, MIDDLE, HALF = 20, 380, 230
AXIS = 70  # width of the ages between the sexes


@dataclass(frozen=True)
class Shown:
    year: int
    years: list[int]
    finding: str
    picture: Markup
    rows: list[tuple[str, int, int]]


def shown(data: Mapping[str, Any], asked: str) -> Shown:
    """The pyramid of the year asked for, or of the last."""
    years = data["years"]
    year = int(asked) if asked.isdecimal() and int(asked) in years else years[-1]
    i = years.index(year)
    rows = list(zip(data["ages"], data["female"][i], data["male"][i], strict=True))
    return Shown(year, years, _finding(data, i), Markup(drawing(data, i).svg()), rows)


def _finding(data: Mapping[str, Any], i: int) -> str:
    def old(n: int) -> int:
        return sum(count for ages, count in zip(data["ages"], _both(data, n), strict=True) if _start(ages) >= 85)

    first, year = data["years"][0], data["years"][i]
    now = f"{sum(_both(data, i)):,} people live in the area in the middle of {year}, {old(i):,} of them 85 and over"
    if i == 0:
        return f"{now}."
    return f"{now}: {old(i) / old(0) - 1:+.0%} against {first}." if old(0) else f"{now}."


def _start(ages: str) -> int:
    return int(ages.split()[0])


def _both(data: Mapping[str, Any], i: int) -> list[int]:
    return [female + male for female, male in zip(data["female"][i], data["male"][i], strict=True)]


def drawing(data: Mapping[str, Any], i: int) -> Drawing:
    """Bars of the year; thin lines: the first year, to see what moved."""
    largest = max(count for sex in ("female", "male") for row in data[sex] for count in row)
    items: list[Item] = [
        Words(MIDDLE - AXIS, 16, "Women", "end", bold=True),
        Words(MIDDLE + AXIS, 16, "Men", bold=True),
    ]
    for place, ages in enumerate(reversed(data["ages"])):
        y, band = 28 + ROW * place, len(data["ages"]) - 1 - place
        items.append(Words(MIDDLE, y + 13, ages, "middle"))
        for sex, side, colour in (("female", -1, OURS), ("male", 1, OTHERS)):
            items += _bar(data[sex][i][band], data[sex][0][band], largest, y, side, colour)
    years = data["years"]
    label = f"Residents by age and sex in {years[i]}; lines: {years[0]}"
    return Drawing(2 * MIDDLE, 40 + ROW * len(data["ages"]), label, tuple(items))


def _bar(count: int, before: int, largest: int, y: float, side: int, colour: str) -> list[Item]:
    length, edge = HALF * count / largest, MIDDLE + side * AXIS
    mark = edge + side * HALF * before / largest
    words = Words(
        edge + side * (max(length, HALF * before / largest) + 6), y + 13, f"{count:,}", "end" if side < 0 else "start"
    )
    left = edge - length if side < 0 else edge
    return [Box(left, y, length, ROW - 4, colour), Stroke(((mark, y - 1), (mark, y + ROW - 3)), INK, 2), words]
