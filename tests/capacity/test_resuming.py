"""A computation killed goes on from the parts that were done, and leaves what an unbroken one leaves."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from localcare.capacity import actions, background, kept_parts, queries, running
from localcare.capacity.calc import plan as plans
from localcare.capacity.calc import plan_hubs, plan_staff
from localcare.capacity.models import State
from localcare.capacity.writing import csv_of
from tests.capacity.conftest import SCENARIO
from tests.capacity.test_actions import area, mine, planner, run_waiting, small  # noqa: F401 fixtures
from tests.capacity.test_parts import HUBS, PARTS

STAFF = PARTS[PARTS.index("[staff]") :]
TEXT = SCENARIO + STAFF + HUBS
ROOT = Path(__file__).parents[2]
# Tells each stage on its standard output before it begins: whoever reads it knows what is done.
WORKER = """
import sys, django
from pathlib import Path
django.setup()
from localcare.capacity import kept_parts, running
text = Path(sys.argv[1]).read_text("utf-8")
telling = lambda stage, share: print(stage, flush=True)
running.of_text(text, telling=telling, keeping=kept_parts.of(Path(sys.argv[2]), text.encode()))
"""


@pytest.mark.django_db
def test_a_killed_process_is_gone_on_from_and_the_tables_are_the_same(tmp_path, monkeypatch):
    text, kept = tmp_path / "scenario.toml", tmp_path / "kept"
    text.write_text(TEXT, "utf-8")
    environment = {
        **os.environ,
        "LOCALCARE_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "localcare.config.settings",
        "PYTHONPATH": str(ROOT / "src"),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(text), str(kept)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert any(line.strip() == "Siting hubs" for line in worker.stdout)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert worker.returncode == -signal.SIGKILL
    whole = running.of_text(TEXT)
    for module, name in ((plans, "computed"), (plans, "drivers"), (plan_staff, "staffed")):
        monkeypatch.setattr(module, name, _not_again)
    resumed = running.of_text(TEXT, keeping=kept_parts.of(kept, TEXT.encode()))
    assert [csv_of(table) for table in resumed.tables] == [csv_of(table) for table in whole.tables]


def _not_again(*arguments):
    raise AssertionError("this part was done before")


def test_parts_of_another_text_are_not_taken_and_are_cleared_away(tmp_path):
    assert kept_parts.of(tmp_path, b"one")("beds", lambda: 1) == 1
    assert kept_parts.of(tmp_path, b"one")("beds", lambda: 2) == 1
    assert kept_parts.of(tmp_path, b"other")("beds", lambda: 3) == 3
    assert len(list(tmp_path.iterdir())) == 1


@pytest.fixture
def asked(planner, mine, small):  # noqa: F811
    """A computation with staff and hubs that waits for its worker."""
    actions.save(name="mine", text=small + STAFF + HUBS, seen=2, by=planner)
    return actions.ask_for_computation(name="mine", by=planner)


@pytest.mark.django_db
def test_one_stopped_at_hubs_is_taken_up_there_and_nothing_is_left_over(asked, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(plan_hubs, "sited", _stop)
        with pytest.raises(SystemExit):
            background.compute.call(asked.pk)
    kept = {path.name for path in background.parts_of(asked.version).glob("*/*")}
    assert kept == {"plan", "drivers", "staff"}
    monkeypatch.setattr(plan_staff, "staffed", _not_again)
    run_waiting()
    assert queries.results_of("mine")[0].state == State.DONE
    assert not background.parts_of(asked.version).exists()


@pytest.mark.django_db
def test_cancelled_while_teams_are_staffed_it_stops_before_hubs(asked, planner, monkeypatch):  # noqa: F811
    stages, staffed = [], plan_staff.staffed

    def cancelled(plan, wanted):
        asked.refresh_from_db()
        stages.append(asked.stage)
        actions.cancel(name="mine", by=planner)
        return staffed(plan, wanted)

    monkeypatch.setattr(plan_staff, "staffed", cancelled)
    monkeypatch.setattr(plan_hubs, "sited", _not_again)
    assert background.compute.call(asked.pk) == State.CANCELLED
    assert stages == ["Staffing the teams"]


def _stop(*arguments):
    raise SystemExit(1)
