"""The facts of a person's record from which their story is composed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Protocol

from localcare.access.types import OpenPerson
from localcare.record.calc.story import About, Fact, Piece, Stay, compose
from localcare.record.types import EncounterCategory, Item, Record

YEAR = timedelta(days=365)
WORDS = {
    EncounterCategory.EMERGENCY_ADMISSION: "an emergency admission",
    EncounterCategory.PLANNED_ADMISSION: "a planned admission",
}


class Tells(Protocol):
    """What a code says about a person: the condition it belongs to, in words, and how much it tells."""

    @property
    def subject(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def weight(self) -> float: ...


def story(person: OpenPerson, told: Record, telling: Mapping[str, Tells], on: date) -> list[Piece]:
    """The story of an open person on a day; `telling` says of codes of conditions what they tell."""
    inside = told.inpatient(on)
    stays = [_stay(item) for item in told.stays(since=on - YEAR) if item.started_on and item.started_on <= on]
    about = About(person.age, _town(person.address), person.died_on)
    return compose(about, most_telling(told.problems(on), telling), stays, _stay(inside) if inside else None, on)


def most_telling(problems: Sequence[Item], telling: Mapping[str, Tells]) -> list[Fact]:
    """One fact for each condition, most telling first; problems of no known condition follow as they are written."""
    facts: dict[str, tuple[float, Fact]] = {}
    for item in problems:
        known = telling.get(item.code)
        subject, label, weight = (
            (known.subject, known.label, known.weight) if known else (item.display, item.display, -1.0)
        )
        facts.setdefault(subject, (weight, Fact(label, f"problem-{item.id}")))
    return [fact for _, fact in sorted(facts.values(), key=lambda pair: -pair[0])]


def _stay(item: Item) -> Stay:
    assert item.started_on  # a stay without its day is in no story
    emergency = item.category == EncounterCategory.EMERGENCY_ADMISSION
    words = WORDS.get(EncounterCategory(item.category), "an admission")
    return Stay(words, f"stay-{item.id}", item.started_on, item.ended_on, emergency)


def _town(address: str) -> str:
    return address.rsplit(",", 1)[-1].strip()
