"""Which answers of the explorer are suppressed: one table at a time, coarser tables first, so that they always agree.

The answers to all questions over the same dimensions, at a place and its parts, are one table. Its margins are tables
with a dimension less, decided before it and kept: within a table only its own cells may be suppressed to protect
others. So a figure is shown or hidden alike wherever it stands, whichever way one came to it.

The sum of a place's parts is protected exactly where a table has one dimension or none; in finer tables, and over small
areas, rounding leaves it open. In all of them `dataset.differencing` sees to it that what is shown leaves every small
count open (decisions 0017 and 0024).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

from localcare.dataset import differencing, suppression
from localcare.dataset.suppression import Line, Rule

Unit = tuple[str, str]
Cut = tuple[tuple[str, str], ...]
Cell = tuple[Unit, Cut]
K = Any  # a cell, or one of tables decided before
# Sums that everybody knows: list sizes by age and sex are published, and sharing practices are seen nearly whole.
KNOWN = frozenset({"age", "sex"})
ROUNDED_ONLY = frozenset({"lsoa"})


@dataclass(frozen=True)
class Earlier:
    """Tables decided before, which cut one dimension otherwise, as two segmentations do ages.

    `pieces`: the values there, and here, that hold the same people. `apart`: dimensions that mean something else here.
    """

    name: str
    tables: "Tables"
    dimension: str
    pieces: Sequence[tuple[Sequence[str], Sequence[str]]]
    apart: frozenset[str] = frozenset()

    def told_of(self, dimensions: frozenset[str]) -> bool:
        return self.dimension in dimensions and dimensions.isdisjoint(self.apart)

    def cells(self, unit: Unit, cut: Cut, values: Sequence[str]) -> tuple[Cell, ...]:
        """The cells of a cut of the other dimensions, of some values of this one."""
        return tuple((unit, tuple(sorted((*cut, (self.dimension, value))))) for value in values)


@dataclass
class Beside:
    """What is decided elsewhere about a table's people: cells that are its own, and sums that hold for others too."""

    hidden: set[K] = field(default_factory=set)
    shown: set[K] = field(default_factory=set)
    counts: dict[K, float] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    among: list[Line] = field(default_factory=list)

    def learn(self, earlier: Earlier, unit: Unit, cut: Cut, hidden: frozenset[Cell]) -> None:
        """Of a place's cut: a value that is one there and one here is decided; one that is several is their sum."""
        for there, here in earlier.pieces:
            theirs, ours = earlier.cells(unit, cut, there), earlier.cells(unit, cut, here)
            if len(theirs) == len(ours) == 1:
                (self.hidden if theirs[0] in hidden else self.shown).add(ours[0])
                continue
            named = {cell: (earlier.name, *cell) for cell in theirs}
            self.counts |= {name: earlier.tables.people(*cell) for cell, name in named.items()}
            self.hidden |= {name for cell, name in named.items() if cell in hidden}
            self._add_up((earlier.name, unit, cut, here), tuple(named.values()), ours)

    def _add_up(self, whole: K, theirs: tuple[K, ...], ours: tuple[K, ...]) -> None:
        """Where both are several, their sum is a count that nobody is told."""
        if len(theirs) == 1:
            self.lines.append(Line(theirs[0], ours))
        elif len(ours) == 1:
            self.lines.append(Line(ours[0], theirs))
        else:
            self.counts[whole] = sum(self.counts[name] for name in theirs)
            self.hidden.add(whole)
            self.among += [Line(whole, theirs), Line(whole, ours)]

    def sum_up(self, earlier: Earlier, units: Sequence[Unit], above: Unit, cut: Cut) -> None:
        """Of the values that are cut otherwise here: a place's is the sum of its parts'."""
        for there, here in earlier.pieces:
            if len(there) > 1 or len(here) > 1:
                cells = {unit: earlier.cells(unit, cut, there) for unit in (above, *units)}
                for n in range(len(there)):
                    total, *parts = ((earlier.name, *cells[unit][n]) for unit in (above, *units))
                    self.among.append(Line(total, tuple(parts)))


class Tables:
    """The tables over every choice of `values` (dimension -> its values), on a tree of places (unit -> its parts).

    `exact_sums`: amounts, which rounding does not hide; the counts behind them are guarded by tables of their own.
    `alike`: the dimension of which all people of a unit have one value, and that value (a small area's deprivation).
    `earlier`: tables of the same people to agree with.
    """

    def __init__(
        self,
        values: Mapping[str, Sequence[str]],
        parts: Mapping[Unit, Sequence[Unit]],
        people: Callable[[Unit, Cut], float],
        rule: Rule,
        dominated: Callable[[Unit, Cut], bool] = lambda _unit, _cut: False,
        exact_sums: bool = False,
        alike: Mapping[Unit, tuple[str, str]] | None = None,
        earlier: Sequence[Earlier] = (),
    ) -> None:
        self.values, self.parts, self.people, self.rule = values, parts, people, rule
        self.dominated, self.exact_sums, self.alike = dominated, exact_sums, alike or {}
        self.earlier = earlier
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
        over = self._hidden_over(dimensions, units, above) if above else frozenset[Cell]()
        coarse = len(dimensions) <= 1 and units[0][0] not in ROUNDED_ONLY
        tied = self.exact_sums or coarse
        sums = list(self._sums_of_places(dimensions, units, above)) if above else []
        beside = self._beside(dimensions, units, above)
        lines = [*self._lines(dimensions, units), *(sums if tied else []), *(beside.lines if coarse else [])]
        touched = {key for line in lines for key in line.counts}
        margins = frozenset().union(*coarser, over if tied else self._same_people(over, sums), beside.hidden) & touched
        few = {cell for cell in own if self.dominated(*cell)}
        open_to = {cell: count for cell, count in own.items() if cell not in beside.shown}
        hidden = suppression.suppressed(open_to, lines, self.rule, margins | few | (beside.hidden & own.keys()))
        if not self.exact_sums:
            hidden = self._guarded(open_to, hidden | over | beside.hidden, [*lines, *sums, *beside.lines], beside)
        return hidden & frozenset(own)

    def _guarded(
        self, own: Mapping[Cell, float], hidden: frozenset[Cell], lines: Sequence[Line], beside: Beside
    ) -> frozenset[Cell]:
        """With the sums of places, exact or not: as much more hidden as keeps every small count open."""
        everywhere = [*lines, *beside.among]
        others = {key for line in everywhere for key in line.counts} - own.keys() - beside.counts.keys()
        counts = {**own, **beside.counts, **{key: self.people(*key) for key in sorted(others)}}
        return differencing.guarded(own, counts, hidden & counts.keys(), everywhere, self.rule)

    def _beside(self, dimensions: frozenset[str], units: Sequence[Unit], above: Unit | None) -> Beside:
        found = Beside()
        for earlier in (one for one in self.earlier if one.told_of(dimensions)):
            cuts = self._cuts(dimensions - {earlier.dimension})
            for unit, cut in product((*units, above) if above else units, cuts):
                found.learn(earlier, unit, cut, earlier.tables.hidden_among(dimensions, self.above.get(unit)))
            if above:
                for cut in cuts:
                    found.sum_up(earlier, units, above, cut)
        return found

    def _hidden_over(self, dimensions: frozenset[str], units: Sequence[Unit], above: Unit) -> frozenset[Cell]:
        """What is suppressed of the place above, and of its people by a value that its parts have alike."""
        told = {self.alike[unit][0] for unit in units if unit in self.alike} - dimensions
        finer = [self.hidden_among(dimensions | {name}, self.above.get(above)) for name in told]
        return self.hidden_among(dimensions, self.above.get(above)).union(*finer)

    def _same_people(self, over: frozenset[Cell], sums: Sequence[Line]) -> set[Cell]:
        """The parts that are all there is of a sum that is suppressed: it would be told under another name."""
        lone = ([part for part in line.parts if self.people(*part)] for line in sums if line.total in over)
        return {parts[0] for parts in lone if len(parts) == 1}

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
        alike = defaultdict(list)
        for unit in units:
            if unit in self.alike and self.alike[unit][0] not in dimensions:
                alike[self.alike[unit]].append(unit)
        for cut in self._cuts(dimensions):
            yield Line((above, cut), tuple((unit, cut) for unit in units))
            for value, those in alike.items():
                yield Line((above, tuple(sorted((*cut, value)))), tuple((unit, cut) for unit in those))
