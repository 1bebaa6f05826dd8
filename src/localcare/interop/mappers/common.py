"""What every mapper shares: who and which message it is about, and a statement's identity."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from localcare.interop.fhir import Concept, Resource, When, elements, first, is_restricted, text, when
from localcare.interop.message import Message, identifier_name
from localcare.record.types import NewStatement

NOT_NAMED = "Not named in the message"


@dataclass(frozen=True)
class Context:
    patient_id: int
    document_id: int
    message: Message

    def name_of(self, resource: Resource, *names: str) -> str:
        """Who the first of these elements refers to, by name; `performer` may wrap its reference in `actor`."""
        for name in names:
            for element in elements(resource.get(name)):
                reference = first(element.get("actor")) or first(element.get("individual")) or element
                if found := self.message.name_of(reference, resource):
                    return found
        return ""


def statement(
    resource: Resource, context: Context, kind: str, what: Concept, started: When, *, part: str = "", **fields: Any
) -> NewStatement:
    """A statement about the context's patient; `part` tells several statements of one resource apart."""
    return NewStatement(
        patient_id=context.patient_id,
        document_id=context.document_id,
        kind=kind,
        external_id=external_id(resource) + part,
        code_system=what.system,
        code=what.code,
        display=what.display or NOT_NAMED,
        started_on=started.on,
        precision=started.precision,
        started_at=started.at,
        version_at=when(first(resource.get("meta")).get("lastUpdated")).at,
        # What is restricted of a patient is where they are found, not that they died.
        restricted=text(resource.get("resourceType")) != "Patient"
        and (is_restricted(resource) or context.message.is_restricted),
        **fields,
    )


def external_id(resource: Resource) -> str:
    """What the sender calls the resource: type and id, else its first identifier, else a digest of its content."""
    resource_type = text(resource.get("resourceType"))
    if resource_id := text(resource.get("id")):
        return f"{resource_type}/{resource_id}"
    for identifier in elements(resource.get("identifier")):
        if name := identifier_name(identifier):
            return f"{resource_type}/{name}"
    content = json.dumps(resource, sort_keys=True).encode()
    return f"{resource_type}/sha256:{hashlib.sha256(content).hexdigest()}"


def codes(value: Any) -> str:
    """The codes of a list of concepts or of bare codes, joined, e.g. `food, medication`."""
    found = [text(c.get("code")) for v in elements(value) for c in elements(v.get("coding"))]
    plain = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
    return ", ".join(dict.fromkeys(filter(None, found + plain)))[:40]


def status_code(value: Any) -> str:
    """A status given as a code or as a concept."""
    return codes(value)[:30]
