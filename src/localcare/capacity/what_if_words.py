"""A what-if as its page shows it: findings in a sentence, tables of figures, hubs, far trips and sites, in order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from localcare.capacity.calc import what_if
from localcare.capacity.calc.hub_report import HubPlan
from localcare.capacity.calc.hubs import HubInputs
from localcare.capacity.calc.what_if import Answer, Choice, Far
from localcare.capacity.hub_ground import Ground
from localcare.capacity.section import millions

Row = TypeVar("Row")
MODE = {"car": "By car", "without a car": "By bus or on foot"}


@dataclass(frozen=True)
class Measure:
    """One figure of both sets. `apart` is what the tried set adds."""

    label: str
    own: str
    tried: str
    apart: str


@dataclass(frozen=True)
class HubRow:
    number: int
    code: str
    name: str
    people: float
    cap: float | None
    wanted: float
    without_car: float
    minutes: float
    cost: float
    is_new: bool


@dataclass(frozen=True)
class SiteRow:
    code: str
    name: str
    kind: str
    saves: float
    cost: float
    cap: float | None


def measures(found: Answer, people: float, beyond: float) -> list[Measure]:
    """Travel, fairness and cost of the scenario's own set and the tried one."""
    own, tried = found.own, found.tried
    lines: list[tuple[str, Callable[[HubPlan], float], Callable[[float], str]]] = [
        ("Travel of everybody, minutes on average", lambda plan: plan.minutes, _minutes),
        ("By car", lambda plan: dict(plan.by_mode).get("car", 0.0), _minutes),
        ("By bus or on foot, without a car", lambda plan: dict(plan.by_mode).get("without a car", 0.0), _minutes),
        ("Longest trip, minutes", lambda plan: plan.longest, _minutes),
        (f"People beyond {beyond:g} minutes", lambda plan: plan.beyond * people, _people),
        ("Gap between deprivation fifths, minutes", lambda plan: plan.fifth_gap, _minutes),
        ("Most deprived fifth, minutes", lambda plan: dict(plan.by_fifth).get(1, 0.0), _minutes),
        ("Cost a year", lambda plan: plan.yearly_cost, millions),
        ("Whole-time staff", lambda plan: plan.staff, _people),
    ]
    return [
        Measure(label, shown(of(own)), shown(of(tried)), _more(of(tried) - of(own), shown))
        for label, of, shown in lines
    ]


def finding(found: Answer, people: float, beyond: float) -> str:
    """The answer in a sentence or two."""
    own, tried = found.own, found.tried
    if set(own.codes) == set(tried.codes) and not found.broken:
        said = f"{_hubs(tried.p)}, as the scenario chooses: {tried.minutes:.1f} minutes on average"
        return f"{said}, {tried.beyond * people:,.0f} people beyond {beyond:g}, {millions(tried.yearly_cost)} a year."
    far = (tried.beyond - own.beyond) * people
    return (
        f"{_hubs(tried.p)}: people travel {tried.minutes:.1f} minutes on average, "
        f"{_against(tried.minutes - own.minutes, '{:.1f}', 'more', 'fewer')} than with the scenario's own choice; "
        f"{_against(far, '{:,.0f}', 'more', 'fewer')} people are beyond {beyond:g} minutes; "
        f"the deprivation fifths are {tried.fifth_gap:.1f} minutes apart ({own.fifth_gap:.1f} there); "
        f"it costs {millions(tried.yearly_cost)} a year ({millions(own.yearly_cost)} there)."
    )


def _against(value: float, shown: str, more: str, less: str) -> str:
    return f"{shown.format(abs(value))} {less if value < 0 else more}"


def _hubs(number: int) -> str:
    return "1 hub" if number == 1 else f"{number} hubs"


def _minutes(value: float) -> str:
    return f"{value:,.1f}"


def _people(value: float) -> str:
    return f"{value:,.0f}"


def _more(value: float, shown: Callable[[float], str]) -> str:
    words = shown(abs(value))
    if words == shown(0.0):
        return "no change"
    return f"{words} {'less' if value < 0 else 'more'}"


def hub_rows(found: Answer, choice: Choice, order: str) -> list[HubRow]:
    caps = dict(choice.caps)
    rows = [
        HubRow(
            number,
            hub.code,
            hub.name,
            hub.people,
            caps.get(hub.code),
            found.wanted.get(hub.code, hub.people),
            hub.without_car,
            hub.minutes,
            hub.yearly_cost,
            hub.code not in found.own.codes,
        )
        for number, hub in enumerate(found.tried.hubs, start=1)
    ]
    return _ordered(rows, order, "hub-", ("number", "name", "people", "minutes"), "hub-number")


def hubs_finding(rows: Sequence[HubRow]) -> str:
    full = max(rows, key=lambda row: row.people)
    said = f"{full.name} serves most people, {full.people:,.0f}."
    over = [row for row in rows if row.cap is not None and row.wanted > row.cap + 0.5]
    if not over:
        return f"{said} No site's capacity is exceeded."
    each = "; ".join(f"{row.wanted:,.0f} would go to {row.name}, which takes {row.cap:,.0f}" for row in over)
    return f"{said} Capacity exceeded: {each}. Who does not fit goes elsewhere."


def site_rows(inputs: HubInputs, found: Answer, choice: Choice, order: str) -> list[SiteRow]:
    """Sites that are no hub, with what opening each would save."""
    saves, caps = what_if.saved_by_opening(inputs, found.tried), dict(choice.caps)
    rows = [
        SiteRow(site.code, site.name, site.kind, float(saved), site.yearly_cost, caps.get(site.code))
        for site, saved in zip(inputs.sites, saves, strict=True)
        if site.code not in choice.hubs
    ]
    return _ordered(rows, order, "site-", ("name", "kind", "saves", "cost"), "-site-saves")


def sites_finding(rows: Sequence[SiteRow]) -> str:
    if not rows:
        return "Every site is a hub."
    best = max(rows, key=lambda row: row.saves)
    return f"Of the {len(rows)} other sites {best.name} would save most, if opened too: {best.saves:.1f} minutes."


def far_rows(inputs: HubInputs, found: Answer, beyond: float, order: str) -> list[Far]:
    rows = list(what_if.far(inputs, found.tried, beyond))
    return _ordered(rows, order, "far-", ("fifth", "mode", "people", "far"), "far-fifth")


def far_finding(rows: Sequence[Far], beyond: float) -> str:
    far, people = sum(row.far for row in rows), sum(row.people for row in rows)
    if far < 0.5:
        return f"Nobody travels longer than {beyond:g} minutes."
    without = sum(row.far for row in rows if row.mode != "car")
    return (
        f"{far:,.0f} people ({far / people:.0%}) travel longer than {beyond:g} minutes; "
        f"{without / far:.0%} of them go by bus or on foot."
    )


def fifth_words(fifth: int) -> str:
    return {0: "not known", 1: "1, most deprived", 5: "5, least deprived"}.get(fifth, str(fifth))


def _ordered(rows: list[Row], order: str, prefix: str, keys: Sequence[str], usual: str) -> list[Row]:
    """Rows by the column that the address names, else in their usual order; words by letters, figures by size."""
    known = {f"{sign}{prefix}{key}" for key in keys for sign in ("", "-")}
    chosen = order if order in known else usual
    key = chosen.removeprefix("-").removeprefix(prefix)
    return sorted(rows, key=lambda row: getattr(row, key), reverse=chosen.startswith("-"))


def names(ground: Ground, codes: Sequence[str]) -> str:
    return ", ".join(ground.sites[code].name for code in codes)


def total(inputs: HubInputs) -> float:
    return float(np.sum(inputs.people))
