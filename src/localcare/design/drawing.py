"""A picture as plain shapes, the same for a page (SVG) and for paper: boxes, lines, areas and words. Pure.

What a picture says stands beside it in a sentence and in a table; its label names both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

OURS, OTHERS, INK, RULE = "#005eb8", "#aeb7bd", "#212b32", "#d8dde0"
FONT = 13


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    fill: str = OURS


@dataclass(frozen=True)
class Stroke:
    """A line through points; `dashed` for a bound, plain for a value."""

    points: tuple[tuple[float, float], ...]
    colour: str = INK
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True)
class Area:
    points: tuple[tuple[float, float], ...]
    fill: str = OTHERS


@dataclass(frozen=True)
class Words:
    """`anchor`: start, middle or end of the text stands at x."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    bold: bool = False


Item = Box | Stroke | Area | Words


@dataclass(frozen=True)
class Drawing:
    """`label` says what is shown, for who cannot see it."""

    width: float
    height: float
    label: str
    items: tuple[Item, ...]

    def svg(self) -> str:
        """The picture as one SVG element."""
        inside = "".join(_svg(item) for item in self.items)
        return (
            f'<svg class="lc-chart" viewBox="0 0 {self.width:g} {self.height:g}" width="100%" role="img" '
            f'aria-label="{escape(self.label)}" xmlns="http://www.w3.org/2000/svg" font-family="Arial, sans-serif" '
            f'font-size="{FONT}">{inside}</svg>'
        )


def _svg(item: Item) -> str:
    if isinstance(item, Box):
        place = f'x="{item.x:.1f}" y="{item.y:.1f}" width="{item.width:.1f}" height="{item.height:.1f}"'
        return f'<rect {place} fill="{item.fill}"/>'
    if isinstance(item, Area):
        return f'<polygon points="{_points(item.points)}" fill="{item.fill}"/>'
    if isinstance(item, Stroke):
        dash = ' stroke-dasharray="5 4"' if item.dashed else ""
        return (
            f'<polyline points="{_points(item.points)}" fill="none" stroke="{item.colour}" '
            f'stroke-width="{item.width:g}"{dash}/>'
        )
    weight = ' font-weight="bold"' if item.bold else ""
    return (
        f'<text x="{item.x:.1f}" y="{item.y:.1f}" text-anchor="{item.anchor}" fill="{INK}"{weight}>'
        f"{escape(item.text)}</text>"
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round figures from at most the lowest to at least the highest value."""
    if high <= low:
        high = low + 1
    rough = (high - low) / about
    power = 10 ** floor(log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [n * step for n in range(first, last + 1)]
