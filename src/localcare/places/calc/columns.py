"""How one cell of a places file is read: a form in words, and the reading of the stripped text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
AREA_CODE = re.compile(r"[EWNS][0-9]{8}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Form:
    """What a cell must look like; `parse` gives its value, or None or a ValueError where it does not."""

    words: str
    parse: Callable[[str], Any]

    def read(self, cell: str) -> Any:
        """The cell's value. Raises ValueError saying what the cell is not."""
        try:
            value = self.parse(cell)
        except ValueError:
            value = None
        if value is None:
            raise ValueError(f"not {self.words}")
        return value


@dataclass(frozen=True)
class Column:
    """A column of a file; `blank` is the value of an empty cell; a column that is not `required` may also be absent."""

    name: str
    form: Form
    required: bool = True
    blank: Any = None


def text(longest: int) -> Form:
    def parse(cell: str) -> str | None:
        return cell if len(cell) <= longest and cell.isprintable() else None

    return Form(f"text of at most {longest} printable characters", parse)


def whole(largest: int, smallest: int = 0) -> Form:
    def parse(cell: str) -> int | None:
        return int(cell) if re.fullmatch(r"[0-9]{1,9}", cell) and smallest <= int(cell) <= largest else None

    return Form(f"a whole number from {smallest} to {largest}", parse)


def degrees(least: float, most: float) -> Form:
    def parse(cell: str) -> float | None:
        return value if least <= (value := float(cell)) <= most else None

    return Form(f"a number of degrees from {least:g} to {most:g}, the span of the United Kingdom", parse)


def choice(*allowed: str) -> Form:
    return Form(f"one of {', '.join(allowed)}", {word: word for word in allowed}.get)


def pattern(shape: re.Pattern[str], words: str) -> Form:
    return Form(words, lambda cell: cell.upper() if shape.fullmatch(cell.upper()) else None)


day = Form("a date like 2017-04-01", lambda cell: date.fromisoformat(cell) if DAY.fullmatch(cell) else None)
yes_or_no = Form("one of yes, no", lambda cell: {"yes": True, "no": False}.get(cell.lower()))
code = pattern(CODE, "a code of capital letters, digits and hyphens, 20 at most")
postcode = pattern(POSTCODE, "a postcode like TN13 3AQ")
area_code = pattern(AREA_CODE, "an area code like E01024320")
latitude = degrees(49, 61)
longitude = degrees(-9, 2)
