"""Files into staging tables: every row read as text once, checked, typed; bad rows found with their lines.

A staging table holds, besides the columns that are kept: `file` (number of the file), `faults` (checks the row fails,
as bits), `h1` and `h2` (two hashes of the key). Its rows keep the order of files and lines, so that `rowid` tells
which of two rows with one key came last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from localcare.intake import checks, lines, reading
from localcare.intake.extract import ExtractFile, Reject
from localcare.intake.shapes import Shape

STRUCTURE = {
    "MISSING COLUMNS": "has fewer fields than the header",
    "TOO MANY COLUMNS": "has more fields than the header; a value with a comma needs quotes around it",
    "UNQUOTED VALUE": "has a quote where none belongs, up to which lines may be lost; inside quotes write it twice",
    "INVALID ENCODING": "is not UTF-8; save the file as UTF-8",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB; a closing quote may be missing",
}
UNREADABLE = "cannot be read as CSV; save it again as comma-separated UTF-8 and send it once more"


@dataclass(frozen=True)
class Staged:
    """One file after reading: rows in it, rows rejected, and each fault found."""

    file: str
    shape: str
    number: int
    rows_in: int
    rejected: int
    rejects: tuple[Reject, ...]


def stage(
    connection: duckdb.DuckDBPyConnection,
    shape: Shape,
    files: Sequence[ExtractFile],
    keep: Mapping[str, str],
    as_at: date,
    scratch: Path,
) -> list[Staged]:
    """Read files of one shape into table `staged`. `keep` names the columns to keep, as SQL over `"name"` (text)
    and `"name!"` (typed)."""
    stage_nothing(connection, shape, keep)
    return [_stage_file(connection, number, file, keep, as_at, scratch) for number, file in enumerate(files)]


def stage_nothing(connection: duckdb.DuckDBPyConnection, shape: Shape, keep: Mapping[str, str]) -> None:
    """An empty table `staged` for a shape that no file has."""
    columns = ", ".join(f'NULL::VARCHAR AS "{column.name}"' for column in shape.columns)
    types = ", ".join(f'{checks.typed(c)} AS "{c.name}!"' for c in shape.columns)
    kept = ", ".join(f'{sql} AS "{name}"' for name, sql in keep.items())
    connection.execute(f"""
        CREATE OR REPLACE TABLE staged AS
        SELECT 0::USMALLINT AS file, 0::UBIGINT AS faults, 0::UBIGINT AS h1, 0::UBIGINT AS h2, {kept}
        FROM (SELECT *, {types} FROM (SELECT {columns})) LIMIT 0
    """)


def _stage_file(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    file: ExtractFile,
    keep: Mapping[str, str],
    as_at: date,
    scratch: Path,
) -> Staged:
    found = checks.of_shape(file.shape, as_at)
    if not _read(connection, number, file, found, keep, scratch):
        return Staged(file.name, file.shape.name, number, 0, 0, (Reject(file.name, None, None, UNREADABLE),))
    first, rows = connection.execute(f"SELECT min(rowid), count(*) FROM staged WHERE file = {number}").fetchall()[0]
    errors = connection.execute("SELECT DISTINCT line, error_type::VARCHAR FROM reject_errors ORDER BY line").fetchall()
    bad = connection.execute(f"SELECT rowid, faults FROM staged WHERE file = {number} AND faults <> 0 ORDER BY rowid")
    rejected = {row - first: bits for row, bits in bad.fetchall()}
    refused = sorted({line for line, _ in errors})
    delimiter = file.mapped.delimiter if file.mapped else ","
    places = lines.find(file.path, rows, refused, list(rejected), delimiter)
    rejects = [
        *(
            Reject(file.name, places.refused.get(record), None, STRUCTURE.get(kind, UNREADABLE))
            for record, kind in errors
        ),
        *(
            Reject(file.name, places.rows.get(row), file.theirs(c.column), c.reason)
            for row, bits in rejected.items()
            for c in checks.failed(found, bits)
        ),
    ]
    ordered = tuple(sorted(rejects, key=lambda reject: reject.line or 0))
    return Staged(file.name, file.shape.name, number, rows + len(refused), len(refused) + len(rejected), ordered)


def _read(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    file: ExtractFile,
    found: list[checks.Check],
    keep: Mapping[str, str],
    scratch: Path,
) -> bool:
    """Insert a file's rows; where its lines end in more than one way, those of a copy in which they end alike."""
    path = scratch / "reading.csv"  # a name without wildcards, whatever the file is called
    path.unlink(missing_ok=True)
    path.symlink_to(file.path.resolve())
    for _ in range(2):
        for table in ("reject_errors", "reject_scans"):
            connection.execute(f"DROP TABLE IF EXISTS {table}")
        try:
            connection.execute(f"INSERT INTO staged {_reading(file, path, found, keep, number)}")
            return True
        except duckdb.InvalidInputException:
            path.unlink()
            path.write_bytes(file.path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    return False


def _reading(file: ExtractFile, path: Path, found: list[checks.Check], keep: Mapping[str, str], number: int) -> str:
    # In one thread: with several, DuckDB 2.0 now and then keeps the rows of a large file out of their order, and the
    # later of two rows with one key would not be the one that holds.
    read = reading.rows(file, str(path), "store_rejects = true", "rejects_limit = 0", "parallel = false")
    types = ", ".join(
        f'{checks.typed(c)} AS "{c.name}!"' for c in file.shape.columns if c.type not in ("string", "code")
    )
    typed = f"SELECT *{', ' + types if types else ''} FROM ({read})"
    kept = ", ".join(f'{sql} AS "{name}"' for name, sql in keep.items())
    return (
        f"SELECT {number}::USMALLINT AS file, {checks.faults(found)} AS faults, {_hashes(file.shape)}, {kept} "
        f"FROM ({typed})"
    )


def _hashes(shape: Shape) -> str:
    # Two hashes of differently joined text: two keys that differ do not share both.
    forth = " || chr(31) || ".join(f'"{name}"' for name in shape.key)
    back = " || chr(30) || ".join(f'"{name}"' for name in reversed(shape.key))
    return f"hash({forth}) AS h1, hash(chr(29) || {back}) AS h2"


def mark_repeats(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `repeats`: the `rowid` of every good staged row that a later row with the same key replaces."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE doubled AS
        SELECT h1 FROM staged WHERE faults = 0 GROUP BY h1 HAVING count(*) > 1
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE repeats AS
        SELECT row FROM (
            SELECT rowid AS row, row_number() OVER (PARTITION BY h1, h2 ORDER BY rowid DESC) AS place
            FROM staged WHERE faults = 0 AND h1 IN (SELECT h1 FROM doubled)
        ) WHERE place > 1
    """)


GOOD = "good"
"""The view of the accepted rows of a shape, of all parts (see `kept`): columns kept, `file`, `row` in order."""
SOUND = "sound"
"""The same rows as they are linked by identity: a number that the row itself contradicts is no number (`linking`)."""
