"""Who to see first: the places a team has now, given to those whom seeing is expected to help most."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.conf import settings

from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.base import clock
from localcare.caseload import evaluations, leaving_out, queries
from localcare.caseload.calc import first as calc
from localcare.caseload.types import NotPossible, Places, State
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.population.queries import Candidate, Effects, Intervention
from localcare.staff import queries as staff
from localcare.staff.types import Team


@dataclass(frozen=True)
class Benefit:
    """The offer expected to help somebody most: emergency admissions avoided in 12 months, with its 95% interval."""

    offer: Intervention
    expected: float
    low: float
    high: float


@dataclass(frozen=True)
class FirstRow:
    """One place: who by pseudonym, or by name where revealed, and why.

    lifted: ahead of others for a fair share. released: put forward by an evaluation, in the order fixed for it.
    """

    place: int
    pseudonym: str
    practice_code: str
    listed: Any
    risk: float
    benefit: Benefit
    lifted: bool
    reasons: list[str]
    use: list[str]
    person: OpenPerson | None = None
    released: bool = False

    @property
    def label(self) -> str:
        return f"Person {self.pseudonym[:6].upper()}"


@dataclass(frozen=True)
class First:
    """The places of a team now and whom they go to; `rows` are all, or those of one practice."""

    team: Team | None
    places: Places | None
    rows: tuple[FirstRow, ...]
    given: int
    candidates: int
    helped: int
    shortfalls: tuple[calc.Shortfall, ...]
    effects: Effects | None
    switched_on: bool
    held: evaluations.Held = evaluations.NOBODY

    @property
    def avoided(self) -> tuple[float, float, float]:
        """Emergency admissions expected to be avoided among `rows`: the effects are as uncertain for all alike."""
        parts = [(row.benefit.expected, row.benefit.low, row.benefit.high) for row in self.rows]
        expected, low, high = (sum(part) for part in zip(*parts, strict=True)) if parts else (0.0, 0.0, 0.0)
        return expected, low, high

    @property
    def early(self) -> int:
        """How many of `rows` an evaluation puts forward before their day, because the team has room."""
        return sum(row.pseudonym in self.held.waiting for row in self.rows)

    @property
    def unrevealed(self) -> list[str]:
        return [row.pseudonym for row in self.rows if row.person is None]


def seen_by(viewer: Viewer, practice_code: str = "") -> First:
    """The places of the viewer's team now: all of them, or those of people of one practice.

    A name stands in it only if the viewer's session has revealed it.
    """
    team = queries.team_of(viewer)
    found = of_team(team, practice_code)
    people = gate.revealed(viewer, practice_code, [row.pseudonym for row in found.rows]) if practice_code else {}
    return replace(found, rows=tuple(replace(row, person=people.get(row.pseudonym)) for row in found.rows))


def of_team(team: Team | None, practice_code: str = "") -> First:
    """The places of a team now, by pseudonym. Nothing where the risk score is switched off or no room was said."""
    today = clock.today()
    room = queries.places_now(team.id, today) if team else None
    run = population.current_run()
    if team is None or not settings.RISK_SCORE or run is None:
        return First(team, room, (), 0, 0, 0, (), None, settings.RISK_SCORE)
    effects = population.effects()
    waiting, named = _candidates(places.member_codes(team.organisation.code, today))
    held = evaluations.held(team.id, today, waiting, named)
    left = room.left if room else 0
    chosen, found = _chosen(effects, [one for one in waiting if held.ranked(one)], left)
    due = [(one, best(effects, one)) for one in held.released(waiting)]
    released = [(one, benefit) for one, benefit in due if benefit][: left - len(chosen)]
    rows = _rows(chosen, found.lifted.tolist(), False) + _rows(released, [False] * len(released), True, len(chosen))
    mine = tuple(row for row in rows if practice_code in ("", row.practice_code))
    return First(team, room, mine, len(rows), len(waiting), found.helped, found.shortfalls, effects, True, held)


def beyond_room(team: Team) -> list[Candidate]:
    """Whom a team has no room for now and nobody decided about, the greatest risk first.

    Left out are those whom a clinician named, who came back, are new on the list or whose risk went up, as far as there
    was a list before. Raises NotPossible
    where there is no list or the team has not said what room it has.
    """
    found, run = of_team(team), population.current_run()
    if found.places is None or run is None or not found.switched_on:
        raise NotPossible(
            "There must be a list, and the team must have said how many people it can take. The care co-ordinator says "
            "it under Caseload."
        )
    waiting, named = _candidates(places.member_codes(team.organisation.code, clock.today()))
    now = {row.pseudonym for row in found.rows} | named
    first_list = all(one.change == "new" for one in waiting)
    steady = [one for one in waiting if one.change not in ("new", "up") or (first_list and one.change == "new")]
    return [one for one in steady if one.pseudonym not in now]


def _chosen(
    effects: Effects, pool: list[Candidate], room: int
) -> tuple[list[tuple[Candidate, Benefit | None]], calc.Order]:
    benefits = [best(effects, one) for one in pool]
    expected = np.array([b.expected if b else 0.0 for b in benefits])
    found = calc.order(expected, np.array([one.risk for one in pool]), _limits(effects, pool), room)
    return [(pool[i], benefits[i]) for i in found.at.tolist()], found


def team_named(cluster_code: str) -> Team | None:
    """The team of a cluster by the cluster's code."""
    return staff.team_of_organisation(cluster_code)


def best(effects: Effects, one: Candidate) -> Benefit | None:
    """The offer that suits somebody and is expected to avoid most; None where none suits."""
    offers = [offer for offer in effects.offered if offer.key in one.suits]
    made = [Benefit(offer, *offer.benefit(one.risk)) for offer in offers]
    return max(made, key=lambda benefit: benefit.expected, default=None)


def _candidates(practice_codes: list[str]) -> tuple[list[Candidate], frozenset[str]]:
    """Everybody on these practices' lists whom nobody decided about and whose choices keep them there.

    And those among them whom a clinician named, or who came back after a decision because something changed.
    """
    ended = gate.lists_ended(practice_codes)
    listing = [code for code in practice_codes if code not in ended]
    handled = {code: queries.handled(code) for code in listing}
    out = {p for code in listing for p in leaving_out.left_out_of_list(code, handled[code]).pseudonyms}
    named = frozenset(p for entries in handled.values() for p, e in entries.items() if e.state is not State.PROPOSED)
    return [one for one in population.candidates(listing) if one.pseudonym not in out], named - out


def _limits(effects: Effects, waiting: list[Candidate]) -> list[calc.Shares]:
    return [
        calc.Shares(
            limit.by,
            limit.share,
            np.array([getattr(one, limit.by) for one in waiting], dtype=np.str_),
            Counter(getattr(one, limit.by) for one in waiting),
        )
        for limit in effects.limits
    ]


def _rows(
    chosen: Sequence[tuple[Candidate, Benefit | None]], lifted: list[bool], released: bool, after: int = 0
) -> list[FirstRow]:
    listed: Mapping[str, Any] = population.on_lists([one.pseudonym for one, _ in chosen])
    return [
        FirstRow(
            place=place,
            pseudonym=one.pseudonym,
            practice_code=one.practice_code,
            listed=listed[one.pseudonym],
            risk=one.risk,
            benefit=benefit,
            lifted=up,
            reasons=population.reasons_in_words(listed[one.pseudonym].reasons),
            use=population.use_in_words(listed[one.pseudonym].use),
            released=released,
        )
        for place, ((one, benefit), up) in enumerate(zip(chosen, lifted, strict=True), start=after + 1)
        if benefit
    ]
