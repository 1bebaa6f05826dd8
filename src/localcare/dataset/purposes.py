"""The lawful purposes of each source, as data: `purposes.toml`, and an installation's own file in its stead."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

PURPOSES = ("planning", "risk_stratification")
SOURCES = ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care")


class BadPurposes(Exception):
    """A file of purposes cannot be used; the message says what to mend."""


@dataclass(frozen=True)
class Permission:
    """Whether a source may serve a purpose: why, after which reference, on which days (None: no end, or no start)."""

    source: str
    purpose: str
    allowed: bool
    why: str
    reference: str
    starts: date | None = None
    ends: date | None = None

    def on(self, day: date) -> "Standing":
        """What holds on a day."""
        if not self.allowed:
            return Standing(self.source, False, self.why, self.reference)
        if self.starts and day < self.starts:
            return Standing(self.source, False, f"{self.why}, but only from {self.starts}", self.reference)
        if self.ends and day > self.ends:
            return Standing(self.source, False, f"{self.why}, but only until {self.ends}", self.reference)
        return Standing(self.source, True, self.why, self.reference)


@dataclass(frozen=True)
class Standing:
    """Whether a source may serve the purpose asked about, and why."""

    source: str
    lawful: bool
    why: str
    reference: str


def load(own: Path | None = None) -> tuple[Permission, ...]:
    """The permissions in force, an installation's own before ours. Raises BadPurposes for its own file."""
    ours = _read(files("localcare.dataset").joinpath("purposes.toml").read_text("utf-8"), "purposes.toml")
    if own is None or not own.exists():
        return ours
    theirs = _read(own.read_text("utf-8"), str(own))
    stated = {(p.source, p.purpose) for p in theirs}
    return (*theirs, *(p for p in ours if (p.source, p.purpose) not in stated))


def standing(permissions: Sequence[Permission], purpose: str, day: date) -> dict[str, Standing]:
    """What holds for each source on a day; a source of which nothing is said may not be used."""
    unsaid = {source: Standing(source, False, "no support is stated for this purpose", "") for source in SOURCES}
    of_purpose = [p for p in permissions if p.purpose == purpose]
    found: dict[str, Standing] = {}
    for permission in of_purpose:
        now = permission.on(day)
        if permission.source not in found or now.lawful:
            found[permission.source] = now
    return unsaid | found


def barred(permissions: Sequence[Permission], purpose: str, day: date) -> frozenset[str]:
    """The sources that may not serve a purpose on a day."""
    return frozenset(source for source, held in standing(permissions, purpose, day).items() if not held.lawful)


def _read(text: str, name: str) -> tuple[Permission, ...]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPurposes(f"{name} is not valid TOML ({error}). Mend the line or delete the file.") from error
    references = content.get("references", {})
    return tuple(
        _permission(row, references, f"{name}, permission {n}") for n, row in enumerate(_rows(content, name), 1)
    )


def _rows(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = content.get("permission", [])
    if unknown := set(content) - {"version", "references", "permission"}:
        raise BadPurposes(f"{name} holds {', '.join(sorted(unknown))}; it may hold version, references, permission.")
    return rows


def _permission(row: dict[str, Any], references: dict[str, str], where: str) -> Permission:
    needed, more = {"source": str, "purpose": str, "allowed": bool, "why": str, "reference": str}, {"starts", "ends"}
    wrong = [name for name, kind in needed.items() if type(row.get(name)) is not kind]
    wrong += [name for name in more if name in row and type(row[name]) is not date]
    wrong += sorted(set(row) - set(needed) - more)
    if wrong:
        raise BadPurposes(f"{where}: mend or take out {', '.join(wrong)}.")
    _one_of(row["source"], SOURCES, where)
    _one_of(row["purpose"], PURPOSES, where)
    _one_of(row["reference"], references, where)
    return Permission(**row | {"reference": references[row["reference"]]})


def _one_of(word: str, known: Collection[str], where: str) -> None:
    if word not in known:
        raise BadPurposes(f"{where}: {word!r} is not one of {', '.join(known)}.")
