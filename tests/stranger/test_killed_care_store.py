"""Writes to the care store killed at seeded points: nothing half-written is left, and the audit chain verifies."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stranger.scenarios import KILLED, WHOLE

ROOT = Path(__file__).parents[2]
SEED = "2"


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """What each kill left behind, by scenario."""
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "LOCALCARE_DATA": str(tmp_path_factory.mktemp("doomed")),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings",
    }
    command = [sys.executable, "-m", "tests.stranger.doomed", SEED]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", WHOLE)
def test_all_or_nothing_is_left_and_the_same_again_makes_it_whole(killed, name):
    unharmed, *ends, again = killed[name]
    assert (unharmed["code"], unharmed["facts"], again["facts"]) == (0, WHOLE[name][-1], WHOLE[name][-1])
    assert [end["code"] for end in ends] == [KILLED] * len(ends)
    assert len(ends) >= 2
    for end in ends:
        assert end["facts"] in WHOLE[name][:-1], f"killed at {end['point']}"


@pytest.mark.parametrize("name", WHOLE)
def test_the_chain_verifies(killed, name):
    assert [end["point"] for end in killed[name] if not end["holds"]] == []
