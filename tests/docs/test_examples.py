"""The commands of the how-to pages do what the pages say, one after the other, on an empty installation."""

import re
import shlex
from pathlib import Path

import pytest

from localcare.cli.main import main
from tests import builders

ROOT = Path(__file__).parents[2]
# Not cheap, and tested in rooms of their own.
ELSEWHERE = {"demo", "intake", "population", "serve"}


def blocks(page: str, kind: str) -> str:
    text = (ROOT / "docs" / "how-to" / page).read_text("utf-8")
    return "".join(re.findall(rf"^```{kind}\n(.*?)^```", text, re.M | re.S))


def commands(page: str) -> list[list[str]]:
    lines = blocks(page, "console").splitlines()
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("localcare ")]


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["verify-the-audit-chain.md", "run-in-production.md"])
def test_every_command_runs(page, tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "staff.csv").write_text(blocks(page, "csv"), "utf-8")
    answers = {" ".join(words): main(words) for words in commands(page) if words[0] not in ELSEWHERE}
    assert answers
    assert {words: code for words, code in answers.items() if code} == {}
