"""The report of data quality: what is seen, how late, how linked, how fully recorded, and what is too thin to use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, Any

from django.conf import settings

from localcare.dataset import differencing, editions, suppression
from localcare.dataset.runs import NoRun, RunFolder
from localcare.design.formats import day_of
from localcare.population import lawful
from localcare.population.calc import thin
from localcare.population.calc.thin import Arrived
from localcare.population.definitions.judging import Judging, judging

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

FEED, FIELD = "feed", "field"
HOW = (
    "Rows of each feed of the edition that may be used for planning, by the practice of the person. Late: nothing for "
    "so long where rows were usual. Few: fewer rows for each person seen than half of the middle practice's, of those "
    "from which any came. The last day is told to the month where so many rows a day as may be shown are not usual, "
    "and not at all where they are not usual in a month. A field is too thin below the share that its definition asks "
    "for; these thresholds are assumed (definitions/quality.toml)."
)
HOW_LINKED = (
    "By the NHS number, a stated rule, or a model of likeness; what a practice sends comes with its own id. Expected "
    "precision: number and rule taken as right, each link of the model as wrong as its threshold lets it be. Measured "
    "on synthetic people only; no real area has been measured."
)


@dataclass(frozen=True)
class Found:
    """What a run holds of quality: arrivals and fields by (practice's code, key), agreements, what is thin and why."""

    arrived: Mapping[tuple[str, str], Arrived]
    fields: Mapping[tuple[str, str], tuple[int, int]]
    lost: Mapping[tuple[str, str], str]
    thin: Mapping[tuple[str, str], str]

    def sharing(self, code: str, key: str) -> bool:
        """Whether there is anything of a practice to judge in a feed or field."""
        return (code, key) not in self.lost if key in judging().feeds else self.fields.get((code, key), (0, 0))[0] > 0


@dataclass(frozen=True)
class _Asked:
    """A run to judge; two with the same results and the same rule are the same."""

    folder: RunFolder
    rule: suppression.Rule
    of: Made = field(compare=False)


def found(of: Made) -> Found:
    """Judged by practice, from exact figures; the words of `thin` hold none of them. Raises NoRun for an older run."""
    if not of.folder.path("arrived").exists():
        raise NoRun("The run was made before it told of quality. Make another: localcare population run")
    return _found(_Asked(of.folder, of.rule, of))


@lru_cache(maxsize=4)
def _found(asked: _Asked) -> Found:
    of, by = asked.of, judging()
    codes = {number: code for number, (code, _) in of.practices.items()}
    arrived = {
        (codes[row["practice"]], row["feed"]): Arrived(row["rows"], row["first_on"], row["last_on"])
        for row in of.folder.rows("arrived")
    }
    fields = {
        (codes[row["practice"]], row["field"]): (row["wanted"], row["recorded"])
        for row in of.folder.rows("completeness")
    }
    lost = _lost(of, by)
    seen = {
        feed: {c: row["observed"] for c, row in of.run.coverage.items() if row["observed"] and (c, feed) not in lost}
        for feed in by.feeds
    }
    return Found(arrived, fields, lost, thin.feeds(by, arrived, seen, of.run.as_at) | _thin_fields(by, fields))


def _lost(of: Made, by: Judging) -> dict[tuple[str, str], str]:
    """Why a feed may hold nothing of a practice: barred from planning, or the practice does not share it."""
    without = {source: set(codes) for source, codes in of.run.lost.get("planning", {}).items()}
    barred = {
        row["source"] for row in of.run.model.get("sources", ()) if row["purpose"] == "planning" and not row["used"]
    }
    answer = {}
    for code, row in of.run.coverage.items():
        for feed, known in by.feeds.items():
            if not row["observed"]:
                answer[code, feed] = "does not share for planning"
            elif known.source in barred:
                answer[code, feed] = f"{lawful.LABELS[known.source].lower()} may not be used for planning"
            elif code in without.get(known.source, ()):
                answer[code, feed] = f"no agreement for {lawful.LABELS[known.source].lower()}"
    return answer


def _thin_fields(by: Judging, fields: Mapping[tuple[str, str], tuple[int, int]]) -> dict[tuple[str, str], str]:
    return {
        (code, key): "recorded too seldom"
        for (code, key), (wanted, recorded) in fields.items()
        if wanted and recorded < by.fields[key].at_least * wanted
    }


def rows(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """One row a unit and feed, then one a unit and field, as published; None where suppressed or nothing is there."""
    by, seen = judging(), found(of)
    shown, wanted, recorded = _published(_Asked(of.folder, of.rule, of))
    answer: list[Row] = []
    for unit in units:
        inside = codes_in(of, unit)
        answer += [_feed_row(of, unit, inside, feed, seen, shown[unit, feed]) for feed in by.feeds]
        answer += [_field_row(unit, inside, key, seen, wanted[unit, key], recorded[unit, key]) for key in by.fields]
    return answer


def codes_in(of: Made, unit: Unit) -> list[str]:
    """The codes of a unit's practices."""
    return [code for code, row in of.run.coverage.items() if unit[0] == "area" or unit[1] in (code, row["cluster"])]


def _feed_row(of: Made, unit: Unit, inside: list[str], feed: str, seen: Found, rows: int | None) -> Row:
    known = judging().feeds[feed]
    # A wider place's day is the last of those that its practices' own rows tell: so it gives none of the others away.
    told = [seen.arrived[code, feed].last_told(of.rule) for code in inside if (code, feed) in seen.arrived]
    last_on = max(told, default="") if rows else ""
    return _row(unit, FEED, feed, known.label, inside, seen) | {
        "source": known.source,
        "number": rows,
        "last_on": last_on or None,
        "days_behind": (of.run.as_at - date.fromisoformat(last_on)).days if len(last_on) == 10 else None,
    }


def _field_row(unit: Unit, inside: list[str], key: str, seen: Found, wanted: int | None, held: int | None) -> Row:
    known = judging().fields[key]
    return _row(unit, FIELD, key, known.label, inside, seen) | {
        "of": known.of,
        "wanted": wanted,
        "number": held,
        "share": suppression.rate(held, wanted),
        "asked_for": known.at_least,
    }


COLUMNS = (
    "source", "number", "last_on", "days_behind", "of", "wanted", "share", "asked_for",
)  # fmt: skip


def _row(unit: Unit, part: str, key: str, label: str, inside: list[str], seen: Found) -> Row:
    thin = [seen.thin[code, key] for code in inside if (code, key) in seen.thin]
    told = {
        "practices": len(inside),
        "practices_sharing": sum(1 for code in inside if seen.sharing(code, key)),
        "practices_too_thin": len(thin),
        "why": ", ".join(sorted(set(thin))),
    }
    return {"unit": unit[1], "part": part, "key": key, "label": label} | told | dict.fromkeys(COLUMNS)


@lru_cache(maxsize=4)
def _published(asked: _Asked) -> tuple[Mapping, Mapping, Mapping]:
    """Rows of feeds, and of fields those who could have it and those who have, by (unit, key), as may be published."""
    of, by, seen = asked.of, judging(), found(asked.of)
    rows = {key: one.rows for key, one in seen.arrived.items()}
    wanted = {key: pair[0] for key, pair in seen.fields.items()}
    held = {key: pair[1] for key, pair in seen.fields.items()}
    whole, part = _summed(of, wanted, by.fields), _summed(of, held, by.fields)
    having, asked_of = of.parted({key: (part[key], whole[key]) for key in whole}, by.fields)
    return _protected(of, _summed(of, rows, by.feeds), by.feeds), asked_of, having


def _summed(of: Made, counts: Mapping[tuple[str, str], int], keys: Iterable[str]) -> dict[tuple[Unit, str], float]:
    inside = {unit: codes_in(of, unit) for unit in of.units}
    return {
        (unit, key): float(sum(counts.get((code, key), 0) for code in inside[unit]))
        for unit in of.units
        for key in keys
    }


def _protected(of: Made, counts: Mapping, keys: Iterable[str]) -> Mapping:
    return differencing.published(counts, [line for key in keys for line in of.tree(key)], of.rule)


def more(of: Made) -> Row:
    """How the rows of each kind of file found their people; where that cannot be told, why."""
    nothing: Row = {"linkage": [], "threshold": None}
    try:
        manifest = editions.named(settings.DATASET, of.run.edition).manifest
    except editions.NoEdition:
        return nothing | {"why_not": "The edition of this run is no longer kept, so it cannot be told."}
    if not (files := manifest.get("files")):
        return nothing | {"why_not": "The edition of this run was made without counts of its files."}
    about = manifest.get("linkage") or {"threshold": None, "sources": []}
    linkage = _linkage(files, about, of.rule)
    return {"threshold": about["threshold"], "linkage": linkage, "practices": _practices(of, manifest)}


def _practices(of: Made, manifest: Mapping[str, Any]) -> list[Row]:
    """Of each practice the share of people with an NHS number, and of linked rows found by it; None where of few."""
    held = {row["practice"]: row for row in manifest.get("practices", ()) if row["practice"] in of.run.coverage}
    linked = {code: sum(row[f"by_{name}"] for name in METHODS) for code, row in held.items()}
    people = {code: row["people"] for code, row in held.items()}
    numbered = _shares(of, {code: row["with_number"] for code, row in held.items()}, people)
    by_number = _shares(of, {code: row["by_number"] for code, row in held.items()}, linked)
    return [{"practice": code, "with_number": numbered[code], "linked_by_number": by_number[code]} for code in held]


def _shares(of: Made, parts: Mapping[str, int], wholes: Mapping[str, int]) -> dict[str, float | None]:
    """Each practice's share as published: of a part or the rest too small nothing is told, nor what gives it away."""
    whole, part = (_summed(of, {(c, ""): n for c, n in counts.items()}, [""]) for counts in (wholes, parts))
    shown = of.parted({key: (part[key], whole[key]) for key in whole}, [""])
    return {code: suppression.rate(*(each[("practice", code), ""] for each in shown)) for code in parts}


SUMMED = ("rows_in", "rejected", "repeated", "unlinked", "left_out")


def _linkage(files: Iterable[Mapping[str, Any]], about: Mapping[str, Any], rule: suppression.Rule) -> list[Row]:
    sums: dict[str, dict[str, int]] = {}
    for file in files:
        held = sums.setdefault(file["shape"], dict.fromkeys(SUMMED, 0))
        for name in SUMMED:
            held[name] += file[name]
    found_by = {source["shape"]: source["rows"] for source in about["sources"]}
    return [
        {"shape": shape}
        | {name: _shown(count, rule) for name, count in counts.items()}
        | {f"by_{name}": _shown(found_by[shape].get(name, 0), rule) if shape in found_by else None for name in METHODS}
        | {"expected_precision": _precision(found_by.get(shape), about["threshold"])}
        for shape, counts in sums.items()
        if shape != "agreements"
    ]


METHODS = ("number", "rule", "model")


def _shown(count: int, rule: suppression.Rule) -> int | None:
    return None if rule.small(count) else rule.rounded(count)


def _precision(found_by: Mapping[str, int] | None, threshold: float | None) -> float | None:
    linked = sum(found_by.get(name, 0) for name in METHODS) if found_by else 0
    if not found_by or not linked or threshold is None:
        return None
    return floor(1e5 * (1 - found_by.get("model", 0) * (1 - threshold) / linked)) / 1e5


def day_in_words(text: str | None) -> str:
    """The last day of a row of the report, or its month: 6 August 2018, August 2018."""
    if not text:
        return "none to show"
    return day_of(date.fromisoformat(f"{text}-01"[:10]), "day" if len(text) == 10 else "month")
