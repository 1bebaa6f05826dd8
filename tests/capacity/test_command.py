"""`localcare capacity` from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import localcare
from localcare.cli.main import main
from tests.capacity.test_parts import HUBS


@pytest.fixture
def scenario(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text, "utf-8")
    return path


def _everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_file_gives_the_same_bytes(scenario, tmp_path, capsys):
    assert main(["capacity", "run", str(scenario), "--out", str(tmp_path / "one"), "--json"]) == 0
    assert main(["capacity", "run", str(scenario), "--out", str(tmp_path / "two"), "--json"]) == 0
    assert _everything(tmp_path / "one") == _everything(tmp_path / "two")
    answer = json.loads(capsys.readouterr().out.split("\n}\n")[0] + "\n}")
    assert answer["scenario"] == "small"


def test_a_folder_that_a_run_left_is_replaced_and_another_is_not_touched(scenario, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["capacity", "run", str(scenario), "--out", str(out)]
    assert main(command) == 0
    (out / "old.txt").write_text("old")
    assert main(command) == 0
    assert not (out / "old.txt").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.doc").write_text("mine")
    assert main([*command[:-1], str(other)]) == 2
    assert "holds other files" in capsys.readouterr().err
    assert (other / "thesis.doc").read_text() == "mine"


def test_a_scenario_that_cannot_be_computed_leaves_nothing(scenario, tmp_path, capsys):
    scenario.write_text(scenario.read_text().replace("years = 3", "years = 30"), "utf-8")
    assert main(["capacity", "run", str(scenario), "--out", str(tmp_path / "out")]) == 2
    assert "line 8" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("what", ["run", "track"])
@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ('variant = "none"', 'variant = "cohort"', "line 6: the cohort forecast"),
        ('file = "west-kent-synthetic"', 'file = "nowhere"', "line 11: there is no baseline 'nowhere'"),
    ],
)
def test_what_a_scenario_makes_impossible_is_told_with_its_line(
    scenario, tmp_path, capsys, monkeypatch, what, good, bad, says
):
    text = scenario.read_text().replace("baseline_year = 2016", "baseline_year = 2050")
    scenario.write_text(text.replace(good, bad), "utf-8")
    monkeypatch.setattr("localcare.dataset.editions.current", lambda folder: None)
    assert main(["capacity", what, str(scenario), *(["--out", str(tmp_path / "out")] if what == "run" else [])]) == 2
    assert says in " ".join(capsys.readouterr().err.split())


def test_a_baseline_that_is_not_whole_is_told_with_what_to_do(scenario, tmp_path, capsys):
    folder = scenario.parent / "ours"
    folder.mkdir()
    (folder / "baseline.toml").write_text('label = "Ours"\nas_at = "2017-03-31"\nsynthetic = true\n')
    (folder / "use.csv").write_text("age_from,group,people\n0,ill,many\n")
    (folder / "practices.csv").write_text("ods_code,cluster\n")
    scenario.write_text(scenario.read_text().replace("west-kent-synthetic", "ours"), "utf-8")
    assert main(["capacity", "run", str(scenario), "--out", str(tmp_path / "out")]) == 2
    assert "is not whole" in capsys.readouterr().err


def test_on_a_fresh_machine_without_a_store_hubs_are_sited(scenario, tmp_path):
    scenario.write_text(scenario.read_text() + HUBS, "utf-8")
    command = [sys.executable, "-m", "localcare.cli", "capacity", "run", str(scenario), "--out", str(tmp_path / "out")]
    code = str(Path(localcare.__file__).parents[1])
    environment = {**os.environ, "LOCALCARE_DATA": str(tmp_path / "nothing"), "DATABASE_URL": "", "PYTHONPATH": code}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "tables" / "hubs_best.csv").read_text().count("\n") == 4


def test_a_name_that_is_not_shipped_is_told_those_that_are(tmp_path, capsys):
    assert main(["capacity", "run", "nowhere", "--out", str(tmp_path / "out")]) == 2
    assert "west-kent-2017" in capsys.readouterr().err


def test_lists_the_shipped_scenarios(capsys):
    assert main(["capacity", "scenarios", "--json"]) == 0
    assert "west-kent-2017" in [one["name"] for one in json.loads(capsys.readouterr().out)]


def test_a_scenario_is_held_against_the_edition_in_use(scenario, tmp_path, capsys, monkeypatch):
    from localcare.capacity import tracking
    from tests import builders

    builders.keep_state_in(tmp_path, monkeypatch)
    assert main(["capacity", "track", str(scenario)]) == 2
    assert "edition" in capsys.readouterr().err
    edition = _edition(tmp_path)
    monkeypatch.setattr("localcare.dataset.editions.current", lambda folder: edition)
    tracking.monthly.cache_clear()
    assert main(["capacity", "track", str(scenario), "--json"]) == 0
    admissions, attendances, _ = json.loads(capsys.readouterr().out)
    assert [one["month"] for one in admissions["months"]] == ["2017-04"]
    assert admissions["months"][0]["actual"] == 10  # of 11 emergency ones, rounded; a planned one and May left out
    assert attendances["standing"] == "too early to tell"


def _edition(folder):
    """An edition that ends on 3 May 2017: eleven emergency admissions in April, one planned, one in May."""
    import pandas

    from localcare.dataset.editions import Edition

    made = folder / "tracked"
    made.mkdir()
    (made / "manifest.json").write_text(json.dumps({"as_at": "2017-05-03"}))
    on = pandas.to_datetime(["2017-04-10"] * 12 + ["2017-05-01"]).date
    kind = ["emergency"] * 11 + ["elective", "emergency"]
    frames = {
        "admission": {"on": on, "kind": kind},
        "emergency_attendance": {"on": on},
        "outpatient": {"on": on, "attended": [True] * 13},
    }
    from localcare.dataset import contract

    for name in contract.load().tables:
        pandas.DataFrame(frames.get(name, {"none": [0]})).to_parquet(made / f"{name}.parquet")
    return Edition(made)
