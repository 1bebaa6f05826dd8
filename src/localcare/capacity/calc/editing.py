"""A scenario's text changed at one place: comments, order and everything else stay as they were. Pure.

Every change is made in the text and then checked against what it was to do: the text is read again, and a text that
says anything else is refused.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from localcare.capacity.calc.quantity import ASSUMED

Part = str | int
Path = tuple[Part, ...]
Content = dict[str, Any]


NOTHING: Mapping[str, Mapping[str, Any]] = {}
# What is added where the scenario does not give it: table, list of tables, the key of its name and of its figures.
NEW = {"pounds": ("money", "price", "setting", "pounds"), "stay": ("beds", "stay", "stream", "days")}


class CannotEdit(ValueError):
    """The place is not written in a way that can be changed by fields; the message says to change the text."""


@dataclass(frozen=True)
class Spot:
    """An assumption of a scenario: where it stands, what it is about, and what it says.

    `path` is empty for one that the scenario does not give itself: a shipped price, a stay of the starting point."""

    key: str
    path: Path
    about: str
    what: str
    setting: str
    table: Mapping[str, Any]


@dataclass(frozen=True)
class Amount:
    """What an assumption is to say. Without `likely` every value between low and high is as likely as any other."""

    low: float
    likely: float | None
    high: float
    unit: str
    source: str

    def halved(self) -> "Amount":
        """Half of every figure; the halving is nobody's published figure, so it says assumed."""
        of = "what was assumed" if self.source == ASSUMED else f"({self.source})"
        likely = None if self.likely is None else self.likely / 2
        return replace(self, low=self.low / 2, likely=likely, high=self.high / 2, source=f"assumed: half of {of}")


def amount_of(table: Mapping[str, Any]) -> Amount:
    """An assumption as its table says it."""
    low, high = (table["value"], table["value"]) if "value" in table else (table["low"], table["high"])
    likely = table.get("value", table.get("likely"))
    return Amount(low, likely, high, table.get("unit", ""), table["source"])


def spots(
    content: Content, prices: Mapping[str, Mapping[str, Any]], stays: Mapping[str, Mapping[str, Any]] = NOTHING
) -> Iterator[Spot]:
    """Every assumption, in the order in which a planner asks for it. `prices`: the shipped ones by setting; `stays`:
    those of the starting point by stream."""
    for i, one in enumerate(content.get("intervention", ())):
        path: Path = ("intervention", i)
        for j, claim in enumerate(one.get("claim", ())):
            for what in ("effect", "reach", "replaced"):
                if what in claim:
                    yield _spot((*path, "claim", j, what), one["label"], what, claim["setting"], claim[what])
        for what in ("yearly", "once"):
            yield _spot((*path, "investment", what), one["label"], what, "", one["investment"][what])
    for i, one in enumerate(content.get("trend", ())):
        yield _spot(("trend", i, "growth"), "Trends", "growth", one["setting"], one["growth"])
    for what in ("growth_error", "health"):
        yield _spot(("people", what), "People", what, "", content["people"][what])
    if "beds" in content:
        yield from _stays(content["beds"].get("stay", ()), stays)
    given = {one["setting"]: i for i, one in enumerate(content["money"].get("price", ()))}
    for setting, table in prices.items():
        if setting in given:
            path = ("money", "price", given[setting], "pounds")
            yield _spot(path, "Prices", "pounds", setting, content["money"]["price"][given[setting]]["pounds"])
        else:
            yield Spot(f"price.{setting}", (), "Prices", "pounds", setting, table)


def _stays(given: Sequence[Mapping[str, Any]], stays: Mapping[str, Mapping[str, Any]]) -> Iterator[Spot]:
    places = {one["stream"]: i for i, one in enumerate(given)}
    for stream, table in stays.items():
        if stream in places:
            path: Path = ("beds", "stay", places[stream], "days")
            yield _spot(path, "Lengths of stay", "stay", stream, given[places[stream]]["days"])
        else:
            yield Spot(f"stay.{stream}", (), "Lengths of stay", "stay", stream, table)


def _spot(path: Path, about: str, what: str, setting: str, table: Mapping[str, Any]) -> Spot:
    return Spot(".".join(map(str, path)), path, about, what, setting, table)


def changed(text: str, spot: Spot, amount: Amount, line: int) -> str:
    """The text with one assumption saying something else. `line`: where it stands, from 1; any for one not there.

    Raises CannotEdit where it is not written as one table on that line."""
    after = _table(amount)
    if not spot.path:
        table, array, names, holds = NEW[spot.what]
        return added(text, (table, array), {names: quoted(spot.setting), holds: after})
    start, end = _span(text, spot.path, line)
    return _checked(text[:start] + after + text[end:], text, spot.path, tomllib.loads(f"it = {after}")["it"])


def added(text: str, place: tuple[str, str], values: Mapping[str, str]) -> str:
    """The text with one table more at the end of a list of tables; `values` as TOML has them. Raises CannotEdit."""
    lines = "".join(f"{key} = {value}\n" for key, value in values.items())
    made = f"{text.rstrip(chr(10))}\n\n[[{'.'.join(place)}]]\n{lines}"
    number = len(_at(tomllib.loads(text), place[:1]).get(place[1], ()))
    return _checked(made, text, (*place, number), None)


def forked(text: str, *, name: str, title: str, of: str) -> str:
    """The text under another name and title, which says what it was made from. Raises CannotEdit."""
    made = _top_set(text, "name", name)
    made = _top_set(made, "title", title)
    made = _top_set(made, "forked_from", of)
    wanted = {**tomllib.loads(text), "name": name, "title": title, "forked_from": of}
    if tomllib.loads(made) != wanted:
        raise CannotEdit('name and title do not stand on lines of their own: write them as name = "…"')
    return made


def _top_set(text: str, key: str, value: str) -> str:
    """A key of the top of a file, before its first table; put after `name` where it was not there."""
    top = re.search(r"^\s*\[", text, re.M)
    end = top.start() if top else len(text)
    line = f"{key} = {quoted(value)}"
    head, found = re.subn(rf"^{key}\s*=.*$", lambda _: line, text[:end], count=1, flags=re.M)
    if not found:
        head = re.sub(r"^(name\s*=.*)$", lambda there: f"{there[1]}\n{line}", head, count=1, flags=re.M)
    return head + text[end:]


def _span(text: str, path: Path, number: int) -> tuple[int, int]:
    """Where the inline table at a path begins and ends. Raises CannotEdit where it is not one."""
    begins = sum(len(line) for line in text.splitlines(keepends=True)[: number - 1])
    line = text[begins:].split("\n", 1)[0]
    found = re.search(rf"\b{re.escape(str(path[-1]))}\s*=\s*(?=\{{)", line)
    if not found:
        raise CannotEdit(f"line {number} does not hold {path[-1]} as {{ low = …, high = … }}: change it in the text")
    start = begins + found.end()
    return start, start + _length(text[start:], number)


def _length(text: str, line: int) -> int:
    """How long the inline table at the beginning of a text is, words in quotes left aside."""
    depth = 0
    for found in re.finditer(r'"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[{}\n]', text):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
        if found[0] == "\n":
            break
    raise CannotEdit(f"the table on line {line} does not end there: change it in the text")


def _checked(made: str, before: str, path: Path, wanted: Any) -> str:
    """The changed text, if it differs from the one before in that place alone. Raises CannotEdit."""
    try:
        old, new = tomllib.loads(before), tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        raise CannotEdit(f"{path[1]} is written in a way that takes no table more: change it in the text") from None
    if wanted is None:
        _at(new, path[:-1]).pop(path[-1])
        _at(old, path[:-2]).setdefault(path[-2], [])
    else:
        if _at(new, path) != wanted:
            raise CannotEdit(f"{path[-1]} could not be changed by fields: change it in the text")
        _at(new, path[:-1])[path[-1]] = _at(old, path)
    if old != new:
        raise CannotEdit(f"{path[-1]} could not be changed alone: change it in the text")
    return made


def _at(content: Any, path: Sequence[Part]) -> Any:
    for part in path:
        content = content[part]
    return content


def _table(amount: Amount) -> str:
    values = [("low", amount.low), ("likely", amount.likely), ("high", amount.high)]
    if amount.low == amount.high:
        values = [("value", amount.low)]
    figures = [f"{key} = {value:.12g}" for key, value in values if value is not None]
    unit = [f"unit = {quoted(amount.unit)}"] if amount.unit else []
    return "{ " + ", ".join([*figures, *unit, f"source = {quoted(amount.source)}"]) + " }"


def quoted(value: str) -> str:
    """Words in quotes as TOML has them, on one line."""
    return json.dumps(re.sub(r"[\x00-\x1f\x7f]+", " ", value), ensure_ascii=False)
