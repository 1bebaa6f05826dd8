"""Where in a file a row stands. The reader numbers rows; people look for lines."""

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 1 << 24


@dataclass(frozen=True)
class Places:
    """Line of each refused record and of each wanted row."""

    refused: dict[int, int]
    rows: dict[int, int]


def find(path: Path, rows: int, refused: Sequence[int], wanted: Sequence[int], delimiter: str = ",") -> Places:
    """The lines where the `wanted` rows (numbered from 0 among the file's `rows` readable ones) and the `refused`
    records (counted from 1 with the header and blank lines) begin.

    Where each record is a line this is arithmetic; else the file is read again, with care.
    """
    if not wanted and not refused:
        return Places({}, {})
    if _lines(path) == 1 + rows + len(refused):
        return _by_counting(refused, wanted)
    return _by_reading(path, set(refused), set(wanted), delimiter)


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _by_counting(refused: Sequence[int], wanted: Sequence[int]) -> Places:
    after, ordinals = np.sort(np.asarray(refused, dtype=np.int64)), np.asarray(wanted, dtype=np.int64)
    # Row i stands after refused record k when i has reached the place among rows where k would have been.
    places = after - 2 - np.arange(len(after))
    lines = ordinals + 2 + np.searchsorted(places, ordinals, side="right")
    return Places({record: record for record in refused}, dict(zip(wanted, lines.tolist(), strict=True)))


def _by_reading(path: Path, refused: Collection[int], wanted: Collection[int], delimiter: str) -> Places:
    found = Places({}, {})
    row, line = -1, 1
    with path.open(encoding="utf-8", errors="replace", newline="") as opened:
        reader = csv.reader(opened, delimiter=delimiter)
        for record, fields in enumerate(reader, 1):
            start, line = line, reader.line_num + 1
            if record in refused:
                found.refused[record] = start
            elif fields and record > 1:
                row += 1
                if row in wanted:
                    found.rows[row] = start
    return found
