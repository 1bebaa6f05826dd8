"""The definitions of a run, read from their files and checked against their schemas. Pure: no Django, no store."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from localcare.population.definitions import files, measuring, scoring, segmenting
from localcare.population.definitions.files import HERE, BadDefinition
from localcare.population.definitions.measuring import Measure
from localcare.population.definitions.risk_test import RiskTest, risk_test
from localcare.population.definitions.scoring import Score
from localcare.population.definitions.segmenting import AgeBand, Group, Segmentation
from localcare.terminology import codelists

__all__ = ["HERE", "AgeBand", "BadDefinition", "Group", "Measure", "Score", "Segmentation"]

Keyed = TypeVar("Keyed", Segmentation, Measure)


@dataclass(frozen=True)
class ConditionCase:
    """What must come of somebody's entries, each a code list and how many months before the date it was made."""

    says: str
    entries: tuple[tuple[str, int], ...]
    holds: bool


@dataclass(frozen=True)
class Condition:
    """A condition and its rule: see the head of conditions.toml. `bit` is its place in a mask."""

    key: str
    label: str
    diagnosed: tuple[str, ...]
    long_term: bool
    bit: int
    resolved: tuple[str, ...] = ()
    within_months: int | None = None
    first_within_months: int | None = None
    register: str | None = None
    from_age: int = 0
    note: str = ""
    cases: tuple["ConditionCase", ...] = ()

    @property
    def flag(self) -> int:
        """The mask with only this condition."""
        return 1 << self.bit


@dataclass(frozen=True)
class Missing:
    """Something that should be counted and cannot be, and why."""

    key: str
    label: str
    reason: str
    register: str | None = None


@dataclass(frozen=True)
class Conditions:
    all: tuple[Condition, ...]
    missing: tuple[Missing, ...]
    source: str

    def __getitem__(self, key: str) -> Condition:
        return next(c for c in self.all if c.key == key)

    def mask(self, keys: Iterable[str]) -> int:
        """The mask of the named conditions. Raises BadDefinition for an unknown one."""
        known, wanted = {c.key: c.flag for c in self.all}, dict.fromkeys(keys)
        unknown = [key for key in wanted if key not in known]
        if unknown:
            like = get_close_matches(unknown[0], known, n=1)
            hint = f"; did you mean {like[0]}?" if like else "."
            raise BadDefinition(f"no condition {', '.join(unknown)}{hint} There are: {', '.join(known)}")
        return sum(known[key] for key in wanted)

    @property
    def long_term(self) -> int:
        """The mask of the conditions that are counted as long-term."""
        return self.mask(c.key for c in self.all if c.long_term)

    @property
    def registers(self) -> tuple[Condition, ...]:
        return tuple(c for c in self.all if c.register)

    def named(self, mask: int) -> tuple[Condition, ...]:
        return tuple(c for c in self.all if mask & c.flag)


@dataclass(frozen=True)
class CmsItem:
    """A condition of the score: computed where `mask` is not 0; `left_out` and `missing` say what is not."""

    name: str
    mask: int
    weight: float
    left_out: str
    missing: str


@dataclass(frozen=True)
class Cms:
    label: str
    source: str
    weight_used: str
    items: tuple[CmsItem, ...]


@dataclass(frozen=True)
class Hfrs:
    label: str
    source: str
    from_age: int
    window_months: int
    points: Mapping[str, float]


@dataclass(frozen=True)
class Price:
    activity: str
    label: str
    unit: str
    basis: str
    pounds: float
    source: str


@dataclass(frozen=True)
class Prices:
    """Unit costs in pounds of `price_year`, by activity."""

    price_year: str
    months: int
    factor: float
    excluded: tuple[str, ...]
    mental_health_from_age: int
    by_activity: Mapping[str, Price]

    def __getitem__(self, activity: str) -> float:
        return self.by_activity[activity].pounds


@dataclass(frozen=True)
class Predictor:
    key: str
    label: str
    steps: tuple[int, ...]
    reason: bool
    source: str = ""


@dataclass(frozen=True)
class Risk:
    label: str
    horizon_months: int
    past_months: int
    history_months: int
    from_age: int
    bands_from: tuple[int, ...]
    penalty: float
    held_out_every: int
    fewest_outcomes_to_assess: int
    list_share: float
    reasons: int
    change_of_risk: float
    allowed: tuple[str, ...]
    conditions_source: str
    predictors: tuple[Predictor, ...]
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Definitions:
    conditions: Conditions
    segmentations: tuple[Segmentation, ...]
    cms: Cms
    cms_20: Cms
    hfrs: Hfrs
    scores: tuple[Score, ...]
    measures: tuple[Measure, ...]
    prices: Prices
    risk: Risk
    risk_test: RiskTest
    fingerprint: str
    left_out: tuple[str, ...] = ()

    def segmentation(self, key: str) -> Segmentation:
        """Raises BadDefinition naming the segmentations there are."""
        for segmentation in self.segmentations:
            if segmentation.key == key:
                return segmentation
        left_out = f"; left out: {'; '.join(self.left_out)}" if self.left_out else ""
        there = ", ".join(s.key for s in self.segmentations)
        raise BadDefinition(f"There is no segmentation {key!r}. There are: {there}{left_out}")


def load(extra: Path | None = None) -> Definitions:
    """All definitions; `extra` is a folder with further segmentations, in `measures` beside it lie further measures.

    Raises BadDefinition.
    """
    return _loaded(extra, _stamps(extra), strict=True)


def usable(extra: Path | None = None) -> Definitions:
    """As `load`, without an installation's own files that cannot be used: one typo takes no page away.

    `left_out` says which they are and why."""
    return _loaded(extra, _stamps(extra), strict=False)


def _stamps(extra: Path | None) -> tuple[tuple[Path, int], ...]:
    """An installation's own files and when they were written: a mended one is read again without a restart."""
    own = [path for path in (*_files("segmentations", extra), *_files("measures", _measures(extra))) if _is_own(path)]
    return tuple((path, path.stat().st_mtime_ns) for path in own)


def _measures(extra: Path | None) -> Path | None:
    return extra.with_name("measures") if extra else None


def _is_own(path: Path) -> bool:
    return HERE not in path.parents


@lru_cache(maxsize=8)
def _loaded(extra: Path | None, stamps: tuple[tuple[Path, int], ...], *, strict: bool) -> Definitions:
    conditions, prices = _conditions(), _prices()
    left_out: list[str] = []

    def read(kind: str, folder: Path | None, one: Callable[[Path], Keyed]) -> dict[Path, Keyed]:
        found: dict[Path, Keyed] = {}
        for path in _files(f"{kind}s", folder):
            try:
                found[path] = _once(one(path), path, found, kind)
            except BadDefinition as error:
                if strict or not _is_own(path):
                    raise
                left_out.append(str(error))
        return found

    grids = read("segmentation", extra, lambda path: segmenting.load(path, conditions))
    counted = read("measure", _measures(extra), lambda path: measuring.load(path, conditions, activities(prices)))
    return Definitions(
        conditions=conditions,
        segmentations=tuple(grids.values()),
        cms=_cms(conditions, "cms"),
        cms_20=_cms(conditions, "cms_20"),
        hfrs=_hfrs(),
        scores=scoring.load(),
        measures=tuple(counted.values()),
        prices=prices,
        risk=_risk(conditions),
        risk_test=risk_test(files.read(HERE / "risk_test.toml", "risk_test")),
        fingerprint=_fingerprint([path for path in (*grids, *counted) if _is_own(path)]),
        left_out=tuple(left_out),
    )


def _files(kind: str, extra: Path | None) -> list[Path]:
    more = sorted(extra.glob("*.toml")) if extra and extra.is_dir() else []
    return [*sorted((HERE / kind).glob("*.toml")), *more]


def _once(one: Keyed, path: Path, found: Mapping[Path, Keyed], kind: str) -> Keyed:
    """A definition whose key no file before has. Raises BadDefinition."""
    for other, its in found.items():
        if its.key == one.key:
            whose = other.name if _is_own(other) else "one that comes with Localcare"
            raise BadDefinition(f"{path}: {kind} {one.key} stands in two files ({whose}); give your own another key")
    return one


def activities(prices: Prices) -> tuple[str, ...]:
    """The uses that a measure can count."""
    return tuple(name for name in prices.by_activity if name != "social_care")


def _fingerprint(more: list[Path]) -> str:
    paths = sorted(p for p in HERE.rglob("*") if p.suffix in (".toml", ".csv")) + more
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]


def _conditions() -> Conditions:
    content = files.read(HERE / "conditions.toml", "conditions")
    lists = set(codelists.lists())
    found = []
    for bit, row in enumerate(content["condition"]):
        held = tuple(_condition_case(case) for case in row.pop("case", ()))
        named = (*row["diagnosed"], *row.get("resolved", ()), *(name for case in held for name, _ in case.entries))
        unknown = [name for name in named if name not in lists]
        if unknown:
            raise BadDefinition(f"conditions.toml, {row['key']}: no code list {', '.join(unknown)} in terminology")
        tuples = {"diagnosed": tuple(row["diagnosed"]), "resolved": tuple(row.get("resolved", ()))}
        found.append(Condition(bit=bit, cases=held, **{**row, **tuples}))
    return Conditions(tuple(found), tuple(Missing(**row) for row in content["missing"]), content["source"])


def _condition_case(row: Mapping[str, Any]) -> ConditionCase:
    entries = tuple((entry["list"], entry["months_ago"]) for entry in row["entries"])
    return ConditionCase(row["says"], entries, row["holds"])


def _cms(conditions: Conditions, name: str) -> Cms:
    content = files.read(HERE / "scores" / f"{name}.toml", "cms")
    items = tuple(
        CmsItem(
            row["name"],
            conditions.mask(row.get("conditions", ())),
            row["weights"][content["weight_used"]],
            row.get("left_out", ""),
            row.get("missing", ""),
        )
        for row in content["item"]
    )
    return Cms(content["label"], content["source"], content["weight_used"], items)


def _hfrs() -> Hfrs:
    content = files.read(HERE / "scores" / "hfrs.toml", "hfrs")
    points = {row["icd10"]: float(row["points"]) for row in files.rows(HERE / "scores" / content["codes"])}
    return Hfrs(content["label"], content["source"], content["from_age"], content["window_months"], points)


def _prices() -> Prices:
    content = files.read(HERE / "prices.toml", "prices")
    prices = {}
    for row in files.rows(HERE / "prices.csv"):
        factor = content["factor"] if row["basis"] == "published" else 1
        pounds = round(float(row.pop("amount")) * factor, 2)
        prices[row["activity"]] = Price(pounds=pounds, **row)
    keys = ("price_year", "months", "factor", "mental_health_from_age")
    return Prices(**{k: content[k] for k in keys}, excluded=tuple(content["excluded"]), by_activity=prices)


def _risk(conditions: Conditions) -> Risk:
    content = files.read(HERE / "risk.toml", "risk")
    sources, chosen = content.pop("sources"), content.pop("conditions")
    conditions.mask(chosen["keys"])
    predictors = tuple(Predictor(**{**row, "steps": tuple(row["steps"])}) for row in content.pop("predictor"))
    used = {p.source for p in predictors if p.source} | {chosen["source"]}
    if not used <= set(sources["allowed"]):
        raise BadDefinition(f"risk.toml uses {', '.join(used)} but only {', '.join(sources['allowed'])} is allowed")
    del content["version"], content["key"]
    bands = tuple(content.pop("bands_from"))
    if bands != tuple(sorted(bands)) or bands[0] > content["from_age"]:
        raise BadDefinition("risk.toml, bands_from: give ages in order, the first no higher than from_age")
    return Risk(
        **content,
        bands_from=bands,
        allowed=tuple(sources["allowed"]),
        conditions_source=chosen["source"],
        predictors=predictors,
        conditions=tuple(chosen["keys"]),
    )
