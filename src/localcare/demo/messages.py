"""Messages about a few of the demo's people: what the area's extracts do not carry, as a sender's FHIR files.

They say what pages must show: an allergy that holds and one that is over, somebody asked who has none, a decision about
CPR, a need, an alert for staff. Invented, as everybody they are about is.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from localcare.access.types import OpenPerson
from localcare.base import audit
from localcare.interop import actions as interop

SOURCE = "Synthetic messages of the demo"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
SNOMED = "http://snomed.info/sct"
FLAG_CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
ENGLAND_FLAG = "https://fhir.nhs.uk/England/CodeSystem/England-FlagCategoryPatient"
GENDERS = {"female": "female", "male": "male"}
Resource = dict[str, Any]


def send(people: Sequence[OpenPerson], folder: Path) -> None:
    """Write a message about each of the first three people and import it as any sender's."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (person, says) in enumerate(zip(people, (_at_risk, _asked, _once_allergic), strict=False), start=1):
        path = folder / f"message-{number}.json"
        path.write_text(json.dumps(_bundle(person, says()), indent=2), "utf-8")
        interop.import_file(content=path.read_bytes(), file_name=path.name, source=SOURCE, by=audit.SYSTEM)


def _bundle(person: OpenPerson, resources: Sequence[Resource]) -> Resource:
    patient = {
        "resourceType": "Patient",
        "id": f"demo-{person.id}",
        "identifier": [{"system": NHS_NUMBER, "value": person.nhs_number}],
        "name": [{"use": "official", "family": person.family_name, "given": person.given_name.split()}],
        "birthDate": person.birth_date.isoformat() if person.birth_date else None,
        "gender": GENDERS.get(person.sex, "unknown"),
    }
    about = {"reference": f"Patient/{patient['id']}"}
    for number, resource in enumerate(resources):
        who = "patient" if resource["resourceType"] == "AllergyIntolerance" else "subject"
        resource |= {"id": f"demo-{person.id}-{number}", who: about}
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (patient, *resources)]}


def _at_risk() -> list[Resource]:
    need = {"text": "Large print, and time to answer"}
    return [
        _allergy({"text": "Penicillin"}, "active", "2009", reaction="Rash"),
        _flag(_coded(SNOMED, "450476008", "Not for attempted cardiopulmonary resuscitation"), "2017-02-20"),
        _flag(need, "2016-11-02", _coded(ENGLAND_FLAG, "national-reasonable-adjustment-flag", "Reasonable adjustment")),
        _flag({"text": "Visit in pairs: dog at the address"}, "2017-01-12", _coded(FLAG_CATEGORY, "safety", "Safety")),
    ]


def _asked() -> list[Resource]:
    return [_allergy(_coded(SNOMED, "716186003", "No known allergy"), "active", "2016-05-03")]


def _once_allergic() -> list[Resource]:
    return [
        _allergy({"text": "Latex"}, "resolved", "1998"),
        _allergy({"text": "Trimethoprim"}, "active", "2014-08", reaction="Nausea"),
    ]


def _allergy(what: Resource, status: str, on: str, *, reaction: str = "") -> Resource:
    reactions = {"reaction": [{"manifestation": [{"text": reaction}]}]} if reaction else {}
    clinical = _coded("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", status, status)
    return {
        "resourceType": "AllergyIntolerance",
        "code": what,
        "clinicalStatus": clinical,
        "recordedDate": on,
        "recorder": {"display": "Dr Helen Marsh"},
        **reactions,
    }


def _flag(what: Resource, since: str, *categories: Resource) -> Resource:
    return {
        "resourceType": "Flag",
        "status": "active",
        "code": what,
        "category": list(categories),
        "period": {"start": since},
        "author": {"display": "Dr Helen Marsh"},
    }


def _coded(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}
