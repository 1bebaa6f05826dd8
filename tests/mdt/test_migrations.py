"""A tick that the person was told becomes who was told, and goes back: at a meeting and on the caseload."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import builders

MOMENT = datetime(2017, 4, 5, 12, 0, tzinfo=UTC)
BEFORE = [("mdt", "0001_initial"), ("caseload", "0007_seen_in_the_order")]
AFTER = [("mdt", "0002_who_was_told"), ("caseload", "0008_who_was_told")]


def migrated(to):
    MigrationExecutor(connection).migrate(to)
    return MigrationExecutor(connection).loader.project_state(to).apps


@pytest.fixture
def before(transactional_db):
    yield migrated(BEFORE)
    migrated(AFTER)


def written(apps, area):
    """A person told and one not yet at a meeting, and a person taken on, as the ticks kept it."""
    team = area.teams["C1"].id
    who = [builders.patient().id, builders.patient().id]
    meeting = apps.get_model("mdt", "Meeting").objects.create(team_id=team, starts_at=MOMENT, minutes=60)
    case = {"meeting": meeting, "reason": "falls", "minutes": 10, "position": 0, "added_at": MOMENT}
    for patient_id, told in zip(who, (True, False), strict=True):
        apps.get_model("mdt", "Case").objects.create(patient_id=patient_id, person_told=told, **case)
    entry = apps.get_model("caseload", "CaseloadEntry").objects.create(patient_id=who[0], team_id=team)
    states = apps.get_model("caseload", "CaseloadState").objects
    for state, told, ending in (("accepted", True, ""), ("closed", False, "goals_met")):
        states.create(entry=entry, state=state, told=told, ending=ending, at=MOMENT)


def test_what_was_ticked_is_kept_and_goes_back(before, area):
    written(before, area)
    apps = migrated(AFTER)
    assert list(apps.get_model("mdt", "Case").objects.order_by("id").values_list("told", flat=True)) == [
        "person",
        "not_yet",
    ]
    states = apps.get_model("caseload", "CaseloadState").objects.order_by("id")
    assert list(states.values_list("told", flat=True)) == ["person", ""]
    back = migrated(BEFORE)
    assert list(back.get_model("mdt", "Case").objects.order_by("id").values_list("person_told", flat=True)) == [
        True,
        False,
    ]
    ticks = back.get_model("caseload", "CaseloadState").objects.order_by("id")
    assert list(ticks.values_list("told", flat=True)) == [True, False]
