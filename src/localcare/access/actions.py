"""Writes of the gate: rights given and ended, choices, agreements, reveals, emergencies."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from localcare.access import queries
from localcare.access.calc.decide import OBJECTS
from localcare.access.choices import choices
from localcare.access.emergencies import (
    EMERGENCY_LENGTH,
    declare_emergency,
    declare_emergency_for,
    review_emergency,
)
from localcare.access.identities import LIST_ENDED, ask_identity, decide_identity, resolve, who_may_be_listed
from localcare.access.models import (
    Agreement,
    Choice,
    Relationship,
    Reveal,
    RevealSession,
)
from localcare.access.naming import end_naming, name_for_list
from localcare.access.outage import join_spool
from localcare.access.sealing import Marked, lift_seal, seal_as_marked, seal_item
from localcare.access.types import (
    Answering,
    Basis,
    Capability,
    ChoiceKind,
    Consent,
    Decision,
    OpenPerson,
    Purpose,
    Refused,
    Viewer,
)
from localcare.base import audit, clock

__all__ = [
    "EMERGENCY_LENGTH",
    "Marked",
    "ask_identity",
    "decide_identity",
    "declare_emergency",
    "declare_emergency_for",
    "end_naming",
    "join_spool",
    "lift_seal",
    "name_for_list",
    "review_emergency",
    "seal_as_marked",
    "seal_item",
]

ONLY_ITS_CLINICIANS = (
    "Only a clinician of the practice, or one it has named, may see who the people on its list are. Ask the practice."
)
SESSION_LENGTH = timedelta(hours=4)
REVEAL_REASONS = {
    "review": "To decide who the cluster team should help",
    "plan_contact": "To plan contact with our patients",
    "check": "To check the list",
    "other": "Another reason",
}


@dataclass(frozen=True)
class AgreementRow:
    practice_code: str
    source: str
    purpose: str
    starts: date
    ends: date | None


@dataclass(frozen=True)
class ChoiceRow:
    patient_id: int
    kind: str
    value: str


def load_agreements(*, agreements: Iterable[AgreementRow], by: audit.Actor) -> int:
    """Add or change agreements as a file states them; the number given."""
    rows = [
        Agreement(practice_code=r.practice_code, source=r.source, purpose=r.purpose, starts=r.starts, ends=r.ends)
        for r in agreements
    ]
    with audit.transaction():
        Agreement.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["practice_code", "source", "purpose", "starts"],
            update_fields=["ends"],
            batch_size=500,
        )
        audit.record("agreements loaded", by=by, agreements=len(rows))
    return len(rows)


def load_choices(
    *, choices: Sequence[ChoiceRow], recorded_by: str, by: audit.Actor, complete_for: Collection[int] = ()
) -> int:
    """Record choices that differ from what this source (`recorded_by`) last said; the number that changed.

    A source that repeats itself says nothing new, so it never undoes a choice made since elsewhere. A choice it never
    mentioned counts as the default (no opt-out, not asked); so does one it no longer mentions of a patient whom it is
    `complete_for`.
    """
    said = Choice.objects.filter(recorded_by=recorded_by).order_by("recorded_at", "id")
    known = {(patient, kind): value for patient, kind, value in said.values_list("patient_id", "kind", "value")}
    stated = {(c.patient_id, str(c.kind)): c.value for c in choices}
    everyone = set(complete_for)
    stated |= {(p, k): DEFAULT_CHOICES[k] for p, k in known if p in everyone and (p, k) not in stated}
    changed = [
        Choice(patient_id=patient, kind=kind, value=value, recorded_by=recorded_by)
        for (patient, kind), value in stated.items()
        if known.get((patient, kind), DEFAULT_CHOICES[kind]) != value
    ]
    with audit.transaction():
        queries.hold_choices()
        now = clock.now()
        for choice in changed:
            choice.recorded_at = now
        Choice.objects.bulk_create(changed, batch_size=2000)
        audit.record("choices loaded", by=by, given=len(choices), changed=len(changed))
    return len(changed)


DEFAULT_CHOICES: dict[str, str] = {kind: choice.default for kind, choice in choices().items()}


def record_choice(*, patient_id: int, kind: ChoiceKind, value: str, answered: str, by: Viewer, told: str = "") -> None:
    """Record what the person, or who answers for them, told their practice, for every record linked as theirs; at once.

    `answered` is who answered (`Answering`), `told` how that is known and who was consulted. Removes nobody from a
    caseload or plan. The same again changes nothing. Raises Refused for anybody but staff of the person's practice with
    the right to, ValueError for a value that the choice does not have or for who cannot answer for this person.
    """
    decision = queries.decision_on(by, patient_id, Capability.RECORD_CHOICE)
    if not decision.allowed:
        raise Refused(decision, patient_ids=(patient_id,))
    if decision.basis is not Basis.REGISTERED:
        own = Decision(False, Basis.ROLE, "The person's own practice records what they choose. Ask it to.")
        raise Refused(own, patient_ids=(patient_id,))
    if value not in choices()[ChoiceKind(kind)].values:
        raise ValueError(f"{value!r} is not an answer to {kind!r}; see definitions/choices.toml")
    _check_answered(patient_id, answered, told)
    ids = queries.same_person(patient_id)
    if queries.choices_of(ids)[ChoiceKind(kind)].value == value:
        return
    with audit.transaction():
        queries.hold_choices()
        _write_choice(ids, kind, value, answered, told.strip(), by)


def record_agreement(*, patient_id: int, answered: str, told: str, by: Viewer) -> None:
    """A member of a team that looks after the person asked; they, or who answers for them, agreed to be seen.

    `answered` is who agreed (`Answering`); that nobody can be asked is the practice's to record. This answer only:
    never over an objection, which their practice alone withdraws. The same again changes nothing. Raises Refused
    without the relationship or the role, or where the person objects; ValueError without words or for who cannot agree
    for them.
    """
    decision = queries.decision_on(by, patient_id, Capability.RECORD_AGREEMENT)
    if not decision.allowed:
        raise Refused(decision, patient_ids=(patient_id,))
    if not told.strip():
        raise ValueError("Say in a few words how and when they told you.")
    if answered == Answering.BEST_INTERESTS:
        raise ValueError("Their practice records that they cannot be asked. Tell it what was decided.")
    _check_answered(patient_id, answered, told)
    ids = queries.same_person(patient_id)
    with audit.transaction():
        queries.hold_choices()
        before = queries.choices_of(ids)[ChoiceKind.SHARING].value
        if before == Consent.GIVEN:
            return
        if before == Consent.OBJECTED:
            raise Refused(Decision(False, Basis.OBJECTED, OBJECTS), patient_ids=(patient_id,))
        _write_choice(ids, ChoiceKind.SHARING, Consent.GIVEN, answered, told.strip(), by)


def _check_answered(patient_id: int, who: str, words: str) -> None:
    if who == Answering.NOT_YET:
        raise ValueError("Choose who answered.")
    queries.require_answering(patient_id, who, words)


def _write_choice(ids: Sequence[int], kind: ChoiceKind, value: str, answered: str, told: str, by: Viewer) -> None:
    """For every record linked as the person's: the strictest answer of any holds, so one alone could change nothing."""
    # The time is taken with choices held, so that a run that did not see the choice bears an earlier one.
    now = clock.now()
    Choice.objects.bulk_create(
        Choice(
            patient_id=one,
            kind=kind,
            value=value,
            answered=answered,
            answered_words=told,
            recorded_at=now,
            recorded_by=by.name,
        )
        for one in ids
    )
    said = {"kind": kind, "value": value, "answered": str(answered), "reason": told}
    audit.record("choice recorded", by=by.actor, patient_ids=ids, **said)


def begin_relationship(*, patient_id: int, team_id: int, source: str, by: audit.Actor) -> None:
    """A team gets the right to see a person, because of `source` (e.g. caseload). Repeating changes nothing."""
    with audit.transaction():
        _, begun = Relationship.objects.get_or_create(
            patient_id=patient_id, team_id=team_id, source=source, ends=None, defaults={"starts": clock.now()}
        )
        if begun:
            audit.record("relationship began", by=by, patient_ids=[patient_id], team=team_id, source=source)


def end_relationship(*, patient_id: int, team_id: int, source: str, by: audit.Actor) -> None:
    """End what `source` gave; rights from other sources stay. Ending what has ended changes nothing."""
    with audit.transaction():
        ended = Relationship.objects.filter(patient_id=patient_id, team_id=team_id, source=source, ends=None).update(
            ends=clock.now()
        )
        if ended:
            audit.record("relationship ended", by=by, patient_ids=[patient_id], team=team_id, source=source)


def start_reveal_session(*, practice_code: str, reason: str, words: str, by: Viewer) -> RevealSession:
    """Say once why one wants to see who the people on a practice's list are.

    Raises Refused for anybody but a clinician of the practice or one it has named; ValueError for a missing reason.
    """
    if not queries.reveals(by, practice_code):
        raise Refused(Decision(False, Basis.ROLE, ONLY_ITS_CLINICIANS))
    if reason not in REVEAL_REASONS:
        raise ValueError("Choose a reason.")
    if reason == "other" and not words.strip():
        raise ValueError("Say in a few words why you need to see who the people are.")
    now = clock.now()
    with audit.transaction():
        session = RevealSession.objects.create(
            user_id=by.user_id,
            practice_code=practice_code,
            reason=reason,
            words=words.strip(),
            starts=now,
            ends=now + SESSION_LENGTH,
        )
        audit.record(
            "reveal session started",
            by=by.actor,
            purpose=Purpose.DIRECT_CARE,
            reason=f"{REVEAL_REASONS[reason]}. {words.strip()}".strip(),
            practice=practice_code,
        )
    return session


def reveal(*, practice_code: str, listed: Sequence[str], by: Viewer) -> dict[str, OpenPerson]:
    """Show who the people behind pseudonyms of a practice's list are, within the open session.

    One audit entry names everybody shown. Pseudonyms of people who have left or died since the run, or chose to be on
    no list, stay closed.
    Raises Refused without an open session, or once the practice's agreement to risk stratification has ended.
    """
    session = queries.reveal_session(by, practice_code)
    if session is None:
        raise Refused(Decision(False, Basis.ROLE, "Give your reason first; then the page can be shown."))
    if queries.list_ended(session.practice_code):
        raise Refused(Decision(False, Basis.ROLE, LIST_ENDED))
    found = who_may_be_listed(resolve(session.practice_code, listed))
    people = queries.open_people(
        by, list(found.values()), page="reveal of a practice's list", capability=Capability.REVEAL_LIST
    )
    now = clock.now()
    shown = {p: people[i] for p, i in found.items() if i in people}
    with audit.transaction():
        Reveal.objects.bulk_create(
            [Reveal(session=session, pseudonym=p, patient_id=person.id, at=now) for p, person in shown.items()],
            ignore_conflicts=True,
        )
        audit.record(
            "revealed",
            by=by.actor,
            patient_ids=[person.id for person in shown.values()],
            purpose=Purpose.DIRECT_CARE,
            reason=f"{REVEAL_REASONS[session.reason]}. {session.words}".strip(),
            practice=session.practice_code,
        )
    return shown


def end_reveal_sessions(*, by: audit.Actor) -> None:
    """At sign-out: what they revealed closes again. Ending what has ended changes nothing."""
    with audit.transaction():
        now = clock.now()
        ended = RevealSession.objects.filter(user_id=by.id or 0, ends__gt=now).update(ends=now)
        if ended:
            audit.record("reveal session ended", by=by, purpose=Purpose.DIRECT_CARE, sessions=ended)


def recompute_relationships(
    *, source: str, expected: Iterable[tuple[int, int]], by: audit.Actor, at: datetime
) -> list[str]:
    """Compare the open relationships of a source with what its room says they should be, mend and report differences.

    `expected` holds (patient id, team id). Returns one line a difference, naming ids only.
    """
    should = set(expected)
    rows = Relationship.objects.filter(source=source).filter(Q(ends=None))
    have = set(rows.values_list("patient_id", "team_id"))
    differences = [f"missing: patient {p}, team {t}" for p, t in sorted(should - have)]
    differences += [f"not warranted: patient {p}, team {t}" for p, t in sorted(have - should)]
    with audit.transaction():
        for patient_id, team_id in should - have:
            begin_relationship(patient_id=patient_id, team_id=team_id, source=source, by=by)
        for patient_id, team_id in have - should:
            end_relationship(patient_id=patient_id, team_id=team_id, source=source, by=by)
        audit.record("relationships recomputed", by=by, source=source, differences=len(differences), on=at.isoformat())
    return differences
