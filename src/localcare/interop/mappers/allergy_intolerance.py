"""AllergyIntolerance: what a person reacts to, and how."""

from localcare.interop.fhir import Resource, concept, elements, first, first_when, text
from localcare.interop.mappers.common import Context, codes, statement, status_code
from localcare.record.types import NewStatement

WITHDRAWN = ("entered-in-error", "refuted")


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    verification = status_code(resource.get("verificationStatus"))
    reactions = elements(resource.get("reaction"))
    substance = concept(resource.get("code"))
    if not substance.display and reactions:
        substance = concept(first(reactions).get("substance"))
    details = [f"criticality {text(resource.get('criticality'))}"] if text(resource.get("criticality")) else []
    details += [verification] if verification not in ("", "confirmed", *WITHDRAWN) else []
    return [
        statement(
            resource,
            context,
            "allergy",
            substance,
            first_when(resource, "onsetDateTime", "onsetPeriod", "recordedDate", "assertedDate"),
            category=codes(resource.get("category")),
            status=verification if verification in WITHDRAWN else status_code(resource.get("clinicalStatus")),
            value="; ".join([*filter(None, map(reaction_of, reactions)), *details]),
            author=context.name_of(resource, "recorder", "asserter"),
        )
    ]


def reaction_of(reaction: Resource) -> str:
    """A reaction in words, e.g. `Urticarial rash (mild)`."""
    shown = ", ".join(filter(None, (concept(m).display for m in elements(reaction.get("manifestation")))))
    words = shown or text(reaction.get("description"))
    severity = text(reaction.get("severity"))
    return f"{words} ({severity})" if words and severity else words or severity
