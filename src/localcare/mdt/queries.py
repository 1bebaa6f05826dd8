"""Reads of meetings."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.roles import roles
from localcare.access.types import Answering, Capability, OpenPerson, Sight, Viewer
from localcare.base import clock
from localcare.base.prepared import prepared
from localcare.careplans import queries as careplans
from localcare.caseload import queries as caseload
from localcare.mdt import actions, in_record
from localcare.mdt.calc import agenda as arithmetic
from localcare.mdt.models import Attendance, Case, CaseMinutes, Meeting
from localcare.mdt.types import Agenda, Attendee, Booked, CaseRow, Decided, MeetingRow, Meetings, NextMeeting, OpenCase
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import is_private
from localcare.staff import queries as staff
from localcare.staff.types import Team
from localcare.tasks import queries as tasks
from localcare.tasks.types import Item

FIRST_LOOK_BACK = timedelta(days=28)


def next_meeting(viewer: Viewer) -> NextMeeting | None:
    """The next meeting of the viewer's team; None where none is planned."""
    team = _team_of(viewer)
    row = next(iter(_rows(_next_of_team(team.pk))), None) if team else None
    return NextMeeting(row.meeting, row.cases, row.room) if row else None


def upcoming(viewer: Viewer) -> list[MeetingRow]:
    """Meetings of the viewer's team that are not closed, the earliest first."""
    return _rows(_of_team(viewer).filter(status=Meeting.Status.PLANNED).order_by("starts_at"))


def held(viewer: Viewer, *, oldest_first: bool = False) -> QuerySet[Meeting]:
    """Meetings of the viewer's team that were held, the latest first, to be paged; `rows` makes a page of them."""
    order = "starts_at" if oldest_first else "-starts_at"
    return _of_team(viewer).filter(status=Meeting.Status.HELD).order_by(order)


def rows(meetings: Iterable[Meeting]) -> list[MeetingRow]:
    """One page of meetings with their cases counted."""
    return _rows(meetings)


def answer_of(meeting_id: int, post_id: int) -> bool | None:
    """Whether somebody said they come to a meeting; None where they gave no answer."""
    said = Attendance.objects.filter(meeting=meeting_id, post=post_id)
    return said.values_list("coming", flat=True).first()


def open_agenda(viewer: Viewer, meeting_id: int) -> Agenda:
    """A meeting and its agenda; one audit entry names everybody shown.

    Raises Meeting.DoesNotExist, or Refused for another team's meeting.
    """
    meeting = Meeting.objects.select_related("team__organisation").get(pk=meeting_id)
    actions.require_joining(meeting, viewer)
    cases = list(_cases().filter(meeting=meeting))
    people = gate.open_people(viewer, [case.patient_id for case in cases], page=f"agenda of meeting {meeting.pk}")
    return _agenda(viewer, meeting, cases, people)


def open_case(viewer: Viewer, case_id: int, *, in_company: bool = False) -> OpenCase:
    """One case with all that the team needs to decide. The look is audited.

    `in_company`: on a shared screen, where nothing sealed is shown, whoever looks. Raises Case.DoesNotExist, or Refused
    for another team's meeting or without a right to the person.
    """
    case = _cases().select_related("meeting__team__organisation").get(pk=case_id)
    actions.require_joining(case.meeting, viewer, (case.patient_id,))
    page = f"case at meeting {case.meeting_id}"
    person = gate.open_person(viewer, case.patient_id, page=page, in_company=in_company)
    agenda = open_agenda(viewer, case.meeting_id)
    since = _previous(case)
    before_id, after_id = _beside(agenda, case.pk)
    told, today = record.of_person(person), clock.today()
    problems = told.problems(today)
    sealed = in_record.reference_of(case.pk, case.meeting.team.organisation.code) in person.hidden
    return OpenCase(
        case=case,
        person=person,
        latest=None if sealed else CaseMinutes.objects.filter(case=case).order_by("-number").first(),
        sealed=sealed,
        actions=actions_of(viewer, case.pk),
        agenda=agenda,
        next_id=_following(agenda, case.pk),
        before_id=before_id,
        after_id=after_id,
        plan=careplans.plan_of(person.ids),
        decisions=[d for d in decisions_of(person) if d.case_id != case.pk][:3],
        story=record.story(person, told, population.telling([item.code for item in problems]), today),
        problems=len(problems),
        # Our own minutes stand under the last decisions; alerts for staff in the banner, behind one press.
        changes=[
            item
            for item in told.known_since(since, happened_since=since.date())
            if item.category != actions.SOURCE and not is_private(item)
        ],
        changes_since=since,
        open_tasks=[t for t in tasks.of_person(viewer, person.ids) if t.status in ("given", "taken")],
        alerts=banners.leading_on(viewer, person, record.banner_of(person, told, today)),
    )


def person_of_case(viewer: Viewer, meeting_id: int, case_id: int) -> OpenPerson:
    """Whom a case on the agenda of a meeting is about. The look is audited.

    Raises Case.DoesNotExist, or Refused for another team's meeting or without a right to the person.
    """
    case = _cases().select_related("meeting__team__organisation").get(pk=case_id, meeting=meeting_id)
    actions.require_joining(case.meeting, viewer, (case.patient_id,))
    page = f"told of meeting {meeting_id}"
    return gate.open_person(viewer, case.patient_id, page=page, capability=Capability.JOIN_MEETING)


def decisions_of(person: Sight) -> list[Decided]:
    """What meetings decided about an opened person, the latest first; not what is hidden from the viewer."""
    return meetings_of(person).decisions


def actions_of(viewer: Viewer, case_id: int) -> list[Item]:
    """The actions that a meeting gave about a person whom the caller has opened, oldest first."""
    return tasks.of_origin(viewer, actions.origin_ref(case_id))


def meetings_of(person: Sight) -> Meetings:
    """What meetings decided about an opened person, as `decisions_of`, and the next on whose agenda they stand."""
    decisions, planned = [], []
    for code, status, taken_off_at, *row in _cases_about(person.ids):
        decided = Decided(*row)
        if status == Meeting.Status.PLANNED and taken_off_at is None:
            planned.append(Booked(decided.team, decided.on))
        # A case without minutes has no author of any.
        if decided.author is not None and in_record.reference_of(decided.case_id, code) not in person.hidden:
            decisions.append(decided)
    return Meetings(decisions[::-1], planned[0] if planned else None)


@prepared
def _cases_about(patient_ids: Collection[int]) -> QuerySet[Any]:
    # Minutes are saved in versions; the last of each case holds.
    last = CaseMinutes.objects.filter(case=OuterRef("pk")).order_by("-number")
    rows = Case.objects.filter(patient_id__among=patient_ids).order_by("meeting__starts_at", "id")
    meeting = ("meeting__team__organisation__code", "meeting__status", "taken_off_at", "pk", "meeting")
    words = {f"last_{name}": Subquery(last.values(name)[:1]) for name in ("discussion", "decision", "author")}
    return rows.annotate(**words).values_list(*meeting, "meeting__starts_at", "meeting__team__name", *words)


def booked_for(viewer: Viewer, patient_ids: Collection[int]) -> Meeting | None:
    """The next meeting on whose agenda a person stands already, for the viewer's team."""
    team = caseload.team_of(viewer)
    rows = Case.objects.filter(patient_id__in=patient_ids, taken_off_at=None, meeting__status=Meeting.Status.PLANNED)
    case = rows.filter(meeting__team=team).select_related("meeting").order_by("meeting__starts_at").first()
    return case.meeting if case else None


def expected_relationships() -> Iterable[tuple[int, int]]:
    """(patient id, team id) of everybody on an agenda not yet closed: what the source `mdt` should hold open."""
    rows = Case.objects.filter(taken_off_at=None, meeting__status=Meeting.Status.PLANNED)
    return rows.values_list("patient_id", "meeting__team_id").distinct()


def _team_of(viewer: Viewer) -> Team | None:
    return caseload.team_of(viewer) if viewer.can(Capability.JOIN_MEETING) else None


def _of_team(viewer: Viewer) -> QuerySet[Meeting]:
    team = _team_of(viewer)
    return Meeting.objects.filter(team=team).select_related("team") if team else Meeting.objects.none()


@prepared
def _next_of_team(team_id: int) -> QuerySet[Any]:
    planned = Meeting.objects.filter(team_id=team_id, status=Meeting.Status.PLANNED)
    return planned.select_related("team").order_by("starts_at")[:1]


def _rows(meetings: Iterable[Meeting]) -> list[MeetingRow]:
    found = list(meetings)
    counts = {meeting: (cases, done) for meeting, cases, done in _cases_at([m.pk for m in found])} if found else {}
    return [
        MeetingRow(
            m, counts.get(m.pk, (0, 0))[0], arithmetic.room(m.minutes, m.minutes_per_case), counts.get(m.pk, (0, 0))[1]
        )
        for m in found
    ]


@prepared
def _cases_at(meeting_ids: Collection[int]) -> QuerySet[Any]:
    on_agenda = _cases().filter(meeting_id__among=meeting_ids).order_by().values("meeting")
    counted = on_agenda.annotate(cases=Count("pk"), done=Count("pk", filter=Q(recorded=True)))
    return counted.values_list("meeting", "cases", "done")


def _cases() -> QuerySet[Case]:
    minutes = CaseMinutes.objects.filter(case=OuterRef("pk"))
    return Case.objects.filter(taken_off_at=None).annotate(recorded=Exists(minutes)).order_by("position", "id")


def _agenda(viewer: Viewer, meeting: Meeting, cases: Sequence[Case], people: Mapping[int, OpenPerson]) -> Agenda:
    attendees = _attendees(meeting)
    coming = {a.role for a in attendees if a.coming}
    return Agenda(
        meeting=meeting,
        cases=[_row(case, people.get(case.patient_id)) for case in cases],
        room=arithmetic.room(meeting.minutes, meeting.minutes_per_case),
        minutes_booked=sum(case.minutes for case in cases),
        attendees=attendees,
        missing=arithmetic.missing(coming, core=True),
        missing_others=arithmetic.missing(coming, core=False),
        may_run=viewer.can(Capability.RUN_MEETING) and viewer.team_id == meeting.team_id,
    )


def _row(case: Case, person: OpenPerson | None) -> CaseRow:
    return CaseRow(
        id=case.pk,
        person=person,
        reason=case.reason if person else "",
        minutes=case.minutes,
        told=case.told != Answering.NOT_YET,
        told_in_words=case.told_in_words if person else "",
        asked_by=case.asked_by if person else "",
        recorded=case.recorded,  # type: ignore[attr-defined]
        carried=case.carried_from_id is not None,
    )


def _attendees(meeting: Meeting) -> list[Attendee]:
    """The team, those of its cluster's practices who may join, and what each has answered."""
    today = clock.today()
    practices = [p.code for p in places.members(meeting.team.organisation.code, today)]
    posts = [*staff.members([meeting.team_id], today), *staff.posts_at(practices, today)]
    said = dict(Attendance.objects.filter(meeting=meeting).values_list("post_id", "coming"))
    joining = [p for p in posts if Capability.JOIN_MEETING in roles()[p.role].capabilities]
    return [
        Attendee(p.id, p.user.name, p.role, roles()[p.role].label, p.organisation.name, said.get(p.id)) for p in joining
    ]


def _previous(case: Case):
    """When the person was last discussed; four weeks before the meeting if never."""
    earlier = CaseMinutes.objects.filter(
        case__patient_id=case.patient_id, case__meeting__starts_at__lt=case.meeting.starts_at
    ).order_by("-case__meeting__starts_at")
    last = earlier.select_related("case__meeting").first()
    return last.case.meeting.starts_at if last else case.meeting.starts_at - FIRST_LOOK_BACK


def _following(agenda: Agenda, case_id: int) -> int | None:
    """The next case after this one that has no minutes and that the viewer may open; then from the top."""
    at = next(n for n, row in enumerate(agenda.cases) if row.id == case_id)
    around = [*agenda.cases[at + 1 :], *agenda.cases[:at]]
    return next((row.id for row in around if not row.recorded and row.person), None)


def _beside(agenda: Agenda, case_id: int) -> tuple[int | None, int | None]:
    """The cases before and after this one in the order of the agenda, of those that the viewer may open."""
    ids = [row.id for row in agenda.cases if row.person or row.id == case_id]
    at = ids.index(case_id)
    return ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None
