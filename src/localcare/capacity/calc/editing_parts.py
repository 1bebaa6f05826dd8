"""A scenario's beds and hubs changed in its text, everything else left as it was. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.capacity.calc.editing import CannotEdit, added, quoted


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


@dataclass(frozen=True)
class Series:
    """Beds of a site or slots of a service, year by year, the last holding on. `path` is empty for a service
    whose slots the scenario does not give itself."""

    key: str
    path: tuple[str | int, ...]
    name: str
    unit: str
    values: tuple[int, ...]
    source: str


def series(content: Mapping[str, Any], services: Mapping[str, tuple[Sequence[int], str]]) -> Iterator[Series]:
    """Beds and slots of a scenario. `services`: slots and source of the starting point's by name."""
    beds = content.get("beds")
    if not beds:
        return
    for i, one in enumerate(beds["site"]):
        yield Series(f"beds.site.{i}", ("beds", "site", i), one["name"], "beds", tuple(one["beds"]), one["source"])
    given = {one["name"]: (i, one) for i, one in enumerate(beds.get("service", ()))}
    for name, (slots, source) in services.items():
        if name in given:
            i, one = given[name]
            path = ("beds", "service", i)
            yield Series(f"beds.service.{i}", path, name, "slots", tuple(one["slots"]), one["source"])
        else:
            yield Series(f"slots.{name}", (), name, "slots", tuple(slots), source)


def with_series(text: str, one: Series, values: Sequence[int], source: str) -> str:
    """The text with other beds or slots of one site or service, and where they come from. Raises CannotEdit."""
    if not one.path:
        table = {"name": quoted(one.name), "slots": _written(list(values)), "source": quoted(source)}
        return added(text, ("beds", "service"), table)
    made = _replaced(text, (*one.path, one.unit), r"\[[^\]]*\]", list(values))
    return _replaced(made, (*one.path, "source"), r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', source)


def _replaced(text: str, path: tuple[str | int, ...], pattern: str, value: Any) -> str:
    """The text with another value at a path: of all places of its key, the one that changes it alone."""
    wanted = tomllib.loads(text)
    table: Any = wanted
    for part in path[:-1]:
        table = table[part]
    if table[path[-1]] == value:
        return text
    before, table[path[-1]] = table[path[-1]], value
    for found in re.finditer(rf"\b{path[-1]}\s*=\s*({pattern})", text):
        if _read(f"it = {found[1]}").get("it") == before:
            made = text[: found.start(1)] + _written(value) + text[found.end(1) :]
            if _read(made) == wanted:
                return made
    raise CannotEdit(f"{path[-1]} could not be changed alone: change it in the text")
