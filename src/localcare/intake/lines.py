"""Where in a file a row stands. The reader numbers rows; people look for lines."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

BLOCK = 1 << 24


def of_rows(path: Path, rows: int, refused: Sequence[int], wanted: Sequence[int]) -> list[int]:
    """The lines of the `wanted` rows (numbered from 0 among the file's `rows` readable ones).

    `refused` are the records, counted from 1 with the header, that the reader could not read.
    """
    after = np.sort(np.asarray(refused, dtype=np.int64))
    # Row i stands after refused record k when i has reached the place among rows where k would have been.
    places = after - 2 - np.arange(len(after))
    ordinals = np.asarray(wanted, dtype=np.int64)
    records = ordinals + 2 + np.searchsorted(places, ordinals, side="right")
    return of_records(path, 1 + rows + len(after), records.tolist())


def of_records(path: Path, records: int, wanted: Sequence[int]) -> list[int]:
    """The first lines of the `wanted` records of a file that holds so many `records`, the header being 1.

    Where each record is a line the answer is the record itself; else the file is read again, with care.
    """
    if not wanted or _lines(path) == records:
        return list(wanted)
    return _by_reading(path, wanted)


def _lines(path: Path) -> int:
    count, last = 0, b"\n"
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")


def _by_reading(path: Path, wanted: Sequence[int]) -> list[int]:
    places, end = {}, max(wanted)
    with path.open(encoding="utf-8", errors="replace", newline="") as opened:
        reader = csv.reader(opened)
        start = 1
        for record, _ in enumerate(reader, 1):
            places[record] = start
            start = reader.line_num + 1
            if record >= end:
                break
    return [places.get(record, start) for record in wanted]
