"""Immunization: a vaccine given, or not given and why."""

from localcare.interop.fhir import Resource, concept, first, first_when, text
from localcare.interop.mappers.common import Context, statement
from localcare.record.types import NewStatement


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    dose = first(resource.get("protocolApplied"))
    number = text(dose.get("doseNumberPositiveInt")) or text(dose.get("doseNumberString"))
    details = [f"dose {number}" if number else "", concept(resource.get("statusReason")).display]
    return [
        statement(
            resource,
            context,
            "immunisation",
            concept(resource.get("vaccineCode")),
            first_when(resource, "occurrenceDateTime", "date", "recorded"),
            status=text(resource.get("status"))[:30],
            value="; ".join(filter(None, details)),
            author=context.name_of(resource, "performer"),
        )
    ]
