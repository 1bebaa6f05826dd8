"""The four choices of a person, as data: what each answer does for each purpose."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from django.db import connection

from localcare.access import facts, pseudonyms
from localcare.access.models import Choice
from localcare.access.types import ChoiceKind
from localcare.base import clock
from localcare.patients import queries as patients


@dataclass(frozen=True)
class Answer:
    """One answer, and what it does for care, the practice's lists, and planning."""

    value: str
    label: str
    care: str
    lists: str
    planning: str


@dataclass(frozen=True)
class Kind:
    """One of the four choices; the first answer holds where nobody has said anything."""

    kind: ChoiceKind
    label: str
    about: str
    who_sets: str
    answers: tuple[Answer, ...]

    @property
    def default(self) -> str:
        return self.answers[0].value

    @property
    def values(self) -> frozenset[str]:
        return frozenset(answer.value for answer in self.answers)

    def answer(self, value: str) -> Answer:
        return next(answer for answer in self.answers if answer.value == value)


@dataclass(frozen=True)
class Chosen:
    """What holds of one choice: its value, since when and by whom recorded (None where nobody has said anything).

    `answered` says in words who answered, where it was recorded here.
    """

    kind: Kind
    value: str
    at: datetime | None
    by: str
    answered: str = ""

    @property
    def answer(self) -> Answer:
        return self.kind.answer(self.value)


@cache
def choices() -> Mapping[ChoiceKind, Kind]:
    """The four choices, in their order. Raises ValueError for one that does not exist."""
    text = resources.files("localcare.access").joinpath("definitions/choices.toml").read_text("utf-8")
    rows = {key: row for key, row in tomllib.loads(text).items() if isinstance(row, dict)}
    return {
        ChoiceKind(key): Kind(
            ChoiceKind(key),
            row["label"],
            row["about"],
            row["who_sets"],
            tuple(Answer(value, **answer) for value, answer in row["answers"].items()),
        )
        for key, row in rows.items()
    }


# Of two records joined as one person the strictest answer holds.
STRICTEST = ("yes", "objected", "cannot_ask", "not_asked", "given", "no")


def choices_of(ids: Collection[int]) -> dict[ChoiceKind, Chosen]:
    """What holds of a person's four choices: the latest answer of each record (`ids`), of these the strictest."""
    latest: dict[tuple[str, int], Choice] = {}
    for row in Choice.objects.filter(patient_id__in=list(ids)).order_by("recorded_at", "id"):
        latest[row.kind, row.patient_id] = row
    found = {kind: Chosen(of, of.default, None, "") for kind, of in choices().items()}
    for row in sorted(latest.values(), key=lambda r: STRICTEST.index(r.value), reverse=True):
        of = choices()[ChoiceKind(row.kind)]
        found[of.kind] = Chosen(of, row.value, row.recorded_at, row.recorded_by)
    return found


def choice_history(ids: Collection[int]) -> list[Chosen]:
    """Every answer a person gave, the latest first; one recorded for each of their linked records stands once."""
    rows = Choice.objects.filter(patient_id__in=list(ids)).order_by("-recorded_at", "-id")
    told = dict.fromkeys((row.kind, row.value, row.recorded_at, row.recorded_by, _answered(row)) for row in rows)
    return [Chosen(choices()[ChoiceKind(kind)], value, at, by, who) for kind, value, at, by, who in told]


def _answered(row: Choice) -> str:
    """Who answered, and how that is known."""
    return ". ".join(filter(None, [row.get_answered_display(), row.answered_words]))


def chosen_here(kinds: Collection[ChoiceKind], *, besides: str) -> set[str]:
    """What suppliers know those by who said yes to one of some choices, for the next edition; names nobody.

    An answer that stands in what is taken in anyway (recorded by `besides`) is left to it, so that a file which takes
    its answer back is believed; it holds still for other records linked as the same person.
    """
    said = facts.chose_yes(kinds)
    told = {patient for patient, _ in said}
    linked = {i for group in patients.linked_ids(told, clock.today()).values() for i in group} if told else set()
    here = {patient for patient, by in said if by != besides} | linked - told
    known = patients.ever_known_as(here) if here else []
    return {pseudonyms.identity(one.nhs_number, one.practice_code, one.local_id) for one in known}


# "choices" as eight bytes: any number will do that no other lock has.
LOCK = int.from_bytes(b"choices")


def hold_choices() -> None:
    """Within a transaction, wait until nobody else records a choice or makes a list by them; let nobody until its end.

    Whoever records takes the time only then, and so does a run that leaves out who chose so far: a choice the run did
    not see bears a later time than the run, however long its transaction lasts. SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def last_choice() -> int:
    """A number that grows with every answer given: what was read of choices holds as long as it stays."""
    return Choice.objects.order_by("-id").values_list("id", flat=True).first() or 0
