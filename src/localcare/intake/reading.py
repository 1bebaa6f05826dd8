"""The SQL that reads a supplier's file as text in the columns of its shape, whatever the supplier calls them."""

from localcare.intake.extract import ExtractFile
from localcare.intake.mapping import Mapped
from localcare.intake.shapes import Column


def rows(file: ExtractFile, path: str, *options: str) -> str:
    """A query for the rows of a file that lies at `path`; `options` are further ones of DuckDB's `read_csv`."""
    mapped = file.mapped
    names = [f"c{n}" for n in range(len(file.columns))] if mapped else file.columns
    header = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    read = ", ".join(
        (f"'{path}'", "header = true", "auto_detect = false", f"delim = '{mapped.delimiter if mapped else ','}'",
         "quote = '\"'", "escape = '\"'", "nullstr = ''", f"columns = {{{header}}}", *options)
    )  # fmt: skip
    if not mapped:
        return f"SELECT *{file.absent} FROM read_csv({read})"
    at = {theirs: name for name, theirs in zip(names, file.columns, strict=True)}
    chosen = ", ".join(f'{_value(mapped, column, at)} AS "{column.name}"' for column in file.shape.columns)
    return f"SELECT {chosen} FROM read_csv({read})"


def _value(mapped: Mapped, column: Column, at: dict[str, str]) -> str:
    if column.name in mapped.constants:
        value = _text(mapped.constants[column.name])
    else:
        value = at.get(mapped.columns.get(column.name, ""), "NULL")
    if column.name in mapped.values:
        cases = " ".join(f"WHEN {_text(a)} THEN {_text(b)}" for a, b in mapped.values[column.name].items())
        value = f"nullif(CASE {value} {cases} ELSE {value} END, '')"
    if column.type == "date" and mapped.dates:
        value = f"coalesce(strftime(try_strptime({value}, {_text(mapped.dates)}), '%Y-%m-%d'), {value})"
    return f"({value})::VARCHAR"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
