"""What goes into the record and what comes out of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class SourceOf:
    """Names a source; the first statements from it create it."""

    name: str
    organisation_code: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement to be added. `version_at` is when the source made this version, where it says so.

    `restricted`: the source marked it so; it is sealed as it arrives (`access`).
    """

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
    restricted: bool = False


def reference(source: SourceOf, kind: str, external_id: str) -> str:
    """The stable text that means one item of a record through all its versions. An organisation's system keeps its own
    when its name changes."""
    of = f"{source.organisation_code}:{source.system if source.organisation_code else source.name}"
    return f"{kind}|{of}|{external_id}"


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
    organisation_code: str = ""
    system: str = ""
    external_id: str = ""

    @property
    def reference(self) -> str:
        """What means this item through all its versions, for a seal."""
        return reference(SourceOf(self.source, self.organisation_code, self.system), self.kind, self.external_id)


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

    def item(self, statement_id: int) -> Item | None:
        """One statement by its id; None where it does not stand here."""
        return next((item for item in self.items if item.id == statement_id), None)

    def problems(self, on: date) -> list[Item]:
        """Conditions that are not over on a day."""
        return self._current("condition", on)

    def medicines(self, on: date) -> list[Item]:
        """Medicines being taken on a day as far as the sources say."""
        return self._current("medication", on)

    def flags(self, on: date) -> list[Item]:
        """Flags in force on a day."""
        return self._current("flag", on)

    def services(self, on: date) -> list[Item]:
        """Services that run on a day, e.g. home care."""
        return self._current("service", on)

    def allergies(self) -> list[Item]:
        """Allergies and intolerances, those that are over included with their status: a reader must see both."""
        return self._of("allergy")

    def encounters(self, *, since: date | None = None, categories: Collection[str] = ()) -> list[Item]:
        """Contacts, attendances and stays, of these categories or all, that began since a day if one is given."""
        return [
            item
            for item in self._of("encounter")
            if (since is None or (item.started_on is not None and item.started_on >= since))
            and (not categories or item.category in categories)
        ]

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
