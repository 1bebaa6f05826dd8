"""MedicationRequest: a medicine ordered, with its dose in words. A proposal or plan is not an order."""

from localcare.interop.fhir import Concept, Resource, concept, elements, first, first_when, text
from localcare.interop.mappers.common import NOT_NAMED, Context, codes, statement
from localcare.record.types import NewStatement

NOT_ORDERED = ("proposal", "plan", "option")


def map_resource(resource: Resource, context: Context) -> list[NewStatement]:
    status = text(resource.get("status"))
    if text(resource.get("intent")) in NOT_ORDERED and status != "entered-in-error":
        status = "proposed"
    medicine = medicine_of(resource, context)
    if text(resource.get("doNotPerform")) == "true":
        medicine = Concept(medicine.system, medicine.code, f"Do not give: {medicine.display or NOT_NAMED}")
    return [
        statement(
            resource,
            context,
            "medication",
            medicine,
            first_when(resource, "authoredOn"),
            category=codes(resource.get("courseOfTherapyType")),
            status=status[:30],
            value="; ".join(filter(None, map(dose_of, elements(resource.get("dosageInstruction"))))),
            author=context.name_of(resource, "requester", "recorder"),
        )
    ]


def medicine_of(resource: Resource, context: Context) -> Concept:
    """The medicine by its code, or as the resource it refers to names it, or by the reference's own words."""
    if "medicationCodeableConcept" in resource:
        return concept(resource["medicationCodeableConcept"])
    reference = first(resource.get("medicationReference"))
    found = context.message.resource(reference, resource)
    if found:
        return concept(found.get("code"))
    return Concept(display=text(reference.get("display")))


def dose_of(dosage: Resource) -> str:
    """A dosage in words: as written, or dose and how often where only these are given."""
    if written := text(dosage.get("text")):
        return written
    rate = first(dosage.get("doseAndRate"))
    value = first(rate.get("doseQuantity"))
    dose = f"{text(value.get('value'))} {text(value.get('unit'))}".strip()
    repeat = first(first(dosage.get("timing")).get("repeat"))
    times, period, unit = (text(repeat.get(name)) for name in ("frequency", "period", "periodUnit"))
    often = f"{times} times in {period} {unit}" if times and period and unit else ""
    as_needed = "as needed" if text(dosage.get("asNeededBoolean")) == "true" else ""
    return ", ".join(filter(None, (dose, often, as_needed)))
