"""Scenarios forked, saved, locked, computed in the background, cancelled, taken up again: done, refused, repeated."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from localcare.access.types import Refused
from localcare.base import clock
from localcare.capacity import actions, background, queries
from localcare.capacity.models import Computation, Scenario, State, Version
from localcare.capacity.types import BadScenario, Locked, Overtaken, Unknown
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def area(tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    return builders.area()


@pytest.fixture
def planner(area):
    return area.viewer("commissioner", "99J")


@pytest.fixture
def small(text):
    """A text that computes in a moment."""
    return text.replace('"small"', '"mine"')


@pytest.fixture
def mine(planner, small):
    """A scenario of one's own, at version 2."""
    actions.fork(of="west-kent-2017", name="mine", title="Mine", by=planner)
    return actions.save(name="mine", text=small, seen=1, by=planner)


def run_waiting():
    """What the worker would do: everything that waits, in its order."""
    for one in Computation.objects.filter(state=State.WAITING).order_by("id"):
        background.compute.call(one.pk)


def test_a_fork_is_a_scenario_of_ones_own_and_is_audited(planner):
    made = actions.fork(of="west-kent-2017", name="mine", title="Mine", by=planner)
    assert (made.forked_from, made.created_by) == ("west-kent-2017, version 0", planner.signature)
    assert 'forked_from = "west-kent-2017"' in queries.source_of("mine").text
    assert builders.last_entry().action == "scenario forked"


@pytest.mark.parametrize("name", ["compare", "Mine", "west-kent-2017", "mine", ""])
def test_a_name_that_cannot_be_or_is_taken_is_refused(planner, mine, name):
    with pytest.raises(ValueError, match="name"):
        actions.fork(of="west-kent-2017", name=name, title="T", by=planner)


def test_who_may_only_read_changes_nothing(area, planner, mine, small):
    manager = area.viewer("practice_manager", "G1")
    for act, values in (
        (actions.fork, {"of": "mine", "name": "x", "title": "X"}),
        (actions.save, {"name": "mine", "text": small, "seen": 2}),
        (actions.lock, {"name": "mine"}),
        (actions.ask_for_computation, {"name": "mine"}),
        (actions.cancel, {"name": "mine"}),
    ):
        with pytest.raises(Refused, match="Ask a commissioning planner"):
            act(**values, by=manager)


def test_every_save_is_a_version_and_the_same_text_is_none(planner, mine, small):
    assert actions.save(name="mine", text=small, seen=2, by=planner).number == 2
    assert actions.save(name="mine", text=small + "# more\n", seen=2, by=planner).number == 3
    assert builders.last_entry().action == "scenario saved"
    assert [one.number for one in queries.versions(Scenario.objects.get(name="mine"))] == [3, 2, 1]


def test_the_later_of_two_editors_sees_what_the_other_saved(area, planner, mine, small):
    other = area.viewer("analyst", "99J")
    actions.save(name="mine", text=small + "# theirs\n", seen=2, by=other)
    with pytest.raises(Overtaken, match="Nothing of yours is lost") as caught:
        actions.save(name="mine", text=small + "# mine\n", seen=2, by=planner)
    assert caught.value.latest.text.endswith("# theirs\n")
    assert actions.save(name="mine", text=small + "# theirs\n# mine\n", seen=3, by=planner).number == 4


def test_a_text_that_cannot_be_computed_is_not_saved_and_says_the_line(planner, mine, small):
    with pytest.raises(BadScenario, match=r"line 8.*years"):
        actions.save(name="mine", text=small.replace("years = 3", "years = 30"), seen=2, by=planner)
    with pytest.raises(BadScenario, match="leave it mine"):
        actions.save(name="mine", text=small.replace('"mine"', '"yours"'), seen=2, by=planner)
    with pytest.raises(BadScenario, match="without a path"):
        actions.save(name="mine", text=small.replace('"west-kent-synthetic"', '"../secret"'), seen=2, by=planner)
    assert Version.objects.filter(scenario__name="mine").count() == 2


BEDS = '[beds]\nshare_placed = 0.95\nwithin_days = 1\nsite = [{ name = "A", beds = [0], source = "assumed" }]\n'
HUBS = '[hubs]\ngroup = "resident"\nhubs = 2\ncounts = [2]\nminutes = 60\nopen = ["X1"]\n'
STAFF = """[staff]
posts_per_bed = { value = 1.5, unit = "posts", source = "assumed" }
redeployed = { value = 0.5, unit = "share", source = "assumed" }
occupancy = { value = 0.9, unit = "share", source = "assumed" }
[[staff.segment]]
name = "severe frailty"
age_from = [75]
groups = ["frail"]
share = { value = 0.5, unit = "share", source = "assumed" }
"""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text + BEDS, r"line 41: no site has a bed"),
        (
            lambda text: text + BEDS.replace('"A", beds = [0]', '"beds", beds = [3]'),
            r"line 41: sites and services need",
        ),
        (lambda text: text + BEDS + '[[beds.service]]\nname = "physio"\nslots = [1]\nsource = "assumed"\n', "physio"),
        (lambda text: text + HUBS, r"line 46: no candidate site X1"),
        (lambda text: text + HUBS.replace("open", "closed"), r"line 46: no candidate site X1"),
        (lambda text: text + STAFF, r"line \d+: frail is not among the baseline's groups"),
        (lambda text: text.replace('"none"', '"published"').replace("= 2016", "= 2042"), r"line 6: .*2045"),
    ],
)
def test_parts_that_cannot_be_computed_are_not_saved_either(planner, mine, small, change, says):
    with pytest.raises(BadScenario, match=says):
        actions.save(name="mine", text=change(small), seen=2, by=planner)
    assert Version.objects.filter(scenario__name="mine").count() == 2


def test_shipped_and_locked_ones_stay_as_they_are(planner, mine, small):
    with pytest.raises(Locked, match="Fork it"):
        actions.save(name="west-kent-2017", text=small.replace('"mine"', '"west-kent-2017"'), seen=0, by=planner)
    actions.lock(name="mine", by=planner)
    assert builders.last_entry().action == "scenario locked"
    locked_at = actions.lock(name="mine", by=planner).locked_at
    assert Scenario.objects.get(name="mine").locked_at == locked_at
    with pytest.raises(Locked, match="it is cited"):
        actions.save(name="mine", text=small + "#\n", seen=2, by=planner)
    with pytest.raises(Unknown):
        actions.lock(name="west-kent-2017", by=planner)


def test_a_computation_is_asked_for_once_and_leaves_its_folder(planner, mine):
    asked = actions.ask_for_computation(name="mine", by=planner)
    assert builders.last_entry().action == "computation asked for"
    assert actions.ask_for_computation(name="mine", by=planner) == asked
    run_waiting()
    done, page = queries.results_of("mine")
    assert (done.pk, done.state, done.progress) == (asked.pk, State.DONE, 100)
    assert done.headline == page["headline"]
    assert queries.file_of("mine", "report.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((queries.folder_of(done) / "tables.json").read_bytes())
    assert actions.ask_for_computation(name="mine", by=planner) == asked


def test_a_shipped_one_is_taken_in_as_it_is_shipped(planner, monkeypatch, small):
    shipped = small.replace('"mine"', '"shipped-one"')
    monkeypatch.setattr(queries, "shipped_texts", lambda: {"shipped-one": shipped})
    asked = actions.ask_for_computation(name="shipped-one", by=planner)
    assert (asked.version.number, asked.version.scenario.shipped) == (1, True)
    assert actions.ask_for_computation(name="shipped-one", by=planner) == asked
    monkeypatch.setattr(queries, "shipped_texts", lambda: {"shipped-one": shipped + "# newer\n"})
    assert actions.ask_for_computation(name="shipped-one", by=planner).version.number == 2


def test_what_is_cancelled_stops_and_leaves_nothing(planner, mine):
    asked = actions.ask_for_computation(name="mine", by=planner)
    assert actions.cancel(name="mine", by=planner)
    assert builders.last_entry().action == "computation cancelled"
    assert not actions.cancel(name="mine", by=planner)
    assert background.compute.call(asked.pk) == "nothing to do"
    assert not queries.folder_of(asked).exists()


def test_one_cancelled_while_it_runs_stops_at_its_next_stage(planner, mine, monkeypatch):
    asked = actions.ask_for_computation(name="mine", by=planner)
    forecast = background.running.forecast_of

    def cancelled(scenario):
        actions.cancel(name="mine", by=planner)
        return forecast(scenario)

    monkeypatch.setattr(background.running, "forecast_of", cancelled)
    assert background.compute.call(asked.pk) == State.CANCELLED
    assert not queries.folder_of(asked).exists()


def test_a_worker_that_is_told_to_stop_hands_its_computation_back(planner, mine, monkeypatch):
    asked = actions.ask_for_computation(name="mine", by=planner)
    with monkeypatch.context() as patch:
        patch.setattr(background.running, "forecast_of", _stop)
        for state in (State.WAITING, State.WAITING, State.FAILED):
            with pytest.raises(SystemExit):
                background.compute.call(asked.pk)
            asked.refresh_from_db()
            assert asked.state == state
    assert "stopped three times" in asked.failure


def _stop(scenario):
    raise SystemExit(1)


def test_one_whose_worker_was_killed_is_told_as_stopped_and_computed_anew(planner, mine):
    asked = actions.ask_for_computation(name="mine", by=planner)
    silent = clock.now() - queries.SILENT - timedelta(seconds=1)
    Computation.objects.filter(pk=asked.pk).update(state=State.RUNNING, heard_at=silent)
    assert queries.lines()[0].lost
    again = actions.ask_for_computation(name="mine", by=planner)
    asked.refresh_from_db()
    assert (again.pk != asked.pk, asked.state) == (True, State.FAILED)
    run_waiting()
    assert queries.results_of("mine")[0] == again


def test_a_failure_that_nobody_foresaw_is_told_and_not_left_running(planner, mine, monkeypatch, caplog):
    asked = actions.ask_for_computation(name="mine", by=planner)
    monkeypatch.setattr(background.running, "forecast_of", lambda scenario: 1 / 0)
    assert background.compute.call(asked.pk) == State.FAILED
    asked.refresh_from_db()
    assert "compute again" in asked.failure
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_background_worker_finds_what_was_asked_for(planner, mine):
    asked = actions.ask_for_computation(name="mine", by=planner)
    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)
    asked.refresh_from_db()
    assert asked.state == State.DONE
