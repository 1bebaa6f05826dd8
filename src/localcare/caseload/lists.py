"""A practice's list of people at greatest risk, minus those already decided about, as its page shows it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.caseload import leaving_out, queries
from localcare.caseload.types import Entry, State
from localcare.dataset import pseudonymous
from localcare.population import queries as population

FILTERS = ("change", "group", "reason", "sex")
GONE = "gone"
PALLIATIVE, WITHDRAWN = "palliative", "withdrawn"
# Why somebody does not stand on the default list, in the order the page tells it.
HIDDEN = {
    State.ACCEPTED: "on the caseload",
    State.ALREADY_KNOWN: "already known",
    State.NOT_SUITABLE: "not suitable",
    State.DECLINED_BY_PERSON: "declined by the person",
    State.CLOSED: "time with the team ended",
    PALLIATIVE: "on the palliative register",
    WITHDRAWN: "chose not to be on lists",
}
AGES = tuple(range(121))
SEXES = ("female", "male", "indeterminate", "not_known")


@dataclass(frozen=True)
class ListRow:
    """One line: a pseudonym with its reasons in words, the person if revealed, where they stand if decided about.

    `alike`, outside the practice: in place of age and sex, the ages and sexes of at least ten people on the list.
    """

    pseudonym: str
    listed: Any
    reasons: list[str]
    use: list[str]
    group: str
    person: OpenPerson | None
    entry: Entry | None
    came_back: tuple[str, ...] = ()
    alike: str = ""

    @property
    def label(self) -> str:
        """What stands for the person as long as nobody looked: short, and the same on every page."""
        return f"Person {self.pseudonym[:6].upper()}"


@dataclass(frozen=True)
class ListPage:
    """A page of the list; `hidden` says how many are hidden and why, for the practice itself."""

    rows: tuple[ListRow, ...]
    number: int
    pages: int
    total: int
    hidden: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    named: tuple[tuple[Entry, OpenPerson], ...] = ()
    ended: bool = False

    @property
    def unrevealed(self) -> list[str]:
        return [row.pseudonym for row in self.rows if row.person is None]


def page_of(viewer: Viewer, practice_code: str, asked: Mapping[str, str]) -> ListPage:
    """The page that an address asks for. A name stands in it only if the viewer's session has revealed it.

    Outside the practice the rows hold no more than `dataset.pseudonymous` lets them. A practice whose agreement to
    risk stratification has ended has no list; whom its clinicians named still waits for a decision.
    """
    if gate.list_ended(practice_code):
        return _ended(practice_code, viewer)
    if not gate.reveals(viewer, practice_code):
        return _outside(practice_code, viewer, asked)
    handled = queries.handled(practice_code)
    left = leaving_out.left_out_of_list(practice_code, handled)
    everything = asked.get("decided") == "1"
    found = _found(practice_code, left, everything, asked)
    people = gate.revealed(viewer, practice_code, [entry.pseudonym for entry in found.entries])
    rows = tuple(
        ListRow(
            pseudonym=entry.pseudonym,
            listed=entry,
            reasons=population.reasons_in_words(entry.reasons),
            use=population.use_in_words(entry.use),
            group=population.group_label(entry.group),
            person=people.get(entry.pseudonym),
            entry=handled.get(entry.pseudonym),
            came_back=left.came_back.get(entry.pseudonym, ()),
        )
        for entry in found.entries
    )
    return ListPage(
        rows,
        found.number,
        found.pages,
        found.total,
        hidden=_hidden(left, everything),
        changes=population.by_change(practice_code, left.pseudonyms | left.palliative),
        named=_named(viewer, leaving_out.named(practice_code, handled, left)) if is_of(viewer, practice_code) else (),
    )


def _ended(practice_code: str, viewer: Viewer) -> ListPage:
    """No list, and nobody but those whom a clinician of the viewer's own practice named: no score led to them."""
    page = ListPage((), 1, 1, 0, ended=True)
    if not is_of(viewer, practice_code):
        return page
    handled = queries.handled(practice_code)
    left = leaving_out.left_out_of_list(practice_code, handled)
    return replace(page, named=_named(viewer, leaving_out.named(practice_code, handled, left)))


def is_of(viewer: Viewer, practice_code: str) -> bool:
    """Whether the viewer works at the practice itself, not only with it."""
    return viewer.works_at_practice and practice_code in viewer.practice_codes


def _found(practice_code: str, left: leaving_out.LeftOut, everything: bool, asked: Mapping[str, str]):
    if asked.get("change") == GONE:
        here = [entry for entry in population.gone(practice_code) if entry.pseudonym not in left.withdrawn]
        return _paged(here, asked)
    return population.practice_list(
        practice_code,
        # What somebody chose is never overruled by a filter.
        exclude=left.withdrawn if everything else left.pseudonyms,
        with_palliative=everything,
        page=_number(asked),
        order=asked["order"] if asked.get("order") in population.ORDERS else "risk",
        filters={name: asked[name] for name in FILTERS if asked.get(name)},
    )


def _number(asked: Mapping[str, str]) -> int:
    return int(asked["page"]) if asked.get("page", "").isdecimal() else 1


def _paged(entries: Sequence[Any], asked: Mapping[str, str]) -> population.ListPage:
    size = population.PAGE_SIZE
    pages = max(1, -(-len(entries) // size))
    number = min(max(_number(asked), 1), pages)
    return population.ListPage(tuple(entries[(number - 1) * size : number * size]), number, pages, len(entries))


def _hidden(left: leaving_out.LeftOut, everything: bool) -> dict[str, int]:
    """How many are hidden by each reason of `HIDDEN`; shown on request are all but those who chose not to be here."""
    found: Counter = Counter({WITHDRAWN: left.listed_and_withdrawn})
    if not everything:
        found.update(left.decided.values())
        found[PALLIATIVE] = len(left.palliative - left.pseudonyms)
    return {words: found[key] for key, words in HIDDEN.items() if found[key]}


def _named(viewer: Viewer, entries: Sequence[Entry]) -> tuple[tuple[Entry, OpenPerson], ...]:
    people = gate.open_people(viewer, [e.patient_id for e in entries], page="people named for the practice's list")
    return tuple((e, people[e.patient_id]) for e in entries if e.patient_id in people)


def _outside(practice_code: str, viewer: Viewer, asked: Mapping[str, str]) -> ListPage:
    """Pseudonymous rows for the cluster, by risk: no filter, as each would tell more of a row than the row does.

    Nothing where the number of people on the list is itself hidden.
    """
    if population.list_counts(viewer.practice_codes).by_practice.get(practice_code) is None:
        return ListPage((), 1, 1, 0)
    left = leaving_out.left_out_of_list(practice_code, queries.handled(practice_code))
    entries = population.whole_list(practice_code, exclude=left.pseudonyms | left.palliative)
    found = pseudonymous.classes([(min(e.age, AGES[-1]), e.sex) for e in entries], (AGES, SEXES))
    alike = {entries[i].pseudonym: _alike(of.values) for of in found for i in of.members}
    shown = _paged(entries if found else [], asked)
    rows = tuple(ListRow(e.pseudonym, e, [], [], "", None, None, alike=alike[e.pseudonym]) for e in shown.entries)
    return ListPage(rows, shown.number, shown.pages, shown.total)


def _alike(values: Sequence[Sequence[Any]]) -> str:
    """ "75 to 84, female", "under 70, any sex", "85 and over, male, indeterminate or not known"."""
    ages, sexes = values
    if ages[0] == AGES[0]:
        age = "any age" if ages[-1] == AGES[-1] else f"under {ages[-1] + 1}"
    else:
        age = f"{ages[0]} and over" if ages[-1] == AGES[-1] else f"{ages[0]} to {ages[-1]}"
    named = [str(sex).replace("_", " ") for sex in sexes]
    sex = "any sex" if len(named) == len(SEXES) else " or ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{age}, {sex}"
