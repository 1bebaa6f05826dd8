"""Whom a practice's list leaves out and why, who came back, and where its people stand on it. No person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from localcare.access import queries as gate
from localcare.caseload import definitions
from localcare.caseload.calc.changed import Seen, changed, from_kept
from localcare.caseload.calc.states import STAYS_OUT, left_out
from localcare.caseload.types import Entry, State
from localcare.population import queries as population

# Clocks of two machines may differ by so much; the order itself is `access.hold_choices`'s.
ON_ITS_WAY = timedelta(seconds=5)
RISK_UP = "risk up since the run before"


@dataclass(frozen=True)
class LeftOut:
    """Who a practice's list leaves out by default, by pseudonym: decided about, palliative register, and why.

    `withdrawn`: all whose choice since the run keeps them off lists; `listed_and_withdrawn`: how many of this list.
    """

    decided: Mapping[str, State]
    palliative: frozenset[str]
    withdrawn: frozenset[str]
    came_back: Mapping[str, tuple[str, ...]]
    listed_and_withdrawn: int = 0

    @property
    def pseudonyms(self) -> set[str]:
        """Everybody left out by a decision or a choice; the palliative register has a filter of its own."""
        return {*self.decided, *self.withdrawn}


def left_out_of_list(practice_code: str, decided: Mapping[str, Entry]) -> LeftOut:
    """Whom a practice's list leaves out of those it holds, and who came back because something changed.

    `decided`, as `handled` gives it. Somebody whose choice keeps them off lists is left out at once.
    """
    run = population.current_run()
    if run is None:
        return LeftOut({}, frozenset(), frozenset(), {})
    withdrawn = gate.withdrawn(since=run.made_at - ON_ITS_WAY)
    listed = population.listed(practice_code)
    here = decided.keys() & listed - withdrawn
    out = {pseudonym: decided[pseudonym].state for pseudonym in here if decided[pseudonym].state in STAYS_OUT}
    back: dict[str, tuple[str, ...]] = {}
    for pseudonym, row in population.standing(practice_code, here - out.keys()).items():
        entry = decided[pseudonym]
        changes = changes_since(entry.seen, row)
        if left_out(entry.state, entry.since, changes=changes, change=row.change, made_at=run.made_at):
            out[pseudonym] = entry.state
        elif entry.state not in (State.PROPOSED, State.NAMED):
            back[pseudonym] = changes or (RISK_UP,)
    palliative = population.palliative(practice_code) - withdrawn
    return LeftOut(out, frozenset(palliative), frozenset(withdrawn), back, len(withdrawn & listed))


def changes_since(seen: Mapping[str, Any] | None, row: Any) -> tuple[str, ...] | None:
    """What changed since a day, as the list told it then and tells it now; None where nothing was kept."""
    return None if seen is None else changed(from_kept(seen), seen_of(row), definitions.changed())


def seen_of(row: Any) -> Seen:
    """What a list's entry says of somebody."""
    conditions = frozenset(reason["value"] for reason in row.reasons if reason["key"] == "condition")
    admissions, attendances = (row.use.get(key, 0) for key in ("emergency_admissions", "emergency_attendances"))
    return Seen(row.risk, admissions, attendances, conditions)


def shown_on_list(practice_code: str, patient_id: int, decided: Mapping[str, Entry]) -> bool:
    """Whether a practice's list shows one of its people, to be decided about there. A list that ended shows nobody."""
    if gate.list_ended(practice_code):
        return False
    listed = population.standing(practice_code, gate.list_pseudonyms(practice_code, [patient_id]))
    left = left_out_of_list(practice_code, decided)
    return bool(listed.keys() - left.pseudonyms - left.palliative)


def seen_today(practice_code: str, patient_id: int) -> Seen | None:
    """What a practice's list says of one of its people today; None where they are not on it."""
    rows = population.standing(practice_code, gate.list_pseudonyms(practice_code, [patient_id]))
    return next((seen_of(row) for row in rows.values()), None)


def named(practice_code: str, decided: Mapping[str, Entry], left: LeftOut) -> list[Entry]:
    """Those a clinician of the practice named whom its list does not show, the latest first; all once it ended."""
    waiting = {p: e for p, e in decided.items() if e.state is State.NAMED}
    there = bool(waiting) and not gate.list_ended(practice_code)
    listed = population.standing(practice_code, list(waiting)) if there else {}
    shown = {waiting[p].patient_id for p in listed if p not in left.withdrawn | left.palliative}
    found = {e.patient_id: e for e in waiting.values() if e.patient_id not in shown}
    return sorted(found.values(), key=lambda e: (e.since, e.id), reverse=True)


def new_on_list(practice_code: str, decided: Mapping[str, Entry]) -> int:
    """How many are new on a practice's list, those left out aside; nobody once it has ended. Names nobody."""
    if gate.list_ended(practice_code):
        return 0
    out = left_out_of_list(practice_code, decided).pseudonyms
    return population.practice_list_size(practice_code, exclude=out, filters={"change": "new"})
