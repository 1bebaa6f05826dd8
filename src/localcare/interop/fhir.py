"""Reading a FHIR resource as plain data, forgiving what breaks the standard.

A resource is a dict as JSON gives it, numbers kept as the text received. FHIR XML cannot say whether a single element
is a list, so every reader takes one thing or a list of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from localcare.base.clock import LONDON

Resource = Mapping[str, Any]
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")
CODE_SYSTEMS = {
    "http://snomed.info/sct": "snomedct",
    # As the published examples of flags write it.
    "https://snomed.info/sct": "snomedct",
    "https://dmd.nhs.uk": "dmd",
    "http://loinc.org": "loinc",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-uk": "icd10",
}


@dataclass(frozen=True)
class Concept:
    system: str = ""
    code: str = ""
    display: str = ""


@dataclass(frozen=True)
class When:
    """A day, known to the day, month or year, and the moment where it was given."""

    on: date | None = None
    precision: str = "day"
    at: datetime | None = None


def many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def elements(value: Any) -> list[Resource]:
    """The objects in a value; anything else in it is left out."""
    return [item for item in many(value) if isinstance(item, dict)]


def first(value: Any) -> Resource:
    return next(iter(elements(value)), {})


def text(value: Any) -> str:
    """A primitive as text: the first where there are several, empty where there is none."""
    for item in many(value):
        if isinstance(item, bool):
            return "true" if item else "false"
        if isinstance(item, str):
            return item.strip()
    return ""


def concept(value: Any) -> Concept:
    """A CodeableConcept, Coding or bare code: its SNOMED CT coding, or dm+d, or the one chosen by a person, or any."""
    if isinstance(value, str):
        return Concept(code=value, display=value)
    given = first(value)
    codings = elements(given.get("coding")) or ([given] if "code" in given else [])
    best = min(codings, key=_rank, default={})
    code = text(best.get("code"))
    display = text(given.get("text")) or text(best.get("display")) or code
    return Concept(code_system(text(best.get("system"))), code, display)


def code_system(url: str) -> str:
    return CODE_SYSTEMS.get(url, url)


def _rank(coding: Resource) -> int:
    order = ("snomedct", "dmd")
    system = code_system(text(coding.get("system")))
    if system in order:
        return order.index(system)
    return 2 if text(coding.get("userSelected")) == "true" else 3


def when(value: Any) -> When:
    """A FHIR date, dateTime or instant; nothing where it cannot be read. Moments without a zone are London's."""
    given = text(value)
    if match := _DATE.match(given):
        year, month, day = match.groups()
        precision = "day" if day else "month" if month else "year"
        try:
            return When(date(int(year), int(month or 1), int(day or 1)), precision)
        except ValueError:
            return When()
    try:
        moment = datetime.fromisoformat(given)
        at = moment if moment.tzinfo else moment.replace(tzinfo=LONDON)
        return When(at.astimezone(LONDON).date(), "day", at)
    except (ValueError, OverflowError):
        return When()


def first_when(resource: Resource, *names: str) -> When:
    """The first of these elements that gives a date; a Period gives its start."""
    for name in names:
        value = resource.get(name)
        found = when(first(value).get("start") if elements(value) else value)
        if found.on:
            return found
    return When()


def quantity(value: Resource) -> tuple[str, str]:
    """A Quantity's value, comparator before it, and unit."""
    number = text(value.get("value"))
    return f"{text(value.get('comparator'))}{number}", text(value.get("unit")) or text(value.get("code"))


def human_name(resource: Resource) -> tuple[str, str]:
    """Family and given names: the official one before the usual one, an old one last."""
    order = {"official": 0, "usual": 1, "": 2, "old": 9, "maiden": 9}
    names = sorted(elements(resource.get("name")), key=lambda name: order.get(text(name.get("use")), 5))
    name = names[0] if names else {}
    given = " ".join(part for part in many(name.get("given")) if isinstance(part, str))
    return text(name.get("family")) or text(name.get("text")), given
