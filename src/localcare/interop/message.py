"""A message's resources and what they call each other and their patient."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import parse_qs

from localcare.interop.fhir import Resource, elements, first, human_name, is_restricted, text
from localcare.interop.reading import Entry

NHS_NUMBER_SYSTEMS = (
    "https://fhir.nhs.uk/Id/nhs-number",
    "http://fhir.nhs.uk/Id/nhs-number",
    "http://fhir.nhs.net/Id/nhs-number",
    "https://fhir.nhs.net/Id/nhs-number",
    "urn:oid:2.16.840.1.113883.2.1.4.1",
)
_TYPE_AND_ID = re.compile(r"(?:^|/)([A-Z][A-Za-z]+/[^/?#]+)(?:/_history/[^/]+)?$")


@dataclass(frozen=True)
class Message:
    entries: Sequence[Entry]
    _by_name: dict[str, Entry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for entry in self.entries:
            for name in names_of_entry(entry):
                self._by_name.setdefault(name, entry)

    @cached_property
    def is_restricted(self) -> bool:
        """Whether it is a document that is restricted as a whole: its Composition says so, for all that it holds."""
        return any(entry.type == "Composition" and is_restricted(entry.resource) for entry in self.entries)

    def entry(self, reference: str) -> Entry | None:
        """The entry a reference means within this message."""
        return self._by_name.get(reference) or self._by_name.get(short_name(reference))

    def resource(self, reference: Resource, parent: Resource) -> Resource:
        """The resource a reference means, contained or in the message; empty when it is elsewhere."""
        target = text(reference.get("reference"))
        if target.startswith("#"):
            return contained(parent, target)
        found = self.entry(target)
        return found.resource if found else {}

    def name_of(self, reference: Resource, parent: Resource) -> str:
        """How a person or organisation that a reference means is called, as far as the message says."""
        if shown := text(reference.get("display")):
            return shown
        found = self.resource(reference, parent)
        if "practitioner" in found:
            return self.name_of(first(found.get("practitioner")), found)
        if found.get("resourceType") == "Organization":
            return text(found.get("name"))
        family, given = human_name(found)
        return f"{given} {family}".strip()


def names_of_entry(entry: Entry) -> list[str]:
    """Every name by which others may refer to an entry, the sender's own `Type/id` first."""
    names = []
    if resource_id := text(entry.resource.get("id")):
        names.append(f"{entry.type}/{resource_id}")
    if entry.url:
        names += [f"{entry.type}/{entry.url.removeprefix('urn:uuid:')}"] if entry.url.startswith("urn:uuid:") else []
        names += [short_name(entry.url), entry.url]
    return list(dict.fromkeys(names))


def short_name(reference: str) -> str:
    """`Patient/17` from an address that ends so, the reference itself otherwise."""
    found = _TYPE_AND_ID.search(reference)
    return found.group(1) if found else reference


def contained(parent: Resource, reference: str) -> Resource:
    wanted = reference.removeprefix("#")
    return next((r for r in elements(parent.get("contained")) if text(r.get("id")) == wanted), {})


def patient_names(reference: Resource) -> list[str]:
    """The names under which the patient of a reference may be known outside the message."""
    names = [identifier_name(i) for i in elements(reference.get("identifier"))]
    target = text(reference.get("reference"))
    if target.startswith("urn:uuid:"):
        names.append("Patient/" + target.removeprefix("urn:uuid:"))
    elif "?" in target:
        names += [_query_name(token) for token in parse_qs(target.split("?", 1)[1]).get("identifier", [])]
    elif target and not target.startswith("#"):
        names.append(short_name(target))
    return [name for name in dict.fromkeys(names) if name]


def identifier_name(identifier: Resource) -> str:
    """`nhs:…` for an NHS number, `system|value` for others, empty where either is missing."""
    system, value = text(identifier.get("system")), text(identifier.get("value"))
    return _query_name(f"{system}|{value}") if system and value else ""


def identifier_names(resource: Resource) -> list[str]:
    """Names from identifiers that a sender gives its own patients; passports and the like are not its own."""
    own = {"", "MR", "PI", "PT"}
    kept = [i for i in elements(resource.get("identifier")) if own & (_type_codes(i) or {""})]
    return [name for name in map(identifier_name, kept) if name]


def _type_codes(identifier: Resource) -> set[str]:
    return {text(coding.get("code")) for coding in elements(first(identifier.get("type")).get("coding"))}


def _query_name(token: str) -> str:
    system, _, value = token.partition("|")
    return f"nhs:{value}" if system in NHS_NUMBER_SYSTEMS else token
