"""What a scenario leaves, stopped at every step that can be seen from outside."""

import os
import shutil
from pathlib import Path

import pytest

from localcare.capacity import writing


class Killed(BaseException):
    """Nothing after it runs: not even what would clear away."""


@pytest.fixture(autouse=True)
def light(monkeypatch):
    """Two small files instead of a whole scenario's; `computed` is their content."""
    monkeypatch.setattr(
        writing, "files", lambda content: {"scenario.toml": content, "tables/a.csv": content, "report.html": content}
    )


def _held(folder: Path):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _whole(content: bytes):
    return dict.fromkeys(("scenario.toml", "tables/a.csv", "report.html"), content)


STEPS = [(os, "chmod"), (os, "rename"), (os, "rename", 2), (shutil, "rmtree"), (Path, "write_bytes", 2)]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step[1]} {step[-1] if len(step) > 2 else 1}")
def test_killed_anywhere_the_old_or_the_new_stands_whole_and_nothing_is_left_lying(tmp_path, monkeypatch, step):
    out = tmp_path / "out"
    writing.written(b"old", out)
    module, name, at = (*step, 1)[:3]
    _kill_at(monkeypatch, module, name, at)
    with pytest.raises(Killed):
        writing.written(b"new", out)
    monkeypatch.undo()
    monkeypatch.setattr(writing, "files", lambda content: _whole(content))
    if out.exists():
        assert _held(out) in (_whole(b"old"), _whole(b"new"))
    else:
        assert _held(tmp_path / f"{writing.ASIDE}out") == _whole(b"old")
    writing.written(b"other", tmp_path / "beside")  # whoever writes there next clears up
    assert _held(out) in (_whole(b"old"), _whole(b"new"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside", "out"]


def _kill_at(monkeypatch, module, name, at):
    """Stop at the nth call, and let nothing be cleared away after that."""
    real, calls, remove = getattr(module, name), [], shutil.rmtree

    def dies(*arguments, **words):
        calls.append(1)
        if len(calls) >= at:
            raise Killed
        return real(*arguments, **words)

    monkeypatch.setattr(module, name, dies)
    if name != "rmtree":
        monkeypatch.setattr(shutil, "rmtree", lambda *a, **k: None if len(calls) >= at else remove(*a, **k))


def test_a_folder_is_replaced_whole(tmp_path):
    out = tmp_path / "out"
    writing.written(b"old", out, more={"page.json": b"{}"})
    assert [path.name for path in writing.written(b"new", out)] == ["report.html", "scenario.toml", "a.csv"]
    assert _held(out) == _whole(b"new")


def test_an_empty_folder_is_taken_and_one_with_other_files_is_not(tmp_path):
    (tmp_path / "empty").mkdir()
    assert writing.written(b"x", tmp_path / "empty")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.doc").write_text("mine")
    with pytest.raises(writing.FolderInUse):
        writing.written(b"x", tmp_path / "thesis")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "thesis"]
