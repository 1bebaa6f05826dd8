"""How one cell of a places file is read. Each reader takes the stripped text and raises ValueError with the reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}")
AREA_CODE = re.compile(r"[EWNS][0-9]{8}")


@dataclass(frozen=True)
class Column:
    """A column of a file; `blank` is the value of an empty cell where the column may be empty or absent."""

    name: str
    read: Callable[[str], Any]
    required: bool = True
    blank: Any = None


def text(longest: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > longest:
            raise ValueError(f"longer than {longest} characters")
        if not cell.isprintable():
            raise ValueError("holds a character that cannot be printed")
        return cell

    return read


def whole(largest: int, smallest: int = 0) -> Callable[[str], int]:
    def read(cell: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", cell) or not smallest <= int(cell) <= largest:
            raise ValueError(f"not a whole number from {smallest} to {largest}")
        return int(cell)

    return read


def degrees(least: float, most: float) -> Callable[[str], float]:
    def read(cell: str) -> float:
        try:
            value = float(cell)
        except ValueError:
            raise ValueError("not a number of degrees") from None
        if not least <= value <= most:
            raise ValueError(f"not from {least} to {most} degrees, the span of the United Kingdom")
        return value

    return read


def choice(*allowed: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(f"not one of {', '.join(allowed)}")
        return cell

    return read


def pattern(shape: re.Pattern[str], what: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if not shape.fullmatch(cell.upper()):
            raise ValueError(f"not {what}")
        return cell.upper()

    return read


def day(cell: str) -> date:
    try:
        return date.fromisoformat(cell) if len(cell) == 10 else date.fromisoformat("")
    except ValueError:
        raise ValueError("not a date like 2017-04-01") from None


def yes_or_no(cell: str) -> bool:
    return choice("yes", "no")(cell.lower()) == "yes"


code = pattern(CODE, "a code of capital letters, digits and hyphens, 20 at most")
postcode = pattern(POSTCODE, "a postcode like TN13 3AQ")
area_code = pattern(AREA_CODE, "an area code like E01024320")
latitude = degrees(49.0, 61.0)
longitude = degrees(-9.0, 2.0)
