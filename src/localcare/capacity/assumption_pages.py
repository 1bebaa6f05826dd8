"""A scenario's assumptions and its text as the pages show them: in words, grouped, with their sources."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcare.capacity import definitions
from localcare.capacity.calc import editing, editing_parts
from localcare.capacity.calc.beds import west_kent
from localcare.capacity.calc.editing import Amount, CannotEdit, Spot
from localcare.capacity.calc.editing_parts import Series
from localcare.capacity.calc.quantity import Quantity, is_assumed

WHAT = {
    "effect": "effect: share of that use avoided, for people reached",
    "reach": "reach: share of these people",
    "replaced": "what replaces one use avoided",
    "yearly": "cost a year",
    "once": "cost once",
    "growth": "yearly growth that ages do not explain",
    "growth_error": "yearly error of the people forecast",
    "health": "yearly change in the use of people of 65 and over",
    "pounds": "price of one",
    "stay": "mean length of stay",
}


@dataclass(frozen=True)
class Row:
    """An assumption in words. `halves`: it is one of those that are commonly halved."""

    key: str
    about: str
    setting: str
    what: str
    low: str
    likely: str
    high: str
    unit: str
    source: str
    assumed: bool
    halves: bool

    @property
    def title(self) -> str:
        return ", ".join(part for part in (self.about, self.setting, self.what) if part)


def groups(text: str) -> list[tuple[str, list[Row]]]:
    """Every assumption of a text, by what it is about."""
    found: dict[str, list[Row]] = {}
    for one in _spots(text):
        found.setdefault(one.about, []).append(row(one))
    return list(found.items())


def spot(text: str, key: str) -> Spot | None:
    return next((one for one in _spots(text) if one.key == key), None)


def _spots(text: str) -> Iterator[Spot]:
    prices = {setting: _table_of(q) for setting, q in definitions.prices().items()}
    stays = {one.name: _table_of(one.stay) for one in west_kent.streams() if one.to}
    return editing.spots(tomllib.loads(text), prices, stays)


def _table_of(q: Quantity) -> dict[str, Any]:
    return {"low": q.low, "likely": q.likely, "high": q.high, "unit": q.unit, "source": q.source}


def series(text: str) -> list[Series]:
    """Beds of each site and slots of each service, year by year; none where the scenario has no beds."""
    services = {one.name: (one.slots, west_kent.SLOTS_SOURCE) for one in west_kent.SERVICES}
    return list(editing_parts.series(tomllib.loads(text), services))


def series_of(text: str, key: str) -> Series | None:
    return next((one for one in series(text) if one.key == key), None)


def row(one: Spot) -> Row:
    amount = editing.amount_of(one.table)
    labels = {setting.key: setting.label for setting in definitions.settings()}
    return Row(
        key=one.key,
        about=one.about,
        setting=labels.get(one.setting, one.setting if one.what == "stay" else ""),
        what=WHAT[one.what],
        low=_figure(amount.low),
        likely=_figure(amount.likely) if amount.likely is not None else "any between",
        high=_figure(amount.high),
        unit=amount.unit,
        source=amount.source,
        assumed=is_assumed(amount.source),
        halves=one.what == "effect",
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def fields(one: Spot, *, half: bool, seen: int) -> dict[str, Any]:
    """What the form of an assumption begins with; half of it where that was asked for."""
    amount = editing.amount_of(one.table)
    if half:
        amount = amount.halved()
    figures = {key: f"{value:.12g}" for key, value in _figures(amount).items() if value is not None}
    return {**figures, "source": amount.source[:400], "seen": seen}


def _figures(amount: Amount) -> Mapping[str, float | None]:
    return {"low": amount.low, "likely": amount.likely, "high": amount.high}


def text_with(text: str, one: Spot, amount: Amount) -> str:
    """The text with one assumption changed. Raises CannotEdit."""
    return editing.changed(text, one, amount, definitions.line_of(text, one.path))


def halved(text: str, about: str) -> str:
    """The text with every effect of what it is about, an intervention, at half. Raises CannotEdit, also where it has no
    effect."""
    keys = [row.key for title, rows in groups(text) if title == about for row in rows if row.halves]
    if not keys:
        raise CannotEdit(f"There is no intervention {about!r} with an effect in this scenario.")
    for key in keys:
        one = next(found for found in _spots(text) if found.key == key)  # again: a change moves the lines below it
        text = text_with(text, one, editing.amount_of(one.table).halved())
    return text


def lines_changed(mine: str, theirs: str) -> list[str]:
    """How another text differs from mine, as lines with + (theirs) and - (mine)."""
    made = difflib.unified_diff(mine.splitlines(), theirs.splitlines(), "yours", "theirs", lineterm="", n=1)
    return list(made)


def schema_help() -> list[tuple[str, str]]:
    """The keys of a scenario's text and what they mean, from its schema."""
    schema = definitions.schema()
    return list(_help(schema, schema, ""))


def _help(schema: Mapping[str, Any], root: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    for key, value in schema.get("properties", {}).items():
        name = f"{place}.{key}" if place else key
        inner = _resolved(value, root)
        says = value.get("description") or inner.get("description") or _kind(inner)
        yield name, says
        below = _resolved(inner.get("items", inner), root)
        if "properties" in below and not _is_amount(below):
            yield from _help(below, root, name)


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    return root["$defs"][reference.rsplit("/", 1)[-1]] if reference.startswith("#/$defs/") else schema


def _is_amount(schema: Mapping[str, Any]) -> bool:
    return "allOf" in schema or "source" in schema.get("properties", {})


def _kind(schema: Mapping[str, Any]) -> str:
    if _is_amount(schema):
        return "a figure: { low = …, likely = …, high = …, unit = …, source = … }, or value alone"
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    low, high = schema.get("minimum"), schema.get("maximum")
    between = f", from {low} to {high}" if low is not None and high is not None else ""
    kinds = {
        "string": "words",
        "integer": "a whole number",
        "number": "a number",
        "array": "a list",
        "object": "a table",
    }
    return kinds.get(str(schema.get("type", "")), "see the example") + between
