"""Shapes: what a supplier's file must look like, read from `shapes/*.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

TYPES = ("string", "code", "integer", "number", "date", "boolean")


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    required: bool = False
    values: tuple[str, ...] = ()
    pattern: str | None = None
    min: float | None = None
    max: float | None = None
    not_before: str | None = None
    may_be_future: bool = False
    check: str | None = None
    identifies: bool = False
    may_be_absent: bool = False  # a file without the column is read as if it were empty
    own: bool = False


@dataclass(frozen=True)
class Shape:
    """A file's columns and the key by which its rows are known. `source` is whose agreement covers it."""

    name: str
    source: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    one_of: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@cache
def load() -> dict[str, Shape]:
    """All shapes by name. Raises ValueError where one contradicts itself."""
    found = sorted(files("localcare.intake").joinpath("shapes").iterdir(), key=lambda path: path.name)
    shapes = [
        _shape(path.name.removesuffix(".toml"), path.read_text("utf-8")) for path in found if path.name.endswith("toml")
    ]
    return {shape.name: shape for shape in shapes}


def _shape(name: str, text: str) -> Shape:
    raw = tomllib.loads(text)
    columns = tuple(_column(column, spec) for column, spec in raw["columns"].items())
    shape = Shape(name, raw["source"], tuple(raw["key"]), columns, tuple(map(tuple, raw.get("one_of", ()))))
    required = {column.name for column in columns if column.required}
    if not set(shape.key) <= required:
        raise ValueError(f"shape {name}: every column of the key must be required")
    return shape


def _column(name: str, spec: dict[str, Any]) -> Column:
    column = Column(name, **{**spec, "values": tuple(spec.get("values", ()))})
    if column.type not in TYPES:
        raise ValueError(f"column {name} has the unknown type {column.type}")
    return column
