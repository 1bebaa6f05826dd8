"""`localcare demo`, step by step: what a real area does with its own files, done with synthetic ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from localcare.base import audit
from localcare.dataset import editions
from localcare.demo import build, logins, phones, site, work
from localcare.intake import actions as intake
from localcare.places import actions as places
from localcare.population import actions as population

Progress = Callable[[str], None]


@dataclass
class Installation:
    """What `localcare demo` was asked for, and what its steps made so far."""

    data: Path
    fraction: float
    seed: int
    coverage: str | None
    made: dict[str, Any] = field(default_factory=dict)


def empty_store(demo: Installation, tell: Progress) -> None:
    site.prepare(demo.data)


def load_places(demo: Installation, tell: Progress) -> None:
    places.load_reference(by=audit.SYSTEM)
    places.load({"organisations": phones.of_practices()}, by=audit.SYSTEM, source="demo")


def write_extracts(demo: Installation, tell: Progress) -> None:
    demo.made["extracts"] = build.generate(
        demo.data, fraction=demo.fraction, seed=demo.seed, coverage=demo.coverage, progress=tell
    )


def take_in(demo: Installation, tell: Progress) -> None:
    demo.made["intake"] = intake.run(folder=demo.data / "extracts", by=audit.SYSTEM, progress=tell)


def compute(demo: Installation, tell: Progress) -> None:
    edition = editions.current(settings.DATASET)
    demo.made["run"] = population.run(edition, by=audit.SYSTEM)


def load_record(demo: Installation, tell: Progress) -> None:
    demo.made["record"] = intake.load_record(folder=demo.data / "extracts", by=audit.SYSTEM, progress=tell)


def open_accounts(demo: Installation, tell: Progress) -> None:
    demo.made["logins"] = logins.make()


def begin_work(demo: Installation, tell: Progress) -> None:
    demo.made["caseload"] = work.make(demo.made["logins"], demo.data / "messages")
    site.finish(demo.data, logins.listed(demo.made["logins"]))


STEPS: Mapping[str, Callable[[Installation, Progress], None]] = {
    "Empty store": empty_store,
    "Places": load_places,
    "Extracts": write_extracts,
    "Intake": take_in,
    "Population run": compute,
    "Record": load_record,
    "Accounts": open_accounts,
    "First work": begin_work,
}
