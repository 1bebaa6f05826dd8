"""Reads of the studio: scenarios, their texts, their computations and what these left."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version as code_version
from pathlib import Path
from typing import Any

from django.conf import settings

from localcare.base import clock
from localcare.capacity import background, definitions, page_data, tracking
from localcare.capacity.models import OPEN, Computation, Scenario, State, Version
from localcare.capacity.tracking import Standing
from localcare.capacity.types import Line, Unknown
from localcare.dataset import editions
from localcare.dataset.suppression import Rule

# Stages take seconds; a worker silent for this long was killed. Assumed: ten times the slowest stage seen.
SILENT = timedelta(minutes=5)
FILES = ("tables.xlsx", "report.html", "report.pdf", "scenario.toml")


@dataclass(frozen=True)
class Source:
    """A scenario's text and where it comes from; number 0: shipped and never computed here."""

    name: str
    title: str
    text: str
    number: int
    shipped: bool
    scenario: Scenario | None
    version: Version | None

    @property
    def editable(self) -> bool:
        return self.scenario is not None and not self.shipped and self.scenario.locked_at is None


@cache
def shipped_texts() -> Mapping[str, str]:
    """The shipped scenarios' texts by name."""
    return {path.stem: definitions.text_of(path) for path in definitions.shipped()}


def shipped_text(name: str) -> str:
    return shipped_texts().get(name, "")


def source_of(name: str, number: int | None = None) -> Source:
    """A scenario's latest text, or that of one version. Raises Unknown."""
    scenario = Scenario.objects.filter(name=name).first()
    if scenario is None and number is None and (text := shipped_text(name)):
        return Source(name, definitions.content_of(text, name)["title"], text, 0, True, None, None)
    found = Version.objects.filter(scenario=scenario).order_by("-number") if scenario else Version.objects.none()
    version = (found if number is None else found.filter(number=number)).first()
    if scenario is None or version is None:
        raise Unknown(f"There is no scenario {name}" + (f" with a version {number}." if number else "."))
    return Source(name, version.title, version.text, version.number, scenario.shipped, scenario, version)


def latest_version(scenario: Scenario) -> Version:
    version = Version.objects.filter(scenario=scenario).order_by("-number").first()
    if version is None:
        raise Unknown(f"The scenario {scenario.name} has no text.")
    return version


def versions(scenario: Scenario) -> list[Version]:
    """Every version of a scenario, the latest first, without their texts."""
    return list(Version.objects.filter(scenario=scenario).order_by("-number").defer("text"))


def lines() -> list[Line]:
    """All scenarios for the list: own ones by when they were changed, the latest first, then the shipped ones."""
    latest: dict[int, Version] = {}
    for version in Version.objects.select_related("scenario").defer("text").order_by("number"):
        latest[version.scenario_id] = version
    computed: dict[int, Computation] = {}
    for one in Computation.objects.select_related("version").defer("version__text").order_by("id"):
        computed[one.version.scenario_id] = one
    own = [_line(version, computed.get(key)) for key, version in latest.items()]
    own.sort(key=lambda line: line.changed_at or clock.now(), reverse=True)
    there = {line.name for line in own}
    fresh = [
        Line(name, definitions.content_of(text, name)["title"], True, True, 0, "", None, None, None, False)
        for name, text in shipped_texts().items()
        if name not in there
    ]
    return [*(line for line in own if not line.shipped), *(line for line in own if line.shipped), *fresh]


def _line(version: Version, computation: Computation | None) -> Line:
    scenario = version.scenario
    return Line(
        scenario.name,
        version.title,
        scenario.shipped,
        scenario.shipped or bool(scenario.locked_at),
        version.number,
        version.author,
        version.saved_at,
        computation,
        computation.version.number if computation else None,
        lost(computation) if computation else False,
    )


def lost(computation: Computation) -> bool:
    """Whether the worker of a computation that runs has gone silent."""
    if computation.state != State.RUNNING:
        return False
    return clock.now() - (computation.heard_at or computation.asked_at) > SILENT


def computation_of(version: Version | None) -> Computation | None:
    """The latest computation of a version, whatever became of it."""
    return Computation.objects.filter(version=version).order_by("-id").first() if version else None


def computed_as_now(version: Version) -> Computation | None:
    """Results of a version that this code's version left, and that are still there."""
    done = Computation.objects.filter(version=version, state=State.DONE, code_version=code_version("localcare"))
    found = done.order_by("-id").first()
    return found if found and (folder_of(found) / page_data.FILE).exists() else None


def results_of(name: str) -> tuple[Computation, Mapping[str, Any]] | None:
    """The newest results of a scenario, of whichever version, as its pages show them; none before the first."""
    done = Computation.objects.filter(version__scenario__name=name, state=State.DONE).select_related("version")
    for computation in done.defer("version__text").order_by("-version__number", "-id"):
        path = folder_of(computation) / page_data.FILE
        if path.exists():
            return computation, json.loads(path.read_bytes())
    return None


def hubs_chosen(version: Version | None) -> tuple[str, ...] | None:
    """The hubs that a computation of this very version chose, by code; None where it has not been computed."""
    done = computed_as_now(version) if version else None
    path = folder_of(done) / "tables" / "hubs.csv" if done else None
    if path is None or not path.exists():
        return None
    with path.open(newline="", encoding="utf-8") as lines:
        return tuple(row["code"] for row in csv.DictReader(lines))


def under_way() -> bool:
    return Computation.objects.filter(state__in=OPEN).exists()


def baselines() -> Path:
    """Where this installation's own baselines lie."""
    return background.baselines()


def folder_of(computation: Computation) -> Path:
    return background.results() / str(computation.pk)


def standings(page: Mapping[str, Any]) -> list[Standing]:
    """What the pages of results expect of each month beside the edition in use; nothing where there is none."""
    try:
        edition = editions.current(settings.DATASET)
    except editions.NoEdition:
        return []
    return tracking.standings(page["expected"], edition, Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO))


def file_of(name: str, file: str) -> Path:
    """A file of a scenario's newest results: one of FILES, or a table's CSV. Raises Unknown."""
    found = results_of(name)
    if found is None:
        raise Unknown(f"The scenario {name} has not been computed yet.")
    folder = folder_of(found[0])
    tables = {path.name: path for path in (folder / "tables").glob("*.csv")}
    there = {**tables, **{each: folder / each for each in FILES}}
    if file not in there or not there[file].exists():
        raise Unknown(f"The results of {name} have no file {file}.")
    return there[file]
