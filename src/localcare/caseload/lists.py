"""A practice's list of people at greatest risk, minus those already decided about, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.caseload import queries
from localcare.caseload.types import Entry
from localcare.population import queries as population

FILTERS = ("change", "group", "reason", "sex")


@dataclass(frozen=True)
class ListRow:
    """One line: a pseudonym with its reasons in words, the person if revealed, where they stand if decided about."""

    pseudonym: str
    listed: Any
    reasons: list[str]
    use: list[str]
    group: str
    person: OpenPerson | None
    entry: Entry | None

    @property
    def label(self) -> str:
        """What stands for the person as long as nobody looked: short, and the same on every page."""
        return f"Person {self.pseudonym[:6].upper()}"


@dataclass(frozen=True)
class ListPage:
    """A page of the list; `left_out` says how many decided about are hidden."""

    rows: tuple[ListRow, ...]
    number: int
    pages: int
    total: int
    left_out: int

    @property
    def unrevealed(self) -> list[str]:
        return [row.pseudonym for row in self.rows if row.person is None]


def page_of(viewer: Viewer, practice_code: str, asked: Mapping[str, str]) -> ListPage:
    """The page that an address asks for. A name stands in it only if the viewer's session has revealed it."""
    handled = queries.handled(practice_code)
    everything = asked.get("decided") == "1" and viewer.works_at_practice
    out = queries.left_out_of_list(practice_code, handled)
    found = population.practice_list(
        practice_code,
        exclude=() if everything else out,
        palliative=everything,
        page=int(asked["page"]) if asked.get("page", "").isdecimal() else 1,
        order=asked["order"] if asked.get("order") in population.ORDERS else "risk",
        filters={name: asked[name] for name in FILTERS if asked.get(name)},
    )
    people = gate.revealed(viewer, [entry.pseudonym for entry in found.entries])
    rows = tuple(
        ListRow(
            pseudonym=entry.pseudonym,
            listed=entry,
            reasons=population.reasons_in_words(entry.reasons),
            use=population.use_in_words(entry.use),
            group=population.group_label(entry.group),
            person=people.get(entry.pseudonym),
            entry=handled.get(entry.pseudonym) if viewer.works_at_practice else None,
        )
        for entry in found.entries
    )
    return ListPage(rows, found.number, found.pages, found.total, 0 if everything else len(out))
