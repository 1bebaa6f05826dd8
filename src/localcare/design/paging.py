"""Long lists, 25 rows a page, with filters and order kept in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

ROWS = 25
PAGE = "page"
# A second list of the same page has a page of its own in the address.
PAGES = (PAGE, "page_of_requests")


@dataclass(frozen=True)
class Page:
    """One page of a longer list. `before` and `after` are addresses, empty at the ends."""

    rows: Sequence[Any]
    total: int
    first: int
    last: int
    before: str
    after: str


def page_of(
    request: HttpRequest,
    rows: Sequence[Any] | QuerySet[Any],
    total: int | None = None,
    *,
    size: int = ROWS,
    name: str = PAGE,
) -> Page:
    """The page the address asks for. `rows` is a list or an unevaluated queryset; beyond the ends is the nearest.

    `name` is what the list's page is called in the address, one of PAGES.
    """
    total = count(rows) if total is None else total
    number = page_number(request, total, size, name)
    start = (number - 1) * size
    shown = list(rows[start : start + size])
    return Page(
        rows=shown,
        total=total,
        first=start + 1 if shown else 0,
        last=start + len(shown),
        before=with_query(request, **{name: number - 1}) if number > 1 else "",
        after=with_query(request, **{name: number + 1}) if start + size < total else "",
    )


def page_number(request: HttpRequest, total: int, size: int = ROWS, name: str = PAGE) -> int:
    """The page asked for in the address, from 1, never beyond the last."""
    asked = request.GET.get(name, "1")
    return min(max(int(asked) if asked.isdecimal() else 1, 1), max(ceil(total / size), 1))


def count(rows: Sequence[Any] | QuerySet[Any]) -> int:
    return len(rows) if isinstance(rows, list | tuple) else rows.count()  # type: ignore[call-arg]


def with_query(request: HttpRequest, **changes: Any) -> str:
    """This page's address with some of its filters changed; None takes one away. Any other change returns to page 1."""
    query = request.GET.copy()
    if not changes.keys() & set(PAGES):
        for name in PAGES:
            query.pop(name, None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"
