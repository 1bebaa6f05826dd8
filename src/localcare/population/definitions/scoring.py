"""Scores as definitions: how each is worked out, its bands, its source, its test cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcare.population.definitions.files import HERE, BadDefinition, read, rows
from localcare.terminology import codelists

FOLDER = HERE / "scores"
Steps = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Band:
    """Values below `below`, or up to and with `up_to`, that no earlier band took; the last takes the rest."""

    key: str
    label: str
    below: float | None = None
    up_to: float | None = None


@dataclass(frozen=True)
class Diagnoses:
    """Weighted groups of ICD-10 prefixes; a group counts once, and not beside the severer that supersedes it."""

    window_months: int
    codes: str
    groups: Mapping[str, frozenset[str]]
    weights: Mapping[str, float]
    superseded_by: Mapping[str, str]

    def flag(self, group: str) -> int:
        """The mask with only this group."""
        return 1 << list(self.groups).index(group)


@dataclass(frozen=True)
class Lace:
    """Points of a stay; steps are (from this value, so many points)."""

    kinds: tuple[str, ...]
    window_months: int
    length_of_stay_days: Steps
    emergency: int
    comorbidity: str
    comorbidity_points: Steps
    attendance_months: int
    attendances: Steps


@dataclass(frozen=True)
class Recorded:
    """What practices record: the latest entry of the lists, with the value given here or, where None, its own."""

    entries: tuple[tuple[str, float | None], ...]
    least: float
    most: float


@dataclass(frozen=True)
class Score:
    """A score; `method` is None where a calculation of its own gives it (cms_37, cms_20, hfrs)."""

    key: str
    label: str
    version: int
    source: str
    licence: str
    bands_source: str
    bands: tuple[Band, ...]
    cases: tuple[Mapping[str, Any], ...]
    from_age: int = 0
    assumed: str = ""
    method: Diagnoses | Lace | Recorded | None = None


def load() -> tuple[Score, ...]:
    """All scores, in the order in which they are shown. Raises BadDefinition."""
    own = {path.stem: path for path in FOLDER.glob("*.toml")}
    elsewhere = {"cms_37": read(own.pop("cms"), "cms"), "cms_20": read(own.pop("cms_20"), "cms")}
    elsewhere["hfrs"] = read(own.pop("hfrs"), "hfrs")
    found = {key: _score(content, None) for key, content in elsewhere.items()}
    for path in sorted(own.values()):
        content = read(path, "score")
        found[content["key"]] = _score(content, _method(content, path))
    for score in found.values():
        _check(score, found)
    return tuple(found.values())


def _score(content: Mapping[str, Any], method: Diagnoses | Lace | Recorded | None) -> Score:
    same = ("key", "label", "version", "source", "licence", "bands_source")
    bands = tuple(Band(**{"label": row["key"], **row}) for row in content["band"])
    more = {"from_age": content.get("from_age", 0), "assumed": content.get("assumed", "")}
    return Score(
        **{name: content[name] for name in same}, bands=bands, cases=tuple(content["case"]), method=method, **more
    )


def _method(content: Mapping[str, Any], path: Path) -> Diagnoses | Lace | Recorded:
    if "diagnoses" in content:
        return _diagnoses(content["diagnoses"], path)
    if "stay" in content:
        return Lace(**{name: _tuple(value) for name, value in content["stay"].items()})
    recorded = content["recorded"]
    unknown = [entry["list"] for entry in recorded["entry"] if entry["list"] not in codelists.lists()]
    if unknown:
        raise BadDefinition(f"{path}: no code list {', '.join(unknown)} in terminology")
    entries = tuple((entry["list"], entry.get("value")) for entry in recorded["entry"])
    return Recorded(entries, recorded["least"], recorded["most"])


def _tuple(value: Any) -> Any:
    return tuple(_tuple(part) for part in value) if isinstance(value, list) else value


def _diagnoses(content: Mapping[str, Any], path: Path) -> Diagnoses:
    weights = rows(FOLDER / content["weights"])
    codes: dict[str, set[str]] = {row["group"]: set() for row in weights}
    for row in rows(FOLDER / content["codes"]):
        if row["group"] not in codes:
            raise BadDefinition(f"{path}: group {row['group']} of {content['codes']} has no weight")
        codes[row["group"]].add(row["icd10"])
    return Diagnoses(
        content["window_months"],
        content["codes"],
        {group: frozenset(held) for group, held in codes.items()},
        {row["group"]: float(row[content["weight"]]) for row in weights},
        {row["group"]: row["superseded_by"] for row in weights if row["superseded_by"]},
    )


def _check(score: Score, known: Mapping[str, Score]) -> None:
    limits = [b.up_to if b.below is None else b.below for b in score.bands]
    rising = [limit for limit in limits if limit is not None]
    if limits[-1] is not None or limits[:-1] != sorted(set(rising)):
        raise BadDefinition(f"{score.key}: bands must rise, each with `below` or `up_to`, the last with neither")
    if isinstance(score.method, Lace) and not isinstance(known[score.method.comorbidity].method, Diagnoses):
        raise BadDefinition(f"{score.key}: {score.method.comorbidity} is not a score of diagnoses")
