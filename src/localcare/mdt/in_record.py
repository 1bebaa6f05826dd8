"""The minutes of a case as they stand in the person's record, and by which reference."""

from localcare.access.types import Viewer
from localcare.base import clock
from localcare.mdt.models import Case, CaseMinutes, Meeting
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf, reference

SOURCE, NOTE = "mdt", "note"


def write(case: Case, meeting: Meeting, minutes: CaseMinutes, by: Viewer) -> None:
    """The case's own id makes a later version supersede the earlier one in the record."""
    texts = (("Discussion", minutes.discussion), ("Decision", minutes.decision))
    statement = NewStatement(
        patient_id=case.patient_id,
        kind=NOTE,
        category=SOURCE,
        external_id=_minutes_id(case.pk),
        display=f"Discussed at the meeting of {meeting.team.name}",
        value="\n".join(f"{name}: {text}" for name, text in texts if text),
        started_on=meeting.starts_at.astimezone(clock.LONDON).date(),
        started_at=meeting.starts_at,
        author=minutes.author,
        version_at=minutes.saved_at,
    )
    source = _source(meeting.team.organisation.code, meeting.team.name)
    record.add_statements(statements=[statement], source=source, received_at=clock.now(), by=by.actor)


def reference_of(case_id: int, organisation_code: str) -> str:
    """By which a seal means the minutes of a case, as they stand in the person's record."""
    return reference(_source(organisation_code), NOTE, _minutes_id(case_id))


def _minutes_id(case_id: int) -> str:
    return f"mdt-case-{case_id}"


def _source(organisation_code: str, team_name: str = "") -> SourceOf:
    return SourceOf(f"Cluster MDT, {team_name}", organisation_code, "Localcare")
