"""What outage speaks of: a copy, and what came of making one."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class CannotCopy(Exception):
    """No copy can be made or used; the message says what to do."""


@dataclass(frozen=True)
class Copy:
    """A copy in use: where it lies and the moment of its data."""

    folder: Path
    as_at: datetime


@dataclass(frozen=True)
class Prepared:
    """A copy just made: its data's moment, its rows by table, its size on the disk."""

    folder: Path
    as_at: datetime
    people: int
    rows: dict[str, int]
    size: int


@dataclass(frozen=True)
class Notice:
    """What every page says of the copy it shows."""

    as_at: datetime
    words: str
    warning: str
