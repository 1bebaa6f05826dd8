"""The places shipped with Localcare read from their files, for whoever plans without a store: the same rows as
`actions.load_reference` puts into it, as model instances that are saved nowhere."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from localcare.places.calc.tables import BY_NAME, read
from localcare.places.models import Area, Organisation, Site


@cache
def _rows(name: str) -> tuple[Mapping[str, Any], ...]:
    content = (files("localcare.places") / "data" / BY_NAME[name].file).read_bytes()
    return tuple(row.values for row in read(BY_NAME[name], content).rows)


@cache
def organisations() -> dict[str, Organisation]:
    """Every organisation by its code."""
    return {row["code"]: Organisation(**row) for row in _rows("organisations")}


def areas() -> list[Area]:
    """All lower layer super output areas, by code."""
    return sorted((Area(**row) for row in _rows("areas")), key=lambda area: area.lsoa11_code)


def sites(*kinds: str) -> list[Site]:
    """The sites of these kinds (all, if none is named) with their organisation, by code."""
    known = organisations()
    made = [Site(**{**row, "organisation": known.get(row["organisation"])}) for row in _rows("sites")]
    return sorted((site for site in made if not kinds or site.kind in kinds), key=lambda site: site.code)


def list_sizes(as_at: date) -> dict[str, int]:
    """Practice code -> registered people by its latest published list on or before a day, practices open that day."""
    known, found = organisations(), {}
    for row in sorted(_rows("list_sizes"), key=lambda row: row["as_at"]):
        practice = known[row["organisation"]]
        opened, closed = practice.opened or date.min, practice.closed or date.max
        if row["as_at"] <= as_at and opened <= as_at <= closed:
            found[row["organisation"]] = row["registered"]
    return found
