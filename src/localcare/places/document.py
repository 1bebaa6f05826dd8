"""The places reference as a page: `python -m localcare.places.document > docs/reference/places.md`."""

import csv
from collections.abc import Iterable
from importlib.resources import files

from localcare.places.calc.tables import TABLES, Table

DATA = files("localcare.places") / "data"
HEAD = """# Places: files, clusters, statements, sources

Made from `src/localcare/places/` by `python -m localcare.places.document`; a test keeps this page up to date.

## Files of an area

`localcare places load` loads the shipped reference of West Kent; `localcare places load --folder FOLDER` loads your own
files of the same columns. Each may be absent. UTF-8, comma-separated, one row a line, days inclusive. A bad row is
named with line, column and reason, and the others are loaded; loading again brings rows up to the file (by the columns
in bold) and removes none. A member is in one group of a kind at a time.
"""


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *(_columns(table) for table in TABLES), _clusters(), _statements(), _sources()]
    return "\n".join(parts)


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((DATA / f"{name}.csv").read_text("utf-8").splitlines()))


def _table(header: str, rows: Iterable[tuple[str, ...]]) -> str:
    ruler = "|---" * (header.count("|") - 1) + "|"
    return "\n".join([header, ruler, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def _columns(table: Table) -> str:
    rows = []
    for column in table.columns:
        name = f"**{column.name}**" if column.name in table.key else column.name
        rows.append((name, column.form.words, "yes" if column.required else "no"))
    return f"### `{table.file}`\n\n" + _table("| column | holds | needed |", rows)


def _clusters() -> str:
    organisations = {row["code"]: row for row in _rows("organisations")}
    grouped: dict[str, list[str]] = {}
    for row in _rows("memberships"):
        if row["group"].startswith("WK17"):
            grouped.setdefault(row["group"], []).append(f"{organisations[row['member']]['name']} ({row['member']})")
    rows = [(organisations[code]["name"], "; ".join(sorted(grouped[code]))) for code in sorted(grouped)]
    words = (
        "The practices of the seven clusters of 2017 were not published: this grouping is **our own**, by geography."
    )
    return f"## The clusters of 2017\n\n{words}\n\n" + _table("| cluster | practices |", rows)


def _statements() -> str:
    rows = [(row["subject"], row["value"], row["as_at"], row["source"]) for row in _rows("statements")]
    words = "What the sources state about the area; where they contradict each other, each stands with its source."
    return f"## Statements\n\n{words}\n\n" + _table("| subject | value | when | source |", rows)


def _sources() -> str:
    return (DATA / "SOURCES.md").read_text("utf-8").replace("\n## ", "\n### ").replace("# Sources", "## Sources", 1)


if __name__ == "__main__":
    print(page(), end="")
