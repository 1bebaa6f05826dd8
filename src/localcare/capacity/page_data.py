"""What a computation leaves for its pages, so that a page reads a file and computes nothing."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.capacity import report, running, tracking
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.population import pyramid
from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import ranged
from localcare.capacity.running import Computed

FILE = "page.json"
BAND = 5  # years of age of a bar of the pyramid


@dataclass(frozen=True)
class Figure:
    """One of the figures by which scenarios are told apart: `of` gives its draws, the central one first."""

    key: str
    label: str
    unit: str
    of: Callable[[Plan], Array]


def _use(setting: str) -> Callable[[Plan], Array]:
    def of(plan: Plan) -> Array:
        return plan.account.planned[:, -1, :, :, plan.baseline.settings.index(setting)].sum((1, 2))

    return of


FIGURES = (
    Figure("value", "Net present value", "pounds", lambda plan: plan.money.net_present_value),
    Figure("saving", "Gross saving in the last year", "pounds", lambda plan: plan.money.gross[:, -1]),
    Figure("investment", "Investment in the last year", "pounds", lambda plan: plan.money.invested[:, -1]),
    Figure("emergency_admission", "Emergency admissions in the last year", "count", _use("emergency_admission")),
    Figure("emergency_attendance", "A&E attendances in the last year", "count", _use("emergency_attendance")),
    Figure("outpatient", "Outpatient attendances in the last year", "count", _use("outpatient")),
    Figure("bed_day", "Bed days after emergency admission in the last year", "count", _use("emergency_bed_day")),
    Figure("people", "Registered people in the last year", "count", lambda plan: plan.people[:, -1].sum(1)),
)


def of(computed: Computed) -> dict[str, Any]:
    """Everything the pages of a computed scenario show, as plain data."""
    plan = computed.plan
    return {
        "sections": [_section(one) for one in report.sections(computed)],
        "pyramid": _pyramid(plan),
        "figures": [
            {"key": one.key, "label": one.label, "unit": one.unit, "draws": _rounded(one.of(plan))} for one in FIGURES
        ],
        "headline": _headline(plan),
        "made": _made(plan) | {"cite": computed.citation},
        "notes": report.notes(computed),
        "expected": tracking.basis(computed),
        "tables": [[f"{table.name}.csv", table.title] for table in computed.tables],
    }


def as_bytes(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _section(one: report.Section) -> dict[str, Any]:
    return {
        "key": one.key,
        "title": one.title,
        "finding": one.finding,
        "picture": one.drawing.svg() if one.drawing else "",
        "says": one.table.says,
        "table": one.table.name,
        "columns": one.table.headings,
        "rows": [[report.shown(cell) for cell in row] for row in one.table.rows],
    }


def _rounded(draws: Array) -> list[float]:
    return [round(float(value), 2) for value in draws]


def _headline(plan: Plan) -> dict[str, Any]:
    central, median, low, high = ranged(plan.money.net_present_value)
    return {
        "median": median,
        "low": low,
        "high": high,
        "central": central,
        "years": len(plan.scenario.years),
        "synthetic": plan.baseline.synthetic,
    }


def _made(plan: Plan) -> dict[str, Any]:
    scenario, baseline = plan.scenario, plan.baseline
    return {
        "seed": scenario.seed,
        "draws": scenario.draws,
        "years": list(scenario.years),
        "price_year": scenario.price_year,
        "variant": scenario.variant,
        "baseline": baseline.label,
        "as_at": baseline.as_at.isoformat(),
        "synthetic": baseline.synthetic,
    }


def _pyramid(plan: Plan) -> dict[str, Any] | None:
    """Residents by sex and five years of age, in each year of the plan and the one before; none without a forecast."""
    forecast = running.forecast_of(plan.scenario)
    if forecast is None:
        return None
    found = pyramid(forecast.residents, weights=forecast.weights)
    starts = list(range(0, found.female.shape[1], BAND))
    return {
        "ages": [*(f"{start} to {start + BAND - 1}" for start in starts[:-1]), f"{starts[-1]} and over"],
        "years": list(found.years),
        "female": _bands(found.female, starts),
        "male": _bands(found.male, starts),
    }


def _bands(counts: Array, starts: Sequence[int]) -> list[list[int]]:
    return [[int(value) for value in row] for row in np.add.reduceat(counts, starts, axis=1)]
