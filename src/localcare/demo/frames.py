"""What every part hands on: rows of one shape as columns, each row with its person."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from localcare.demo.draws import Array


@dataclass(frozen=True)
class Rows:
    """Rows of a shape: the person of each, the day that decides its file, and the columns of the shape."""

    person: Array
    on: Array
    columns: dict[str, Any]

    def table(self) -> pa.Table:
        return pa.table(self.columns)

    def take(self, index: Array) -> "Rows":
        chosen = pa.array(index)
        columns = {name: pa.array(column).take(chosen) for name, column in self.columns.items()}
        return Rows(self.person[index], self.on[index], columns)


def dates(days: Array, missing: Array | None = None) -> pa.Array:
    return pa.array(days.astype(np.int32), mask=missing).cast(pa.date32())


def words(index: Array, values: tuple[str, ...] | list[str], missing: Array | None = None) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(index, np.int32), mask=missing), pa.array(values))


def empty(n: int) -> pa.Array:
    return pa.nulls(n, pa.string())


def clock_times(rng: np.random.Generator, n: int) -> pa.DictionaryArray:
    """Times of the day, more of them in waking hours."""
    minutes = (np.clip(rng.normal(14.5, 5, n), 0, 23.98) * 60).astype(np.int32)
    return words(minutes, [f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])
