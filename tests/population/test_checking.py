"""`localcare population check`: all that is wrong in a file at once, its cases worked out, and no run needed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from localcare.cli.main import main
from localcare.population import checking

WHOLE = """
version = 1
key = "mine"
label = "Mine"
assumed = true
source = "Ours."
age_band = [{ key = "young", from = 0, to = 15 }, { key = "old", from = 16 }]
group = [
  { key = "pressure", label = "High blood pressure", any_of = ["hypertension"] },
  { key = "others", label = "Everybody else", at_least = 0 },
]
case = [{ says = "nobody ill", age = 40, conditions = [], age_band = "old", group = "others" }]
"""
MEASURE = """
version = 1
key = "visits"
label = "Visits"
better = "lower"
per = 1000
source = "Ours."
licence = "None needed."
assumed = "Nothing."

[numerator]
events = ["emergency_attendance"]

[[case]]
says = "came twice"
age = 18
use = { emergency_attendance = 2 }
counted = 2
in_denominator = true

[[case]]
says = "never came"
age = 18
counted = 0
in_denominator = true
"""


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    for kind in checking.KINDS:
        (tmp_path / kind).mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("version = 1", 'version = "1"', ["version"]),
        ('key = "mine"', 'key = "my own"', ["small letters, digits and underscores"]),
        ("any_of", "any_off", ["group 1", "there are: key, label"]),
        ("hypertension", "hypertensoin", ["did you mean hypertension"]),
        ('group = "others" }]', 'group = "pressure" }]', ["case 'nobody ill'", "the rules give old, others"]),
        ("from = 0, to = 15", "from = 0, to = -3", ["-3", "0 or more"]),
        ("from = 16 }", "from = 16, to = 12 }", ["ends at 12, before it begins at 16"]),
        ('key = "mine"', 'key = "core20plus5"', ["there is a segmentation core20plus5 already"]),
        ("version = 1", "version = ", ["not valid TOML", "mend the line"]),
    ],
)
def test_what_is_wrong_in_a_segmentation_is_said_with_the_mend(own, capsys, old, new, told):
    (own / "segmentations" / "mine.toml").write_text(WHOLE.replace(old, new, 1), "utf-8")
    assert main(["population", "check"]) == 1
    said = capsys.readouterr().err
    assert all(words in said for words in ["mine.toml", *told]), said


def test_everything_wrong_in_a_file_is_said_at_once(own, capsys):
    wrong = WHOLE.replace("version = 1", "version = 2").replace("any_of", "any_off").replace('"mine"', '"my own"')
    (own / "segmentations" / "mine.toml").write_text(wrong, "utf-8")
    assert main(["population", "check"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 3


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('events = ["emergency_attendance"]', 'events = ["visit"]', "no activity visit; there are:"),
        ("use = { emergency_attendance = 2 }", "use = { visit = 2 }", "no activity visit; there are:"),
        ("counted = 2", "counted = 3", "case 'came twice': the rules count 2"),
    ],
)
def test_what_is_wrong_in_a_measure_is_said(own, capsys, old, new, told):
    (own / "measures" / "visits.toml").write_text(MEASURE.replace(old, new), "utf-8")
    assert main(["population", "check"]) == 1
    assert told in capsys.readouterr().err


def test_whole_ones_are_named_and_files_of_any_folder_can_be_checked(own, tmp_path_factory, capsys):
    (own / "segmentations" / "mine.toml").write_text(WHOLE, "utf-8")
    (own / "measures" / "visits.toml").write_text(MEASURE, "utf-8")
    assert main(["population", "check"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "segmentation mine: whole, and its case comes out as said",
        "measure visits: whole, and its 2 cases come out as said",
    ]
    elsewhere = tmp_path_factory.mktemp("drafts") / "draft.toml"
    elsewhere.write_text(MEASURE, "utf-8")
    assert main(["population", "check", str(elsewhere)]) == 0
    assert main(["population", "check", str(elsewhere), str(own / "nothing.toml")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_two_files_of_one_key_are_told_apart(own, capsys):
    for name in ("a", "b"):
        (own / "segmentations" / f"{name}.toml").write_text(WHOLE, "utf-8")
    assert main(["population", "check"]) == 1
    said = capsys.readouterr()
    assert "segmentation mine: whole" in said.out
    assert "b.toml: there is a segmentation mine already" in said.err


def test_python_is_told_where_there_is_no_installation(tmp_path):
    code = "import localcare; localcare.start()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"LOCALCARE_DATA": str(tmp_path)}, capture_output=True, text=True
    )
    assert done.stderr.splitlines()[-1].startswith("localcare.cli.output.CannotRun: The care store lacks")
    assert "localcare demo" in done.stderr


def test_without_any_it_says_where_they_would_lie(own, capsys):
    assert main(["population", "check"]) == 0
    assert str(own / "segmentations") in capsys.readouterr().out
