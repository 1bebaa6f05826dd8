"""Spend per head that was published of this area, beside ours: of another area it says nothing and is not shown."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from localcare.population import segment_report
from localcare.population.definitions.files import HERE

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row

AREA = ("area", "")


@cache
def _published() -> dict[str, Any]:
    return tomllib.loads((HERE / "published_spend.toml").read_text("utf-8"))


def spend(of: Made, segmentation: str) -> Row | None:
    """The published cells with ours of the whole area beside; None for another area or segmentation."""
    held = _published()
    if held["area"] != settings.AREA or segmentation != held["segmentation"]:
        return None
    grid = of.segmentation(segmentation)
    bands, groups = ({one.key: one.label for one in ones} for ones in (grid.age_bands, grid.groups))
    ours = {(r["age_band"], r["group"]): r["spend_per_head"] for r in segment_report.rows(of, segmentation, [AREA])}
    cells = [
        {
            "age_band": bands[cell["age_band"]],
            "group": groups[cell["group"]],
            "published": cell["pounds"],
            "ours": ours[cell["age_band"], cell["group"]],
        }
        for cell in held["cell"]
    ]
    return {key: held[key] for key in ("area", "year", "source", "note")} | {"cells": cells}
