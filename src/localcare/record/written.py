"""How a note or a contact that a member of the team writes here stands in the record, with us as its source."""

from dataclasses import dataclass

from localcare.access.types import Viewer
from localcare.record.models import Kind, Statement
from localcare.record.types import WRITTEN_HERE, EncounterCategory, Entry, SourceOf

TEAM_NOTE = "team_note"


@dataclass(frozen=True)
class Shape:
    """How an entry stands in the record."""

    display: str
    kind: str
    category: str
    status: str


SHAPES = {
    Entry.NOTE: Shape("Note", Kind.NOTE, TEAM_NOTE, "final"),
    Entry.PHONE: Shape("Phone call", Kind.ENCOUNTER, EncounterCategory.REMOTE, "finished"),
    Entry.VISIT: Shape("Visit", Kind.ENCOUNTER, EncounterCategory.HOME_VISIT, "finished"),
    Entry.ATTEMPTED: Shape("Tried to reach the person", Kind.ENCOUNTER, EncounterCategory.CONTACT, "not-attended"),
}


def source_of(by: Viewer) -> SourceOf:
    """The viewer's team or practice as a source."""
    return SourceOf(f"{by.team_name or by.organisation_name}, written here"[:120], by.organisation_code, WRITTEN_HERE)


def sent(source: SourceOf, key: str) -> Statement | None:
    """The entry written under this key first, if any was."""
    theirs = Statement.objects.filter(source__organisation_code=source.organisation_code, source__system=source.system)
    return theirs.filter(external_id=key).order_by("id").first()
