import json

import pytest

from localcare.cli.main import main
from localcare.population.models import ListEntry
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation(edition, monkeypatch):
    """The session's edition as this installation's own."""
    builders.keep_state_in(edition.folder.parents[2], monkeypatch)


def test_run_then_report(installation, capsys):
    assert main(["population", "run", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["people"], answer["observed"]) == (400, 300)
    assert answer["listed"] == ListEntry.objects.count() > 0
    assert main(["population", "report", "segments", "--segmentation", "as_printed", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("age_band,group,people,people_observed,spend,spend_per_head,people_low,people_high,")
    assert {line.split(",")[0] for line in lines[1:]} == {"0-15", "16-64", "not_stated", "70+"}
    assert main(["population", "report", "risk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sources_left_out"]["social_care"]


def test_the_dashboard_as_reports(installation, capsys, tmp_path):
    assert main(["population", "run", "--json"]) == 0
    capsys.readouterr()
    assert main(["population", "report", "practice", "--level", "practice", "--unit", "G82000", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert {"on_register", "expected", "fewer_low", "published_expectation"} <= rows[0].keys()
    assert main(["population", "report", "costliest", "--csv"]) == 0
    assert capsys.readouterr().out.startswith("ages,sex,people,spend_per_head,")
    assert main(["population", "report", "practice", "--level", "cluster", "--xlsx", str(tmp_path / "x.xlsx")]) == 0


def test_report_alone_lists_the_reports(capsys):
    assert main(["population", "report", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == [
        "segments", "conditions", "use", "risk", "scores", "measures", "variation", "quadrants", "model", "practice",
        "costliest", "coverage", "quality", "explorer",
    ]  # fmt: skip


def test_what_cannot_run_says_the_next_step(tmp_path, monkeypatch, capsys):
    builders.keep_state_in(tmp_path, monkeypatch)
    assert main(["population", "run"]) == 2
    assert "localcare intake run FOLDER" in capsys.readouterr().err
    assert main(["population", "report", "segments"]) == 2
    assert "localcare population run" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["--at", "WK17-TO"], "--at is area or LEVEL:CODE, for example cluster:WK17-TO"),
        (["--where", "age"], "--where is NAME=VALUE, for example age=70+, and not 'age'"),
    ],
)
def test_a_question_half_asked_says_how_it_is_asked(capsys, asked, says):
    assert main(["population", "report", "explorer", *asked]) == 2
    assert says in capsys.readouterr().err
