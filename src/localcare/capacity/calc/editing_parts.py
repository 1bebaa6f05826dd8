"""A scenario's beds and hubs changed in its text, everything else left as it was. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from localcare.capacity.calc.editing import CannotEdit, quoted


def with_hubs(text: str, hubs: Sequence[str], caps: Sequence[tuple[str, float]]) -> str:
    """The text committed to these hubs and no others, with these caps. What was closed stays so, but for these hubs.

    Raises CannotEdit where `[hubs]` is not a table of its own, or its caps are tables of their own."""
    content = tomllib.loads(text)
    if "hubs" not in content:
        raise CannotEdit("the scenario sites no hubs: write [hubs] in its text first")
    before = content["hubs"]
    closed = [code for code in before.get("closed", ()) if code not in hubs]
    after = {
        **{key: value for key, value in before.items() if key not in ("open", "closed", "capacity")},
        "hubs": len(hubs),
        "open": list(hubs),
        **({"closed": closed} if closed else {}),
        **({"capacity": [{"site": code, "people": _number(people)} for code, people in caps]} if caps else {}),
    }
    changes = {
        key: _written(after[key]) if key in after else None
        for key in ("hubs", "open", "closed", "capacity")
        if after.get(key) != before.get(key)
    }
    made = _with_keys(text, "hubs", changes)
    if _read(made) != {**content, "hubs": after}:
        raise CannotEdit("the hubs could not be changed by this page: change [hubs] in the text")
    return made


def _read(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return quoted(value) if isinstance(value, str) else f"{value}"


def _with_keys(text: str, table: str, values: Mapping[str, str | None]) -> str:
    """Keys of a table set, or taken out where they are None; new ones stand at its end."""
    header = re.search(rf"^\[{table}\][ \t]*(#.*)?$", text, re.M)
    if not header:
        raise CannotEdit(f"[{table}] is not a table of its own: change it in the text")
    start = header.end()
    for key, value in values.items():
        end = _end_of_table(text, start)
        found = re.search(rf"^[ \t]*{key}[ \t]*=[ \t]*", text[start:end], re.M)
        if found:
            begins, stops = start + found.start(), start + found.end()
            stops += _length(text[stops:])
            if value is None:
                text = text[:begins] + re.sub(r"^[^\n]*\n?", "", text[stops:], count=1)
            else:
                text = text[: start + found.end()] + value + text[stops:]
        elif value is not None:
            body = text[start:end].rstrip()
            text = f"{text[:start]}{body}\n{key} = {value}{_gap(text[start + len(body) :])}"
    return text


def _gap(rest: str) -> str:
    return rest if rest.startswith("\n") else f"\n{rest}"


def _end_of_table(text: str, start: int) -> int:
    """Where a table ends: before the next header, with the remarks that stand above that one left to it."""
    after = re.search(r"^(?:[ \t]*#.*\n|[ \t]*\n)*\[", text[start:], re.M)
    return start + after.start() if after else len(text)


def _length(text: str) -> int:
    """How long the value at the beginning of a text is: words, brackets over several lines, or what stands plain."""
    depth = 0
    for found in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]{}\n]', text):
        if depth == 0 and found[0][0] in "#\n":
            return len(text[: found.start()].rstrip())
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] in "]}":
            return found.end()
    return len(text.rstrip())
