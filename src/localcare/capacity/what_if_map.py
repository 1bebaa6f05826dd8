"""The map of a what-if: catchments shaded, each small area tied to its hub, hubs by number and name."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.hub_report import HubPlan
from localcare.capacity.calc.hubs import HubInputs, Site
from localcare.capacity.hub_inputs import PLAN_DAY
from localcare.capacity.report_parts import MAP, SHADES, SHEET, rings
from localcare.design.drawing import INK, Area, Box, Drawing, Item, Stroke, Words
from localcare.places import queries as places

Array = npt.NDArray[np.float64]
TIE, OTHER_SITE, PAPER = "#768692", "#425563", "#ffffff"
MARK = 18
LABEL = (
    "Map of the hubs and their catchments: each small area is tied by a line to the hub that its people with a car go "
    "to. Every hub stands in the table of hubs by the same number."
)


def drawn(inputs: HubInputs, plan: HubPlan) -> Drawing | None:
    """The plan's map. Sites lie where a fit of the areas' centres on the outlines puts them, within 300 m or so.

    None where too few small areas are known for a fit."""
    outlines, scale = places.outlines(), MAP / SHEET[0]
    shapes = {code: _scaled(outlines[code], scale) for code in inputs.points if code in outlines}
    known = [area for area in places.ground(PLAN_DAY).areas if area.lsoa11_code in shapes]
    if len(known) < 3:
        return None
    at = _positions(inputs.sites, known, shapes)
    hubs = {code: number for number, code in enumerate(plan.codes)}
    items: list[Item] = []
    ties: list[Item] = []
    for code, site in zip(inputs.points, plan.assignment[0].tolist(), strict=True):
        if code in shapes:
            number = hubs.get(inputs.sites[site].code, 0)
            items += [Area(ring, SHADES[number % len(SHADES)]) for ring in shapes[code]]
            ties.append(Stroke((_middle(shapes[code]), at[inputs.sites[site].code]), TIE, 0.6))
    others = [Box(at[one.code][0] - 2, at[one.code][1] - 2, 4, 4, OTHER_SITE) for one in inputs.sites]
    marks = [item for number, hub in enumerate(plan.hubs, start=1) for item in _mark(at[hub.code], number)]
    names = _names([(at[hub.code], hub.name) for hub in plan.hubs])
    return Drawing(MAP, SHEET[1] * scale, LABEL, (*items, *ties, *others, *marks, *names))


def _scaled(path: str, scale: float) -> list[tuple[tuple[float, float], ...]]:
    return [tuple((x * scale, y * scale) for x, y in ring) for ring in rings(path)]


def _middle(shape: Sequence[tuple[tuple[float, float], ...]]) -> tuple[float, float]:
    """The middle of the box around an area's largest ring."""
    points = np.array(max(shape, key=len))
    x, y = (points.min(0) + points.max(0)) / 2
    return float(x), float(y)


def _positions(
    sites: Sequence[Site], known: Sequence[places.Area], shapes: dict[str, list[tuple[tuple[float, float], ...]]]
) -> dict[str, tuple[float, float]]:
    """Where each site lies on the sheet: a plane fitted to the areas, whose places are known both ways."""
    ground = np.array([(1.0, float(area.longitude), float(area.latitude)) for area in known])
    sheet = np.array([_middle(shapes[area.lsoa11_code]) for area in known])
    fit: Array = np.linalg.lstsq(ground, sheet, rcond=None)[0]
    found = np.array([(1.0, site.longitude, site.latitude) for site in sites]) @ fit
    height = MAP * SHEET[1] / SHEET[0]
    return {  # a site across the border may lie beyond the sheet: it stands at its edge
        site.code: (float(np.clip(x, 10, MAP - 10)), float(np.clip(y, 10, height - 26)))
        for site, (x, y) in zip(sites, found, strict=True)
    }


def _mark(at: tuple[float, float], number: int) -> list[Item]:
    x, y, half = *at, MARK / 2
    return [
        Box(x - half - 2, y - half - 2, MARK + 4, MARK + 4, INK),
        Box(x - half, y - half, MARK, MARK, PAPER),
        Words(x, y + 5, str(number), "middle", bold=True),
    ]


def _names(hubs: Sequence[tuple[tuple[float, float], str]]) -> list[Item]:
    """Names below their marks, moved down where they would stand on each other, inward at the edges."""
    items: list[Item] = []
    taken: list[tuple[float, float]] = []
    for (x, y), name in sorted(hubs, key=lambda one: one[0][1]):
        half = len(name) * 3.6
        middle, line = min(max(x, half), MAP - half), y + 25
        while any(abs(middle - other) < 150 and abs(line - height) < 15 for other, height in taken):
            line += 15
        taken.append((middle, line))
        items.append(Words(middle, line, name, "middle", bold=True))
    return items
