"""What access speaks of: who looks, whom they may see, and why or why not."""

from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from localcare.access.calc.answering import LABELS as ANSWERING_LABELS
from localcare.access.calc.answering import Answering, is_child, named, told
from localcare.access.calc.seals import Sealed
from localcare.access.calc.sources import Sharing
from localcare.access.calc.vocabulary import Basis, Capability, ChoiceKind, Consent, Decision, Purpose
from localcare.base.audit import Actor

__all__ = [
    "ANSWERING_LABELS",
    "Answering",
    "Basis",
    "Capability",
    "ChoiceKind",
    "Consent",
    "Decision",
    "Died",
    "Joined",
    "OpenPerson",
    "Purpose",
    "Refused",
    "Sealed",
    "Sharing",
    "Sight",
    "Unanswered",
    "Viewer",
    "is_child",
    "named",
    "told",
]


@dataclass(frozen=True)
class Viewer:
    """Somebody signed in, in one of their posts. Everything that decides what they see is here."""

    user_id: int
    post_id: int
    name: str
    role: str
    role_label: str
    organisation_code: str
    organisation_name: str
    capabilities: frozenset[Capability]
    practice_codes: frozenset[str]
    works_at_practice: bool
    team_id: int | None = None
    team_name: str = ""

    def can(self, capability: Capability | str) -> bool:
        return capability in self.capabilities

    @property
    def signature(self) -> str:
        """Who they are, as written under their words."""
        return f"{self.name}, {self.role_label}, {self.organisation_name}"

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.name, self.role, self.organisation_name)


class Refused(Exception):
    """The gate said no. Carries the decision, so that the page can explain itself, and whom it was about.

    `recorded` says whether it stands in the audit chain; whoever answers the request records what does not.
    """

    def __init__(self, decision: Decision, *, patient_ids: tuple[int, ...] = (), recorded: bool = False) -> None:
        super().__init__(decision.reason)
        self.decision = decision
        self.patient_ids = patient_ids
        self.recorded = recorded


class Sight(Protocol):
    """Of whom a viewer may read the record (all ids of one person), of which sources, and what of these is hidden."""

    @property
    def ids(self) -> tuple[int, ...]: ...

    @property
    def hidden(self) -> frozenset[str]: ...

    @property
    def sharing(self) -> Sharing: ...


class Died(ValueError):
    """Nothing new is begun for somebody who died; the message says what to do instead."""


class Unanswered(ValueError):
    """Nobody who may answer for the person was told or agreed; the message says who may."""


@dataclass(frozen=True)
class Joined:
    """What came of joining the spool of an outage: entries chained, emergencies now waiting for review, and faults."""

    entries: int
    emergencies: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class OpenPerson:
    """A person whom the viewer may see, with the reason. `ids` holds every patient linked as the same person.

    `hidden` are the sealed items that this viewer does not see, by the record's reference, and `sealed_by` says in
    words who sealed them; `seals` are those on what they see. `sharing` says which sources may be read today.
    """

    id: int
    ids: tuple[int, ...]
    nhs_number: str | None
    family_name: str
    given_name: str
    birth_date: date | None
    age: int | None
    sex: str
    address: str
    postcode: str
    phone: str
    practice_code: str | None
    practice_name: str
    practice_phone: str
    registered: bool
    died_on: date | None
    language: str
    interpreter_required: bool
    decision: Decision
    seals: tuple[Sealed, ...]
    hidden: frozenset[str]
    sealed_by: str
    sharing: Sharing
    consent: Consent = Consent.NOT_ASKED
    not_sharing: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def standing(self) -> str:
        """What every list says beside the name of somebody who died or moved away; empty for the others."""
        if self.died_on:
            return f"died {self.died_on.day} {self.died_on:%B %Y}"
        return "" if self.registered else "no longer registered"

    @property
    def banner_name(self) -> str:
        return f"{self.family_name.upper()}, {self.given_name}" if self.given_name else self.family_name.upper()

    def seal_on(self, item: str) -> Sealed | None:
        """The seal on an item that the viewer sees although it is sealed: the practice's before the source's."""
        found = [seal for seal in self.seals if seal.item == item]
        return min(found, key=lambda seal: seal.by_source, default=None)
