"""An intake of a day's files, killed at any write point, leaves the previous edition and its rows as they were.

The next intake clears up after it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcare.dataset.editions import current
from localcare.intake.editing import Keeping
from tests.intake.builders import NUMBERS, extract_folder, take_in
from tests.intake.doomed import DRAWN, KILLED, LAST, add

ROOT = Path(__file__).parents[2]
SEED = "2"


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """A dataset with one edition, a later day's files, and what each kill of their intake left behind."""
    folder = tmp_path_factory.mktemp("killed")
    first = extract_folder(folder / "first", as_at="2016-03-31")
    before, _ = take_in(first, folder / "dataset", Keeping(folder / "dataset" / "kept"))
    later = extract_folder(folder / "second", gp_patient=[{"nhs_number": NUMBERS[1]}], gp_observation=[{}])
    (folder / "copies").mkdir()
    command = [sys.executable, "-m", "tests.intake.doomed", later, before.folder.parents[1], folder / "copies", SEED]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return before, later, json.loads(done.stdout)


def everything(edition) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in edition.folder.iterdir()}


def rows_of(edition) -> dict[str, bytes]:
    kept = edition.folder.parents[1] / "kept" / edition.id
    return {path.name: path.read_bytes() for path in kept.iterdir()}


def test_killed_anywhere_the_previous_edition_stands(killed):
    before, _, told = killed
    assert [end["code"] for end in told["ends"]] == [KILLED] * (DRAWN + LAST + 1)
    standing = []
    for end in told["ends"]:
        dataset = Path(end["dataset"])
        previous = dataset / "editions" / before.id
        assert {path.name: path.read_bytes() for path in previous.iterdir()} == everything(before)
        assert {path.name: path.read_bytes() for path in (dataset / "kept" / before.id).iterdir()} == rows_of(before)
        edition = current(dataset)
        assert edition.duckdb_connection().execute("SELECT count(*) FROM person").fetchall() == [(1,)]
        standing.append(edition.id == before.id)
    # The swap is one point: before it the previous edition is in use, from it on the new one, whole.
    assert standing == sorted(standing, reverse=True)
    assert set(standing) == {True, False}


@pytest.mark.parametrize("which", [0, 6, -3])
def test_the_next_intake_clears_up_and_takes_over(killed, which):
    _, later, told = killed
    dataset = Path(told["ends"][which]["dataset"])
    after = add(later, dataset)
    assert current(dataset) == after
    assert {path.name for path in (dataset / "kept").iterdir()} == set(after.manifest["rests_on"])
    assert not [path for path in (dataset / "editions").iterdir() if path.name.startswith(".unfinished")]
