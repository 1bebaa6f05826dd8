"""Who told us when, kind by kind: one live source never hides one that has fallen silent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from localcare.access import queries as gate
from localcare.base import clock
from localcare.record import queries as record
from localcare.record.types import Heard


@dataclass(frozen=True)
class Feed:
    """A kind of source: when the latest of them told us something, when the next is expected, who is silent."""

    label: str
    sources: int
    last: datetime
    often: str
    next_on: date | None
    silent: Sequence[Heard]


def feeds(practice_codes: Collection[str]) -> list[Feed]:
    """Every kind of source there is for a team or practice, hospitals first: their news is what Today tells."""
    kinds = groupby(sorted(record.heard(practice_codes), key=_place), key=_place)
    return [_feed(label, list(some), clock.today()) for (_, label), some in kinds]


def _place(heard: Heard) -> tuple[int, str]:
    label = gate.SOURCES.get(heard.system, heard.name)
    order = ("acute", "gp", *gate.SOURCES)
    return order.index(heard.system) if heard.system in order else len(order), label


def _feed(label: str, sources: Sequence[Heard], today: date) -> Feed:
    speaking = [s for s in sources if not s.silent(today)]
    rhythms = {s.often for s in speaking}
    expected = [max(s.next_on, today) for s in speaking if s.next_on]
    return Feed(
        label=label[:1].upper() + label[1:],
        sources=len(sources),
        last=max(s.last_heard_at for s in sources),
        often=rhythms.pop() if len(rhythms) == 1 else "",
        next_on=min(expected, default=None),
        silent=[s for s in sources if s.silent(today)],
    )
