"""Named links: how a lower room points at a page of a higher one without knowing it.

The owning room fills its target when Django starts; a test checks that every target is filled.
"""

from collections.abc import Callable

from django.urls import reverse

TARGETS = (
    "person",
    "person_unplanned",
    "emergency",
    "agreed",
    "start",
    "posts",
    "plan",
    "task",
    "visits",
    "meeting",
    "practice_list",
    "how_made",
    "caseload",
)
_filled: dict[str, Callable[..., str]] = {}


def fill(target: str, url_name: str) -> None:
    """Say which URL name serves a target. Raises ValueError for an unknown target or one already filled otherwise."""
    if target not in TARGETS:
        raise ValueError(f"unknown link target {target!r}; add it to base.links.TARGETS")
    _filled[target] = lambda *args: reverse(url_name, args=args)


def url(target: str, *args: object) -> str:
    """The address of a target. Raises KeyError when no room has filled it."""
    return _filled[target](*args)


def unfilled() -> set[str]:
    return set(TARGETS) - set(_filled)
