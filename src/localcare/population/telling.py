"""Which problems tell most about a person: conditions by their weight in the Cambridge Multimorbidity Score.

Frailty has no weight there and stands first, as it says most about what a person can bear. Only for choosing what to
mention first in words; it scores nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from localcare.population import definitions as definition_files
from localcare.terminology import codelists

FRAILTY_LISTS = {
    "frailty_mild": "mild frailty",
    "frailty_moderate": "moderate frailty",
    "frailty_severe": "severe frailty",
}
FIRST = 100.0


@dataclass(frozen=True)
class Telling:
    """The condition a code belongs to, in words, and how much it tells. Codes of one `subject` say the same thing."""

    subject: str
    label: str
    weight: float


def telling(codes: Collection[str]) -> dict[str, Telling]:
    """What each SNOMED CT code tells; codes of no known condition are left out."""
    known = _by_code()
    return {code: known[code] for code in codes if code in known}


@cache
def _by_code() -> dict[str, Telling]:
    loaded = definition_files.load()
    found: dict[str, Telling] = {}
    for condition in loaded.conditions.all:
        weight = max((item.weight for item in loaded.cms.items if item.mask & condition.flag), default=0.0)
        told = Telling(condition.key, _lower(condition.label), weight)
        for name in condition.diagnosed:
            for code in codelists.codes(name):
                earlier = found.get(code)
                # Narrower rules on the same codes (e.g. the last 12 months) lend their weight, not their name.
                found[code] = Telling(earlier.subject, earlier.label, max(weight, earlier.weight)) if earlier else told
    for name, label in FRAILTY_LISTS.items():
        found |= {code: Telling("frailty", label, FIRST) for code in codelists.codes(name)}
    return found


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
