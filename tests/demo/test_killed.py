"""A demo killed at its write points: the edition before stands, nothing is half-written, and the next one succeeds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bench import promises

from localcare.careplans import actions as careplans
from localcare.careplans.models import PlanStep
from tests import builders
from tests.demo.points import DRAWN, KILLED, REMOVING

ROOT = Path(__file__).parents[2]
SEED = "2"


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What each kill left behind."""
    data = tmp_path_factory.mktemp("killed") / "var"
    data.mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "LOCALCARE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings",
    }
    command = [sys.executable, "-m", "tests.demo.doomed", SEED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_while_it_is_built_the_edition_before_stands_until_the_new_one(killed):
    ends = killed["building"]
    assert len(ends) == 1 + sum(number for _, number in DRAWN.values())
    assert [(end["at"], end["broken"]) for end in ends if end["broken"] or end["code"] != KILLED] == []
    standing = [end["edition"] == killed["before"] for end in ends]
    assert standing == sorted(standing, reverse=True)
    assert set(standing) == {True, False}


def test_built_again_after_a_kill_it_is_whole_and_its_users_can_sign_in(killed):
    assert (killed["again"]["code"], killed["again"]["broken"]) == (0, [])


def test_a_finished_demo_killed_while_it_is_rebuilt_keeps_its_edition(killed):
    ends = killed["rebuilding"]
    assert [(end["code"], end["broken"]) for end in ends] == [(KILLED, [])] * REMOVING[1]
    assert {end["edition"] for end in ends} == {killed["again"]["edition"]}


@pytest.mark.django_db
def test_the_check_sees_half_a_plan():
    area, person = builders.area(), builders.patient()
    builders.relate(person, area.teams["C1"])
    careplans.start_plan(patient_id=person.id, by=area.viewer("care_coordinator", "C1"))
    assert list(promises._work()) == []
    PlanStep.objects.all().delete()
    assert [found.partition(":")[0] for found in promises._work()] == ["PlanStep", "Plan"]
