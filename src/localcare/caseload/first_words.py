"""The sentences of "Who to see first". Admissions are told for 100 people like the one in the row."""

from collections.abc import Mapping
from typing import Any

from localcare.caseload.calc.first import AGAINST_ANOTHER
from localcare.caseload.first import Benefit, First
from localcare.dataset import pseudonymous

WHY_SHORT = {
    True: "it is not kept beside the limit before it",
    False: "too few of them are expected to be helped",
}


def finding(found: First, *, of_practice: bool) -> str:
    """One sentence: how many the team can take, and whom."""
    if not found.switched_on or found.team is None or found.effects is None:
        return ""
    if found.places is None:
        return f"{found.team.name} has not said how many people it can take."
    room = f"{found.team.name} can take {_places(found)} this {found.places.per}"
    taken = f", {found.places.taken_on} taken on" if found.places.taken_on else ""
    if not found.places.left:
        return f"{room}{taken}: nothing is left."
    if not found.given:
        return f"{room}{taken}. Nobody waiting is expected to be helped."
    here = f": {_these(len(found.rows))} of your practice's people" if of_practice else f": {_these(found.given)}"
    return f"{room}{taken}{here}, out of {found.candidates} waiting."


def gain(found: First) -> str:
    """What seeing those in the rows is expected to bring, and how sure that is."""
    if not found.rows:
        return ""
    expected, low, high = found.avoided
    assumed = any(row.benefit.offer.assumed for row in found.rows)
    return (
        f"Among them, {_number(expected)} emergency admissions in 12 months are expected to be avoided "
        f"({_range(low, high)}). " + ("The effects are assumed, not measured." if assumed else "")
    ).strip()


def gain_of_many(found: First) -> str:
    """The same outside the practice: of a few people a sum tells nearly what it is for each, and so each one's risk."""
    return gain(found) if len(found.rows) >= pseudonymous.K else ""


def benefit(of: Benefit) -> str:
    """A row's benefit: "6 fewer for every 100 people like this (from 2 more to 12 fewer)"."""
    low, high = of.low * 100, of.high * 100
    return f"{_change(of.expected * 100)} for every 100 people like this (from {_change(low)} to {_change(high)})"


def warnings(found: First) -> list[str]:
    """What followed elsewhere where nothing more was done than is named, of interventions not offered."""
    if found.effects is None:
        return []
    return [
        f"{one.label}: {_change(-one.effect * 1000)} emergency admissions a year for every 1,000 people "
        f"(from {_change(-one.low * 1000)} to {_change(-one.high * 1000)}). {one.source}."
        for one in found.effects.interventions
        if not one.offered and one.measure == "difference"
    ]


def shortfalls(found: First, names: Mapping[str, str]) -> list[str]:
    """Limits that are not kept, each with the reason; no counts, which would tell on small groups."""
    labels = {limit.by: limit.label for limit in found.effects.limits} if found.effects else {}
    return [
        f"{labels[one.by].capitalize()}, {names.get(one.group, one.group)}: {WHY_SHORT[one.why == AGAINST_ANOTHER]}."
        for one in found.shortfalls
    ]


def as_data(found: First) -> dict[str, Any]:
    """For programs: of each place the practice, as the cluster's page; what it may bring in all, from ten people on."""
    places, effects = found.places, found.effects
    return {
        "team": found.team.name if found.team else None,
        "places": {"per": places.per, "in_all": places.places, "taken_on": places.taken_on, "left": places.left}
        if places
        else None,
        "finding": finding(found, of_practice=False),
        "gain": gain_of_many(found),
        "not_kept": [{"by": one.by, "group": one.group, "why": one.why} for one in found.shortfalls],
        "first": [{"place": row.place, "practice": row.practice_code} for row in found.rows],
        "effects": [
            {key: getattr(one, key) for key in ("key", "label", "offered", *_EFFECT, "basis", "source")}
            for one in effects.interventions
        ]
        if effects
        else [],
        "limits": [{"by": one.by, "share": one.share, "source": one.source} for one in effects.limits]
        if effects
        else [],
    }


_EFFECT = ("measure", "effect", "low", "high")


def _places(found: First) -> str:
    return str(found.places.places) if found.places else "nobody"


def _these(number: int) -> str:
    return "none" if number == 0 else "this one" if number == 1 else f"these {number}"


def _change(fewer: float) -> str:
    """Admissions avoided as "6 fewer", admissions more as "2 more"."""
    size = f"{abs(fewer):.0f}"
    return "no change" if size == "0" else f"{size} {'fewer' if fewer > 0 else 'more'}"


def _number(value: float) -> str:
    return f"{value:.1f}"


def _range(low: float, high: float) -> str:
    end = f"{_number(-low)} more" if low < 0 else f"{_number(low)} fewer"
    return f"from {end} to {_number(high)} fewer" if high > 0 else f"from {end} to {_number(-high)} more"
