"""Closing a line of Today."""

from datetime import UTC, date, datetime

import pytest

from localcare.access.types import Refused
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions, queries
from localcare.record import actions as record
from localcare.record import queries as recorded
from localcare.record.types import NewStatement, SourceOf

pytestmark = pytest.mark.django_db
MORNING = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def admitted(margaret):
    statement = NewStatement(
        patient_id=margaret.id,
        kind="encounter",
        external_id="spell-1",
        display="Emergency admission",
        category="emergency_admission",
        started_on=date(2017, 3, 31),
    )
    record.add_statements(
        statements=[statement], source=SourceOf("Tunbridge Wells Hospital"), received_at=MORNING, by=audit.SYSTEM
    )
    return recorded.of_person([margaret.id]).encounters()[0].id


def test_closes_it_for_the_whole_team_and_for_nobody_else(area, margaret, admitted):
    nurse, coordinator = area.viewer("community_nurse", "C1"), area.viewer("care_coordinator", "C1")
    actions.close_change(statement_id=admitted, patient_id=margaret.id, reason="rang the ward", by=nurse)
    assert queries.closed_changes(coordinator, [admitted]) == {admitted}
    assert queries.closed_changes(area.viewer("therapist", "C2"), [admitted]) == set()
    assert AuditEntry.objects.filter(action="change closed", reason="rang the ward").count() == 1


def test_twice_changes_nothing(area, margaret, admitted):
    nurse = area.viewer("community_nurse", "C1")
    for _ in range(2):
        actions.close_change(statement_id=admitted, patient_id=margaret.id, reason="", by=nurse)
    assert AuditEntry.objects.filter(action="change closed").count() == 1


def test_is_refused_to_the_team_next_door(area, margaret, admitted):
    with pytest.raises(Refused):
        actions.close_change(
            statement_id=admitted, patient_id=margaret.id, reason="", by=area.viewer("therapist", "C2")
        )


def test_a_statement_leads_to_its_person_and_to_when_we_knew(margaret, admitted):
    assert recorded.patient_of(admitted) == margaret.id
    assert recorded.patient_of(admitted + 1) is None
    assert [one.last_heard_at for one in recorded.heard(["G1"])] == [MORNING]
