"""Which answers of the explorer are suppressed: one table at a time, coarser tables first, so that they always agree.

The answers to all questions over the same dimensions, at a place and its parts, are one table. Its margins are tables
with a dimension less, decided before it and kept: within a table only its own cells may be suppressed to protect
others. So a figure is shown or hidden alike wherever it stands, whichever way one came to it.

The sum of a place's parts is protected exactly where a table has one dimension or none. In finer tables, and over small
areas, it is the rounding of every part that leaves the sum open (decision 0017).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from localcare.dataset import suppression
from localcare.dataset.suppression import Line, Rule

Unit = tuple[str, str]
Cut = tuple[tuple[str, str], ...]
Cell = tuple[Unit, Cut]
# Sums that everybody knows: list sizes by age and sex are published, and sharing practices are seen nearly whole.
KNOWN = frozenset({"age", "sex"})
ROUNDED_ONLY = frozenset({"lsoa"})


class Tables:
    """The tables over every choice of `values` (dimension -> its values), on a tree of places (unit -> its parts)."""

    def __init__(
        self,
        values: Mapping[str, Sequence[str]],
        parts: Mapping[Unit, Sequence[Unit]],
        people: Callable[[Unit, Cut], float],
        rule: Rule,
    ) -> None:
        self.values, self.parts, self.people, self.rule = values, parts, people, rule
        self.above: dict[Unit, Unit] = {part: unit for unit, under in parts.items() for part in under}
        self.hidden_among = cache(self._hidden_among)

    def hidden(self, unit: Unit, cut: Cut) -> bool:
        """Whether the count of a cut at a unit is suppressed."""
        dimensions = frozenset(name for name, _ in cut)
        return (unit, cut) in self.hidden_among(dimensions, self.above.get(unit))

    def _hidden_among(self, dimensions: frozenset[str], above: Unit | None) -> frozenset[Cell]:
        """The suppressed cells over these dimensions of the parts of a place; without one, of the tree's top."""
        units = self.parts[above] if above else [u for u in self.parts if u not in self.above]
        own = {(unit, cut): self.people(unit, cut) for unit in units for cut in self._cuts(dimensions)}
        coarser = [self.hidden_among(dimensions - {name}, above) for name in dimensions]
        tied = above if above and len(dimensions) <= 1 and units[0][0] not in ROUNDED_ONLY else None
        if above and tied:
            coarser.append(self.hidden_among(dimensions, self.above.get(above)))
        lines = list(self._lines(dimensions, units, tied))
        touched = {key for line in lines for key in line.counts}
        margins = frozenset().union(*coarser) & touched
        return suppression.suppressed(own, lines, self.rule, margins) & frozenset(own)

    def _cuts(self, dimensions: frozenset[str]) -> list[Cut]:
        names = sorted(dimensions)
        return [tuple(zip(names, chosen, strict=True)) for chosen in product(*(self.values[n] for n in names))]

    def _lines(self, dimensions: frozenset[str], units: Sequence[Unit], above: Unit | None) -> Iterator[Line]:
        for name in dimensions:
            rest = dimensions - {name}
            for cut in self._cuts(rest):
                among = [tuple(sorted((*cut, (name, value)))) for value in self.values[name]]
                for unit in units:
                    yield Line(None if rest <= KNOWN else (unit, cut), tuple((unit, part) for part in among))
        if above:
            for cut in self._cuts(dimensions):
                yield Line((above, cut), tuple((unit, cut) for unit in units))
