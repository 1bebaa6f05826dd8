"""What a computation leaves of its beds, staff and hubs so that two scenarios can be told apart: draws and sets."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from localcare.capacity.calc.hub_report import HubPlan
from localcare.capacity.calc.plan_beds import BedsResult
from localcare.capacity.calc.plan_staff import StaffResult
from localcare.capacity.calc.quantity import Array
from localcare.capacity.running import Computed

FILE = "parts.json"


def as_bytes(computed: Computed) -> bytes:
    """The last year's beds, slots and staff in every draw, the central one first, and the hubs of the best set."""
    parts = computed.parts
    figures = [
        *(_beds(parts.beds) if parts.beds else ()),
        *(_staff(parts.staff) if parts.staff else ()),
    ]
    return json.dumps({"figures": figures, "hubs": _hubs(parts.hubs.best[0]) if parts.hubs else None}).encode()


def read(folder: Path) -> Mapping[str, Any] | None:
    """What a folder of results holds of it; None where it was left by an earlier version."""
    path = folder / FILE
    return json.loads(path.read_bytes()) if path.exists() else None


def _figure(part: str, label: str, unit: str, draws: Array) -> dict[str, Any]:
    return {"part": part, "label": label, "unit": unit, "draws": [round(float(value), 2) for value in draws]}


def _beds(beds: BedsResult) -> Iterator[dict[str, Any]]:
    last = max(need.year for need in beds.planned.needs)
    for need in beds.planned.needs:
        if need.year == last:
            label = f"{need.place[:1].upper()}{need.place[1:]} needed in the last year"
            yield _figure("Beds", label, "count", np.array([need.places.median, *need.replications]))


def _staff(staff: StaffResult) -> Iterator[dict[str, Any]]:
    posts = staff.posts.sum(2)[:, -1]
    yield _figure("Staff", "Whole-time posts in the last year", "count", posts.sum(1))
    for number, role in enumerate(staff.roles):
        yield _figure("Staff", f"Posts: {role}", "count", posts[:, number])
    yield _figure("Staff", "Cost of staff in the last year", "pounds", staff.cost[:, -1])
    for gap in staff.gaps:
        yield _figure("Staff", f"Posts missing: {gap.role}", "count", np.asarray(gap.gap)[:, -1])


def _hubs(best: HubPlan) -> dict[str, Any]:
    """The best set; its reason where there is none."""
    if not best.hubs:
        return {"names": {}, "figures": [], "reason": best.reason}
    figures = [
        ("Minutes on average", "minutes", best.minutes),
        *((f"Minutes {mode if mode != 'car' else 'by car'}", "minutes", minutes) for mode, minutes in best.by_mode),
        ("Longest trip, minutes", "minutes", best.longest),
        ("Gap between deprivation fifths, minutes", "minutes", best.fifth_gap),
        ("Share of people whose trip is long", "share", best.beyond),
        ("Hubs' cost a year", "pounds", best.yearly_cost),
        ("Hubs' whole-time staff", "count", best.staff),
    ]
    return {"names": {hub.code: hub.name for hub in best.hubs}, "figures": figures, "reason": ""}
