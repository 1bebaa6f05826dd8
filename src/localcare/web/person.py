"""What the person page shows, gathered from the rooms and shaped for reading."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from localcare.access import oversight
from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import PlanSummary
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry
from localcare.mdt import queries as mdt
from localcare.mdt.types import Decided
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import Item, Measurement
from localcare.tasks import queries as tasks
from localcare.tasks.types import Item as Task
from localcare.tasks.types import Status
from localcare.web.calc.story import About, Fact, Piece, compose

OPEN = frozenset({Status.GIVEN, Status.TAKEN})
YEAR = timedelta(days=365)
STAYS = ("emergency_admission", "planned_admission")
FOLD_FROM = 3
TIMELINE = 200


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
    last_look: datetime | None
    changes: Sequence[Item]
    plan: PlanSummary | None
    entry: Entry | None
    tasks: Sequence[Task]
    decisions: Sequence[Decided]
    listed: str
    problems: Sequence[Item]
    medicines: Sequence[Item]
    allergies: Sequence[Item]
    flags: Sequence[Item]
    services: Sequence[Item]
    measurements: Sequence[Measurement]
    timeline: Sequence[Folded]
    all_entries: bool

    @property
    def alerts(self) -> list[str]:
        """What the banner says in red: allergies, then decisions and flags."""
        told = [(f"Allergy: {item.display}", item) for item in self.allergies]
        told += [(item.display, item) for item in self.flags]
        return [f"{words} (sealed)" if self.person.seal_on(item.reference) else words for words, item in told]

    @property
    def notes(self) -> list[str]:
        if self.person.sharing.only_of:
            return ["Allergies told by others are not shown"]
        return [] if self.allergies or self.person.hidden else ["No allergy told to us"]


def build(viewer: Viewer, person: OpenPerson, *, all_entries: bool = False) -> PersonPage:
    """Everything on one screen. The gate has opened `person`; every id passed on is theirs."""
    today, now = clock.today(), clock.now()
    last_look = oversight.last_look(viewer, person.ids, before=now)
    told = record.of_person(person)
    problems = told.problems(today)
    stays = told.encounters(since=today - YEAR, categories=STAYS)
    entry = caseload.entry_of(person.ids)
    return PersonPage(
        person=person,
        story=tell(person, problems, stays, today),
        last_look=last_look,
        changes=told.known_since(last_look or now - timedelta(days=30)),
        plan=careplans.plan_of(person.ids),
        entry=entry,
        tasks=[t for t in tasks.of_person(viewer, person.ids) if t.status in OPEN],
        decisions=mdt.decisions_of(person),
        listed=_listed(person),
        problems=problems,
        medicines=told.medicines(today),
        allergies=told.allergies(),
        flags=told.flags(today),
        services=told.services(today),
        measurements=told.measurements(),
        timeline=fold(told.items[:TIMELINE], all_entries=all_entries, apart={seal.item for seal in person.seals}),
        all_entries=all_entries,
    )


def tell(person: OpenPerson, problems: Sequence[Item], stays: Sequence[Item], today: date) -> list[Piece]:
    emergencies = [s for s in stays if s.category == "emergency_admission"]
    inside = next((s for s in stays if s.started_on and s.ended_on is None), None)
    about = About(person.age, _town(person.address), person.died_on)
    return compose(
        about, most_telling(problems), [_fact(e) for e in emergencies], _fact(inside) if inside else None, today
    )


def most_telling(problems: Sequence[Item]) -> list[Fact]:
    """One fact for each condition, most telling first; problems of no known condition follow as they are written."""
    told = population.telling([item.code for item in problems])
    facts: dict[str, tuple[float, Fact]] = {}
    for item in problems:
        known = told.get(item.code)
        subject, label, weight = (
            (known.subject, known.label, known.weight) if known else (item.display, item.display, -1.0)
        )
        fact = Fact(label, f"statement-{item.id}", item.started_on, item.ended_on)
        facts.setdefault(subject, (weight, fact))
    return [fact for _, fact in sorted(facts.values(), key=lambda pair: -pair[0])]


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


def _fact(item: Item) -> Fact:
    return Fact(item.display, f"statement-{item.id}", item.started_on, item.ended_on)


def _town(address: str) -> str:
    return address.rsplit(",", 1)[-1].strip()
