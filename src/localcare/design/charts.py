"""Bars as geometry: our value, and a grey one beside it to compare with. Pure; drawn by `bar_chart` in components."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

WIDTH = 704
LABEL_WIDTH = 176
VALUE_WIDTH = 84
ROW_HEIGHT = 42
OURS_HEIGHT = 16
OTHER_HEIGHT = 8


@dataclass(frozen=True)
class Bar:
    """One row of a chart. `ours` or `other` is None where it is suppressed or unknown; `href` narrows the page."""

    label: str
    ours: float | None
    other: float | None = None
    href: str = ""


@dataclass(frozen=True)
class DrawnBar:
    label: str
    href: str
    top: int
    ours_width: float
    other_width: float
    ours_text: str
    other_text: str
    text_left: float


@dataclass(frozen=True)
class BarChart:
    """Geometry in the units of the SVG view box."""

    width: int
    height: int
    left: int
    bars: tuple[DrawnBar, ...]
    ours_name: str
    other_name: str


def bar_chart(
    bars: Sequence[Bar], *, write: Callable[[float | None], str], ours_name: str, other_name: str = ""
) -> BarChart:
    """Scale bars to the longest of all values (never negative); `write` puts a value, or its absence, into words."""
    longest = max((value for bar in bars for value in (bar.ours, bar.other) if value), default=0) or 1
    room = WIDTH - LABEL_WIDTH - VALUE_WIDTH

    def length(value: float | None) -> float:
        return round(room * (value or 0) / longest, 1)

    drawn = tuple(
        DrawnBar(
            label=bar.label,
            href=bar.href,
            top=index * ROW_HEIGHT,
            ours_width=length(bar.ours),
            other_width=length(bar.other) if other_name else 0,
            ours_text=write(bar.ours),
            other_text=write(bar.other) if other_name else "",
            text_left=LABEL_WIDTH + length(bar.ours) + 6,
        )
        for index, bar in enumerate(bars)
    )
    return BarChart(WIDTH, len(bars) * ROW_HEIGHT, LABEL_WIDTH, drawn, ours_name, other_name)
