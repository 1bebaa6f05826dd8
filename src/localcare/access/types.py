"""What access speaks of: who looks, whom they may see, and why or why not."""

from dataclasses import dataclass, field
from datetime import date

from localcare.access.calc.vocabulary import Basis, Capability, ChoiceKind, Consent, Decision, Purpose
from localcare.base.audit import Actor

__all__ = [
    "Basis",
    "Capability",
    "ChoiceKind",
    "Consent",
    "Decision",
    "Joined",
    "OpenPerson",
    "Purpose",
    "Refused",
    "Viewer",
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
    """The gate said no. Carries the decision, so that the page can explain itself."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


@dataclass(frozen=True)
class Joined:
    """What came of joining the spool of an outage: entries chained, emergencies now waiting for review, and faults."""

    entries: int
    emergencies: int
    findings: tuple[str, ...]


@dataclass(frozen=True)
class OpenPerson:
    """A person whom the viewer may see, with the reason. `ids` holds every patient linked as the same person."""

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
    registered: bool
    died_on: date | None
    language: str
    interpreter_required: bool
    decision: Decision
    consent: Consent = Consent.NOT_ASKED
    not_sharing: tuple[str, ...] = field(default=())

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def banner_name(self) -> str:
        return f"{self.family_name.upper()}, {self.given_name}" if self.given_name else self.family_name.upper()
