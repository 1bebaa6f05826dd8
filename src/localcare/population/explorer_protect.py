"""Which answers of the explorer are suppressed: one table at a time, coarser tables first, so that they always agree.

The answers to all questions over the same dimensions, at a place and its parts, are one table. Its margins are tables
with a dimension less, decided before it and kept: within a table only its own cells may be suppressed to protect
others. So a figure is shown or hidden alike wherever it stands, whichever way one came to it.

The sum of a place's parts is protected exactly where a table has one dimension or none; in finer tables, and over small
areas, rounding leaves it open. In all of them `dataset.differencing` sees to it that what is shown leaves every small
count open (decisions 0017 and 0024).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import product

from localcare.dataset import differencing, suppression
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
        dominated: Callable[[Unit, Cut], bool] = lambda _unit, _cut: False,
        exact_sums: bool = False,
    ) -> None:
        self.values, self.parts, self.people, self.rule = values, parts, people, rule
        self.dominated, self.exact_sums = dominated, exact_sums
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
        over = self.hidden_among(dimensions, self.above.get(above)) if above else frozenset[Cell]()
        tied = self.exact_sums or (len(dimensions) <= 1 and units[0][0] not in ROUNDED_ONLY)
        sums = list(self._sums_of_places(dimensions, units, above)) if above else []
        lines = [*self._lines(dimensions, units), *(sums if tied else [])]
        touched = {key for line in lines for key in line.counts}
        margins = frozenset().union(*coarser, over if tied else ()) & touched
        few = {cell for cell in own if self.dominated(*cell)}
        hidden = suppression.suppressed(own, lines, self.rule, margins | few)
        hidden = self._guarded(own, hidden | over, [*lines, *sums])
        return hidden & frozenset(own)

    def _guarded(self, own: Mapping[Cell, float], hidden: frozenset[Cell], lines: Sequence[Line]) -> frozenset[Cell]:
        """With the sums of places, exact or not: as much more hidden as keeps every small count open."""
        beside = {key for line in lines for key in line.counts} - own.keys()
        counts = {**own, **{key: self.people(*key) for key in sorted(beside)}}
        return differencing.guarded(own, counts, hidden & counts.keys(), lines, self.rule)

    def _cuts(self, dimensions: frozenset[str]) -> list[Cut]:
        names = sorted(dimensions)
        return [tuple(zip(names, chosen, strict=True)) for chosen in product(*(self.values[n] for n in names))]

    def _lines(self, dimensions: frozenset[str], units: Sequence[Unit]) -> Iterator[Line]:
        for name in dimensions:
            rest = dimensions - {name}
            for cut in self._cuts(rest):
                among = [tuple(sorted((*cut, (name, value)))) for value in self.values[name]]
                for unit in units:
                    yield Line(None if rest <= KNOWN else (unit, cut), tuple((unit, part) for part in among))

    def _sums_of_places(self, dimensions: frozenset[str], units: Sequence[Unit], above: Unit) -> Iterator[Line]:
        for cut in self._cuts(dimensions):
            yield Line((above, cut), tuple((unit, cut) for unit in units))
