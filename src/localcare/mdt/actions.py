"""Writes of meetings."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Answering, Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.caseload import queries as caseload
from localcare.mdt import in_record
from localcare.mdt.calc import agenda
from localcare.mdt.in_record import SOURCE
from localcare.mdt.models import Attendance, Case, CaseMinutes, Meeting
from localcare.mdt.types import NewAction, Overtaken
from localcare.tasks import actions as tasks

UNDO_WITHIN = timedelta(hours=1)
AFTER_DEATH = "They cannot be put on an agenda. What their death leaves to do can be a task that is about nobody."
NOT_YOUR_MEETING = Decision(False, Basis.ROLE, "This is the meeting of another team. Ask its care co-ordinator.")
NOT_RUNNING = Decision(False, Basis.ROLE, "Only the care co-ordinator of this team runs its meetings.")


def plan_meeting(
    *, starts_at: datetime, minutes: int, by: Viewer, minutes_per_case: int = 10, place: str = "", link: str = ""
) -> Meeting:
    """Plan a meeting of one's own team, which one attends; what earlier meetings did not reach leads its agenda.

    Planning the same time again returns the meeting there is. Raises Refused for who does not run meetings,
    ValueError when not one case fits.
    """
    if not by.can(Capability.RUN_MEETING) or by.team_id is None:
        raise Refused(NOT_RUNNING)
    if minutes_per_case < 1 or agenda.room(minutes, minutes_per_case) < 1:
        raise ValueError("Give the meeting time for one case at least.")
    with audit.transaction():
        meeting, planned = Meeting.objects.get_or_create(
            team_id=by.team_id,
            starts_at=starts_at,
            defaults={
                "minutes": minutes,
                "minutes_per_case": minutes_per_case,
                "place": place.strip(),
                "link": link.strip(),
                "planned_by": by.signature,
            },
        )
        if planned:
            Attendance.objects.create(meeting=meeting, post_id=by.post_id, coming=True)
            _carry_over(meeting, by)
            audit.record("meeting planned", by=by.actor, meeting=meeting.pk, starts_at=starts_at.isoformat())
    return meeting


def add_case(
    *,
    meeting_id: int,
    patient_id: int,
    reason: str,
    told: str,
    by: Viewer,
    told_words: str = "",
    minutes: int | None = None,
) -> Case:
    """Put a person on the agenda; once a meeting: adding again returns the case there is.

    `told` is who was told (`Answering`), `told_words` their name and who was consulted. The meeting's team gets a
    relationship until the meeting is closed. A practice adds only people who were told, or for whom somebody was.
    Raises Refused without a right to meeting or person, Died for somebody who died, ValueError without a reason,
    for who cannot have been told for this person, or after the meeting.
    """
    with audit.transaction():
        meeting = _joined(meeting_id, by)
        gate.require(by, patient_id, Capability.JOIN_MEETING)
        ids = gate.same_person(patient_id)
        standing = _cases(meeting).filter(patient_id__in=ids).first()
        if standing:
            return standing
        _check_open(meeting)
        gate.require_living(patient_id, instead=AFTER_DEATH)
        if not reason.strip():
            raise ValueError("Say what the team should discuss.")
        if by.works_at_practice and told in ("", Answering.NOT_YET):
            raise ValueError("Tell the person first: the meeting shows who they are to the cluster team.")
        gate.require_answering(patient_id, told, told_words)
        case = Case.objects.create(
            meeting=meeting,
            patient_id=patient_id,
            reason=reason.strip(),
            minutes=minutes or meeting.minutes_per_case,
            position=_cases(meeting).count(),
            told=told,
            told_words=told_words.strip(),
            asked_by=by.signature,
            added_at=clock.now(),
        )
        _settle_relationships(meeting, [patient_id], by)
        _audit("case added", case, by, told=case.told, told_words=case.told_words)
    return case


def set_told(*, case_id: int, told: str, by: Viewer, told_words: str = "") -> None:
    """Say who was told that the person will be discussed, or take that back; whoever may put them on an agenda may.

    After the meeting it stays as it was. Saying the same again changes nothing. Raises Refused without a right to
    meeting or person, ValueError after the meeting, for who cannot have been told for this person, or where a
    practice's case would stand untold.
    """
    with audit.transaction():
        case, meeting = _case(case_id, by)
        gate.require(by, case.patient_id, Capability.JOIN_MEETING)
        _check_open(meeting)
        if by.works_at_practice and told == Answering.NOT_YET:
            raise ValueError(
                "Take the case off the agenda instead: the meeting shows who they are to the cluster team."
            )
        gate.require_answering(case.patient_id, told, told_words)
        said = {"told": str(told), "told_words": told_words.strip()}
        if Case.objects.filter(pk=case_id).exclude(**said).update(**said):
            what = "person not told of the meeting" if told == Answering.NOT_YET else "person told of the meeting"
            _audit(what, case, by, **said)


def take_off(*, case_id: int, by: Viewer) -> None:
    """Take a case off the agenda. Whoever runs the meeting, or added the case, may; not after it was recorded."""
    with audit.transaction():
        case, meeting = _case(case_id, by)
        if not _runs(meeting, by) and case.asked_by != by.signature:
            raise Refused(NOT_RUNNING, patient_ids=(case.patient_id,))
        _check_open(meeting)
        if CaseMinutes.objects.filter(case=case).exists():
            raise ValueError("This case has minutes already, so it stays on the agenda.")
        changed = Case.objects.filter(pk=case_id, taken_off_at=None).update(
            taken_off_at=clock.now(), taken_off_by=by.signature
        )
        if changed:
            _settle_relationships(meeting, [case.patient_id], by)
            _audit("case taken off", case, by)


def move_case(*, case_id: int, up: bool, by: Viewer) -> None:
    """Move a case one place up or down the agenda."""
    with audit.transaction():
        case, meeting = _case(case_id, by)
        _require_running(meeting, by)
        _check_open(meeting)
        order = list(_cases(meeting).values_list("pk", flat=True))
        if case.pk in order:
            _set_order(agenda.moved(order, case.pk, up))
            _audit("case moved", case, by, up=up)


def record_case(
    *, case_id: int, discussion: str, decision: str, actions: Sequence[NewAction], started_from: int, by: Viewer
) -> CaseMinutes:
    """Record a case: minutes, an action each as a task, and the minutes in the person's record, all or nothing.

    `started_from` is the number of the minutes the writer read, 0 for none. Sending the same again changes nothing.
    Raises Overtaken when somebody else saved since, ValueError without a word or for a case that was carried over,
    Refused without a right to the person or to run the meeting.
    """
    with audit.transaction():
        case, meeting = _case(case_id, by)
        _require_running(meeting, by)
        gate.require(by, case.patient_id, Capability.RUN_MEETING)
        latest = CaseMinutes.objects.filter(case=case).order_by("-number").first()
        if case.taken_off_at or (meeting.status == Meeting.Status.HELD and latest is None):
            raise ValueError("This case was not reached and stands on a later agenda. Record it there.")
        saved = _write_minutes(case, latest, discussion.strip(), decision.strip(), started_from, by)
        for action in actions:
            _give(action, case, meeting, by)
        in_record.write(case, meeting, saved, by)
        present = Attendance.objects.filter(meeting=meeting, coming=True)
        names = sorted(present.values_list("post__user__name", flat=True))
        _audit("case recorded", case, by, version=saved.number, actions=len(actions), present=names)
    return saved


def close_meeting(*, meeting_id: int, by: Viewer) -> int:
    """Close a meeting; the number of cases not reached. They lead the next agenda, or wait for one to be planned.

    Closing again changes nothing.
    """
    with audit.transaction():
        meeting = _joined(meeting_id, by)
        _require_running(meeting, by)
        left = [case for case in _cases(meeting) if not CaseMinutes.objects.filter(case=case).exists()]
        if meeting.status == Meeting.Status.HELD:
            return len(left)
        meeting.status, meeting.closed_at, meeting.closed_by = Meeting.Status.HELD, clock.now(), by.signature
        meeting.save(update_fields=["status", "closed_at", "closed_by"])
        following = _planned(meeting.team_id).first()
        if following:
            _carry_over(following, by)
        _settle_relationships(meeting, [case.patient_id for case in _cases(meeting)], by)
        audit.record("meeting closed", by=by.actor, meeting=meeting.pk, not_reached=len(left))
    return len(left)


def reopen_meeting(*, meeting_id: int, by: Viewer) -> None:
    """Undo closing a meeting, within the hour and by whoever closed it, while nothing it passed on was worked on.

    What it carried to the next agenda comes back. Raises Refused for who does not run it, ValueError where it is too
    late. Reopening an open meeting changes nothing.
    """
    with audit.transaction():
        meeting = _joined(meeting_id, by)
        _require_running(meeting, by)
        if meeting.closed_at is None:
            return
        carried = Case.objects.filter(carried_from__meeting=meeting, taken_off_at=None)
        if meeting.closed_by != by.signature or clock.now() - meeting.closed_at > UNDO_WITHIN:
            raise ValueError("Only whoever closed the meeting can open it again, within the hour.")
        if CaseMinutes.objects.filter(case__in=carried).exists():
            raise ValueError("A case that it passed on has minutes already, so the meeting stays closed.")
        _take_back(list(carried), meeting, by)
        meeting.status, meeting.closed_at, meeting.closed_by = Meeting.Status.PLANNED, None, ""
        meeting.save(update_fields=["status", "closed_at", "closed_by"])
        _settle_relationships(meeting, [case.patient_id for case in _cases(meeting)], by)
        audit.record("meeting opened again", by=by.actor, meeting=meeting.pk)


def _take_back(carried: Sequence[Case], meeting: Meeting, by: Viewer) -> None:
    """What closing added to the next agenda leaves it; who stood there anyway stays."""
    for case in carried:
        if meeting.closed_at and case.added_at >= meeting.closed_at:
            case.taken_off_at, case.taken_off_by = clock.now(), by.signature
        case.carried_from = None
        case.save(update_fields=["taken_off_at", "taken_off_by", "carried_from"])


def set_attendance(*, meeting_id: int, post_id: int, coming: bool | None, by: Viewer) -> None:
    """Say whether somebody comes, or None: no answer. One's own anybody gives; others' whoever runs the meeting."""
    with audit.transaction():
        meeting = _joined(meeting_id, by)
        if post_id != by.post_id:
            _require_running(meeting, by)
        if coming is None:
            Attendance.objects.filter(meeting=meeting, post_id=post_id).delete()
        else:
            Attendance.objects.update_or_create(meeting=meeting, post_id=post_id, defaults={"coming": coming})
        audit.record("attendance set", by=by.actor, meeting=meeting.pk, post=post_id, coming=coming)


def require_joining(meeting: Meeting, by: Viewer, about: tuple[int, ...] = ()) -> None:
    """Raises Refused, `about` somebody, unless it is the meeting of one's team, or of the cluster of one's practice."""
    team = caseload.team_of(by)
    if not by.can(Capability.JOIN_MEETING) or team is None or team.pk != meeting.team_id:
        raise Refused(NOT_YOUR_MEETING, patient_ids=about)


def _joined(meeting_id: int, by: Viewer, about: tuple[int, ...] = ()) -> Meeting:
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("team").get(pk=meeting_id)
    require_joining(meeting, by, about)
    return meeting


def _case(case_id: int, by: Viewer) -> tuple[Case, Meeting]:
    case = Case.objects.get(pk=case_id)
    return case, _joined(case.meeting_id, by, (case.patient_id,))


def _runs(meeting: Meeting, by: Viewer) -> bool:
    return by.can(Capability.RUN_MEETING) and by.team_id == meeting.team_id


def _require_running(meeting: Meeting, by: Viewer) -> None:
    if not _runs(meeting, by):
        raise Refused(NOT_RUNNING)


def _check_open(meeting: Meeting) -> None:
    if meeting.status == Meeting.Status.HELD:
        raise ValueError("This meeting is over. Use the next one.")


def _cases(meeting: Meeting):
    return Case.objects.filter(meeting=meeting, taken_off_at=None).order_by("position", "id")


def _planned(team_id: int):
    return Meeting.objects.filter(team_id=team_id, status=Meeting.Status.PLANNED).order_by("starts_at")


def _set_order(ids: Sequence[int]) -> None:
    for position, case_id in enumerate(ids):
        Case.objects.filter(pk=case_id).update(position=position)


def _write_minutes(
    case: Case, latest: CaseMinutes | None, discussion: str, decision: str, started_from: int, by: Viewer
) -> CaseMinutes:
    if not (discussion or decision):
        raise ValueError("Write what was discussed or decided.")
    if latest and (latest.discussion, latest.decision) == (discussion, decision):
        return latest
    if latest and latest.number != started_from:
        raise Overtaken(latest)
    return CaseMinutes.objects.create(
        case=case,
        number=started_from + 1,
        discussion=discussion,
        decision=decision,
        by_post_id=by.post_id,
        author=by.signature,
        saved_at=clock.now(),
    )


def _give(action: NewAction, case: Case, meeting: Meeting, by: Viewer) -> None:
    day = meeting.starts_at.astimezone(clock.LONDON)
    tasks.give(
        title=action.what[:200],
        detail=action.what if len(action.what) > 200 else "",
        owner=action.owner,
        due_on=action.due_on,
        by=by,
        patient_id=case.patient_id,
        origin=f"MDT {day.day} {day:%B}",
        origin_ref=origin_ref(case.pk),
        key=f"case:{case.pk}:{action.token}",
    )


def origin_ref(case_id: int) -> str:
    return f"case:{case_id}"


def _carry_over(following: Meeting, by: Viewer) -> None:
    """Cases that closed meetings of the team did not reach, and that no later agenda holds, go to the front.

    Not those of people who died since.
    """
    followed = Case.objects.exclude(carried_from=None).values("carried_from")
    left = Case.objects.filter(
        meeting__team_id=following.team_id, meeting__status=Meeting.Status.HELD, taken_off_at=None
    ).exclude(pk__in=followed)
    left = left.exclude(pk__in=CaseMinutes.objects.values("case")).order_by("meeting__starts_at", "position", "id")
    died = {i for i, where in gate.whereabouts({c.patient_id for c in left}, clock.today()).items() if where.died_on}
    carried = [_carried(case, following) for case in left if case.patient_id not in died]
    rest = [pk for pk in _cases(following).values_list("pk", flat=True) if pk not in {c.pk for c in carried}]
    _set_order([*(c.pk for c in carried), *rest])
    _settle_relationships(following, [c.patient_id for c in carried], by)
    if carried:
        people = [c.patient_id for c in carried]
        audit.record("cases carried over", by=by.actor, patient_ids=people, meeting=following.pk)


def _carried(case: Case, following: Meeting) -> Case:
    standing = _cases(following).filter(patient_id=case.patient_id).first()
    if standing:
        standing.carried_from = case
        standing.save(update_fields=["carried_from"])
        return standing
    return Case.objects.create(
        meeting=following,
        patient_id=case.patient_id,
        reason=case.reason,
        minutes=case.minutes,
        position=0,
        told=case.told,
        told_words=case.told_words,
        asked_by=case.asked_by,
        added_at=clock.now(),
        carried_from=case,
    )


def _settle_relationships(meeting: Meeting, patient_ids: Collection[int], by: Viewer) -> None:
    """A team sees a person because of a meeting exactly as long as they stand on an agenda not yet closed."""
    ahead = Case.objects.filter(
        meeting__team_id=meeting.team_id, meeting__status=Meeting.Status.PLANNED, taken_off_at=None
    )
    booked = set(ahead.filter(patient_id__in=patient_ids).values_list("patient_id", flat=True))
    for patient_id in patient_ids:
        settle = access.begin_relationship if patient_id in booked else access.end_relationship
        settle(patient_id=patient_id, team_id=meeting.team_id, source=SOURCE, by=by.actor)


def _audit(action: str, case: Case, by: Viewer, **detail: Any) -> None:
    audit.record(action, by=by.actor, patient_ids=[case.patient_id], meeting=case.meeting_id, case=case.pk, **detail)
