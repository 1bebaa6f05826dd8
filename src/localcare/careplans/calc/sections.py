"""The sections of a plan as data, and their content: checked, and as text. Pure."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any
from uuid import uuid4

Content = dict[str, Any]


@dataclass(frozen=True)
class Column:
    key: str
    label: str
    long: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)

    def label_of(self, value: str) -> str:
        return self.choices.get(value, value)


@dataclass(frozen=True)
class Section:
    """A heading of the plan. Without columns its content is `{"words": text}`; with them `{"rows": [{"id", …}]}`."""

    key: str
    title: str
    ask: str
    empty: str
    source: str
    row: str = ""
    columns: Sequence[Column] = ()


@cache
def sections() -> dict[str, Section]:
    """Every section by key, in the order in which they are read."""
    text = resources.files("localcare.careplans").joinpath("definitions/sections.toml").read_text("utf-8")
    rows = tomllib.loads(text)["section"]
    return {row["key"]: _section(row) for row in rows}


def _section(row: dict[str, Any]) -> Section:
    columns = tuple(Column(**column) for column in row.pop("column", ()))
    return Section(**row, columns=columns)


def cleaned(section: Section, content: Content) -> Content:
    """Content with blanks trimmed, empty rows left out and every row with an id.

    Raises ValueError for a column or a choice that the section does not have.
    """
    if not section.columns:
        return {"words": _tidy(content.get("words", ""))}
    rows = [_row(section, row) for row in content.get("rows", ())]
    return {"rows": [row for row in rows if any(row[c.key] for c in section.columns if not c.choices)]}


def _row(section: Section, row: Mapping[str, str]) -> dict[str, str]:
    unknown = set(row) - {"id"} - {c.key for c in section.columns}
    if unknown:
        raise ValueError(f"{section.title} has no {', '.join(sorted(unknown))}.")
    values = {c.key: _tidy(row.get(c.key, "")) or next(iter(c.choices), "") for c in section.columns}
    for column in section.columns:
        if column.choices and values[column.key] not in column.choices:
            raise ValueError(f"Choose one of: {', '.join(column.choices.values())}.")
    return {"id": str(row.get("id") or uuid4().hex[:12])[:32], **values}


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in str(text).replace("\r\n", "\n").strip().split("\n"))


def without_ids(content: Content) -> Content:
    """What a reader sees of it: rows without their ids."""
    if "rows" not in content:
        return content
    return {"rows": [{k: v for k, v in row.items() if k != "id"} for row in content["rows"]]}


def is_empty(content: Content) -> bool:
    return not (content.get("words") or content.get("rows"))


def as_text(section: Section, content: Content) -> str:
    """Content as plain lines, for comparing and copying."""
    if not section.columns:
        return content.get("words", "")
    return "\n".join(_line(section, row) for row in content.get("rows", ()))


def _line(section: Section, row: Mapping[str, str]) -> str:
    return " ".join(f"{c.label}: {c.label_of(row[c.key])}." for c in section.columns if row.get(c.key))
