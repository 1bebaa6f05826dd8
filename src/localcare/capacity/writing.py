"""What a computed scenario leaves in a folder: its file, its tables, pictures and report.

The same scenario leaves the same bytes: nothing here asks for the time or for who asked.
"""

import csv
import datetime
import fcntl
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from pathlib import Path

import xlsxwriter

from localcare.capacity.calc.tables import Table, Value
from localcare.capacity.report import sections
from localcare.capacity.report_html import html
from localcare.capacity.report_pdf import pdf
from localcare.capacity.running import Computed

PLACES = 6  # digits of a figure in a file: beyond that, machines differ


class FolderInUse(Exception):
    """The folder holds something else; the message says what to do."""


def written(computed: Computed, folder: Path, more: Mapping[str, bytes] | None = None) -> list[Path]:
    """Write everything a scenario leaves, and `more` files; the folder is swapped in whole. Returns them, in order.

    Killed at any moment, the folder holds what it held or all that is new; what lies about beside it is cleared away by
    the next to write there. Raises FolderInUse where the folder is there and is not one that was written here.
    """
    folder = folder.absolute()
    content = {**files(computed), **(more or {})}
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent):
        _sweep(folder.parent)
        if folder.exists() and any(folder.iterdir()) and not (folder / "scenario.toml").exists():
            raise FolderInUse(f"{folder} holds other files. Name an empty folder, or one that an earlier run left")
        building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=folder.parent))
        try:
            for name, whole in content.items():
                target = building / name
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(whole)
            os.chmod(building, 0o755)
            _swap(building, folder)
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())


BUILDING, ASIDE = ".capacity-new-", ".capacity-old-"


@contextmanager
def _alone(parent: Path) -> Iterator[None]:
    """One writer at a time beside each other's folders; a killed one's lock ends with it."""
    held = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _swap(building: Path, folder: Path) -> None:
    """The old folder is set aside, and goes only when the new one stands: between the two it is found by `_sweep`."""
    aside = folder.parent / f"{ASIDE}{folder.name}"
    if folder.exists():
        os.rename(folder, aside)
    try:
        os.rename(building, folder)
    except OSError:
        if aside.exists():
            os.rename(aside, folder)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """What killed writers left: half-built folders go, and an old folder whose new one never came stands again."""
    for left in parent.glob(f"{ASIDE}*"):
        folder = parent / left.name.removeprefix(ASIDE)
        if folder.exists():
            shutil.rmtree(left, ignore_errors=True)
        else:
            os.rename(left, folder)
    for left in parent.glob(f"{BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


def files(computed: Computed) -> Mapping[str, bytes]:
    """Each file's name and content."""
    tables = computed.tables
    return {
        "scenario.toml": computed.text.encode(),
        **{f"tables/{table.name}.csv": csv_of(table) for table in tables},
        "tables.json": _json(tables),
        "tables.xlsx": xlsx_of(tables),
        **{f"plots/{one.key}.svg": one.drawing.svg().encode() for one in sections(computed) if one.drawing},
        "report.html": html(computed),
        "report.pdf": pdf(computed),
    }


def _shown(value: Value) -> Value:
    if isinstance(value, float):
        return round(value, PLACES) + 0.0 if isfinite(value) else None
    return value


def _cell(value: Value) -> Value:
    """A cell of a sheet: empty where nothing is known."""
    shown = _shown(value)
    return "" if shown is None else shown


def csv_of(table: Table) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([[_cell(cell) for cell in row] for row in table.rows])
    return text.getvalue().encode()


def _json(tables: Sequence[Table]) -> bytes:
    content = {
        table.name: {
            "title": table.title,
            "says": table.says,
            "columns": table.columns,
            "rows": [[_shown(cell) for cell in row] for row in table.rows],
        }
        for table in tables
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def xlsx_of(tables: Sequence[Table]) -> bytes:
    """One sheet a table. A workbook holds the time it was made; ours a fixed one, so that its bytes are the same."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)})
        bold = book.add_format({"bold": True})
        for table in tables:
            sheet = book.add_worksheet(table.name[:31])
            sheet.write_row(0, 0, [table.title], bold)
            sheet.write_row(1, 0, [table.says])
            sheet.write_row(3, 0, table.columns, bold)
            for i, row in enumerate(table.rows):
                sheet.write_row(4 + i, 0, [_cell(cell) for cell in row])
    return out.getvalue()
