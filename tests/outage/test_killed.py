"""A copy killed while it is made, and a join killed while it joins: what was before stands, and the next is whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.outage.doomed_points import KILLED

ROOT = Path(__file__).parents[2]
SEED = "4"


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """What each kill left behind."""
    data = tmp_path_factory.mktemp("killed") / "var"
    data.mkdir()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "LOCALCARE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings",
    }
    command = [sys.executable, "-m", "tests.outage.doomed", SEED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_copy_is_of_one_moment_and_holds_up_nobody_who_writes(ends):
    assert ends["meanwhile"] == [2, 1]


def test_a_copy_killed_anywhere_leaves_the_one_before_or_is_whole(ends):
    copies = ends["copies"]
    assert {end["code"] for end in copies[:-1]} == {KILLED}
    assert [end["point"] for end in copies if not (end["whole"] and end["holds"])] == []
    stood = [end["copy"] == end["before"] for end in copies[:-1]]
    assert stood == sorted(stood, reverse=True)
    assert set(stood) == {True, False}


def test_the_next_copy_is_whole_and_clears_up(ends):
    last = ends["copies"][-1]
    assert (last["code"], last["whole"], last["folders"]) == (0, True, 1)
    assert last["copy"] != ends["copies"][-2]["copy"]


def test_a_join_killed_anywhere_leaves_all_or_nothing_and_the_next_joins_once(ends):
    joins = ends["joins"]
    assert {end["code"] for end in joins[:-1]} == {KILLED}
    assert {(end["joined"], end["mark"]) for end in joins[:-1]} <= {(0, 0), (3, 1)}
    assert all(end["holds"] for end in joins)
    assert (joins[-1]["code"], joins[-1]["joined"], joins[-1]["mark"]) == (0, 3, 1)
