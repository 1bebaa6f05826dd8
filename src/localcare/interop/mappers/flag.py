"""Flag: a warning or need that whoever meets the person should know of. Its codings decide what kind it is."""

from localcare.interop.fhir import Resource, code_system, concept, elements, first, first_when, text, when
from localcare.interop.mappers.common import Context, statement
from localcare.record.types import FlagCategory, NewStatement

ENGLAND = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient"
HL7 = "http://terminology.hl7.org/CodeSystem/flag-category"
NOTES = "Extension-FlagNotes"
# England's Patient Flag API; HL7 flag-category (R4); SNOMED CT: decisions about CPR as the SCR inclusion dataset lists
# them, and the flag of the FGM information sharing service.
KINDS = {
    **dict.fromkeys(
        (
            (ENGLAND, "child-protection-information-system-flag"),
            ("snomedct", "902961000000107"),
        ),
        FlagCategory.SAFEGUARDING,
    ),
    **dict.fromkeys(
        (
            ("snomedct", "450475007"),
            ("snomedct", "450476008"),
            ("snomedct", "304252001"),
            ("snomedct", "304253006"),
            ("snomedct", "143021000119109"),
            (HL7, "advance-directive"),
        ),
        FlagCategory.ESCALATION,
    ),
    **dict.fromkeys(((HL7, "safety"), (HL7, "behavioral")), FlagCategory.STAFF_SAFETY),
    (ENGLAND, "national-reasonable-adjustment-flag"): FlagCategory.ADJUSTMENT,
    **dict.fromkeys(
        ((HL7, code) for code in ("admin", "clinical", "contact", "diet", "drug", "lab", "research")),
        FlagCategory.OTHER,
    ),
}
# Where codings disagree, the first of these holds.
FIRST = list(dict.fromkeys(KINDS.values()))


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    return [
        statement(
            resource,
            context,
            "flag",
            concept(resource.get("code")),
            first_when(resource, "period"),
            category=category_of(resource),
            status=text(resource.get("status"))[:30],
            value=notes_of(resource),
            ended_on=when(first(resource.get("period")).get("end")).on,
            author=context.name_of(resource, "author"),
        )
    ]


def category_of(resource: Resource) -> str:
    """What the flag warns of, by its category or its code; empty where neither is known to us."""
    concepts = [*elements(resource.get("category")), *elements(resource.get("code"))]
    codings = [coding for given in concepts for coding in elements(given.get("coding"))]
    keys = [(code_system(text(coding.get("system"))), text(coding.get("code"))) for coding in codings]
    found = {KINDS[key] for key in keys if key in KINDS}
    return next((kind for kind in FIRST if kind in found), "")


def notes_of(resource: Resource) -> str:
    extensions = elements(resource.get("extension"))
    notes = [first(e.get("valueAnnotation")) for e in extensions if text(e.get("url")).endswith(NOTES)]
    return "; ".join(filter(None, (text(note.get("text")) for note in notes)))
