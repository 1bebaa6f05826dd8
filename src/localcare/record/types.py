"""What goes into the record and what comes out of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from localcare.record.calc.rhythm import Rhythm, in_words, is_silent
from localcare.record.calc.story import Piece as Piece


@dataclass(frozen=True, slots=True)
class SourceOf:
    """Names a source; the first statements from it create it."""

    name: str
    organisation_code: str = ""
    system: str = ""


# Systems of sources: the record of a practice, and what is written here.
GENERAL_PRACTICE = "gp"
OURSELVES = "Localcare"
WRITTEN_HERE = "Localcare notes"


class Entry(StrEnum):
    """What can be written: a note, or a contact with the person."""

    NOTE = "note"
    PHONE = "phone"
    VISIT = "visit"
    ATTEMPTED = "attempted"


@dataclass(frozen=True, slots=True)
class Heard:
    """When (in London) a source last told us something, and how often it does, as observed: null where not known."""

    name: str
    organisation_code: str
    system: str
    last_heard_at: datetime
    usual_days: int | None
    longest_days: int | None

    @property
    def last_on(self) -> date:
        return self.last_heard_at.date()

    @property
    def rhythm(self) -> Rhythm | None:
        return Rhythm(self.usual_days, self.longest_days) if self.usual_days and self.longest_days else None

    @property
    def next_on(self) -> date | None:
        """The day on which it is next expected; None where its rhythm is not known."""
        return self.last_on + timedelta(days=self.usual_days) if self.usual_days else None

    @property
    def often(self) -> str:
        return in_words(self.rhythm)

    def silent(self, on: date) -> bool:
        return is_silent(self.last_on, self.rhythm, on)


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement to be added. `version_at` is when the source made this version, where it says so."""

    patient_id: int
    kind: str
    external_id: str
    display: str
    category: str = ""
    code_system: str = ""
    code: str = ""
    value: str = ""
    unit: str = ""
    status: str = ""
    started_on: date | None = None
    precision: str = "day"
    started_at: datetime | None = None
    ended_on: date | None = None
    author: str = ""
    document_id: int | None = None
    version_at: datetime | None = None


@dataclass(frozen=True)
class Added:
    """What became of statements: new, replacing an earlier version, known already, or older than what stands."""

    new: int = 0
    superseding: int = 0
    known: int = 0
    outdated: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A statement as a page shows it, with its source and dates."""

    id: int
    patient_id: int
    kind: str
    category: str
    code_system: str
    code: str
    display: str
    value: str
    unit: str
    status: str
    started_on: date | None
    precision: str
    started_at: datetime | None
    ended_on: date | None
    author: str
    source: str
    document_id: int | None
    received_at: datetime


@dataclass(frozen=True)
class Measurement:
    """The latest value of one thing measured, and the earlier ones, newest first."""

    latest: Item
    earlier: Sequence[Item]

    @property
    def change(self) -> float | None:
        """Latest minus the value before it, in the same unit; None where either is not a number."""
        if not self.earlier or self.earlier[0].unit != self.latest.unit:
            return None
        try:
            return round(float(self.latest.value) - float(self.earlier[0].value), 6)
        except ValueError:
            return None


class EncounterCategory(StrEnum):
    """What kind of contact an encounter was: our few words for the many of the sources."""

    EMERGENCY_ADMISSION = "emergency_admission"
    PLANNED_ADMISSION = "planned_admission"
    DAY_CASE = "day_case"
    ADMISSION = "admission"
    EMERGENCY_ATTENDANCE = "emergency_attendance"
    CALL_111 = "call_111"
    AMBULANCE = "ambulance"
    OUTPATIENT = "outpatient"
    GP_CONTACT = "gp_contact"
    COMMUNITY_CONTACT = "community_contact"
    MENTAL_HEALTH_CONTACT = "mental_health_contact"
    HOME_VISIT = "home_visit"
    REMOTE = "remote"
    CONTACT = "contact"


class FlagCategory(StrEnum):
    """What a flag warns of, which decides where it may be shown."""

    ESCALATION = "escalation"
    SAFEGUARDING = "safeguarding"
    STAFF_SAFETY = "staff_safety"
    ADJUSTMENT = "reasonable_adjustment"
    DEATH = "death"
    OTHER = "other"


# The person beside the screen or the paper may read these. Of a flag whose category nobody said, we cannot know.
OPEN_FLAGS = frozenset((FlagCategory.ESCALATION, FlagCategory.ADJUSTMENT, FlagCategory.DEATH, FlagCategory.OTHER))


def is_private(item: Item) -> bool:
    """Whether only staff may read it, behind one press: a flag about safeguarding, their own safety, or unsorted."""
    return item.kind == "flag" and item.category not in OPEN_FLAGS


# "No known allergy" and its kinds (drug, food, environmental; the first also by its older code), of SNOMED CT as FHIR
# and UK Core name them for AllergyIntolerance.code.
NO_KNOWN_ALLERGY = frozenset(("716186003", "160244002", "409137002", "429625007", "428607008"))


def tells_of_none(item: Item) -> bool:
    """Whether a statement about allergies says that none is known, by its code or, uncoded, by its words."""
    words = item.display.casefold()
    return item.code in NO_KNOWN_ALLERGY or (words.startswith("no known") and "allerg" in words)


# Categories of being kept in a bed; the first two where the source says how somebody was admitted.
STAYS = (EncounterCategory.EMERGENCY_ADMISSION, EncounterCategory.PLANNED_ADMISSION, EncounterCategory.ADMISSION)
# Statuses of an encounter that goes on (FHIR R4 and R5, Encounter.status); empty where the source says none.
GOING_ON = frozenset(("", "arrived", "triaged", "in-progress", "onleave", "on-hold"))

NOT_HAPPENED = frozenset(("planned", "cancelled", "not-attended"))


def going_on(item: Item, on: date) -> bool:
    """Whether an encounter has begun and not ended on a day. What is planned, cancelled or finished does not go on,
    also where its end is not told."""
    begun = item.started_on is not None and item.started_on <= on
    return begun and item.status in GOING_ON and (item.ended_on is None or item.ended_on > on)


@dataclass(frozen=True, slots=True)
class Speaks:
    """A source, when it last told us anything about anybody, and the kinds of statements it has ever sent."""

    name: str
    organisation_code: str
    system: str
    last_heard_at: datetime | None
    kinds: frozenset[str]


IN_HOSPITAL = (*STAYS, EncounterCategory.EMERGENCY_ATTENDANCE)
# Who stays in A&E longer has been admitted or has gone: an attendance whose end nobody tells is over by then.
ATTENDANCE_LASTS = timedelta(days=1)


def in_hospital(item: Item, on: date) -> bool:
    """Whether an encounter keeps somebody in hospital or A&E on a day: a stay that goes on, however long, or an
    attendance that began that day or the day before."""
    if item.category not in IN_HOSPITAL or not going_on(item, on) or item.started_on is None:
        return False
    return item.category in STAYS or on - item.started_on <= ATTENDANCE_LASTS


OVER = frozenset(
    (
        "inactive",
        "resolved",
        "remission",
        "completed",
        "stopped",
        "cancelled",
        "on-hold",
        "draft",
        "proposed",
        "lapsed",
    )
)


@dataclass(frozen=True, slots=True)
class Record:
    """All that stands about one person, newest first and undated last; each question is a cut of it."""

    items: tuple[Item, ...] = ()

    def problems(self, on: date) -> list[Item]:
        """Conditions that are not over on a day."""
        return self._current("condition", on)

    def medicines(self, on: date) -> list[Item]:
        """Medicines being taken on a day as far as the sources say."""
        return self._current("medication", on)

    def flags(self, on: date, *categories: FlagCategory) -> list[Item]:
        """Flags in force on a day, of these categories."""
        return [item for item in self._current("flag", on) if item.category in categories]

    def private_flags(self, on: date) -> list[Item]:
        """Flags in force on a day that only staff may read, behind one press."""
        return [item for item in self._current("flag", on) if is_private(item)]

    def services(self, on: date) -> list[Item]:
        """Services that run on a day, e.g. home care."""
        return self._current("service", on)

    def allergies(self) -> list[Item]:
        """Allergies and intolerances that hold as far as the sources say."""
        return [item for item in self._of("allergy") if item.status not in OVER and not tells_of_none(item)]

    def allergies_over(self) -> list[Item]:
        """Allergies that are resolved or inactive, with their status: a reader must see that they were once told."""
        return [item for item in self._of("allergy") if item.status in OVER and not tells_of_none(item)]

    def no_known_allergies(self) -> list[Item]:
        """Where a source says that none is known: somebody asked, which is more than nothing told."""
        return [item for item in self._of("allergy") if item.status not in OVER and tells_of_none(item)]

    def encounters(self, *, since: date | None = None, categories: Collection[str] = ()) -> list[Item]:
        """Contacts, attendances and stays, of these categories or all, that began since a day if one is given."""
        return [
            item
            for item in self._of("encounter")
            if (since is None or (item.started_on is not None and item.started_on >= since))
            and (not categories or item.category in categories)
        ]

    def stays(self, *, since: date | None = None) -> list[Item]:
        """Stays in hospital that began since a day if one is given, planned and cancelled ones left out."""
        return [item for item in self.encounters(since=since, categories=STAYS) if item.status not in NOT_HAPPENED]

    def inpatient(self, on: date) -> Item | None:
        """The stay in which the person is in hospital on a day as far as the sources say; None where they are not."""
        return next((item for item in self.encounters(categories=STAYS) if going_on(item, on)), None)

    def measurements(self, *, history: int = 10) -> list[Measurement]:
        """Each thing measured: its latest value and up to `history` earlier ones; most recently measured first."""
        by_code: dict[tuple[str, str], list[Item]] = {}
        for item in self._of("measurement"):
            by_code.setdefault((item.code_system, item.code or item.display), []).append(item)
        return [Measurement(items[0], tuple(items[1 : history + 1])) for items in by_code.values()]

    def known_since(self, moment: datetime, *, happened_since: date | None = None) -> list[Item]:
        """What we came to know after a moment, the latest known first; of what began since a day if one is given."""
        known = [
            item
            for item in self.items
            if item.received_at > moment
            and (happened_since is None or (item.started_on is not None and item.started_on >= happened_since))
        ]
        return sorted(known, key=lambda item: item.received_at, reverse=True)

    def _of(self, kind: str) -> list[Item]:
        return [item for item in self.items if item.kind == kind]

    def _current(self, kind: str, on: date) -> list[Item]:
        return [
            item
            for item in self._of(kind)
            if item.status not in OVER and (item.ended_on is None or item.ended_on >= on)
        ]
