"""The pictures of a plan: fans over the years, the way from one figure to another, what drives it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from localcare.design.drawing import INK, OTHERS, OURS, RULE, Area, Box, Drawing, Item, Stroke, Words, ticks

WIDTH, LEFT, RIGHT, ROW = 760, 90, 150, 26
LETTER = 6.6  # mean width of a letter at the drawing's size
TINT = "#cfe0f1"  # the range around our own line


@dataclass(frozen=True)
class Fan:
    """A line with its range, by year; `label` stands at its end."""

    label: str
    middle: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    ours: bool = True


@dataclass(frozen=True)
class Bar:
    """A bar from one value to another."""

    label: str
    start: float
    end: float
    ours: bool = True


def fans(
    label: str,
    years: Sequence[str],
    lines: Sequence[Fan],
    shown: Callable[[float], str],
    *,
    dots: Sequence[tuple[int, float]] = (),
) -> Drawing:
    """Lines over the years (or months), each with its range; `dots`: what was counted, by number of year and value."""
    height, top, bottom = 300, 16, 260
    highest = max([*(max(line.high) for line in lines), *(value for _, value in dots)])
    marks = ticks(min(0.0, *(min(line.low) for line in lines)), highest)

    def across(i: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (i / max(1, len(years) - 1))

    def up(value: float) -> float:
        return bottom - (bottom - top) * (value - marks[0]) / (marks[-1] - marks[0])

    items: list[Item] = []
    for mark in marks:
        items += [Stroke(((LEFT, up(mark)), (WIDTH - RIGHT, up(mark))), RULE)]
        items += [Words(LEFT - 8, up(mark) + 4, shown(mark), "end")]
    every = max(1, len(years) // 5)
    items += [Words(across(i), bottom + 22, year, "middle") for i, year in enumerate(years) if i % every == 0]
    for line in sorted(lines, key=lambda line: line.ours):
        above = [(across(i), up(value)) for i, value in enumerate(line.high)]
        below = [(across(i), up(value)) for i, value in enumerate(line.low)]
        items.append(Area((*above, *reversed(below)), TINT if line.ours else RULE))
    for line in lines:
        points = tuple((across(i), up(value)) for i, value in enumerate(line.middle))
        items.append(Stroke(points, OURS if line.ours else INK, 2, dashed=not line.ours))
    items += [Box(across(i) - 4, up(value) - 4, 8, 8, INK) for i, value in dots]
    items += _labels_apart([(up(line.middle[-1]), line.label) for line in lines])
    return Drawing(WIDTH, height, label, tuple(items))


def _labels_apart(ends: Sequence[tuple[float, str]]) -> list[Item]:
    """Labels at the ends of lines, moved down where they would stand on each other."""
    items: list[Item] = []
    last = -100.0
    for y, text in sorted(ends):
        last = max(y + 4, last + 16)
        items.append(Words(WIDTH - RIGHT + 8, last, text))
    return items


def bars(label: str, lines: Sequence[Bar], shown: Callable[[float], str]) -> Drawing:
    """Bars beside their names, on one scale; the names have the room that the longest needs."""
    left = min(480, 16 + LETTER * max(len(line.label) for line in lines))
    height = ROW * len(lines) + 40
    values = [value for line in lines for value in (line.start, line.end)]
    marks = ticks(min(values), max(values), 4)

    def across(value: float) -> float:
        return left + (WIDTH - left - 70) * (value - marks[0]) / (marks[-1] - marks[0])

    items: list[Item] = [Stroke(((across(mark), 8), (across(mark), height - 28)), RULE) for mark in marks]
    items += [Words(across(mark), height - 10, shown(mark), "middle") for mark in marks]
    for i, line in enumerate(lines):
        y = 10 + ROW * i
        first, last = sorted((across(line.start), across(line.end)))
        items.append(Words(left - 8, y + 14, line.label, "end"))
        items.append(Box(first, y, max(1.5, last - first), ROW - 8, OURS if line.ours else OTHERS))
    return Drawing(WIDTH, height, label, tuple(items))


def waterfall(
    label: str, begun: float, steps: Sequence[tuple[str, float]], ended: str, shown: Callable[[float], str]
) -> Drawing:
    """The way from a first figure over steps to the last; grey: whole figures, blue: what a step changes."""
    lines = [Bar("Baseline year", 0, begun, ours=False)]
    at = begun
    for name, change in steps:
        lines.append(Bar(f"{name} ({'+' if change >= 0 else ''}{shown(change)})", at, at + change))
        at += change
    lines.append(Bar(ended, 0, at, ours=False))
    return bars(label, lines, shown)
