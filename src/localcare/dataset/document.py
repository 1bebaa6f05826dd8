"""The contract as a reference page: `python -m localcare.dataset.document > docs/reference/dataset.md`."""

from localcare.dataset import contract

HEAD = """# The contract of an edition

Made from `src/localcare/dataset/contract.toml`, version {version}; a test keeps this page up to date.

An edition is a dated folder of Parquet files, one per table, read-only, swapped in whole. It holds pseudonymised
people only: no name, no NHS number, no address, no free text. Rows follow the order named with each table.
A table's *source* is the agreement that must be in force at the person's practice for its rows to be used.
"""


def page() -> str:
    """The whole page as Markdown."""
    loaded = contract.load()
    return HEAD.format(version=loaded.version) + "".join(_section(table) for table in loaded.tables.values())


def _section(table: contract.Table) -> str:
    facts = [f"Filled from {', '.join(f'`{shape}`' for shape in table.shapes)}"]
    facts += [f"source `{table.source}`"] if table.source else []
    facts += [f"key `{', '.join(table.key)}`"] if table.key else ["no key"]
    facts += [f"sorted by `{', '.join(table.sorted_by)}`"]
    rows = "".join(_row(column) for column in table.columns)
    head = f"\n## {table.name}\n\n{table.meaning}.\n{'; '.join(facts)}.\n"
    return f"{head}\n| column | type | meaning |\n|---|---|---|\n{rows}"


def _row(column: contract.Column) -> str:
    return f"| `{column.name}` | {column.type}{', may be null' if column.nullable else ''} | {column.meaning} |\n"


if __name__ == "__main__":
    print(page(), end="")
