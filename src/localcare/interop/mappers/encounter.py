"""Encounter: a contact, attendance or stay."""

from localcare.interop.fhir import Resource, concept, elements, first, text, when
from localcare.interop.mappers.common import Context, statement
from localcare.record.types import EncounterCategory, NewStatement

ADMISSION_METHOD = "Extension-UKCore-AdmissionMethod"
# HL7 ActCode, the class of an encounter.
CLASSES = {
    "EMER": EncounterCategory.EMERGENCY_ATTENDANCE,
    "IMP": EncounterCategory.ADMISSION,
    "ACUTE": EncounterCategory.ADMISSION,
    "NONAC": EncounterCategory.ADMISSION,
    "HH": EncounterCategory.HOME_VISIT,
    "VR": EncounterCategory.REMOTE,
}


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    period = first(resource.get("period"))
    kind_of_visit = concept(resource.get("type"))
    what = kind_of_visit if kind_of_visit.display else concept(resource.get("class"))
    provider, person = context.name_of(resource, "serviceProvider"), context.name_of(resource, "participant")
    return [
        statement(
            resource,
            context,
            "encounter",
            what,
            when(period.get("start")),
            ended_on=when(period.get("end")).on,
            category=category_of(resource),
            status=text(resource.get("status"))[:30],
            value="; ".join(filter(None, (concept(r).display for r in elements(resource.get("reasonCode"))))),
            author=", ".join(filter(None, (person, provider))),
        )
    ]


def category_of(resource: Resource) -> str:
    """The encounter's class in our words; a stay is told apart by the admission method of the NHS Data Dictionary."""
    category = CLASSES.get(concept(resource.get("class")).code, EncounterCategory.CONTACT)
    if category != EncounterCategory.ADMISSION:
        return category
    method = admission_method(resource)
    if method[:1] == "1":
        return EncounterCategory.PLANNED_ADMISSION
    return EncounterCategory.EMERGENCY_ADMISSION if method[:1] == "2" else category


def admission_method(resource: Resource) -> str:
    extensions = elements(first(resource.get("hospitalization")).get("extension"))
    methods = [e for e in extensions if text(e.get("url")).endswith(ADMISSION_METHOD)]
    return concept(methods[0].get("valueCodeableConcept")).code if methods else ""
