"""What is missing for a person, in a clause for each block of their page."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

GENERAL_PRACTICE = "general practice"
# What nobody sends, in words, by the kind of statement that a block shows.
NOT_SENT = {
    "condition": "problems",
    "medication": "medicines",
    "allergy": "allergies",
    "measurement": "measurements",
}


@dataclass(frozen=True)
class Missing:
    """By the kind of statement a block shows: why it may be empty or short; empty where nothing is known to lack."""

    condition: str = ""
    medication: str = ""
    allergy: str = ""
    measurement: str = ""


def of(practice: str, not_sharing: Collection[str], sent: Sequence[Collection[str]]) -> Missing:
    """`not_sharing` names what the practice has no agreement for; `sent` holds, for each source that speaks of the
    person or is their practice's, the kinds it has ever sent about anybody."""
    clauses = {}
    for kind, words in NOT_SENT.items():
        if GENERAL_PRACTICE in not_sharing:
            clauses[kind] = f"The GP record of {practice} is not shared."
        elif not any(kind in kinds for kinds in sent):
            clauses[kind] = f"None of our sources for this person sends {words}."
    return Missing(**clauses)
