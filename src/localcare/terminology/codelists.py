"""The code lists that come with Localcare: which codes mean a condition, and who published that.

A list is a flat set of concept ids as published, not an expression; it may hold inactive concepts.
Source, version and licence class of each list: `sources.csv`; the notices: `LICENCES.md`.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Source:
    """Where a list comes from; `system` is `snomedct` or `dmd`, `licence_class` A or C of `LICENCES.md`."""

    list: str
    purpose: str
    system: str
    codes: int
    publisher: str
    upstream_id: str
    downloaded: str
    licence_class: str
    repository: str
    path: str
    commit: str
    note: str


class UnknownList(KeyError):
    """No such code list; the message names the lists there are."""

    def __str__(self) -> str:
        return f"no code list {self.args[0]!r}; the lists are: {', '.join(lists())}"


def lists() -> tuple[str, ...]:
    """The names of all lists, in order."""
    return tuple(sorted(_sources()))


def codes(list_name: str) -> frozenset[str]:
    """The codes of a list, as text. Raises UnknownList."""
    source(list_name)
    return _codes()[list_name]


def system(list_name: str) -> str:
    """The code system of a list: `snomedct` or `dmd`. Raises UnknownList."""
    return source(list_name).system


def source(list_name: str) -> Source:
    """Publisher, version, licence and place of a list. Raises UnknownList."""
    try:
        return _sources()[list_name]
    except KeyError:
        raise UnknownList(list_name) from None


def term(code: str) -> str | None:
    """The words for a code, or None where no list holds it. Where lists differ, the NHS England wording (class A)."""
    return _terms().get(code)


def lists_of(code: str) -> frozenset[str]:
    """The lists that hold a code; empty for a code unknown here."""
    return _lists_of().get(code, frozenset())


def icd10_title(code: str) -> str | None:
    """The short title of an ICD-10 code's three-character category (any length, dot or not), where openly given."""
    return _icd10().get(code.strip().upper()[:3])


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader((files("localcare.terminology") / name).read_text("utf-8").splitlines())


@cache
def _sources() -> dict[str, Source]:
    return {row["list"]: Source(**{**row, "codes": int(row["codes"])}) for row in _rows("sources.csv")}  # type: ignore[arg-type]


@cache
def _codes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows("codelists.csv"):
        found.setdefault(row["list"], set()).add(row["code"])
    return {name: frozenset(held) for name, held in found.items()}


@cache
def _lists_of() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, held in _codes().items():
        for code in held:
            found.setdefault(code, set()).add(name)
    return {code: frozenset(names) for code, names in found.items()}


@cache
def _terms() -> dict[str, str]:
    best_last = sorted(_rows("codelists.csv"), key=lambda r: (source(r["list"]).licence_class, r["list"]), reverse=True)
    return {row["code"]: row["term"] for row in best_last}


@cache
def _icd10() -> dict[str, str]:
    return {row["code"]: row["title"] for row in _rows("icd10.csv")}
