"""`localcare capacity` from the command line."""

import json

import pytest

from localcare.cli.main import main


@pytest.fixture
def scenario(tmp_path, text):
    path = tmp_path / "plan.toml"
    path.write_text(text.replace("[baseline]", '[baseline]\nfile = "west-kent-synthetic"'), "utf-8")
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


def test_a_name_that_is_not_shipped_is_told_those_that_are(tmp_path, capsys):
    assert main(["capacity", "run", "nowhere", "--out", str(tmp_path / "out")]) == 2
    assert "west-kent-2017" in capsys.readouterr().err


def test_lists_the_shipped_scenarios(capsys):
    assert main(["capacity", "scenarios", "--json"]) == 0
    assert "west-kent-2017" in [one["name"] for one in json.loads(capsys.readouterr().out)]
