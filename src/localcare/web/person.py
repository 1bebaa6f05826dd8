"""What the person page shows, gathered from the rooms and shaped for reading."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from localcare.access import banners, oversight
from localcare.access import queries as gate
from localcare.access.banners import Banner
from localcare.access.types import OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import EndedPlan, PlanSummary
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry
from localcare.mdt import queries as mdt
from localcare.mdt.types import Decided
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import FlagCategory, Item, Measurement, Piece, Speaks, is_private
from localcare.tasks import queries as tasks
from localcare.tasks.types import Item as Task
from localcare.tasks.types import Status
from localcare.web import involved
from localcare.web.calc import missing
from localcare.web.calc.involved import Involved
from localcare.web.calc.missing import Missing

OPEN = frozenset({Status.GIVEN, Status.TAKEN})
YEAR = timedelta(days=365)
FOLD_FROM = 3


@dataclass(frozen=True)
class Folded:
    """Statements of one kind and text on the timeline, told once: the latest, how often, and since when."""

    item: Item
    times: int
    first: date | None


@dataclass(frozen=True)
class PersonPage:
    person: OpenPerson
    story: list[Piece]
    stays: Sequence[Item]
    last_look: datetime | None
    changes: Sequence[Item]
    plan: PlanSummary | None
    ended_plan: EndedPlan | None
    sources: Sequence[Speaks]
    missing: Missing
    entry: Entry | None
    tasks: Sequence[Task]
    decisions: Sequence[Decided]
    listed: str
    problems: Sequence[Item]
    medicines: Sequence[Item]
    allergies: Sequence[Item]
    allergies_over: Sequence[Item]
    no_known_allergies: Sequence[Item]
    escalation: Sequence[Item]
    needs: Sequence[Item]
    other_flags: Sequence[Item]
    new_alerts: int
    alerts: Banner
    services: Sequence[Item]
    involved: Sequence[Involved]
    measurements: Sequence[Measurement]
    entries: Sequence[Item]


def build(viewer: Viewer, person: OpenPerson) -> PersonPage:
    """Everything on one screen. The gate has opened `person`; every id passed on is theirs."""
    today, now = clock.today(), clock.now()
    last_look = oversight.last_look(viewer, person.ids, before=now)
    told = record.of_person(person)
    news = told.known_since(last_look or now - timedelta(days=30))
    problems = told.problems(today)
    inside = told.inpatient(today)
    year = told.stays(since=today - YEAR)
    plan = careplans.plan_of(person.ids)
    sources = record.sources_of(told, person.practice_code)
    entry = caseload.looked_after(person.ids)
    todo = [t for t in tasks.of_person(viewer, person.ids) if t.status in OPEN]
    meetings = mdt.meetings_of(person)
    return PersonPage(
        person=person,
        story=record.story(person, told, population.telling([item.code for item in problems]), today),
        stays=[*([inside] if inside and inside not in year else []), *year],
        last_look=last_look,
        changes=[item for item in news if not is_private(item)],
        new_alerts=sum(is_private(item) for item in news),
        plan=plan,
        ended_plan=None if plan else careplans.ended_plan_of(person.ids),
        sources=sources,
        missing=missing.of(
            person.practice_name, person.not_sharing, [heard.kinds for heard in sources], loaded=bool(told.items)
        ),
        entry=entry,
        tasks=todo,
        decisions=meetings.decisions,
        listed=_listed(person),
        problems=problems,
        medicines=told.medicines(today),
        allergies=told.allergies(),
        allergies_over=told.allergies_over(),
        no_known_allergies=told.no_known_allergies(),
        escalation=told.flags(today, FlagCategory.ESCALATION),
        needs=told.flags(today, FlagCategory.ADJUSTMENT),
        other_flags=told.flags(today, FlagCategory.OTHER, FlagCategory.DEATH),
        alerts=banners.leading_on(viewer, person, record.banner_of(person, told, today)),
        services=told.services(today),
        involved=involved.of(entry=entry, plan=plan, tasks=todo, items=told.items, booked=meetings.next, today=today),
        measurements=told.measurements(),
        entries=[item for item in told.items if not is_private(item)],
    )


def fold(items: Sequence[Item], *, all_entries: bool, apart: Collection[str] = ()) -> list[Folded]:
    """What repeats (the same three times or more) is told once, unless all entries are asked for.

    Items of these references (`apart`) stand by themselves: a seal is on one item.
    """
    if all_entries:
        return [Folded(item, 1, item.started_on) for item in items]

    def key(item: Item) -> tuple[str, str]:
        return item.kind, item.reference if item.reference in apart else item.display

    counted = {k: list(group) for k, group in groupby(sorted(items, key=key), key=key)}
    told, folded = set(), []
    for item in items:
        group = counted[key(item)]
        if len(group) < FOLD_FROM:
            folded.append(Folded(item, 1, item.started_on))
        elif key(item) not in told:
            told.add(key(item))
            folded.append(Folded(item, len(group), min((i.started_on for i in group if i.started_on), default=None)))
    return folded


def _listed(person: OpenPerson) -> str:
    """The segment and the reasons of the practice's list, where the person stands on it.

    They are made from everything: where something is hidden from the viewer they could tell it, so they are left out.
    """
    if person.hidden:
        return ""
    found = [population.entry(p) for p in gate.list_pseudonyms_of(person)]
    entry = next((e for e in found if e), None)
    return _in_words(entry) if entry else ""


def _in_words(entry) -> str:
    because = "; ".join(population.reasons_in_words(entry.reasons)) or "no single reason stands out"
    return f"{population.group_label(entry.group)}. On the practice's list of people at greatest risk: {because}."
