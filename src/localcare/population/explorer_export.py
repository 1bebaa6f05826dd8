"""An answer as CSV and as a workbook; the same answer gives the same bytes."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import xlsxwriter

from localcare.population.explorer import Answer

Row = Mapping[str, Any]
SUPPRESSED = "suppressed"


def rows(answer: Answer) -> list[Row]:
    """The parts, then the whole."""
    return [*answer.rows, {"part": "", "label": "All", **answer.whole}]


def columns(found: Sequence[Row]) -> list[str]:
    """Every column that any row has, in order; the whole's are people's even where the parts are settings."""
    return list(dict.fromkeys(name for row in found for name in row))


def as_csv(found: Sequence[Row]) -> str:
    """Comma-separated, a header first; suppressed is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(found), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue()


def as_xlsx(found: Sequence[Row], how: Sequence[tuple[str, str]], as_at: str) -> bytes:
    """A workbook: the figures on the first sheet, how they were made on the second."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime.combine(date.fromisoformat(as_at), datetime.min.time(), UTC)})
        _figures(book, found)
        made = book.add_worksheet("How this was made")
        made.set_column(0, 0, 20)
        made.set_column(1, 1, 100)
        for at, pair in enumerate(how):
            made.write_row(at, 0, pair)
    return out.getvalue()


def how(answer: Answer) -> list[tuple[str, str]]:
    """What stands beside the figures: the question, the edition, coverage and suppression."""
    told, asked = answer.answer(), answer.question
    seen = answer.coverage
    return [
        ("Place", " ".join(asked.unit).strip()),
        ("By", asked.by),
        ("Narrowed to", ", ".join(f"{name} {value}" for name, value in asked.where) or "everybody"),
        ("Segmentation", asked.segmentation),
        ("Date", answer.as_at),
        ("Edition", answer.edition),
        ("Method", told["how"]),
        ("Coverage", f"{seen['practices_sharing']} of {seen['practices']} practices share"),
        ("Numbers", "Exact, for your practice alone" if answer.exact else "Small numbers suppressed, others rounded"),
    ]


def _figures(book: xlsxwriter.Workbook, found: Sequence[Row]) -> None:
    sheet, bold = book.add_worksheet("Figures"), book.add_format({"bold": True})
    names = columns(found)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(names), 18)
    sheet.write_row(0, 0, [name.replace("_", " ").capitalize() for name in names], bold)
    for at, row in enumerate(found, start=1):
        sheet.write_row(at, 0, [SUPPRESSED if row.get(name, "") is None else row.get(name, "") for name in names])
