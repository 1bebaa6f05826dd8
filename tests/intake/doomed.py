"""Run as a program: adds a folder to an edition again and again, each time killed at another point, in a child process.

`python -m tests.intake.doomed FOLDER DATASET COPIES SEED` prints, as JSON, the number of write points and for each
killed child the point, how it ended and the copy of the dataset that it left behind.
"""

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from localcare.dataset.editions import Edition, current
from localcare.intake.editing import Keeping
from tests.intake.builders import take_in

KILLED = 9
DRAWN, LAST = 5, 7


class Connection:
    """A DuckDB connection whose every statement is a write point."""

    def __init__(self, real, doomed: Callable) -> None:
        self._real = real
        self.execute = doomed(real.execute)

    def __getattr__(self, name: str):
        return getattr(self._real, name)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self._real.close()


def add(folder: Path, dataset: Path) -> Edition:
    """The folder's files added to the edition in use, of a dataset that keeps its rows within itself."""
    edition, _ = take_in(folder, dataset, Keeping(dataset / "kept", current(dataset)))
    return edition


def doom(last: int) -> Callable[[], int]:
    """Let this process die, without a word to anybody, at the `last` write point; answers how many it has passed."""
    passed = 0

    def doomed(function: Callable) -> Callable:
        def call(*arguments, **named):
            nonlocal passed
            passed += 1
            if passed == last:
                os._exit(KILLED)
            return function(*arguments, **named)

        return call

    connect = duckdb.connect
    duckdb.connect = lambda *arguments, **named: Connection(connect(*arguments, **named), doomed)
    for name in ("rename", "replace", "fsync"):
        setattr(os, name, doomed(getattr(os, name)))
    Path.write_text = doomed(Path.write_text)
    return lambda: passed


def child(folder: Path, dataset: Path, last: int, answer: Path | None = None) -> int:
    """The exit code of a forked child that takes the folder in, doomed."""
    process = os.fork()
    if process == 0:
        passed = doom(last)
        add(folder, dataset)
        if answer:
            os.write(os.open(answer, os.O_WRONLY | os.O_CREAT), str(passed()).encode())
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def main(folder: str, dataset: str, copies: str, seed: str) -> None:
    counted = Path(copies) / "counted"
    shutil.copytree(dataset, Path(copies) / "whole")
    assert child(Path(folder), Path(copies) / "whole", 0, counted) == 0
    points = int(counted.read_text())
    drawn = sorted(random.Random(seed).sample(range(1, points - LAST), DRAWN))
    ends = []
    for point in [*drawn, *range(points - LAST, points + 1)]:
        copy = Path(copies) / str(point)
        shutil.copytree(dataset, copy)
        ends.append({"point": point, "code": child(Path(folder), copy, point), "dataset": str(copy)})
    print(json.dumps({"points": points, "ends": ends}))


if __name__ == "__main__":
    main(*sys.argv[1:])
