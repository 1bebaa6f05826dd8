"""The contracts as reference pages: `python -m localcare.dataset.document dataset > docs/reference/dataset.md`.

Instead of dataset (an edition): results (a run), or purposes (what each source may serve), each with its own page.
"""

import sys

from localcare.dataset import contract, purposes
from localcare.dataset.purposes import Permission

EDITION = """# The contract of an edition

Made from `src/localcare/dataset/contract.toml`, version {version}; a test keeps this page up to date.

An edition is a dated folder of Parquet files, one per table, read-only, swapped in whole. It holds pseudonymised
people only: no name, no NHS number, no address, no free text. Rows follow the order named with each table.
A table's *source* is the agreement that must be in force at the person's practice for its rows to be used.
"""
RUN = """# The contract of a run's results

Made from `src/localcare/dataset/results.toml`, version {version}; a test keeps this page up to date.

A run is a folder of Parquet files made from one [edition](dataset.md) by `localcare population run`, swapped in whole.
A person's number is the edition's and means nothing outside it. Nothing here is protected against small numbers: what
is published is, in reports and on pages. `manifest.json` beside the tables names the edition, the definitions and, for
each purpose, the [sources](purposes.md) that were used or not, and why.
"""
PURPOSES = """# The lawful purposes of each source

Made from `src/localcare/dataset/purposes.toml`; a test keeps this page up to date.

What no line allows is not allowed. A practice's agreement is needed besides, dated, in `agreements.csv`; direct care is
not decided here but at [the gate](../explanation/gate.md). A run reads no row of a source that may not serve its
purpose, and says in its manifest and on the page of the risk score which sources it left out, why, and which predictors
the score lost.

An installation states its own support, or its end, in `purposes.toml` of `LOCALCARE_DATA`: entries of the same form,
which replace ours source by source and purpose by purpose. The support for risk stratification that is known here ended
in September 2022, the last date its page names: after that, whoever holds a later one states it.

| source | purpose | allowed | from | to | why | after |
|---|---|---|---|---|---|---|
"""


def page(name: str = "dataset") -> str:
    """The whole page as Markdown."""
    if name == "purposes":
        return PURPOSES + "".join(map(_permission, purposes.load()))
    file, head = (contract.EDITIONS, EDITION) if name == "dataset" else (contract.RESULTS, RUN)
    loaded = contract.load(file)
    return head.format(version=loaded.version) + "".join(_section(table) for table in loaded.tables.values())


def _permission(row: Permission) -> str:
    dates = " | ".join(str(day) if day else "" for day in (row.starts, row.ends))
    allowed = "yes" if row.allowed else "no"
    return f"| `{row.source}` | {row.purpose} | {allowed} | {dates} | {row.why} | {row.reference} |\n"


def _section(table: contract.Table) -> str:
    facts = [f"Filled from {', '.join(f'`{shape}`' for shape in table.shapes)}"] if table.shapes else []
    facts += [f"source `{table.source}`"] if table.source else []
    facts += [f"key `{', '.join(table.key)}`"] if table.key else ["no key"]
    facts += [f"sorted by `{', '.join(table.sorted_by)}`"]
    rows = "".join(_row(column) for column in table.columns)
    told = "; ".join(facts)
    head = f"\n## {table.name}\n\n{table.meaning}.\n{told[:1].upper()}{told[1:]}.\n"
    return f"{head}\n| column | type | unit | meaning |\n|---|---|---|---|\n{rows}"


def _row(column: contract.Column) -> str:
    kind = f"{column.type}{', may be null' if column.nullable else ''}"
    return f"| `{column.name}` | {kind} | {column.unit} | {column.meaning} |\n"


if __name__ == "__main__":
    print(page(*sys.argv[1:]), end="")
