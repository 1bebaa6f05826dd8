"""The words of the navigation, at most six, each shown to those whose role may do something there."""

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Entry:
    """One word of the navigation. Any of the capabilities opens it; none given, everybody signed in sees it."""

    label: str
    url_name: str
    capabilities: tuple[str, ...] = ()


ENTRIES = (
    Entry("Today", "web:today"),
    Entry("Caseload", "caseload:index", ("see_caseload",)),
    Entry("Meetings", "mdt:index", ("join_meeting", "run_meeting")),
    Entry("Population", "population:index", ("see_population", "see_own_registers")),
    Entry("Planning", "capacity:index", ("see_planning",)),
    Entry("Oversight", "web:oversight", ("see_oversight",)),
)


@dataclass(frozen=True)
class Item:
    label: str
    href: str
    current: bool


@cache
def address(url_name: str) -> str | None:
    """Address of a page, or None while no room has it."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def navigation(viewer, path: str) -> list[Item]:
    """The entries this viewer may use, the one that holds `path` marked."""
    if not viewer:
        return []
    allowed = [e for e in ENTRIES if not e.capabilities or any(viewer.can(name) for name in e.capabilities)]
    found = [(entry.label, href) for entry in allowed if (href := address(entry.url_name))]
    here = max((href for _, href in found if path.startswith(href)), key=len, default=None)
    if here == "/" and path != "/":
        here = None
    return [Item(label, href, href == here) for label, href in found]
