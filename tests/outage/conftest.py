"""A store with Margaret, what a stranger needs to know of her, and an outage copy of it."""

from datetime import UTC, date, datetime

import pytest

from localcare.base import audit
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.outage import actions as outage
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from tests import builders

SIX_TEN = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
HOSPITAL = SourceOf("Tunbridge Wells Hospital")


def say(person, kind: str, display: str, **more) -> None:
    number = f"{display} of {person.id}"
    statement = NewStatement(patient_id=person.id, kind=kind, external_id=number, display=display, **more)
    record.add_statements(statements=[statement], source=HOSPITAL, received_at=SIX_TEN, by=audit.SYSTEM)


def told_of(person, gp, coordinator) -> None:
    """An allergy, a decision, medicines, a condition, an admission, and a plan with what to do if things get worse."""
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    say(person, "allergy", "Penicillin", started_on=date(1990, 1, 1))
    say(person, "flag", "Not for CPR", category="escalation", value="Dr Lee", started_on=date(2017, 1, 9))
    say(person, "medication", "Ramipril 5 mg capsules", value="One each morning", started_on=date(2016, 5, 2))
    say(person, "condition", "Heart failure", code_system="http://snomed.info/sct", code="84114007")
    say(person, "measurement", "Weight", value="61", unit="kg", started_on=date(2017, 3, 1))
    say(person, "encounter", "Emergency admission", category="emergency_admission", started_on=date(2017, 2, 1))
    plan = careplans.start_plan(patient_id=person.id, by=coordinator)
    rows = [{"sign": "More breathless than usual", "do": "Two puffs", "ring": "01632 960011"}]
    careplans.save_section(plan_id=plan.id, section="worse", content={"rows": rows}, started_from=0, by=coordinator)


@pytest.fixture
def margaret(gp, coordinator):
    person = builders.patient(address="4 Church Lane, Hadlow")
    told_of(person, gp, coordinator)
    return person


@pytest.fixture
def standby(tmp_path, settings):
    settings.STANDBY, settings.KEYS = tmp_path / "standby", tmp_path / "keys"
    return settings.STANDBY


@pytest.fixture
def prepared(standby, area):
    """Makes a copy of the store as it stands."""
    return lambda: outage.prepare(by=audit.SYSTEM)
