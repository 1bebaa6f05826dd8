"""The definitions as a run holds them: its results are read by what it was made with, whatever the files say today."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

import duckdb

from localcare.dataset.runs import RunFolder
from localcare.population.definitions import Conditions, Definitions


@dataclass(frozen=True)
class _Asked:
    """A run and today's definitions; two with the same results and the same fingerprint are the same."""

    folder: RunFolder
    fingerprint: str
    today: Definitions = field(compare=False)


def held(today: Definitions, folder: RunFolder, fingerprint: str) -> Definitions:
    """Today's definitions, or where a run of another fingerprint was made by others, what it holds of them."""
    return today if fingerprint == today.fingerprint else _held(_Asked(folder, today.fingerprint, today))


@lru_cache(maxsize=4)
def _held(asked: _Asked) -> Definitions:
    """Conditions by the run's own bits; segmentations, scores and measures that it holds as they are today."""
    today, folder = asked.today, asked.folder
    bits = {row["condition"]: row["bit"] for row in folder.rows("condition")}
    versions = {row["score"]: row["version"] for row in folder.rows("score")}
    counted = {row["measure"] for row in folder.rows("measure")}
    kept = folder.manifest.get("segmentations")
    if kept is None:  # a run from before it kept their shapes: they are known by their keys alone
        kept = {s.key: s.shape for s in today.segmentations if s.key in _grids(folder)}
    known = [s for s in today.segmentations if kept.get(s.key) == s.shape]
    conditions = tuple(replace(c, bit=bits[c.key]) for c in today.conditions.all if c.key in bits)
    return replace(
        today,
        conditions=Conditions(conditions, today.conditions.missing, today.conditions.source),
        segmentations=tuple(known),
        scores=tuple(s for s in today.scores if versions.get(s.key) == s.version),
        measures=tuple(m for m in today.measures if m.key in counted),
    )


def _grids(folder: RunFolder) -> set[str]:
    with duckdb.connect(":memory:") as connection:
        query = "SELECT DISTINCT grid FROM read_parquet($path)"
        return {grid for (grid,) in connection.execute(query, {"path": str(folder.path("cube"))}).fetchall()}


def shapes(of: Definitions) -> Mapping[str, str]:
    """What a run keeps of its segmentations, to know them again."""
    return {segmentation.key: segmentation.shape for segmentation in of.segmentations}
