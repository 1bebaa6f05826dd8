"""The story of a person in one or two sentences, composed from facts, each with the place that tells its source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Where the page tells from whose registration name, age and home come.
REGISTERED = "registered"


@dataclass(frozen=True)
class Fact:
    """A condition the story may name. `anchor` is where the page shows it with its source."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Stay:
    """A stay in hospital: its kind in words ("an emergency admission"), and its days as far as they are told."""

    words: str
    anchor: str
    started: date
    ended: date | None = None
    emergency: bool = False


@dataclass(frozen=True)
class Piece:
    """A run of text, linked where it states a fact."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class About:
    age: int | None
    town: str
    died_on: date | None


def compose(
    about: About, problems: Sequence[Fact], stays: Sequence[Stay], inside: Stay | None, on: date
) -> list[Piece]:
    """Pieces of text in reading order: who and where, the three most telling problems, the last stay in hospital.

    `problems` come most telling first; `stays` are those of the 12 months to `on`, latest first; `inside` is the stay
    that goes on. Where somebody is after a discharge nobody says, so the story does not.
    """
    pieces = [Piece(_who(about), REGISTERED)]
    if problems:
        pieces += [Piece(" ")]
        for place, problem in enumerate(problems[:3]):
            text = problem.text if place else problem.text[:1].upper() + problem.text[1:]
            pieces += [Piece(text, problem.anchor), Piece(", " if place < min(len(problems), 3) - 1 else ".")]
    stay = inside or next(iter(stays), None)
    if about.died_on or stay is None:
        return pieces
    emergencies = sum(one.emergency for one in stays)
    return [*pieces, Piece(" "), *_stay(stay, inside is not None, emergencies, on)]


def _stay(stay: Stay, goes_on: bool, emergencies: int, on: date) -> list[Piece]:
    """The last stay, and how many emergency admissions there were in 12 months."""
    counted = stay.emergency and emergencies > 1
    which = f"the {_ordinal(emergencies)} emergency admission in 12 months" if counted else stay.words
    if goes_on:
        first, rest = f"In hospital since {_day(stay.started, on)}", f", {which}."
    elif stay.ended:
        first, rest = f"Discharged {_day(stay.ended, on)}", f" after {which}."
    else:
        first, rest = f"Admitted {_day(stay.started, on)}", f", {which}; the day of discharge is not told to us."
    more = f" {_number(emergencies)} in 12 months." if emergencies and not stay.emergency else ""
    return [Piece(first, stay.anchor), Piece(rest + more)]


def _who(about: About) -> str:
    if about.died_on:
        return f"Died {_day(about.died_on)} {about.died_on.year}" + (
            "." if about.age is None else f", aged {about.age}."
        )
    parts = [str(about.age)] if about.age is not None else []
    parts += [f"lives in {about.town}"] if about.town else []
    return (", ".join(parts) or "Age and home not recorded") + "."


def _number(emergencies: int) -> str:
    return "One emergency admission" if emergencies == 1 else f"{emergencies} emergency admissions"


def _ordinal(number: int) -> str:
    words = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    if number < len(words):
        return words[number]
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _day(value: date, on: date | None = None) -> str:
    """A day, with its year where that is another than that of `on`."""
    return f"{value.day} {value:%B}" + (f" {value.year}" if on and on.year != value.year else "")
