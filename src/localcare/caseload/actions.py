"""Writes of caseload. Every step is a new row naming its author; one function makes it, after one table."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Answering, Basis, Capability, Decision, Died, Refused, Unanswered, Viewer
from localcare.base import audit, clock
from localcare.caseload import leaving_out, queries
from localcare.caseload.calc.states import may_follow
from localcare.caseload.models import CaseloadEntry, CaseloadState, ClosedChange, TeamRoom
from localcare.caseload.types import DECLINED, ENDING_LABELS, LABELS, Arranged, Ending, NotPossible, State
from localcare.staff import queries as staff

SOURCE = "caseload"
UNDO_WITHIN = timedelta(hours=1)
DIRECT_CARE = "direct care"
ONLY_THE_OWN = Decision(
    False, Basis.ROLE, "A clinician of the person's own practice names them for its list. Ask one of them to."
)


def accept(*, patient_id: int, told: str, note: str, by: Viewer, told_words: str = "") -> CaseloadEntry:
    """A GP of the person's practice, or one it has named, hands them to the cluster team, which sees them from now on.

    `told` is who was told (`Answering`), `told_words` their name and who was consulted. Accepting somebody already
    on the caseload changes nothing. Raises Refused for people of other practices or without the role; NotPossible when
    nobody who may be has been told, the person objects to sharing, or the practice has no team.
    """
    decision = gate.decision_on(by, patient_id, Capability.DECIDE_LIST)
    if not decision.allowed:
        raise Refused(decision, patient_ids=(patient_id,))
    if decision.own_organisation_only:
        raise NotPossible(
            "The person does not want their record shared for care. Speak with them, and record it if they decide "
            "otherwise, before the cluster team takes them on."
        )
    if told in ("", Answering.NOT_YET):
        raise NotPossible("Tell the person that the cluster team will see their record and contact them. Then accept.")
    answered = _answered(patient_id, told, told_words)
    return _take_on(patient_id, _team_of(by), reason=note, by=by, answered=answered)


def decline(*, patient_id: int, outcome: State, reason: str, by: Viewer) -> CaseloadEntry:
    """A GP of the person's practice, or one it has named, decides against: already known, not suitable, or declined.

    The same decision again changes nothing. Raises Refused as `accept` does; NotPossible for a person on the caseload
    or without a reason.
    """
    gate.require(by, patient_id, Capability.DECIDE_LIST)
    if outcome not in DECLINED:
        raise ValueError(f"{outcome!r} is not a way to decline; use one of {sorted(DECLINED)}.")
    seen = leaving_out.seen_today(_practice_of(patient_id), patient_id)
    return _move(
        patient_id, _team_of(by), outcome, reason=_in_words(reason), by=by.actor, seen=seen.kept() if seen else None
    )


def name_person(*, patient_id: int, reason: str, by: Viewer) -> CaseloadEntry:
    """A clinician of the person's practice names them for the list, which does not hold them; then accept as usual.

    Naming somebody twice changes nothing. Raises Refused for people of other practices or without the role;
    NotPossible without a reason, or for somebody whom the list shows or who is on the caseload already.
    """
    decision = gate.decision_on(by, patient_id, Capability.REVEAL_LIST)
    if not decision.allowed or decision.basis is not Basis.REGISTERED:
        raise Refused(decision if not decision.allowed else ONLY_THE_OWN, patient_ids=(patient_id,))
    if leaving_out.shown_on_list(by.organisation_code, patient_id, queries.handled(by.organisation_code)):
        raise NotPossible("The person stands on your practice's list already. Decide there.")
    return _move(patient_id, _team_of(by), State.NAMED, reason=_in_words(reason), by=by.actor)


def put_back(*, patient_id: int, reason: str, by: Viewer) -> CaseloadEntry:
    """Undo a decision made by mistake: the person stands on the practice's list again, or is named again.

    Of somebody named it takes the naming back. Raises as `decline` does.
    """
    gate.require(by, patient_id, Capability.DECIDE_LIST)
    now, before = queries.last_states(gate.same_person(patient_id), _team_of(by))
    back = State.NAMED if before is State.NAMED and now is not State.NAMED else State.PROPOSED
    return _move(patient_id, _team_of(by), back, reason=_in_words(reason), by=by.actor)


def add_person(*, patient_id: int, agreed: str, reason: str, by: Viewer, agreed_words: str = "") -> CaseloadEntry:
    """A care co-ordinator takes on somebody whom their team already has a right to see, e.g. through a referral.

    `agreed` is who agreed (`Answering`), `agreed_words` their name and who was consulted. Raises Refused without that
    right; NotPossible when nobody who may has agreed.
    """
    gate.require(by, patient_id, Capability.MANAGE_CASELOAD)
    if agreed in ("", Answering.NOT_YET):
        raise NotPossible("Ask the person first. They must agree before your team takes them on.")
    if by.team_id is None:
        raise NotPossible("Your post belongs to no team. Ask whoever manages posts to add you to your cluster team.")
    answered = _answered(patient_id, agreed, agreed_words)
    return _take_on(patient_id, by.team_id, reason=_in_words(reason), by=by, answered=answered)


def close(*, patient_id: int, ending: Ending, reason: str, by: Viewer) -> CaseloadEntry:
    """The team's time with the person ends, and with it the right that the caseload gave. Repeating changes nothing.

    Raises Refused without the right to the person; NotPossible for somebody not on the caseload or without a reason.
    """
    gate.require(by, patient_id, Capability.MANAGE_CASELOAD)
    return _end(patient_id, _team_of(by), Ending(ending), reason=_in_words(reason), by=by.actor)


def close_departed(*, as_at: date, by: audit.Actor, patient_ids: Collection[int] | None = None) -> list[str]:
    """End the time of everybody on a caseload who died or is no longer registered in the team's cluster.

    For every night and after each load of registrations; `patient_ids`, those of whom a message just told us. One
    line a person ended, naming ids only.
    """
    ended = []
    told_by = "the practices' registrations" if patient_ids is None else "a message about them"
    for entry, ending in queries.departed(as_at, patient_ids):
        reason = f"Found on {as_at.isoformat()} from {told_by}."
        _end(entry.patient_id, entry.team_id, ending, reason=reason, by=by)
        ended.append(f"patient {entry.patient_id}, team {entry.team_id}: {ENDING_LABELS[ending].lower()}")
    return ended


def assign_coordinator(*, patient_id: int, post_id: int, review_on: date | None, by: Viewer) -> CaseloadEntry:
    """Name the member of the team who co-ordinates the person's care, and when it is next reviewed.

    Raises Refused without the right to the person; NotPossible for a post outside the team, a person not on the
    caseload or a review in the past.
    """
    gate.require(by, patient_id, Capability.MANAGE_CASELOAD)
    team_id = _team_of(by)
    post = next((p for p in staff.members([team_id], clock.today()) if p.id == post_id), None)
    if post is None:
        raise NotPossible("Choose somebody who works in the cluster team today.")
    if review_on and review_on < clock.today():
        raise NotPossible("The next review must be today or later.")
    with audit.transaction():
        entry = _locked(patient_id, team_id)
        if _standing(entry) is not State.ACCEPTED:
            raise NotPossible("The person is not on the caseload. A clinician of their practice can accept them.")
        if (entry.coordinator_id, entry.review_on) != (post_id, review_on):
            entry.coordinator, entry.review_on = post, review_on
            entry.save(update_fields=["coordinator", "review_on"])
            _audit(
                "care co-ordinator named", entry, by.actor, post=post_id, review_on=review_on and review_on.isoformat()
            )
    return entry


def put_back_coordinator(*, patient_id: int, set_to: Arranged, back_to: Arranged, by: Viewer) -> CaseloadEntry:
    """Undo naming a co-ordinator and review: what stood before stands again, while nobody changed it since.

    Raises Refused without the right to the person; NotPossible where it no longer stands as `set_to`.
    """
    gate.require(by, patient_id, Capability.MANAGE_CASELOAD)
    with audit.transaction():
        entry = _locked(patient_id, _team_of(by))
        if Arranged(entry.coordinator_id, entry.review_on) != set_to:
            raise NotPossible("Somebody changed the co-ordinator or the review since. Read it, then decide.")
        entry.coordinator_id, entry.review_on = back_to
        entry.save(update_fields=["coordinator", "review_on"])
        _audit("care co-ordinator put back", entry, by.actor, post=back_to.post_id)
    return entry


def undo_close(*, patient_id: int, by: Viewer) -> CaseloadEntry:
    """Undo ending the team's time with a person, within the hour and by whoever ended it.

    Raises NotPossible where somebody else ended it, later than that, or for somebody who died; Refused without the
    role.
    """
    if not by.can(Capability.MANAGE_CASELOAD):
        raise Refused(Decision(False, Basis.ROLE, "The care co-ordinator of the cluster ends and begins this."))
    team_id = _team_of(by)
    with audit.transaction():
        entry = _locked(patient_id, team_id)
        last = entry.latest
        own = last is not None and (last.author, last.author_role) == (by.name, by.role)
        if last is None or last.state != State.CLOSED or not own or clock.now() - last.at > UNDO_WITHIN:
            raise NotPossible("Only whoever ended it can undo that, within the hour. Take the person on again instead.")
        taken_on = CaseloadState.objects.filter(entry=entry, state=State.ACCEPTED).latest("id")
        answered = {"told": taken_on.told, "told_words": taken_on.told_words}
        return _take_on(patient_id, team_id, reason="Ended by mistake: undone.", by=by, answered=answered)


def set_room(*, places_a_month: int, starts: date, by: Viewer, places_a_week: int | None = None) -> TeamRoom:
    """Say how many people a month, and if given a week, the viewer's team can take on, from a day.

    The last word for a day holds.

    Raises Refused without the capability, NotPossible for a day before today or a post without a team.
    """
    if not by.can(Capability.MANAGE_CASELOAD):
        raise Refused(Decision(False, Basis.ROLE, "The care co-ordinator of the cluster says how many it can take."))
    if starts < clock.today():
        raise NotPossible("Choose today or a later day; what held before stays as it was.")
    with audit.transaction():
        room, _ = TeamRoom.objects.update_or_create(
            team_id=_team_of(by),
            starts=starts,
            defaults={"places_a_month": places_a_month, "places_a_week": places_a_week, "author": by.name},
        )
        audit.record(
            "room of the team set",
            by=by.actor,
            team=room.team_id,
            places=places_a_month,
            places_a_week=places_a_week,
            on=starts.isoformat(),
        )
    return room


def _practice_of(patient_id: int) -> str:
    return gate.whereabouts([patient_id], clock.today())[patient_id].practice_code or ""


def _team_of(by: Viewer) -> int:
    """The cluster team of the viewer's practice, or the viewer's own team."""
    team = queries.team_of(by)
    if team is None:
        raise NotPossible(
            "Your organisation belongs to no cluster that has a team today. Ask whoever manages places to add it."
        )
    return team.id


def _answered(patient_id: int, who: str, words: str) -> dict[str, str]:
    """Who was told or agreed, as a step keeps it. Raises NotPossible for who cannot be for this person."""
    try:
        gate.require_answering(patient_id, who, words)
    except Unanswered as reason_why:
        raise NotPossible(str(reason_why)) from None
    return {"told": str(who), "told_words": words.strip()}


def _in_words(reason: str) -> str:
    if not reason.strip():
        raise NotPossible("Give the reason in a few words.")
    return reason.strip()


def _take_on(patient_id: int, team_id: int, *, reason: str, by: Viewer, answered: dict[str, str]) -> CaseloadEntry:
    try:
        gate.require_living(patient_id, instead="Nobody is taken on after their death.")
    except Died as reason_why:
        raise NotPossible(str(reason_why)) from None
    with audit.transaction():
        entry = _move(patient_id, team_id, State.ACCEPTED, reason=reason.strip(), by=by.actor, answered=answered)
        access.begin_relationship(patient_id=entry.patient_id, team_id=team_id, source=SOURCE, by=by.actor)
    return entry


def _end(patient_id: int, team_id: int, ending: Ending, *, reason: str, by: audit.Actor) -> CaseloadEntry:
    seen = _seen_where_registered(patient_id)
    with audit.transaction():
        entry = _move(patient_id, team_id, State.CLOSED, reason=reason, by=by, ending=ending, seen=seen)
        access.end_relationship(patient_id=entry.patient_id, team_id=team_id, source=SOURCE, by=by)
    return entry


def _seen_where_registered(patient_id: int) -> dict[str, Any] | None:
    """What the list of the person's practice says of them today, to be kept; None for somebody on no list."""
    today = clock.today()
    code = gate.whereabouts([patient_id], today)[patient_id].practice_code
    seen = leaving_out.seen_today(code, patient_id) if code else None
    return seen.kept() if seen else None


def _move(
    patient_id: int,
    team_id: int,
    to: State,
    *,
    reason: str,
    by: audit.Actor,
    answered: dict[str, str] | None = None,
    ending: str = "",
    seen: dict[str, Any] | None = None,
) -> CaseloadEntry:
    """The one step: to the same state changes nothing, to one that may not follow raises NotPossible."""
    with audit.transaction():
        entry = _locked(patient_id, team_id)
        standing = _standing(entry)
        if standing is to:
            return entry
        if not may_follow(standing, to):
            raise NotPossible(NEXT_STEP.get(standing, f"This cannot follow “{LABELS[standing].lower()}”."))
        entry.latest = CaseloadState.objects.create(
            entry=entry,
            state=to,
            ending=ending,
            reason=reason,
            **(answered or {}),
            seen=seen,
            at=clock.now(),
            author=by.name,
            author_role=by.role,
            author_organisation=by.organisation,
        )
        entry.save(update_fields=["latest"])
        more = {**(answered or {}), **({"ending": ending} if ending else {})}
        _audit(f"caseload: {LABELS[to].lower()}", entry, by, reason=reason, **more)
    return entry


NEXT_STEP = {
    State.ACCEPTED: "The person is on the caseload already. The care co-ordinator of the cluster can end it.",
    State.PROPOSED: "The person is not on the caseload. A clinician of their practice can accept them.",
}


def _locked(patient_id: int, team_id: int) -> CaseloadEntry:
    """The entry, made if need be, locked so that of two people deciding at once the second sees what the first did."""
    ids = gate.same_person(patient_id)
    known = CaseloadEntry.objects.filter(patient_id__in=ids, team_id=team_id).order_by("id").first()
    entry = known or CaseloadEntry.objects.get_or_create(patient_id=patient_id, team_id=team_id)[0]
    return CaseloadEntry.objects.select_for_update().get(id=entry.id)


def _standing(entry: CaseloadEntry) -> State:
    return State(entry.latest.state) if entry.latest else State.PROPOSED


def _audit(action: str, entry: CaseloadEntry, by: audit.Actor, reason: str = "", **detail: object) -> None:
    audit.record(
        action,
        by=by,
        patient_ids=[entry.patient_id],
        purpose=DIRECT_CARE,
        reason=reason,
        team=entry.team_id,
        **detail,
    )


def open_change(*, statement_id: int, patient_id: int, by: Viewer) -> None:
    """Take back that a line of Today was closed. Opening an open line changes nothing.

    Raises Refused without a right to the person; NotPossible where somebody else closed it.
    """
    gate.require(by, patient_id, Capability.SEE_CASELOAD)
    with audit.transaction():
        closed = ClosedChange.objects.filter(team_id=_team_of(by), statement_id=statement_id).first()
        if closed is None:
            return
        if closed.author != by.name:
            raise NotPossible(f"{closed.author} closed this line. Ask them.")
        closed.delete()
        audit.record(
            "change opened again",
            by=by.actor,
            patient_ids=[patient_id],
            purpose=DIRECT_CARE,
            statement=statement_id,
        )


def close_change(*, statement_id: int, patient_id: int, reason: str, by: Viewer) -> None:
    """Close a line of Today for the viewer's whole team. Closing what is closed changes nothing.

    Raises Refused without a right to the person.
    """
    gate.require(by, patient_id, Capability.SEE_CASELOAD)
    team_id = _team_of(by)
    with audit.transaction():
        _, closed = ClosedChange.objects.get_or_create(
            team_id=team_id,
            statement_id=statement_id,
            defaults={"at": clock.now(), "author": by.name, "reason": reason.strip()},
        )
        if closed:
            audit.record(
                "change closed",
                by=by.actor,
                patient_ids=[patient_id],
                purpose=DIRECT_CARE,
                reason=reason.strip(),
                statement=statement_id,
            )
