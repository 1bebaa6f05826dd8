"""Who reaches the hubs of the best set: by service within its own catchment, by hub in minutes, and who does not."""

from collections.abc import Iterator, Mapping

import numpy as np

from localcare.capacity.calc.hub_report import MODES, HubPlan, Service
from localcare.capacity.calc.hubs import HubInputs
from localcare.capacity.calc.plan_hubs import HubsResult
from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import Table, Value

EVERY_HUB = "any of them"


def reach_tables(hubs: HubsResult, names: Mapping[str, str]) -> Iterator[Table]:
    """The tables; nothing where no set keeps to the rules. `names`: of small areas, by code."""
    best = hubs.best[0]
    if best.hubs:
        yield _catchments(hubs.inputs, best, hubs.asked.rules.services)
        yield _minutes(hubs.inputs, best)
        yield _out_of_reach(hubs.inputs, best, hubs.asked.minutes, names)


def _people(inputs: HubInputs) -> Array:
    """People by mode and demand point: with a car, without."""
    return np.array([inputs.people * (1 - inputs.without_car), inputs.people * inputs.without_car])


def _catchments(inputs: HubInputs, best: HubPlan, services: tuple[Service, ...]) -> Table:
    people, minutes = _people(inputs), (inputs.car, inputs.public)
    rows: list[tuple[Value, ...]] = []
    for service in services:
        offering = [hub for hub in best.hubs if service.name in hub.services]
        places = [(hub.name, [hub.code]) for hub in offering]
        places += [(EVERY_HUB, [hub.code for hub in offering])] if offering else []
        for name, codes in places:
            at = list(inputs.numbers(codes))
            inside = [
                float(who[table[:, at].min(axis=1) <= service.catchment_minutes].sum())
                for who, table in zip(people, minutes, strict=True)
            ]
            share = sum(inside) / max(float(people.sum()), 1e-12)
            rows.append((service.name, service.catchment_minutes, name, *inside, share))
    says = "People within each service's own catchment, each by their own mode; one may lie in several."
    columns = ("service", "within_minutes", "hub", "with_a_car", "without_a_car", "share_of_people")
    return Table("hubs_catchments", "Who is near which service", says, columns, tuple(rows))


def _minutes(inputs: HubInputs, best: HubPlan) -> Table:
    people, at = _people(inputs), {site.code: n for n, site in enumerate(inputs.sites)}
    rows: list[tuple[Value, ...]] = []
    for hub in best.hubs:
        for row, mode in enumerate(MODES):
            mine = (best.assignment[row] == at[hub.code]) & (people[row] > 0)
            taken = (inputs.car, inputs.public)[row][mine, at[hub.code]]
            if mine.any():
                middle, long = (_quantile(taken, people[row][mine], share) for share in (0.5, 0.9))
                rows.append((hub.name, mode, float(people[row][mine].sum()), middle, long, float(taken.max())))
    says = "Minutes one way of the people whom each hub serves: of half of them no more, of nine in ten, the longest."
    columns = ("hub", "mode", "people", "half", "nine_in_ten", "longest")
    return Table("hubs_minutes", "How long people travel to each hub", says, columns, tuple(rows))


def _quantile(values: Array, weights: Array, share: float) -> float:
    """The value that so large a share of the weights does not exceed."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][int(np.searchsorted(reached, share * reached[-1] - 1e-9))])


def _out_of_reach(inputs: HubInputs, best: HubPlan, minutes: float, names: Mapping[str, str]) -> Table:
    people = _people(inputs)
    rows: list[tuple[Value, ...]] = []
    for row, mode in enumerate(MODES):
        table, sites = (inputs.car, inputs.public)[row], best.assignment[row]
        for n, point in enumerate(inputs.points):
            if sites[n] >= 0 and people[row][n] > 0 and table[n, sites[n]] > minutes:
                where = inputs.sites[sites[n]].name
                rows.append(
                    (point, names.get(point, point), mode, float(people[row][n]), float(table[n, sites[n]]), where)
                )
    rows.sort(key=lambda one: (-float(one[4] or 0), str(one[0]), str(one[2])))
    says = f"Small areas whose people travel longer than {minutes:g} minutes to their hub, the longest first."
    columns = ("area", "name", "mode", "people", "minutes", "hub")
    return Table("hubs_out_of_reach", "Who is out of reach", says, columns, tuple(rows))
