"""Reads of caseload. Entries hold ids only; people come from the gate, a page at a time, with one audit entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from localcare.access import queries as gate
from localcare.access.types import Viewer
from localcare.base import clock
from localcare.base.prepared import in_all, prepared
from localcare.caseload.leaving_out import left_out_of_list
from localcare.caseload.leaving_out import new_on_list as new_on_list
from localcare.caseload.models import CaseloadEntry, CaseloadState, ClosedChange, TeamRoom
from localcare.caseload.types import (
    DECLINED,
    Counts,
    Ending,
    Entry,
    Followed,
    Listed,
    Places,
    PracticeWork,
    Room,
    Row,
    State,
)
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.staff import queries as staff
from localcare.staff.types import Post, Team

DECIDED_BY_PRACTICE = DECLINED | {State.ACCEPTED, State.NAMED}

_ENTRY = (
    "id",
    "patient",
    "team",
    "team__name",
    "latest__state",
    "latest__at",
    "latest__reason",
    "latest__ending",
    "latest__author",
    "coordinator",
    "coordinator__user__name",
    "coordinator__phone",
    "team__phone",
    "review_on",
    "latest__seen",
)


def team_of(viewer: Viewer) -> Team | None:
    """The viewer's team; for somebody at a practice, the team of its cluster today."""
    if not viewer.works_at_practice:
        return staff.team(viewer.team_id) if viewer.team_id else None
    return team_of_practice(viewer.organisation_code, clock.today())


def team_of_practice(practice_code: str, on: date) -> Team | None:
    """The team of the cluster to which a practice belongs on a day; None where there is none."""
    cluster = places.cluster_of(practice_code, on)
    return staff.team_of_organisation(cluster.code) if cluster else None


def caseload(viewer: Viewer, *, mine: bool = False, state: State = State.ACCEPTED) -> Listed:
    """The entries of the viewer's team in a state, the latest first; `mine`, those they co-ordinate.

    At a practice, those of its own patients. Those whom the viewer may not open are left out and counted; of ended
    ones the team sees when and why, not who.
    """
    team = team_of(viewer)
    if team is None:
        return Listed((), 0)
    rows = CaseloadEntry.objects.filter(team=team, latest__state=state)
    if mine:
        rows = rows.filter(coordinator=viewer.post_id)
    found = _entries(_told(rows.order_by("-latest__at", "-id")))
    if state is State.CLOSED and not viewer.works_at_practice:
        return Listed(tuple(found), 0)
    decisions = gate.decisions(viewer, [entry.patient_id for entry in found])
    seen = tuple(entry for entry in found if entry.patient_id in decisions.allowed)
    hidden = state is State.ACCEPTED and not viewer.works_at_practice
    return Listed(seen, len(found) - len(seen) if hidden else 0, decisions)


def followed(viewer: Viewer, decided: Mapping[str, Entry]) -> dict[int, Followed]:
    """Everybody on the viewer's caseload by id, with their co-ordinator and review, for a page that opens a few.

    At a practice, its own patients, found among `handled`. Those who do not share their record with the team are among
    them: the gate refuses them when they are to be opened.
    """
    if viewer.works_at_practice:
        accepted = [e for e in decided.values() if e.state is State.ACCEPTED]
        return {e.patient_id: Followed(e.coordinator_post_id, e.coordinator_name, e.review_on) for e in accepted}
    return {i: Followed(*rest) for i, *rest in _accepted(viewer.team_id)} if viewer.team_id else {}


def reviews_late(viewer: Viewer, people: Mapping[int, Followed]) -> dict[int, Followed]:
    """Those of `followed` whose review by the team is past its day, the longest ago first; none for a practice, whose
    work it is not."""
    if viewer.works_at_practice:
        return {}
    today = clock.today()
    late = {i: one for i, one in people.items() if one.review_on and one.review_on < today}
    return dict(sorted(late.items(), key=lambda pair: (pair[1].review_on, pair[0])))


@prepared
def _accepted(team_id: int) -> QuerySet[Any]:
    rows = CaseloadEntry.objects.filter(team_id=team_id, latest__state=State.ACCEPTED)
    return rows.values_list("patient", "coordinator", "coordinator__user__name", "review_on")


def entries_of(viewer: Viewer, patient_ids: Collection[int]) -> dict[int, Entry]:
    """The entries of some people with the viewer's team, by patient id; the caller has opened them."""
    team = team_of(viewer)
    return {entry.patient_id: entry for entry in _entries_with(team.id, patient_ids)} if team else {}


def open_entries(viewer: Viewer, entries: Sequence[Entry]) -> list[Row]:
    """One page of entries with the people the gate opens; one audit entry names all shown."""
    people = gate.open_people(viewer, [entry.patient_id for entry in entries], page="caseload")
    return [Row(entry, people.get(entry.patient_id)) for entry in entries]


def counts(viewer: Viewer) -> Counts:
    """The viewer's caseload in numbers, today."""
    today, entries = clock.today(), caseload(viewer).entries
    return Counts(
        on_caseload=len(entries),
        mine=sum(e.coordinator_post_id == viewer.post_id for e in entries),
        review_due=sum(e.review_on is not None and e.review_on <= today for e in entries),
        without_coordinator=sum(e.coordinator_post_id is None for e in entries),
        room=room_of(viewer),
    )


def room_of(viewer: Viewer) -> Room:
    """How many the viewer's team can take on this month, and how many it has."""
    team, today = team_of(viewer), clock.today()
    return Room(room(team.id, today), taken_on(team.id, today)) if team else Room(None, 0)


def entry_of(patient_ids: Collection[int], *, team_id: int | None = None) -> Entry | None:
    """Where a person (all their ids) stands: on a caseload if on any, else the latest decision; None without one."""
    found = _entries(_decided_about(patient_ids)) if team_id is None else _entries_with(team_id, patient_ids)
    entries = sorted(found, key=lambda e: (e.state is State.ACCEPTED, e.since))
    return entries[-1] if entries else None


def looked_after(patient_ids: Collection[int]) -> Entry | None:
    """The team on whose caseload a person (all their ids) is, with their care co-ordinator; None where on none."""
    entry = entry_of(patient_ids)
    return entry if entry and entry.state is State.ACCEPTED else None


def all_looked_after(patient_ids: Collection[int]) -> dict[int, Entry]:
    """The team on whose caseload each of some people is, by patient id; those on none are left out."""
    entries = sorted(_entries(_decided_about(patient_ids)), key=lambda e: e.since)
    return {entry.patient_id: entry for entry in entries if entry.state is State.ACCEPTED}


def handled(practice_code: str) -> dict[str, Entry]:
    """Where people registered with a practice stand with its cluster team, by the pseudonym they have on its list.

    Pseudonyms are made afresh each time, so that a changed NHS number or a merge holds the same day, and no table
    lays a pseudonym beside a person.
    """
    team = team_of_practice(practice_code, clock.today())
    if team is None:
        return {}
    pseudonyms = gate.list_pseudonyms(practice_code, [patient for (patient,) in _decided_by(team.id)])
    entries = {e.patient_id: e for e in _entries_with(team.id, pseudonyms.values())}
    return {pseudonym: entries[i] for pseudonym, i in pseudonyms.items()}


def practice_work(practice_code: str) -> PracticeWork:
    """How far a practice is with its own list, in numbers: for its manager, who sees nobody on it."""
    decided = handled(practice_code)
    by_author: dict[str, dict[str, int]] = {}
    for entry in decided.values():
        if entry.state in DECIDED_BY_PRACTICE:
            counts = by_author.setdefault(entry.author, {})
            counts[entry.label] = counts.get(entry.label, 0) + 1
    if gate.list_ended(practice_code):
        return PracticeWork(0, 0, 0, by_author)
    out = left_out_of_list(practice_code, decided).pseudonyms
    return PracticeWork(
        listed=population.practice_list_size(practice_code),
        to_decide=population.practice_list_size(practice_code, exclude=out),
        new=new_on_list(practice_code, decided),
        decided=dict(sorted(by_author.items())),
    )


def room(team_id: int, on: date) -> int | None:
    """How many people a month a team can take on, as it said last before or on a day; None if it never said."""
    return next((places_a_month for (places_a_month,) in _rooms(team_id, on)), None)


@prepared
def _rooms(team_id: int, on: date) -> QuerySet[Any]:
    rows = TeamRoom.objects.filter(team_id=team_id, starts__lte=on).order_by("-starts")
    return rows.values_list("places_a_month")[:1]


def taken_on(team_id: int, on: date) -> int:
    """How many people a team took on in the month of a day, whether or not they are still with it."""
    return _taken_on_since(team_id, on.replace(day=1))


def places_now(team_id: int, on: date) -> Places | None:
    """The team's places of the week of a day, or of its month where it gave no number a week; None if it never said.

    A week never gives more than what the month has left. Weeks begin on Monday.
    """
    rows = TeamRoom.objects.filter(team_id=team_id, starts__lte=on).order_by("-starts")
    said = rows.values_list("places_a_month", "places_a_week").first()
    if said is None:
        return None
    month, week = said
    month_taken = taken_on(team_id, on)
    left_in_month = max(0, month - month_taken)
    if week is None:
        return Places("month", month, month_taken, left_in_month)
    taken = _taken_on_since(team_id, on - timedelta(days=on.weekday()))
    return Places("week", week, taken, min(max(0, week - taken), left_in_month))


def _taken_on_since(team_id: int, day: date) -> int:
    return _taken_on(team_id, datetime(day.year, day.month, day.day, tzinfo=clock.LONDON))[0][0]


@prepared
def _taken_on(team_id: int, since: datetime) -> QuerySet[Any]:
    steps = CaseloadState.objects.filter(entry__team_id=team_id, state=State.ACCEPTED, at__gte=since)
    return in_all(steps, Count("entry_id", distinct=True))


def expected_relationships() -> Iterator[tuple[int, int]]:
    """(patient id, team id) of everybody on a caseload: whom `access` should find related because of it."""
    accepted = CaseloadEntry.objects.filter(latest__state=State.ACCEPTED)
    yield from accepted.values_list("patient", "team").iterator()


def departed(as_at: date, patient_ids: Collection[int] | None = None) -> list[tuple[Entry, Ending]]:
    """Those on a caseload who died, or on that day are not registered in the cluster of the team that has them.

    Of everybody, or of some patients and whoever is linked as the same person.
    """
    rows = CaseloadEntry.objects.filter(latest__state=State.ACCEPTED)
    if patient_ids is not None:
        rows = rows.filter(patient_id__among=gate.same_people(patient_ids))
    entries = _entries(_told(rows))
    found = gate.whereabouts([entry.patient_id for entry in entries], as_at)
    teams = {
        code: team_of_practice(code, as_at) for code in {w.practice_code for w in found.values() if w.practice_code}
    }
    ended = []
    for entry in entries:
        where = found[entry.patient_id]
        team = teams.get(where.practice_code or "")
        if where.died_on:
            ended.append((entry, Ending.DIED))
        elif team is None or team.id != entry.team_id:
            ended.append((entry, Ending.MOVED_AWAY))
    return ended


def last_states(patient_ids: Collection[int], team_id: int) -> tuple[State, State]:
    """Where a person (all their ids) stands with a team, and where they stood before; proposed where nobody decided."""
    rows = CaseloadState.objects.filter(entry__patient_id__in=list(patient_ids), entry__team_id=team_id)
    found = [State(state) for state in rows.order_by("-id").values_list("state", flat=True)[:2]]
    now, before = [*found, State.PROPOSED, State.PROPOSED][:2]
    return now, before


def history(patient_ids: Iterable[int]) -> list[CaseloadState]:
    """Every step taken with a person, the latest first."""
    steps = CaseloadState.objects.filter(entry__patient_id__in=list(patient_ids))
    return list(steps.select_related("entry__team").order_by("-id"))


def possible_coordinators(viewer: Viewer) -> list[Post]:
    """The posts of the viewer's team today, by name."""
    return staff.members([viewer.team_id], clock.today()) if viewer.team_id else []


def _decided() -> QuerySet[CaseloadEntry]:
    return CaseloadEntry.objects.exclude(latest=None)


def _told(rows: QuerySet[CaseloadEntry]) -> QuerySet[Any]:
    """Plain rows instead of five model objects each: a caseload has hundreds."""
    return rows.values_list(*_ENTRY)


@prepared
def _decided_by(team_id: int) -> QuerySet[Any]:
    return _decided().filter(team_id=team_id).values_list("patient")


@prepared
def _decided_about(patient_ids: Collection[int]) -> QuerySet[Any]:
    return _told(_decided().filter(patient_id__among=patient_ids))


def _entries_with(team_id: int, patient_ids: Collection[int]) -> list[Entry]:
    return _entries(_decided_by_about(team_id, patient_ids))


@prepared
def _decided_by_about(team_id: int, patient_ids: Collection[int]) -> QuerySet[Any]:
    return _told(_decided().filter(team_id=team_id, patient_id__among=patient_ids))


def _entries(rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
    return [
        Entry(
            id=row[0],
            patient_id=row[1],
            team_id=row[2],
            team_name=row[3],
            state=State(row[4]),
            since=row[5],
            reason=row[6],
            ending=row[7],
            author=row[8],
            coordinator_post_id=row[9],
            coordinator_name=row[10] or "",
            coordinator_phone=row[11] or row[12],
            review_on=row[13],
            seen=row[14],
        )
        for row in rows
    ]


def closed_changes(viewer: Viewer, statement_ids: Collection[int]) -> set[int]:
    """Those of the statements whose line on Today the viewer's team has closed."""
    team = team_of(viewer)
    if team is None:
        return set()
    return {statement_id for (statement_id,) in _closed_changes(team.id, statement_ids)}


@prepared
def _closed_changes(team_id: int, statement_ids: Collection[int]) -> QuerySet[Any]:
    rows = ClosedChange.objects.filter(team_id=team_id, statement_id__among=statement_ids)
    return rows.values_list("statement_id")
