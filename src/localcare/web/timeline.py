"""The timeline of a person: what is on it, by which filters, a page at a time; the address keeps what was chosen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpRequest

from localcare.design import paging
from localcare.design.paging import Page
from localcare.mdt import actions as mdt
from localcare.record.types import STAYS, EncounterCategory, Item
from localcare.web.person import Folded, fold

ENTRIES = 100
KINDS = {
    "condition": "Problems",
    "encounter": "Contacts and stays",
    "medication": "Medicines",
    "allergy": "Allergies",
    "measurement": "Measurements",
    "procedure": "Procedures",
    "immunisation": "Immunisations",
    "service": "Services",
    "flag": "Decisions and needs",
    "note": "Notes",
}
# What changes a person's course: the timeline opens on these. Decisions are flags, or notes of a meeting.
SIGNIFICANT_KINDS = frozenset(("condition", "allergy", "procedure", "flag"))
SIGNIFICANT_ENCOUNTERS = frozenset((*STAYS, EncounterCategory.EMERGENCY_ATTENDANCE))


@dataclass(frozen=True)
class Choice:
    """One value of a filter: its address, how many entries it holds, whether it is chosen."""

    label: str
    href: str
    count: int
    here: bool


@dataclass(frozen=True)
class Day:
    """The entries of one day (or month, or year, as told)."""

    on: date | None
    precision: str
    rows: Sequence[Folded]


@dataclass(frozen=True)
class Timeline:
    days: Sequence[Day]
    page: Page
    views: Sequence[Choice]
    kinds: Sequence[Choice]
    sources: Sequence[Choice]
    known: int


def is_significant(item: Item) -> bool:
    """Admissions, A&E, problems, allergies, procedures and decisions."""
    if item.kind == "encounter":
        return item.category in SIGNIFICANT_ENCOUNTERS
    return item.kind in SIGNIFICANT_KINDS or (item.kind == "note" and item.category == mdt.SOURCE)


def of(request: HttpRequest, entries: Sequence[Item]) -> Timeline:
    """What the address asks for of all entries of a person, newest first and undated last."""
    kind, source = request.GET.get("kind"), request.GET.get("source")
    everything = request.GET.get("entries") == "all"
    significant = [item for item in entries if is_significant(item)]
    # Whoever chose a kind wants all of it.
    chosen = entries if everything or kind else significant
    of_source = [item for item in chosen if not source or item.source == source]
    rows = fold([item for item in of_source if not kind or item.kind == kind], all_entries=everything)
    page = paging.page_of(request, rows, size=ENTRIES)
    views = (("Significant events", None, len(significant)), ("All entries", "all", len(entries)))
    return Timeline(
        days=[Day(*day, list(rows)) for day, rows in groupby(page.rows, key=_day)],
        page=page,
        views=[
            Choice(
                label,
                paging.with_query(request, entries=value, kind=None),
                count,
                not kind and everything == bool(value),
            )
            for label, value, count in views
        ],
        kinds=_choices(request, "kind", kind, Counter(item.kind for item in entries), KINDS),
        sources=_choices(request, "source", source, Counter(item.source for item in entries), {}),
        known=len(entries),
    )


def _choices(
    request: HttpRequest, name: str, chosen: str | None, counts: Counter[str], labels: dict[str, str]
) -> list[Choice]:
    """Every value with entries, and all of them first."""
    values = sorted(counts, key=lambda value: (list(labels).index(value) if value in labels else 0, value))
    every = Choice("All", paging.with_query(request, **{name: None}), sum(counts.values()), not chosen)
    return [every] + [
        Choice(labels.get(v, v), paging.with_query(request, **{name: v}), counts[v], v == chosen) for v in values
    ]


def _day(row: Folded) -> tuple[date | None, str]:
    return row.item.started_on, row.item.precision
