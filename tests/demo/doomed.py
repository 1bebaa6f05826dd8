"""Run as a program: builds a demo again and again, killed at other write points, in child processes.

`python -m tests.demo.doomed SEED` (with LOCALCARE_DATA an empty folder named `var`) prints, as JSON, what each kill
left: at which step and point, the edition in use, the promises broken. It starts from an installation with one
edition; a first demo is killed while it empties the folder; the next builds on what that left, and at each point
drawn the files are put aside as a kill at that moment would leave them; the finished demo is killed being rebuilt.
"""

# ruff: noqa: E402

import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import django

django.setup()

from bench import promises
from django.conf import settings
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.test import Client

from localcare.accounts.models import User
from localcare.cli.main import main as localcare
from localcare.demo import installation, site
from localcare.mdt.models import Meeting
from tests.demo.points import DRAWN, KILLED, REMOVING
from tests.intake.builders import extract_folder, take_in

# Just enough people for the demo's team to take some on, to meet and to begin a plan.
FRACTION = "0.004"
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")

At = Callable[[str, int], None]


def watch(at: At) -> None:
    """Call `at` with the step and the number of the point, before each write to the store or the folder."""
    passing = {"step": "", "points": count(1)}

    def point() -> None:
        at(passing["step"], next(passing["points"]))

    for name in ("execute", "executemany"):
        setattr(CursorWrapper, name, _counted(getattr(CursorWrapper, name), point, lambda self, sql, *_: _writes(sql)))
    DatabaseWrapper._commit = _counted(DatabaseWrapper._commit, point)
    for name in ("rename", "replace", "fsync", "unlink"):
        setattr(os, name, _counted(getattr(os, name), point))
    Path.write_text = _counted(Path.write_text, point)
    installation.STEPS = {name: _begun(name, do, passing) for name, do in installation.STEPS.items()}


def _counted(real: Callable, point: Callable[[], None], counts: Callable = lambda *_: True) -> Callable:
    def call(*arguments, **named):
        if counts(*arguments):
            point()
        return real(*arguments, **named)

    return call


def _writes(sql: str) -> bool:
    return sql.lstrip().startswith(WRITES)


def _begun(name: str, do: Callable, passing: dict) -> Callable:
    def step(*arguments):
        passing.update(step=name, points=count(1))
        do(*arguments)

    return step


def dying(step: str, point: int) -> At:
    """Die there without a word to anybody."""
    return lambda at_step, at_point: os._exit(KILLED) if (at_step, at_point) == (step, point) else None


def putting_aside(drawn: set[tuple[str, int]], folder: Path) -> At:
    """Copy the data folder at each point drawn: what a process killed there would leave."""
    numbers = count(1)

    def at(step: str, point: int) -> None:
        if (step, point) in drawn:
            drawn.discard((step, point))
            shutil.copytree(settings.DATA, folder / f"{next(numbers):02}-{step}-{point}")

    return at


def build(data: Path, at: At, then: Callable[[], None] = lambda: None) -> int:
    """The exit code of a child that builds the demo in that folder, watched."""
    process = os.fork()
    if process == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        promises.use(data)
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        watch(at)
        code = localcare(["demo", "--fraction", FRACTION, "--json"])
        then()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def sign_in() -> None:
    """Raises where the care co-ordinator of the demo does not see the team's day and its meeting."""
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.get(username="coordinator"))
    for page in ("/", f"/meetings/{Meeting.objects.get().pk}/"):
        assert client.get(page).status_code == 200, page


def drawn(seed: str) -> Iterator[tuple[str, int]]:
    for step, (points, number) in DRAWN.items():
        yield from ((step, point) for point in random.Random(f"{seed} {step}").sample(range(1, points), number))


def left(at: str, code: int, data: Path, before: promises.Standing | None) -> dict:
    promises.use(data)
    now = promises.standing(settings.DATASET)
    told = promises.broken(settings.DATASET, before, keeps=False)
    return {"at": at, "code": code, "edition": now and now.id, "broken": told}


def copied(data: Path, name: str) -> Path:
    copy = data.parent / name / "var"
    shutil.copytree(data, copy)
    return copy


def main(seed: str) -> None:
    data, images = settings.DATA, settings.DATA.parent / "images"
    take_in(extract_folder(data / "extracts", as_at="2016-03-31"), settings.DATASET)
    site.finish(data, {})
    first = promises.standing(settings.DATASET)
    points = random.Random(seed).sample(range(2, REMOVING[0]), REMOVING[1])
    ends = [build(data, dying("Empty store", points[0]))]
    copies = [copied(data, "emptied")]
    whole = build(data, putting_aside(set(drawn(seed)), images), sign_in)
    second = promises.standing(settings.DATASET)
    copies += [copied(data, f"rebuilt-{point}") for point in points]
    ends += [_rebuilt(copy, point) for copy, point in zip(copies[1:], points, strict=True)]
    first_kill = left("emptied", ends[0], copies[0], first)
    answer = {
        "before": first.id,
        "building": [first_kill, *(left(i.name, KILLED, i, first) for i in sorted(images.iterdir()))],
        "again": left("again", whole, data, first),
        "rebuilding": [left(f"{p}", code, c, second) for p, code, c in zip(points, ends[1:], copies[1:], strict=True)],
    }
    print(json.dumps(answer))


def _rebuilt(data: Path, point: int) -> int:
    """A rebuild killed at that point. The mark names the folder the demo was made in, so it is made to name this."""
    promises.use(data)
    site.finish(data, {})
    return build(data, dying("Empty store", point))


if __name__ == "__main__":
    main(*sys.argv[1:])
