"""The sentences and lines of "Does it work?". Outside direct care: people rounded, nothing said of few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from localcare.caseload.calc import effect
from localcare.caseload.models import EffectEstimate, Evaluation
from localcare.dataset import differencing
from localcare.dataset.suppression import Rule

# outcome: its words, and whether it is told for one person and year in pounds or for a hundred.
OUTCOMES = {
    "admissions": "Emergency admissions",
    "attendances": "A&E attendances",
    "nights": "Nights in hospital after an emergency",
    "pounds": "Cost of hospital care",
}


@dataclass(frozen=True)
class Line:
    """One outcome in words: the rates on both sides, ratio and difference with intervals; `told`: there is enough."""

    label: str
    unit: str
    told: bool = False
    reached: str = ""
    others: str = ""
    ratio: str = ""
    ratio_between: str = ""
    difference: str = ""
    difference_between: str = ""


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
    shown: dict[str, int | None] = differencing.published(counts, [], _rule())
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
        return Line(label, unit)
    apart = [_apart(found[f"difference{end}"], money) for end in ("", "_low", "_high")]
    return Line(
        label,
        unit,
        told=True,
        reached=_rate(found["rate_reached"], money),
        others=_rate(found["rate_not"], money),
        ratio=f"{found['ratio']:.2f}",
        ratio_between=f"{found['ratio_low']:.2f} to {found['ratio_high']:.2f}",
        difference=apart[0],
        difference_between=f"{apart[1]} to {apart[2]}",
    )


def _rate(value: float, money: bool) -> str:
    return f"£{round(value, -1):,.0f}" if money else f"{100 * value:,.0f}"


def _apart(value: float, money: bool) -> str:
    """A difference as "22 fewer" or "£380 more"."""
    text = _rate(abs(value), money)
    if text in ("0", "£0"):
        return "no difference"
    return f"{text} more" if value > 0 else f"{text} {'less' if money else 'fewer'}"


def _rule() -> Rule:
    return Rule(settings.SUPPRESS_BELOW, settings.ROUND_TO)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
