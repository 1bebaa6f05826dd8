"""What goes into the record and what comes out of it."""

from collections.abc import Sequence
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
