"""The line of a TOML file on which a value stands, for messages that say where to mend it."""

import re
from collections.abc import Sequence

HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?")
KEY = re.compile(r"^\s*([A-Za-z0-9_\-]+)\s*=")

Part = str | int


def line_of(text: str, path: Sequence[Part]) -> int:
    """The line, from 1, of the value at a path such as ("intervention", 2, "claim", 0, "reach").

    The nearest enclosing table's line where the value is inside an inline table, or missing; 1 for the whole file.
    """
    best, depth = 1, 0
    table: list[Part] = []
    counts: dict[tuple[Part, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            table = _entered(header[2].split("."), header[1] == "[[", counts)
            here = table
        elif key := KEY.match(line):
            here = [*table, key[1]]
        else:
            continue
        if len(here) > depth and list(path[: len(here)]) == here:
            best, depth = number, len(here)
    return best


def _entered(names: list[str], array: bool, counts: dict[tuple[Part, ...], int]) -> list[Part]:
    """The path of a table just begun; tables of an array are numbered as they come."""
    table: list[Part] = []
    for place, name in enumerate(names):
        table.append(name)
        if array and place == len(names) - 1:
            counts[tuple(table)] = counts.get(tuple(table), -1) + 1
        if tuple(table) in counts:
            table.append(counts[tuple(table)])
    return table
