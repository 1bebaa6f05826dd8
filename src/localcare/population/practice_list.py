"""A practice's list as its page reads it: every line in a few columns at once, whole entries only of those shown."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet

from localcare.base.once import once_a_request
from localcare.base.prepared import prepared
from localcare.population.lists import current_run
from localcare.population.models import GoneEntry, ListEntry

PAGE_SIZE = 25


class Line(NamedTuple):
    """What a practice's list is narrowed, ordered and counted by."""

    pseudonym: str
    rank_in_practice: int
    change: str
    palliative: bool
    age: int
    group: str
    sex: str
    reason_keys: str


CHANGES = tuple(ListEntry.Change(change) for change in ("new", "up", "same", "down"))
ORDERS: Mapping[str, Callable[[Line], Any]] = {
    "risk": lambda line: line.rank_in_practice,
    "change": lambda line: (CHANGES.index(ListEntry.Change(line.change)), line.rank_in_practice),
    "age": lambda line: (-line.age, line.rank_in_practice),
}
FILTERS: Mapping[str, Callable[[Line, str], bool]] = {
    "group": lambda line, value: line.group == value,
    "sex": lambda line, value: line.sex == value,
    "change": lambda line, value: line.change == value,
    "reason": lambda line, value: f" {value} " in line.reason_keys,
}


@dataclass(frozen=True)
class ListPage:
    """A page of a practice's list: pseudonyms, and how many there are in all."""

    entries: tuple[ListEntry, ...]
    number: int
    pages: int
    total: int


def practice_list(
    practice_code: str,
    *,
    exclude: Collection[str] = (),
    page: int = 1,
    order: str = "risk",
    filters: Mapping[str, str] | None = None,
    page_size: int = PAGE_SIZE,
    with_palliative: bool = False,
) -> ListPage:
    """A page of a practice's list, without the pseudonyms of `exclude`.

    `order` is a key of `ORDERS`; `filters` may name group, sex, change, reason (a condition or predictor key).
    People on the palliative register are left out unless `with_palliative`.
    A page beyond the last is the last. Raises ValueError for an unknown order or filter.
    """
    if order not in ORDERS:
        raise ValueError(f"order {order!r} is not one of {', '.join(ORDERS)}")
    found = sorted(_chosen(practice_code, exclude, filters or {}, with_palliative), key=ORDERS[order])
    pages = max(1, -(-len(found) // page_size))
    number = min(max(page, 1), pages)
    shown = [line.pseudonym for line in found[(number - 1) * page_size : number * page_size]]
    entries = standing(practice_code, shown)  # without those whom a run took off meanwhile
    return ListPage(tuple(entries[pseudonym] for pseudonym in shown if pseudonym in entries), number, pages, len(found))


def practice_list_size(
    practice_code: str, *, exclude: Collection[str] = (), filters: Mapping[str, str] | None = None
) -> int:
    """How many people `practice_list` finds. Raises ValueError for an unknown filter."""
    return len(_chosen(practice_code, exclude, filters or {}, with_palliative=False))


def whole_list(practice_code: str, *, exclude: Collection[str] = ()) -> list[ListEntry]:
    """A practice's whole list by risk, without the pseudonyms of `exclude`."""
    out = set(exclude)
    rows = ListEntry.objects.filter(practice_code=practice_code).order_by("rank_in_practice")
    return [entry for entry in rows if entry.pseudonym not in out]


def list_size(practice_code: str) -> tuple[int, int]:
    """How many people of the practice are on its list, and how many are registered there on the edition's date."""
    run = current_run()
    registered = run.coverage.get(practice_code, {}).get("registered", 0) if run else 0
    return len(_lines(practice_code)), registered


def listed(practice_code: str) -> set[str]:
    """Every pseudonym on a practice's list."""
    return {line.pseudonym for line in _lines(practice_code)}


def palliative(practice_code: str) -> set[str]:
    """The pseudonyms of a practice's list whose people are on the palliative register."""
    return {line.pseudonym for line in _lines(practice_code) if line.palliative}


def by_change(practice_code: str, exclude: Collection[str] = ()) -> dict[str, int]:
    """How many of a practice's list, without those of `exclude`, are new, up, down, same; and how many are gone.

    Exact: for the practice itself.
    """
    out = set(exclude)
    counts = Counter(line.change for line in _lines(practice_code) if line.pseudonym not in out)
    counts[GoneEntry.change] = sum(pseudonym not in out for (pseudonym,) in _gone(practice_code))
    return dict(counts)


def standing(practice_code: str, pseudonyms: Collection[str]) -> dict[str, ListEntry]:
    """The entries of those of the pseudonyms that stand on a practice's list."""
    return {entry.pseudonym: entry for entry in _standing(practice_code, pseudonyms)} if pseudonyms else {}


def gone(practice_code: str) -> list[GoneEntry]:
    """Those on a practice's list of the run before who are on none now, the greatest risk of then first."""
    return list(GoneEntry.objects.filter(practice_code=practice_code).order_by("-risk", "pseudonym"))


def _chosen(
    practice_code: str, exclude: Collection[str], filters: Mapping[str, str], with_palliative: bool
) -> list[Line]:
    if unknown := filters.keys() - FILTERS.keys():
        raise ValueError(f"filter {unknown.pop()!r} is not one of {', '.join(FILTERS)}")
    out = set(exclude)
    return [
        line
        for line in _lines(practice_code)
        if line.pseudonym not in out
        and (with_palliative or not line.palliative)
        and all(FILTERS[name](line, value) for name, value in filters.items())
    ]


@once_a_request
def _lines(practice_code: str) -> list[Line]:
    return [Line(*row) for row in _rows(practice_code)]


@prepared
def _rows(practice_code: str) -> QuerySet[Any]:
    return ListEntry.objects.filter(practice_code=practice_code).values_list(*Line._fields)


@prepared
def _gone(practice_code: str) -> QuerySet[Any]:
    return GoneEntry.objects.filter(practice_code=practice_code).values_list("pseudonym")


@prepared
def _standing(practice_code: str, pseudonyms: Collection[str]) -> QuerySet[Any]:
    return ListEntry.objects.filter(practice_code=practice_code, pseudonym__among=pseudonyms)
