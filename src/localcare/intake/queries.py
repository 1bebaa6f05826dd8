"""Reads of intake: the editions there are. No person, no pseudonym."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from localcare.base import clock
from localcare.dataset import comparing, editions, retention
from localcare.dataset.comparing import Comparison
from localcare.dataset.editions import Edition, NoEdition
from localcare.population import queries as population

__all__ = ["Comparison", "EditionLine", "Linked", "NoEdition", "compare", "linkage", "listed", "to_expire"]


@dataclass(frozen=True)
class EditionLine:
    """An edition in a list. `coverage` is the share of its people whose rows may be used for planning."""

    id: str
    as_at: date
    made_at: datetime
    onto: str | None
    people: int
    rows: int
    coverage: float
    in_use: bool
    runs: tuple[str, ...]
    pinned: str | None
    expires: bool


def listed() -> list[EditionLine]:
    """Every edition, oldest first: when, how much, who rests on it, and whether its time is over."""
    runs, doomed = population.runs_by_edition(), {edition.id for edition in to_expire()}
    pinned, in_use = retention.pinned(settings.DATASET), _in_use()
    return [
        EditionLine(
            id=edition.id,
            as_at=edition.as_at,
            made_at=datetime.fromtimestamp((edition.folder / "manifest.json").stat().st_mtime, clock.LONDON),
            onto=edition.manifest.get("onto"),
            people=edition.manifest["rows"]["person"],
            rows=sum(n for table, n in edition.manifest["rows"].items() if table != "person"),
            coverage=_coverage(edition),
            in_use=edition.id == in_use,
            runs=runs.get(edition.id, ()),
            pinned=pinned.get(edition.id),
            expires=edition.id in doomed,
        )
        for edition in editions.list_editions(settings.DATASET)
    ]


def compare(before: str, after: str) -> Comparison:
    """What changed from one edition to another. Raises NoEdition."""
    named = [editions.named(settings.DATASET, id) for id in (before, after)]
    return comparing.compare(*named)


@dataclass(frozen=True)
class Linked:
    """How the rows of a source that carry identities found their people. `note` says why the model was not used.

    `contradicted`: rows whose NHS number was not believed, by what in them speaks against it.
    """

    shape: str
    number: int
    rule: int
    model: int
    nobody: int
    outcomes: dict[str, int]
    learnt_from: int
    note: str
    contradicted: dict[str, int]


def linkage(id: str | None = None) -> tuple[str, float, list[Linked]]:
    """The edition (the one in use where none is named), its threshold, and each source's rows. Raises NoEdition."""
    edition = editions.named(settings.DATASET, id) if id else editions.current(settings.DATASET)
    about = edition.manifest.get("linkage")
    if about is None:
        raise NoEdition(f"Edition {edition.id} does not say how it was linked. Take its files in again.")
    return edition.id, about["threshold"], [_linked(source) for source in about["sources"]]


def _linked(source: dict) -> Linked:
    found, learnt = source["rows"], source["model"] or {"outcomes": {}, "pairs": 0, "note": "nothing was left for it"}
    counts = {name: found.get(name, 0) for name in ("number", "rule", "model", "nobody")}
    model = {"outcomes": learnt["outcomes"], "learnt_from": learnt["pairs"], "note": learnt["note"]}
    return Linked(source["shape"], **counts, **model, contradicted=source.get("numbers_contradicted", {}))


def to_expire() -> list[Edition]:
    """The editions whose time is over by the settings: never one in use, pinned, or that the run in use rests on."""
    run = population.current_run()
    needed = {_in_use(), run.edition if run else None, *retention.pinned(settings.DATASET)}
    return retention.expired(
        editions.list_editions(settings.DATASET),
        newest=settings.KEEP_EDITIONS,
        days=settings.KEEP_EDITION_DAYS,
        needed={id for id in needed if id},
        today=clock.today(),
    )


def _in_use() -> str | None:
    try:
        return editions.current(settings.DATASET).id
    except NoEdition:
        return None


def _coverage(edition: Edition) -> float:
    practices = {row["practice"]: row for row in edition.manifest["coverage"]}.values()
    people = sum(row["people"] for row in practices)
    return sum(row["people_observed"] for row in practices) / people if people else 0.0
