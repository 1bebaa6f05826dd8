"""Which sources a practice lets be used for care, and why the others are not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from localcare.access.models import Agreement
from localcare.access.types import OpenPerson, Purpose
from localcare.base import clock
from localcare.base.prepared import prepared


@dataclass(frozen=True)
class NotShared:
    """A source nothing of which may be used for the care of a person. `ended` and `starts`: of its agreement."""

    label: str
    ended: date | None = None
    starts: date | None = None


def not_shared(person: OpenPerson, labels: Collection[tuple[str, str]]) -> list[NotShared]:
    """The sources that `person.not_sharing` names, each with why; one query where there are some."""
    if not person.not_sharing:
        return []
    today, held = clock.today(), _agreements(person.practice_code or "")
    found = []
    for source, label in labels:
        if label in person.not_sharing:
            days = [(starts, ends) for of, starts, ends in held if of == source]
            ended = max((ends for _, ends in days if ends and ends < today), default=None)
            starts = min((starts for starts, _ in days if starts > today), default=None)
            found.append(NotShared(label, ended, starts))
    return found


@prepared
def _agreements(practice_code: str) -> QuerySet[Any]:
    rows = Agreement.objects.filter(practice_code=practice_code, purpose=Purpose.DIRECT_CARE)
    return rows.values_list("source", "starts", "ends")
