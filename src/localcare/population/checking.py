"""Definitions of one's own, checked without a run: what is wrong in each file, and whether its cases come out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis

from localcare.population import definitions
from localcare.population.calc import cases
from localcare.population.definitions import BadDefinition, Measure, Segmentation, files, measuring, segmenting

KINDS = ("segmentations", "measures")  # the folders beside each other in which an installation's own files lie


@dataclass(frozen=True)
class Checked:
    """A file: of what kind, its key and number of cases where it could be read, and all that is wrong in it."""

    path: Path
    kind: str
    key: str = ""
    cases: int = 0
    faults: tuple[str, ...] = ()


def own_files(data: Path) -> list[Path]:
    """The definitions that an installation has of its own, in the order in which they are read."""
    return [path for kind in KINDS for path in sorted((data / kind).glob("*.toml"))]


def check(paths: Iterable[Path]) -> Iterator[Checked]:
    """What is wrong in each file, beside the definitions that come with Localcare and the files before it.

    A file that is not in a folder `measures` and has no numerator is taken for a segmentation.
    """
    shipped = definitions.load()
    taken = {(kind, one.key) for kind in KINDS for one in getattr(shipped, kind)}
    for path in paths:
        found = _check(path, shipped)
        named = (f"{found.kind}s", found.key)
        if found.key and named in taken:
            why = f"{path}: there is a {found.kind} {found.key} already; give your own another key"
            found = Checked(path, found.kind, found.key, found.cases, (*found.faults, why))
        taken.add(named)
        yield found


def _check(path: Path, shipped: definitions.Definitions) -> Checked:
    kind = "segmentation"
    try:
        kind = "measure" if _is_measure(path) else kind
        one = _read(path, kind, shipped)
    except BadDefinition as error:
        return Checked(path, kind, faults=tuple(str(error).splitlines()))
    backend = ibis.duckdb.connect()
    conditions = shipped.conditions
    if isinstance(one, Measure):
        wrong = list(cases.miscounted(one, conditions, backend))
    else:
        wrong = list(cases.misplaced(one, conditions, backend))
    return Checked(path, kind, one.key, len(one.cases), tuple(f"{path}: {why}" for why in wrong))


def _read(path: Path, kind: str, shipped: definitions.Definitions) -> Segmentation | Measure:
    if kind == "measure":
        return measuring.load(path, shipped.conditions, definitions.activities(shipped.prices))
    return segmenting.load(path, shipped.conditions)


def _is_measure(path: Path) -> bool:
    return path.parent.name == "measures" or "numerator" in files.content(path)
