"""Reads of the latest run: lists of pseudonyms, counts, and published reports. None returns a name or an NHS number."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from localcare.base.prepared import prepared
from localcare.dataset import contract, runs
from localcare.dataset.editions import NoEdition
from localcare.dataset.runs import NoRun
from localcare.places import queries as places
from localcare.population import bounds, own, published, reports
from localcare.population import definitions as definition_files
from localcare.population import explorer as explorer_calc
from localcare.population.calc import queries as query_texts
from localcare.population.definitions import AgeBand, Definitions, Segmentation
from localcare.population.definitions.helping import Effects, Intervention, Limit
from localcare.population.explorer import Answer, Question
from localcare.population.first import Candidate, candidates, effects, group_names, on_lists
from localcare.population.lists import (
    HowMade,
    ListCounts,
    current_run,
    how_lists_are_made,
    list_counts,
    new_on_lists,
    with_open_lists,
)
from localcare.population.models import ListEntry, Run
from localcare.population.outcomes import Alike
from localcare.population.outcomes import alike as people_alike
from localcare.population.outcomes import of_pseudonyms as outcomes_of
from localcare.population.outcomes import source as outcome_source
from localcare.population.practice_list import (
    ORDERS,
    PAGE_SIZE,
    ListPage,
    by_change,
    gone,
    list_size,
    listed,
    palliative,
    practice_list,
    practice_list_size,
    standing,
    whole_list,
)
from localcare.population.reports import DEFAULT_SEGMENTATION, Report, UnknownReport
from localcare.population.telling import telling
from localcare.population.words import group as group_label
from localcare.population.words import groups as group_labels
from localcare.population.words import reason_kinds as reason_labels
from localcare.population.words import reasons as reasons_in_words
from localcare.population.words import use as use_in_words

__all__ = [
    "DEFAULT_SEGMENTATION",
    "ORDERS",
    "PAGE_SIZE",
    "AgeBand",
    "Alike",
    "Answer",
    "Candidate",
    "Effects",
    "HowMade",
    "Intervention",
    "Limit",
    "ListCounts",
    "ListPage",
    "NoEdition",
    "NoRun",
    "Question",
    "Report",
    "Segmentation",
    "UnknownReport",
    "all_listed",
    "area_name",
    "by_change",
    "candidates",
    "conditions_missing",
    "current_run",
    "effects",
    "entry",
    "gone",
    "group_label",
    "group_labels",
    "group_names",
    "how",
    "how_lists_are_made",
    "list_counts",
    "list_size",
    "listed",
    "new_on_lists",
    "on_lists",
    "outcome_source",
    "outcomes_of",
    "own_files_refused",
    "palliative",
    "people_alike",
    "practice_list",
    "practice_list_size",
    "reason_labels",
    "reasons_in_words",
    "report",
    "reports_explained",
    "reports_there_are",
    "runs_by_edition",
    "segmentation",
    "segmentations",
    "segments",
    "share_seen",
    "standing",
    "telling",
    "use_in_words",
    "whole_list",
]


def entry(pseudonym: str) -> ListEntry | None:
    """The list entry of a pseudonym (of the purpose risk stratification), or None."""
    return next(iter(_entry(pseudonym)), None)


@prepared
def _entry(pseudonym: str) -> QuerySet[Any]:
    return ListEntry.objects.filter(pseudonym=pseudonym).select_related("run")


def all_listed() -> dict[str, list[str]]:
    """The pseudonyms on every practice's list, by practice, for the feed that fills these people's record.

    None of a practice whose agreement to risk stratification has ended: nobody stands on a list of theirs.
    """
    answer: dict[str, list[str]] = {}
    for practice_code, pseudonym in ListEntry.objects.values_list("practice_code", "pseudonym"):
        answer.setdefault(practice_code, []).append(pseudonym)
    return {code: answer[code] for code in with_open_lists(answer)}


def segments(practice_code: str, segmentation: str = reports.DEFAULT_SEGMENTATION) -> dict[str, Any]:
    """A practice's own registers and segments, exact: for that practice only, never published.

    {"as_at", "registered", "observed", "segments": [{"age_band", "group", "people", "spend_per_head"}],
    "registers": [{"register", "label", "from_age", "on_register", "denominator"}]}, of observed people.
    Raises NoRun before the first run, UnknownReport for a practice the run does not know.
    """
    return own.own_practice(_made(), practice_code, segmentation)


def spend_seen_share(segmentation: str = reports.DEFAULT_SEGMENTATION) -> float:
    """The share of the area's estimated spend that is seen. Raises NoRun before the first run."""
    return bounds.spend_share(_made(), segmentation)


def report(
    name: str, level: str = reports.AREA, segmentation: str = reports.DEFAULT_SEGMENTATION, unit: str = ""
) -> Report:
    """A published report, small numbers suppressed. Raises NoRun before the first run, UnknownReport, BadDefinition."""
    return reports.build(_made(), name, level, segmentation, unit)


def explore(question: Question, own_practice: str = "") -> Answer:
    """An answer of the explorer; exact where it is about `own_practice`. Raises NoRun, UnknownReport."""
    return explorer_calc.ask(_made(), question, own_practice)


def published_spend(segmentation: str) -> dict[str, Any] | None:
    """Spend per head once published of this area, by a segmentation, beside ours; None where none was. Raises NoRun."""
    return published.spend(_made(), segmentation)


def explorer_values(question: Question) -> dict[str, dict[str, str]]:
    """The values of each dimension the explorer can narrow to, with their labels."""
    return explorer_calc.values(_made(), question)


def explorer_places() -> dict[tuple[str, str], str]:
    """Every place the explorer knows, with its name. Raises NoRun."""
    return explorer_calc.place_names(_made())


def reports_there_are() -> dict[str, str]:
    """Name and title of each report."""
    return {name: kind.title for name, kind in reports.REPORTS.items()} | {"explorer": explorer_calc.TITLE}


def _made() -> reports.Made:
    run = current_run()
    if run is None:
        raise NoRun("There is no run yet. Make one: localcare population run")
    return reports.made(run)


def made() -> reports.Made:
    """The run in use with its results. Raises NoRun."""
    return _made()


def unit_names(of: reports.Made) -> dict[tuple[str, str], str]:
    """The name of every cluster and practice of a run."""
    names = places.names({code for level, code in of.units if level != reports.AREA})
    return {unit: names.get(unit[1], unit[1]) for unit in of.units if unit[0] != reports.AREA}


def segmentations() -> tuple[Segmentation, ...]:
    """The segmentations of the run in use, before the first of the installation; the usual one first."""
    try:
        found = _made().definitions
    except NoRun:  # also where the run's results are not on this machine: how figures are made is told all the same
        found = _definitions()
    return tuple(sorted(found.segmentations, key=lambda grid: (grid.key != DEFAULT_SEGMENTATION, grid.key)))


def segmentation(key: str) -> Segmentation:
    """The segmentation of a key, without one the usual. Raises UnknownReport, saying why, where the run has it not."""
    found = segmentations()
    if not key and found:
        return found[0]
    of = _made()
    try:
        return of.segmentation(key or DEFAULT_SEGMENTATION)
    except (NoRun, definition_files.BadDefinition) as error:
        raise UnknownReport(_by_name(str(error))) from error


def how(name: str) -> str:
    """How a report is made, in words."""
    return reports.REPORTS[name].how


def reports_explained() -> list[tuple[str, str]]:
    """Title of each report, and how it is made."""
    return [(kind.title, kind.how) for kind in reports.REPORTS.values()] + [(explorer_calc.TITLE, explorer_calc.HOW)]


@dataclass(frozen=True)
class Query:
    """What a table of a run, or a step on the way to it, was computed by; `steps` are those that it reads."""

    name: str
    meaning: str
    text: str
    steps: tuple[str, ...]


def queries_of_run() -> dict[str, Query]:
    """The queries of the run in use by name, tables first; empty where none were kept. Raises NoRun."""
    run = current_run()
    texts = runs.named(settings.DATASET, run.name if run else "").queries
    meanings = {table.name: table.meaning for table in contract.load(contract.RESULTS).tables.values()}
    known = {name: texts[name] for name in sorted(texts, key=lambda name: (name not in meanings, name))}
    return {
        name: Query(name, meanings.get(name, "A step on the way"), text, tuple(query_texts.reads(text, known)))
        for name, text in known.items()
    }


def conditions_missing() -> list[tuple[str, str]]:
    """Conditions that should count and cannot, and why."""
    return [(missing.label, missing.reason) for missing in _definitions().conditions.missing]


def own_files_refused() -> tuple[str, ...]:
    """The installation's own definitions that cannot be used, and why: each by its name, not where it lies."""
    return tuple(_by_name(why) for why in _definitions().left_out)


def _by_name(why: str) -> str:
    """A message without the folder of the server that its file lies in, for pages."""
    return why.replace(f"{settings.DATA}/", "")


def runs_by_edition() -> dict[str, tuple[str, ...]]:
    """The names of the runs that were made over each edition, earliest first."""
    found: dict[str, tuple[str, ...]] = {}
    for edition, name in Run.objects.order_by("id").values_list("edition", "name"):
        found[edition] = (*found.get(edition, ()), name)
    return found


def share_seen(run: Run) -> dict[str, Any]:
    """How much a run sees: shares and numbers of practices, no counts of people."""
    return reports.share_seen(run)


def area_name() -> str:
    """The area's name, as its page says it."""
    return settings.AREA


def definitions() -> Definitions:
    """The definitions of this installation."""
    return _definitions()


def _definitions() -> Definitions:
    return definition_files.usable(settings.DATA / "segmentations")
