"""Procedure: something done to or for a person."""

from localcare.interop.fhir import Resource, concept, first, first_when, text, when
from localcare.interop.mappers.common import Context, codes, statement
from localcare.record.types import NewStatement


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    return [
        statement(
            resource,
            context,
            "procedure",
            concept(resource.get("code")),
            first_when(resource, "performedDateTime", "performedPeriod"),
            ended_on=when(first(resource.get("performedPeriod")).get("end")).on,
            category=codes(resource.get("category")),
            status=text(resource.get("status"))[:30],
            value=concept(resource.get("outcome")).display,
            author=context.name_of(resource, "performer", "recorder", "asserter"),
        )
    ]
