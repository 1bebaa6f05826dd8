"""Observation: a measurement or finding; each component of a panel is a statement of its own."""

from localcare.interop.fhir import Resource, concept, elements, first, first_when, quantity, text
from localcare.interop.mappers.common import Context, codes, statement
from localcare.record.types import NewStatement

_PLAIN = ("valueString", "valueBoolean", "valueInteger", "valueDateTime", "valueTime", "valueDecimal")


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    components = elements(resource.get("component"))
    parts = [(f"#{n + 1}", part) for n, part in enumerate(components)]
    if not components or any(value_of(resource)):
        parts.insert(0, ("", resource))
    return [_one(resource, context, suffix, part) for suffix, part in parts]


def _one(resource: Resource, context: Context, suffix: str, part: Resource) -> NewStatement:
    value, unit = value_of(part)
    return statement(
        resource,
        context,
        "measurement",
        concept(part.get("code")),
        first_when(resource, "effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued"),
        part=suffix,
        category=codes(resource.get("category")),
        status=text(resource.get("status"))[:30],
        value=value,
        unit=unit,
        author=context.name_of(resource, "performer"),
    )


def value_of(part: Resource) -> tuple[str, str]:
    """Value and unit of an observation or component; a reason where there is none; empty where it says nothing."""
    if given := first(part.get("valueQuantity")):
        return quantity(given)
    if "valueCodeableConcept" in part:
        return concept(part["valueCodeableConcept"]).display, ""
    for name in _PLAIN:
        if given_text := text(part.get(name)):
            return given_text, ""
    for name, low, high, sign in (
        ("valueRange", "low", "high", " to "),
        ("valueRatio", "numerator", "denominator", "/"),
    ):
        if given := first(part.get(name)):
            left, right = quantity(first(given.get(low))), quantity(first(given.get(high)))
            return f"{left[0]}{sign}{right[0]}", left[1] or right[1]
    return concept(part.get("dataAbsentReason")).display, ""
