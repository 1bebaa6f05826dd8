"""Condition: a problem or diagnosis."""

from localcare.interop.fhir import Resource, concept, first, first_when, when
from localcare.interop.mappers.common import Context, codes, statement, status_code
from localcare.record.types import NewStatement

WITHDRAWN = ("entered-in-error", "refuted")


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    verification = status_code(resource.get("verificationStatus"))
    ended = when(resource.get("abatementDateTime")).on or when(first(resource.get("abatementPeriod")).get("end")).on
    return [
        statement(
            resource,
            context,
            "condition",
            concept(resource.get("code")),
            first_when(resource, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate"),
            category=codes(resource.get("category")),
            status=verification if verification in WITHDRAWN else status_code(resource.get("clinicalStatus")),
            # A diagnosis that is only suspected must not read like one that is made.
            value=verification if verification not in (*WITHDRAWN, "confirmed") else "",
            ended_on=ended,
            author=context.name_of(resource, "recorder", "asserter"),
        )
    ]
