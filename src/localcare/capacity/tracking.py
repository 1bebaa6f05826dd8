"""What a scenario expects of each month beside what the current edition counts, protected as counts are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import ibis
from ibis import ir

from localcare.capacity.calc.tracking import Month, Point, Tracked, tracked
from localcare.capacity.plots import Fan, fans
from localcare.capacity.running import Computed, words
from localcare.dataset import editions
from localcare.dataset.editions import Edition
from localcare.dataset.suppression import Rule
from localcare.design.drawing import Drawing

SETTINGS = ("emergency_admission", "emergency_attendance", "outpatient")


@dataclass(frozen=True)
class Standing:
    """A setting of a scenario against an edition."""

    setting: str
    label: str
    until: date
    found: Tracked

    @property
    def finding(self) -> str:
        said = f"{self.label}: {self.found.standing} ({self.found.why})."
        if self.found.benefit:
            avoided, noise = self.found.benefit
            return (
                f"{said} {avoided:,.0f} fewer than if nothing were done, where chance alone makes up to {noise:,.0f}. "
                "That the plan caused it is not shown by this."
            )
        return f"{said} No benefit can be claimed yet."

    @property
    def shown(self) -> Sequence[Point]:
        """The months from the plan's first to three after the last counted, and a year at least."""
        last = max((n for n, point in enumerate(self.found.points) if point.actual is not None), default=0)
        return self.found.points[: max(12, last + 4)]

    def drawing(self) -> Drawing:
        points = self.shown
        plan = Fan(
            "Plan",
            tuple(point.expected for point in points),
            tuple(point.lower for point in points),
            tuple(point.upper for point in points),
        )
        nothing = tuple(point.nothing_done for point in points)
        lines = [plan, Fan("Nothing done", nothing, nothing, nothing, ours=False)]
        months = [f"{point.month[1]}/{point.month[0]}" for point in points]
        seen = [(n, point.actual) for n, point in enumerate(points) if point.actual is not None]
        return fans(f"{self.label} a month, expected and counted (dots)", months, lines, _figure, dots=seen)


def _figure(value: float) -> str:
    return f"{value:,.0f}"


def basis(computed: Computed) -> dict[str, Any]:
    """What a computed scenario expects of each year, central, as plain data that `standings` takes."""
    plan, labels = computed.plan, words().settings
    firsts = [str(plan.scenario.baseline_year + n) for n in range(1, len(plan.scenario.years) + 1)]
    found = {}
    for key in SETTINGS:
        s = plan.baseline.settings.index(key)
        planned, nothing = (use[0, :, :, :, s].sum((1, 2)) for use in (plan.account.planned, plan.account.nothing_done))
        found[key] = {
            "label": labels[key],
            "baseline": float(plan.baseline.use[..., s].sum()),
            "planned": dict(zip(firsts, map(float, planned), strict=True)),
            "nothing_done": dict(zip(firsts, map(float, nothing), strict=True)),
        }
    return {"baseline_year": plan.scenario.baseline_year, "settings": found}


def standings(basis: Mapping[str, Any], edition: Edition, rule: Rule) -> list[Standing]:
    """Each setting of a scenario against what an edition counts."""
    counted = monthly(edition.folder, edition.as_at)
    found = []
    for key, one in basis["settings"].items():
        counts = {month: _protected(count, rule) for month, count in counted[key].items()}
        planned, nothing = ({int(year): use for year, use in one[case].items()} for case in ("planned", "nothing_done"))
        held = tracked(planned, nothing, one["baseline"], basis["baseline_year"], counts)
        found.append(Standing(key, one["label"], edition.as_at, held))
    return found


def _protected(count: int, rule: Rule) -> float:
    """A small count stands at the middle of what it may be, others are rounded."""
    return rule.below / 2 if rule.small(count) else float(rule.rounded(count))


@lru_cache(maxsize=4)
def monthly(folder: Path, as_at: date) -> dict[str, dict[Month, int]]:
    """Use by setting and whole month of an edition, which never changes. A month that had not ended is left out."""
    connection = editions.Edition(folder).connection()
    admission, attendance, outpatient = (
        connection.table(name) for name in ("admission", "emergency_attendance", "outpatient")
    )
    sources = {
        "emergency_admission": admission.filter(admission.kind == "emergency"),
        "emergency_attendance": attendance,
        "outpatient": outpatient.filter(outpatient.attended),
    }
    return {setting: _months(table, as_at) for setting, table in sources.items()}


def _months(table: ir.Table, as_at: date) -> dict[Month, int]:
    ended = as_at if (as_at + timedelta(days=1)).day == 1 else as_at.replace(day=1) - timedelta(days=1)
    known = table.filter(table.on <= ibis.literal(ended))
    rows = (
        known.group_by(year=known.on.year(), month=known.on.month()).agg(count=known.count()).order_by("year", "month")
    )
    return {(row["year"], row["month"]): int(row["count"]) for row in rows.execute().to_dict("records")}


def as_data(one: Standing) -> dict[str, Any]:
    """A setting's standing as plain data, with every month that was counted."""
    counted = [point for point in one.found.points if point.actual is not None]
    return {
        "setting": one.setting,
        "edition_as_at": one.until,
        "standing": one.found.standing,
        "why": one.found.why,
        "scale": one.found.scale,
        "dispersion": one.found.dispersion,
        "benefit": one.found.benefit,
        "months": [{**asdict(point), "month": f"{point.month[0]}-{point.month[1]:02d}"} for point in counted],
    }
