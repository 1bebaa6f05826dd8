"""Bars as geometry: our value, and a grey one beside it to compare with. Pure; drawn by `bar_chart` in components."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Per cent of the drawing that the longest bar takes; the rest is for the value written at its end.
LONGEST = 75.0


@dataclass(frozen=True)
class Bar:
    """One row of a chart. `ours` or `other` is None where it is suppressed or unknown; `href` narrows the page."""

    label: str
    ours: float | None
    other: float | None = None
    href: str = ""


@dataclass(frozen=True)
class DrawnBar:
    """A row as drawn: lengths in per cent of the drawing's width, values in words."""

    label: str
    href: str
    ours_length: float
    other_length: float
    ours_text: str
    other_text: str


@dataclass(frozen=True)
class BarChart:
    bars: tuple[DrawnBar, ...]
    ours_name: str
    other_name: str


def bar_chart(
    bars: Sequence[Bar], *, write: Callable[[float | None], str], ours_name: str, other_name: str = ""
) -> BarChart:
    """Scale bars to the longest of all values (none below zero); `write` puts a value, or its absence, into words.

    Without `other_name` there is nothing to compare with and no second bar. Raises ValueError below zero.
    """
    values = [value for bar in bars for value in (bar.ours, bar.other if other_name else None) if value is not None]
    if min(values, default=0) < 0:
        raise ValueError("A bar cannot be shorter than nothing: draw values below zero as a table.")
    longest = max(values, default=0) or 1

    def length(value: float | None) -> float:
        return round(LONGEST * (value or 0) / longest, 2)

    drawn = tuple(
        DrawnBar(
            label=bar.label,
            href=bar.href,
            ours_length=length(bar.ours),
            other_length=length(bar.other) if other_name else 0,
            ours_text=write(bar.ours),
            other_text=write(bar.other) if other_name else "",
        )
        for bar in bars
    )
    return BarChart(drawn, ours_name, other_name)
