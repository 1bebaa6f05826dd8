"""The hubs of a plan: the best set, the sets next to it, and what one more or one fewer would mean."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from localcare.capacity.calc import hubs
from localcare.capacity.calc.hub_report import FiveAnswers, HubPlan, Service, five_answers
from localcare.capacity.calc.hubs import HubInputs, Rules, Site
from localcare.capacity.calc.quantity import Assumption, Quantity, Series, exactly
from localcare.capacity.calc.refusal import BadScenario, Path

Group = Literal["registered", "resident"]


@dataclass(frozen=True)
class Own:
    """What a scenario brings to the hub model: sites beside those known, each with its cost as assumed and its source;
    a file with minutes of travel and its source; the sources of services that stand in place of the shipped ones."""

    sites: tuple[Site, ...] = ()
    costs: tuple[Quantity, ...] = ()
    sources: tuple[str, ...] = ()
    matrix: str = ""
    matrix_source: str = ""
    service_sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HubsAsked:
    """`group`: registered or resident, never both. `counts`: numbers of hubs to compare. `sets`: how many best sets.
    `minutes`: within which everybody should be, for the five questions. `own`: what the scenario itself brings."""

    group: Group
    counts: tuple[int, ...]
    sets: int
    minutes: float
    rules: Rules
    own: Own = field(default_factory=Own)


@dataclass(frozen=True, eq=False)
class HubsResult:
    """`best`: sets of `rules.p` hubs, best first; `curve`: the best set of each count without limits, commitments
    kept."""

    inputs: HubInputs
    asked: HubsAsked
    best: tuple[HubPlan, ...]
    curve: tuple[HubPlan, ...]
    answers: FiveAnswers


def chosen(asked: HubsAsked) -> Iterator[tuple[str, Assumption]]:
    """The limits that a scenario sets, by name."""
    rules, source = asked.rules, "chosen: a limit of the scenario, or its default below"
    yield "hubs.minutes", exactly(asked.minutes, "minutes", source)
    for key, unit in LIMITS.items():
        if (given := getattr(rules, key)) is not None:
            yield f"hubs.{key}", exactly(given, unit, source)
    for code, people in rules.capacity:
        yield f"hubs.capacity.{code}", exactly(people, "people", source)
    for site, cost in zip(asked.own.sites, asked.own.costs, strict=True):
        yield f"hubs.site.{site.code}.yearly cost", cost
    for site, where in zip(asked.own.sites, asked.own.sources, strict=True):
        yield f"hubs.site.{site.code}.place", Series((site.latitude, site.longitude), "degrees", where)
    if asked.own.matrix:
        told = f"file of minutes, in place of the stated model: {asked.own.matrix}"
        yield "hubs.travel.matrix", exactly(1.0, told, asked.own.matrix_source)
    yield "hubs.beyond", exactly(rules.beyond, "minutes", "assumed: a trip longer than this is called long")


Inputs = Callable[[HubsAsked], HubInputs]
Read = Callable[[Mapping[str, Any], Path], Quantity]


def asked(table: Mapping[str, Any], rules: Rules, read: Read) -> HubsAsked:
    """What a scenario asks of hubs, its own sites and services among it; `rules`: the model's own. Raises BadScenario
    for a site or a service that stands there twice."""
    given = {key: table[key] for key in LIMITS if key in table}
    capacity = tuple((one["site"], float(one["people"])) for one in table.get("capacity", ()))
    services = tuple(_service(one) for one in table.get("service", ())) or rules.services
    _refuse_twice(table, "service", "name")
    mine = replace(
        rules,
        p=table["hubs"],
        open=tuple(table.get("open", ())),
        closed=tuple(table.get("closed", ())),
        across_border=table.get("across_border", True),
        capacity=capacity,
        services=services,
        **given,
    )
    return HubsAsked(
        table["group"], tuple(table["counts"]), table.get("sets", 20), table["minutes"], mine, _own(table, read)
    )


def _own(table: Mapping[str, Any], read: Read) -> Own:
    _refuse_twice(table, "site", "code")
    rows = table.get("site", ())
    costs = tuple(read(one["yearly_cost"], ("hubs", "site", i, "yearly_cost")) for i, one in enumerate(rows))
    sites = tuple(
        Site(
            one["code"],
            one["name"],
            one.get("kind", "new site"),
            one["latitude"],
            one["longitude"],
            cost.likely,
            one.get("capacity", np.inf),
        )
        for one, cost in zip(rows, costs, strict=True)
    )
    travel = table.get("travel", {})
    return Own(
        sites,
        costs,
        tuple(one["source"] for one in rows),
        travel.get("matrix", ""),
        travel.get("source", ""),
        {one["name"]: one["source"] for one in table.get("service", ())},
    )


def _service(one: Mapping[str, Any]) -> Service:
    return Service(one["name"], one["core"], one["people"], one["minutes"], one["yearly_cost"], one["staff"])


def _refuse_twice(table: Mapping[str, Any], kind: str, key: str) -> None:
    seen: set[str] = set()
    for i, one in enumerate(table.get(kind, ())):
        if one[key] in seen:
            raise BadScenario(f"{one[key]} stands there twice; leave one", ("hubs", kind, i, key))
        seen.add(one[key])


LIMITS = {
    "max_minutes": "minutes",
    "min_population": "people",
    "budget": "pounds a year",
    "max_gap": "minutes",
    "staff": "full-time equivalents",
}


def sited(inputs: HubInputs, asked: HubsAsked) -> HubsResult:
    """The best sets under the rules, and the curve without limits, only with what is committed to or ruled out.

    Raises ValueError naming a site that is no candidate."""
    free = replace(
        asked.rules, min_population=None, budget=None, staff=None, max_minutes=None, max_gap=None, capacity=()
    )
    counts = dict.fromkeys(max(count, len(asked.rules.open)) for count in sorted(asked.counts))
    curve = hubs.curve(inputs, free, list(counts))
    answers = five_answers(curve, asked.rules, minutes=asked.minutes)
    return HubsResult(inputs, asked, hubs.best_plans(inputs, asked.rules, asked.sets), curve, answers)
