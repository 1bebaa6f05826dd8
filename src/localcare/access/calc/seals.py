"""The rule of sealed items: which items of a person's record a viewer does not see, though they may see the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from localcare.access.calc.vocabulary import Basis, Decision

REASONS = {
    "asked": "The person asked for it",
    "safeguarding": "Safeguarding",
    "sexual_health": "Sexual or reproductive health",
    "third_party": "It tells of somebody else",
    "other": "Another reason",
}
MARKED = "source"


@dataclass(frozen=True)
class Sealed:
    """A seal on one item through all its versions: when, by whom and why it was sealed, and lifted if it was.

    `item` is the record's stable reference. `said_by`: code of the organisation whose source says it, empty if not
    known. `by_source`: it arrived marked restricted. `reason` is a key of `REASONS`, or `MARKED`.
    """

    id: int
    patient_id: int
    item: str
    said_by: str
    by_source: bool
    reason: str
    words: str
    sealed_at: datetime
    sealed_by: str
    lifted_at: datetime | None = None
    lifted_by: str = ""
    lifted_why: str = ""

    @property
    def why(self) -> str:
        """The reason in words."""
        label = "Marked restricted by its source" if self.reason == MARKED else REASONS[self.reason]
        return f"{label}. {self.words}" if self.words else label


def sees_sealed(decision: Decision, organisation_code: str, said_by: str) -> bool:
    """Does somebody of an organisation, who may see the person as decided, see an item of theirs that is sealed?

    The person's own practice does, and the organisation whose source said it. Sealing is a refusal made with capacity,
    so a declared emergency does not open it. Source: DESIGN, "Rules of the gate".
    """
    if not decision.allowed:
        return False
    return decision.basis is Basis.REGISTERED or (said_by != "" and said_by == organisation_code)


def hidden(
    seals: Iterable[Sealed], decision: Decision, organisation_code: str, *, in_company: bool = False
) -> frozenset[str]:
    """The items hidden from a viewer, by reference: each with a standing seal, of any record linked as the person's.

    In company (a shared screen) every sealed item is hidden, whoever looks.
    """
    return frozenset(
        seal.item
        for seal in seals
        if seal.lifted_at is None and (in_company or not sees_sealed(decision, organisation_code, seal.said_by))
    )


def sealers(seals: Iterable[Sealed]) -> str:
    """Who sealed, in words that tell neither kind nor date."""
    by_source = {seal.by_source for seal in seals}
    if by_source == {True}:
        return "the sender"
    return "the person's practice or the sender" if True in by_source else "the person's practice"
