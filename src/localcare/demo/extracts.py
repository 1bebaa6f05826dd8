"""Writing the extracts as suppliers send them: one CSV file per shape and part, agreements, extract.toml."""

import csv
import threading
import tomllib
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from localcare.demo import dirt
from localcare.demo.parameters import parameters

SHAPES = files("localcare.intake") / "shapes"


def shape(name: str) -> dict[str, Any]:
    """The declared shape, read as data like any supplier would."""
    return tomllib.loads((SHAPES / f"{name}.toml").read_text("utf-8"))


class Writer:
    """Writes tables while the next are made; at most one is kept waiting, so that memory stays small."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(1)
        self._pending: list[Future[None]] = []
        self._local = threading.local()
        folder.mkdir(parents=True)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()
        self._pool.shutdown()

    def wait(self) -> None:
        for pending in self._pending:
            pending.result()
        self._pending = []

    def add(self, name: str, part: str, table: pa.Table) -> None:
        """Queue a table as file `name.part.csv`, with a few malformed rows at its end."""
        if len(self._pending) > 3:
            self._pending.pop(0).result()
        declared = shape(name)
        ordered = table.select(list(declared["columns"]))
        self.rows[name] += len(ordered)
        path = self.folder / (f"{name}.{part}.csv" if part else f"{name}.csv")
        self._pending.append(self._pool.submit(self._write, name, declared, path, ordered))

    def _write(self, name: str, declared: dict[str, Any], path: Path, table: pa.Table) -> None:
        connection = duckdb.connect(config={"threads": 2})
        connection.register("rows_to_write", table)
        connection.execute(f"COPY rows_to_write TO '{path}' (HEADER)")
        connection.close()
        if len(table) > 100:
            count = parameters()["dirt"]["malformed_rows_per_file"]
            self._append(path, dirt.malformed(declared, table.slice(0, 1).to_pylist()[0], count))
            self.malformed[name] += count

    @staticmethod
    def _append(path: Path, rows: list[dict[str, str]]) -> None:
        with path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, list(rows[0]), lineterminator="\n").writerows(rows)

    def agreements(self, rows: list[tuple[str, ...]]) -> None:
        with (self.folder / "agreements.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(shape("agreements")["columns"])
            writer.writerows(rows)

    def extract(self) -> None:
        as_at = parameters()["time"]["as_at"]
        (self.folder / "extract.toml").write_text(f'as_at = {as_at}\narea = "West Kent"\nsynthetic = true\n', "utf-8")
