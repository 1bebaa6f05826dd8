"""Patient: the person a message is about."""

import re
from datetime import date
from typing import Any

from localcare.interop.fhir import Concept, Resource, When, elements, first, human_name, many, text, when
from localcare.interop.mappers.common import Context, statement
from localcare.interop.message import identifier_names
from localcare.patients.types import Described
from localcare.record.types import FlagCategory, NewStatement

NAME_NOT_GIVEN = "(name not given)"
SEXES = {"female": "female", "male": "male", "other": "indeterminate"}
# Of v3 Confidentiality: where a person may be found must not be told.
RESTRICTED = {"R", "V", "REDACTED"}


def describe(resource: Resource, names: list[str]) -> Described:
    """The person in our terms; `names` are what the message calls them. An address that is restricted is left out."""
    family, given = human_name(resource)
    own_names = identifier_names(resource)
    numbers = [name.removeprefix("nhs:") for name in own_names if name.startswith("nhs:")]
    whereabouts = {} if is_restricted(resource) else _whereabouts(resource)
    return Described(
        nhs_number=numbers[0] if numbers else "",
        local_ids=tuple(dict.fromkeys([*names, *(name for name in own_names if not name.startswith("nhs:"))])),
        family_name=family or NAME_NOT_GIVEN,
        given_name=given,
        birth_date=_day(resource.get("birthDate")),
        sex=SEXES.get(text(resource.get("gender")), "not_known"),
        language=_language(resource),
        died_on=_day(resource.get("deceasedDateTime")),
        **whereabouts,
    )


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    """A death without its date cannot stand in the registration: it stands as a flag."""
    died = text(resource.get("deceasedBoolean")) == "true" or text(resource.get("deceasedDateTime"))
    if not died or _day(resource.get("deceasedDateTime")):
        return []
    what = Concept(display="Recorded as having died; the day is not stated")
    return [statement(resource, context, "flag", what, When(), part="#deceased", category=FlagCategory.DEATH)]


def _day(value: Any) -> date | None:
    found = when(value)
    return found.on if found.precision == "day" else None


def is_restricted(resource: Resource) -> bool:
    return bool(
        RESTRICTED & {text(label.get("code")) for label in elements(first(resource.get("meta")).get("security"))}
    )


def _whereabouts(resource: Resource) -> dict[str, str]:
    address = _preferred(resource, "address")
    lines = [line for line in many(address.get("line")) if isinstance(line, str)]
    parts = [*lines, text(address.get("city")), text(address.get("district"))]
    phones = [t for t in elements(resource.get("telecom")) if text(t.get("system")) == "phone"]
    return {
        "address": ", ".join(filter(None, parts)),
        "postcode": text(address.get("postalCode")).upper(),
        "phone": text(first(phones).get("value")),
    }


def _preferred(resource: Resource, name: str) -> Resource:
    order = {"home": 0, "": 1, "temp": 8, "old": 9}
    return min(elements(resource.get(name)), key=lambda given: order.get(text(given.get("use")), 5), default={})


def _language(resource: Resource) -> str:
    spoken = elements(resource.get("communication"))
    preferred = [c for c in spoken if text(c.get("preferred")) == "true"]
    codings = elements(first((preferred or spoken or [{}])[0].get("language")).get("coding"))
    code = text(first(codings).get("code")).lower()
    return code[:2] if re.match(r"[a-z]{2}(-|$)", code) else ""
