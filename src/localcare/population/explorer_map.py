"""A map of small areas: each in one of five shades by rank, its figure as its title; suppressed ones stay plain."""

from dataclasses import dataclass

from localcare.places import queries as places
from localcare.population.explorer import Answer
from localcare.population.explorer_present import in_words, value_of

SHADES = 5


@dataclass(frozen=True)
class Shape:
    """One small area as drawn: its outline as an SVG path, its shade from 1 (least) to 5, 0 where not shown."""

    path: str
    shade: int
    title: str


@dataclass(frozen=True)
class Map:
    shapes: tuple[Shape, ...]
    legend: tuple[tuple[int, str], ...]


def outlines(answer: Answer) -> Map:
    """The areas of an answer that have an outline, shaded by fifths of what is shown."""
    drawn, write = places.outlines(), in_words(answer)
    rows = {row["part"]: row for row in answer.rows if row["part"] in drawn}
    known = sorted(value for row in rows.values() if (value := value_of(answer, row)) is not None)
    cuts = [known[len(known) * n // SHADES] for n in range(1, SHADES)] if known else []

    def shade(value: float | None) -> int:
        return 0 if value is None else 1 + sum(value >= cut for cut in cuts)

    shapes = tuple(
        Shape(drawn[code], shade(value_of(answer, row)), f"{row['label']}: {write(value_of(answer, row))}")
        for code, row in rows.items()
    )
    edges = [known[0], *cuts, known[-1]] if known else []
    spans = [(n + 1, f"{write(edges[n])} to {write(edges[n + 1])}") for n in range(SHADES)] if known else []
    return Map(shapes, ((0, "Not shown, too few people"), *spans))
