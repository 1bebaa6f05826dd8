"""What a computed scenario leaves in a folder: its file, its tables, pictures and report.

The same scenario leaves the same bytes: nothing here asks for the time or for who asked.
"""

import csv
import datetime
import io
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
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

    Raises FolderInUse where the folder is there and is not one that was written here.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / "scenario.toml").exists():
        raise FolderInUse(f"{folder} holds other files. Name an empty folder, or one that an earlier run left")
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".capacity-", dir=folder.parent))
    try:
        for name, content in {**files(computed), **(more or {})}.items():
            target = building / name
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(content)
        os.chmod(building, 0o755)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(building, folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def files(computed: Computed) -> Mapping[str, bytes]:
    """Each file's name and content."""
    tables = computed.tables
    return {
        "scenario.toml": computed.text.encode(),
        **{f"tables/{table.name}.csv": _csv(table) for table in tables},
        "tables.json": _json(tables),
        "tables.xlsx": _xlsx(tables),
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


def _csv(table: Table) -> bytes:
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


def _xlsx(tables: Sequence[Table]) -> bytes:
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
