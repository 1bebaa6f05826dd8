"""The sentences and lines of "Does it work?". Outside direct care: people rounded, nothing said of few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from localcare.caseload.calc import effect
from localcare.caseload.models import EffectEstimate, Evaluation
from localcare.dataset import suppression
from localcare.dataset.suppression import Rule

# outcome: its words, and whether it is told for one person and year in pounds or for a hundred.
OUTCOMES = {
    "admissions": "Emergency admissions",
    "attendances": "A&E attendances",
    "nights": "Nights in hospital after an emergency",
    "pounds": "Cost of hospital care",
}
NOT_ENOUGH = "not enough data to say"


@dataclass(frozen=True)
class Line:
    """One outcome in words: the rates on both sides, the ratio and the difference with their intervals."""

    label: str
    unit: str
    reached: str
    others: str
    ratio: str
    difference: str


def lines(estimate: EffectEstimate) -> list[Line]:
    """A line an outcome."""
    return [_line(key, label, estimate.outcomes["effects"].get(key)) for key, label in OUTCOMES.items()]


def finding(estimate: EffectEstimate) -> str:
    """One sentence on emergency admissions."""
    found = estimate.outcomes["effects"].get("admissions")
    whom = "those put forward" if estimate.evaluation_id else "those taken on"
    if not found:
        return f"It is too early to say: fewer than {effect.LEAST_PEOPLE} people on a side were admitted so far."
    span = f"{found['ratio_low']:.2f} to {found['ratio_high']:.2f}"
    had = (
        f"{_capital(whom)} had {found['ratio']:.2f} times as many emergency admissions as others (95% interval {span})"
    )
    if found["ratio_high"] < 1:
        return f"{had}: fewer."
    if found["ratio_low"] > 1:
        return f"{had}: more."
    return f"{had}: this may be fewer, more, or no difference."


def people(estimate: EffectEstimate) -> dict[str, int | None]:
    """How many people are compared on each side, and how many of those put forward were taken on; protected."""
    found = estimate.outcomes["effects"].get("admissions") or {}
    counts = {
        "reached": found.get("people_reached", 0),
        "others": found.get("people_not", 0),
        "put_forward": estimate.outcomes.get("reached", 0),
        "taken_on": estimate.outcomes.get("taken_on", 0),
    }
    shown: dict[str, int | None] = suppression.published(counts, [], _rule())
    return shown


def state(evaluation: Evaluation | None, today: Any) -> str:
    """none, not_started, running or stopped."""
    if evaluation is None:
        return "none"
    if evaluation.stopped_at:
        return "stopped"
    return "not_started" if evaluation.starts > today else "running"


def as_data(estimate: EffectEstimate) -> dict[str, Any]:
    """For programs: the lines of the page, protected as they are there."""
    return {
        "team": estimate.team.name,
        "method": estimate.outcomes["method"],
        "state": estimate.state,
        "evaluation": estimate.evaluation.title if estimate.evaluation else None,
        "stopped": bool(estimate.evaluation and estimate.evaluation.stopped_at),
        "run": estimate.run,
        "until": estimate.outcomes["until"],
        "finding": finding(estimate),
        "people": people(estimate),
        "outcomes": {key: _figures(estimate.outcomes["effects"].get(key)) for key in OUTCOMES},
    }


_FIGURES = ("ratio", "ratio_low", "ratio_high", "difference", "difference_low", "difference_high")


def _figures(found: Mapping[str, Any] | None) -> dict[str, float] | None:
    return {key: round(found[key], 4) for key in _FIGURES} if found else None


def _line(key: str, label: str, found: Mapping[str, Any] | None) -> Line:
    money = key == "pounds"
    unit = "pounds a person and year" if money else "for 100 people a year"
    if not found:
        return Line(label, unit, NOT_ENOUGH, NOT_ENOUGH, NOT_ENOUGH, NOT_ENOUGH)
    rates = [_rate(found[f"amount_{side}"], found[f"years_{side}"], money) for side in ("reached", "not")]
    ratio = f"{found['ratio']:.2f} ({found['ratio_low']:.2f} to {found['ratio_high']:.2f})"
    apart = [_signed(found[name], money) for name in ("difference", "difference_low", "difference_high")]
    return Line(label, unit, rates[0], rates[1], ratio, f"{apart[0]} ({apart[1]} to {apart[2]})")


def _rate(amount: float, years: float, money: bool) -> str:
    """From the amount rounded as published counts are; only called where enough people make it up."""
    to = settings.ROUND_TO
    rounded = amount if money else to * round(amount / to)
    return f"£{round(rounded / years, -1):,.0f}" if money else f"{100 * rounded / years:.0f}"


def _signed(value: float, money: bool) -> str:
    size = round(value, -1) if money else 100 * value
    text = f"{abs(size):,.0f}"
    sign = "" if text == "0" else "+" if size > 0 else "-"
    return f"{sign}£{text}" if money else f"{sign}{text}"


def _rule() -> Rule:
    return Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
