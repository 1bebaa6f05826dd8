"""The story of a person in one or two sentences, composed from facts, each with the statement it comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

EMERGENCY_ADMISSION = "emergency_admission"


@dataclass(frozen=True)
class Fact:
    """A dated statement the story may use. `anchor` is where the page shows it."""

    text: str
    anchor: str
    started: date | None = None
    ended: date | None = None


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
    about: About, problems: Sequence[Fact], emergencies: Sequence[Fact], in_hospital: Fact | None, on: date
) -> list[Piece]:
    """Pieces of text in reading order: who and where, the three most telling problems, where the person is now.

    `problems` come most telling first; `emergencies` are those of the 12 months to `on`, latest first.
    """
    pieces = [Piece(_who(about))]
    if problems:
        pieces += [Piece(" ")]
        for place, problem in enumerate(problems[:3]):
            text = problem.text if place else problem.text[:1].upper() + problem.text[1:]
            pieces += [Piece(text, problem.anchor), Piece(", " if place < min(len(problems), 3) - 1 else ".")]
    if about.died_on:
        return pieces
    if in_hospital:
        pieces += [Piece(" "), Piece(f"In hospital since {_day(in_hospital.started)}", in_hospital.anchor)]
        pieces += [Piece(_nth(len(emergencies)))] if emergencies else [Piece(".")]
    elif emergencies:
        latest = emergencies[0]
        pieces += [Piece(" "), Piece(f"Home since {_day(latest.ended or latest.started)}", latest.anchor)]
        pieces += [Piece(" after an emergency admission" if len(emergencies) == 1 else _after_nth(len(emergencies)))]
        pieces += [Piece(".")] if len(emergencies) == 1 else []
    return pieces


def _who(about: About) -> str:
    if about.died_on:
        return f"Died {_day(about.died_on)} {about.died_on.year}" + (
            "." if about.age is None else f", aged {about.age}."
        )
    parts = [str(about.age)] if about.age is not None else []
    parts += [f"lives in {about.town}"] if about.town else []
    return (", ".join(parts) or "Age and home not recorded") + "."


def _nth(number: int) -> str:
    return "." if number < 2 else f", the {_ordinal(number)} emergency admission in 12 months."


def _after_nth(number: int) -> str:
    return f" after the {_ordinal(number)} emergency admission in 12 months."


def _ordinal(number: int) -> str:
    words = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
    if number < len(words):
        return words[number]
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _day(value: date | None) -> str:
    return f"{value.day} {value:%B}" if value else "an unrecorded day"
