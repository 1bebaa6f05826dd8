"""A practice's list of people at greatest risk, minus those already decided about, as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.caseload import queries
from localcare.caseload.calc.states import left_out
from localcare.caseload.types import Entry
from localcare.population import queries as population

FILTERS = ("group", "sex", "change", "reason")


@dataclass(frozen=True)
class ListRow:
    """One line: a pseudonym with its reasons, the person if revealed, and where they stand if decided."""

    listed: Any
    person: OpenPerson | None
    entry: Entry | None
    gone: bool

    @property
    def label(self) -> str:
        """What stands for the person as long as nobody looked: short, and the same on every page."""
        return f"Person {self.listed.pseudonym[:6].upper()}"


@dataclass(frozen=True)
class ListPage:
    """A page of the list. `hidden`: how many are left out because they are decided about or on the palliative register."""

    rows: tuple[ListRow, ...]
    number: int
    pages: int
    total: int
    hidden: int

    @property
    def pseudonyms(self) -> list[str]:
        return [row.listed.pseudonym for row in self.rows]


def page(viewer: Viewer, practice_code: str, asked: Mapping[str, str], *, look: bool = True) -> ListPage:
    """The page that an address asks for. Names stand in it only if the viewer's session has revealed them;
    `look` says whether to open those now, which is audited."""
    handled = queries.handled(practice_code)
    everything = asked.get("decided") == "1"
    out = () if everything else _left_out(practice_code, handled)
    found = population.practice_list(
        practice_code,
        exclude=out,
        palliative=everything,
        page=_number(asked.get("page", "")),
        order=_order(asked.get("order", "")),
        filters={name: asked[name] for name in FILTERS if asked.get(name)},
    )
    pseudonyms = [entry.pseudonym for entry in found.entries]
    people = gate.revealed(viewer, pseudonyms) if look else {}
    tried = gate.tried(viewer, pseudonyms) if look else set()
    rows = tuple(
        ListRow(e, people.get(e.pseudonym), handled.get(e.pseudonym), e.pseudonym in tried and e.pseudonym not in people)
        for e in found.entries
    )
    return ListPage(rows, found.number, found.pages, found.total, population.list_size(practice_code)[0] - found.total)


def _left_out(practice_code: str, handled: Mapping[str, Entry]) -> list[str]:
    run = population.current_run()
    if run is None:
        return []
    changes = population.changes(practice_code, list(handled))
    return [
        p
        for p, change in changes.items()
        if left_out(handled[p].state, handled[p].since, change=change, made_at=run.made_at)
    ]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 1


def _order(text: str) -> str:
    return text if text in population.ORDERS else "risk"
