"""Who each resource of a message is about."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from localcare.base import audit
from localcare.interop import message as messages
from localcare.interop.fhir import Resource, first, text
from localcare.interop.mappers import patient as patient_mapper
from localcare.interop.message import Message
from localcare.interop.reading import Entry
from localcare.patients import actions as patients
from localcare.patients.types import Mismatch

NOT_PEOPLE = ("Group", "Device", "Location", "Practitioner", "Organization", "Medication", "Substance", "Procedure")


@dataclass
class Registered:
    """The patients of a message by the position of their resource; why others were refused; what was noticed."""

    ids: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class About:
    """The patient, or the names under which one may become known, or nobody (`is_person` false)."""

    patient_id: int | None = None
    names: tuple[str, ...] = ()
    is_person: bool = True


def register(message: Message, *, source: str, by: audit.Actor) -> Registered:
    """Find or add the patients that stand in the message."""
    answer = Registered()
    for entry in message.entries:
        if entry.type == "Patient":
            person = patient_mapper.describe(entry.resource, messages.names_of_entry(entry))
            if person.nhs_number_is_refused:
                answer.findings.append(f"{entry.label}: the NHS number is not valid, so it is not used")
            try:
                answer.ids[entry.position] = patients.find_or_add(person=person, source=source, by=by)
            except Mismatch as error:
                answer.refused[entry.position] = f"{entry.label}: {error}"
    return answer


def about(
    entries: Iterable[Entry], message: Message, registered: Registered, *, source: str, by: audit.Actor
) -> dict[int, About]:
    """Who each of these entries is about, by position."""
    answer = {entry.position: _within(entry, message, registered, source, by) for entry in entries}
    known = patients.identify(names={name for a in answer.values() for name in a.names}, source=source)
    return {position: _identified(a, known) for position, a in answer.items()}


def _identified(about_: About, known: dict[str, int]) -> About:
    ids = {known[name] for name in about_.names if name in known}
    # Two names that mean two people mean nobody.
    return About(ids.pop()) if len(ids) == 1 else about_


def _within(entry: Entry, message: Message, registered: Registered, source: str, by: audit.Actor) -> About:
    reference = first(entry.resource.get("subject")) or first(entry.resource.get("patient"))
    target = text(reference.get("reference"))
    if target.startswith("#"):
        return _contained(messages.contained(entry.resource, target), source, by)
    found = message.entry(target)
    if found and found.type == "Patient":
        # A refused patient's name may be somebody else's: what is said about them waits for a person to decide.
        return About(registered.ids.get(found.position))
    named_type = found.type if found else messages.short_name(target).split("/")[0]
    if named_type in NOT_PEOPLE or text(reference.get("type")) in NOT_PEOPLE:
        return About(is_person=False)
    return About(names=tuple(messages.patient_names(reference)))


def _contained(resource: Resource, source: str, by: audit.Actor) -> About:
    if text(resource.get("resourceType")) != "Patient":
        return About(is_person=not resource)
    person = patient_mapper.describe(resource, [])
    try:
        return About(patients.find_or_add(person=person, source=source, by=by))
    except Mismatch:
        return About()
