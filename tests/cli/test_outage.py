"""`localcare outage`: what each command says, how it ends, and what it refuses with what to do."""

import json

import pytest

from localcare.base import audit, spool
from localcare.cli import outage
from localcare.cli.main import parser
from localcare.cli.output import CannotRun
from localcare.outage import queries
from tests.outage.conftest import margaret, prepared, standby  # noqa: F401

pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    arguments = parser().parse_args(["outage", *words])
    return arguments.run(arguments)


def test_a_copy_is_told_by_its_rows_and_size(standby, margaret, capsys):  # noqa: F811
    assert run("prepare", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["people"], told["rows"]["patients.Patient"]) == (1, 1)
    assert told["size"] == (queries.copy_in_use().folder / queries.STORE).stat().st_size


def test_joining_ends_with_0_and_with_findings_with_1(standby, area, capsys):  # noqa: F811
    assert run("join") == 0
    standby.mkdir()
    (standby / spool.FILE).write_text("half a li")
    assert run("join", "--json") == 1
    told = json.loads(capsys.readouterr().out.partition("review.\n")[2])
    assert told == {"entries": 0, "emergencies": 0, "findings": ["line 1: not a whole entry"]}
    assert audit.verify().holds


def test_joining_from_a_folder_that_is_not_there_is_refused(standby, tmp_path):  # noqa: F811
    with pytest.raises(CannotRun, match="give the standby folder"):
        run("join", str(tmp_path / "nowhere"))


def test_without_a_copy_nothing_is_served(standby):  # noqa: F811
    with pytest.raises(CannotRun, match="localcare outage prepare"):
        run("serve")


def test_a_damaged_copy_is_not_served(prepared, margaret):  # noqa: F811
    path = prepared().folder / queries.STORE
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(CannotRun, match="is damaged"):
        run("serve")


def test_without_the_key_in_production_nothing_is_served_or_joined(prepared, standby, settings):  # noqa: F811
    prepared()
    (settings.KEYS / "outage.key").unlink()
    settings.PRODUCTION = True
    (standby / spool.FILE).write_text('{"content": "x", "previous": "00", "seal": "00"}\n')
    for command in ("serve", "join", "prepare"):
        with pytest.raises(CannotRun, match=r"outage\.key does not exist"):
            run(command)


def test_serving_switches_the_settings_before_they_are_read():
    assert parser().parse_args(["outage", "serve"]).environ == {"LOCALCARE_OUTAGE": "on"}


def test_when_another_copy_takes_the_place_of_the_one_served_that_one_is_served(prepared, area, monkeypatch):  # noqa: F811
    prepared()
    replaced = []

    def run_together(_, until) -> bool:
        replaced.append(until())
        if len(replaced) > 1:
            return True
        prepared()
        replaced.append(until())
        return False

    monkeypatch.setattr(outage.serve, "run_together", run_together)
    assert outage._serve_newest(parser().parse_args(["outage", "serve"])) == 0
    assert replaced == [False, True, False]
