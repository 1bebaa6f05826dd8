"""The accepted rows of each intake, kept with their identities, so that a day's files can be added to what was there.

An edition rests on a chain of parts, the whole first and then each day's. A part is a folder `<edition>` with a Parquet
file a shape (good rows, the last of each key, in the order of files and lines) and `part.json` about the files. A row
of a later part replaces the one with its key in an earlier part. Parts are written once and shared between editions.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import duckdb

from localcare.dataset.editions import UNFINISHED, Edition, fsync, list_editions
from localcare.intake.extract import CannotIntake, Extract
from localcare.intake.feeds import FEEDS
from localcare.intake.people import AGREEMENT_KEEP, KEEP
from localcare.intake.staging import GOOD, Staged

PART_BITS = 40
"""A row's number is that of its part, then its place in the part."""

_READ_BY = ("checks.py", "extract.py", "identity.py", "reading.py", "staging.py")


class Rows:
    """The rows that an edition in the making rests on: parts that were there, and one being written."""

    def __init__(self, earlier: Sequence[Path], building: Path) -> None:
        building.mkdir(parents=True)
        self.earlier, self.building = list(earlier), building
        self._known = [json.loads((part / "part.json").read_text("utf-8"))["files"] for part in earlier]
        self._written: list[Staged] = []

    @property
    def first_new(self) -> int:
        """The number of the first row of the part being written."""
        return len(self.earlier) << PART_BITS

    def add(self, connection: duckdb.DuckDBPyConnection, shape: str, staged: Sequence[Staged]) -> list[Staged]:
        """Write the good rows of table `staged`, and make view `good` of them and the earlier ones of the shape.

        The files of all parts, in order, numbered as column `file` of the view numbers them.
        """
        connection.execute(f"""COPY (SELECT * EXCLUDE faults FROM staged
            WHERE faults = 0 AND rowid NOT IN (SELECT row FROM repeats) ORDER BY rowid)
            TO {_path(self.building, shape)} (FORMAT parquet, COMPRESSION snappy)""")
        self._written += staged
        known = [[Staged(**file, rejects=()) for file in part if file["shape"] == shape] for part in self._known]
        self._show(connection, shape, [len(part) for part in known])
        whole = [file for part in (*known, staged) for file in part]
        return [replace(file, number=number) for number, file in enumerate(whole)]

    def _show(self, connection: duckdb.DuckDBPyConnection, shape: str, sizes: Sequence[int]) -> None:
        parts = [*self.earlier, self.building]
        keys = [f"SELECT {n} AS part, h1, h2 FROM {_path(part, shape)}" for n, part in enumerate(parts) if n]
        none = "SELECT 0 AS part, 0::UBIGINT AS h1, 0::UBIGINT AS h2 LIMIT 0"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE later AS {' UNION ALL '.join(keys) or none}")
        shown = [
            f"""SELECT * EXCLUDE file_row_number REPLACE ((file + {sum(sizes[:n])})::USMALLINT AS file),
                file_row_number + {n << PART_BITS} AS row
            FROM read_parquet({_path(part, shape)}, file_row_number = true) p
            ANTI JOIN later l ON l.part > {n} AND l.h1 = p.h1 AND l.h2 = p.h2"""
            for n, part in enumerate(parts)
        ]
        connection.execute(f"CREATE OR REPLACE TEMP VIEW {GOOD} AS {' UNION ALL '.join(shown)}")

    def keep(self, folder: Path, id: str) -> list[str]:
        """Put the finished part where later intakes find it; the ids of the chain. The edition must follow."""
        about = {"rules": rules(), "files": [_about(file) for file in self._written]}
        (self.building / "part.json").write_text(json.dumps(about, indent=1), "utf-8")
        for path in [*self.building.iterdir(), self.building]:
            fsync(path)
        if not (folder / id).exists():
            os.rename(self.building, folder / id)
            fsync(folder)
        return [*(part.name for part in self.earlier), id]


def chain(folder: Path, onto: Edition, extract: Extract) -> list[Path]:
    """The parts that an edition rests on, earliest first. Raises CannotIntake where the extract cannot be added."""
    again = "Take the whole in again: localcare intake run FOLDER"
    parts = [folder / id for id in onto.manifest.get("rests_on", ())]
    if not parts or not all((part / "part.json").exists() for part in parts):
        raise CannotIntake(f"The rows of edition {onto.id} were not kept (LOCALCARE_KEEP_ROWS). {again}")
    if any(json.loads((part / "part.json").read_text("utf-8"))["rules"] != rules() for part in parts):
        raise CannotIntake(f"The rows of edition {onto.id} were read by other rules than today's. {again}")
    if extract.as_at < onto.as_at:
        raise CannotIntake(
            f"{extract.folder} is of {extract.as_at}, before edition {onto.id}. Add it to an earlier one."
        )
    told = (onto.manifest["area"], onto.manifest["synthetic"])
    if (extract.area, extract.synthetic) != told:
        raise CannotIntake(
            f"Edition {onto.id} is of {told[0]}, synthetic {told[1]}. Mend {extract.folder}/extract.toml."
        )
    return parts


def sweep(folder: Path, dataset: Path) -> None:
    """Remove parts on which no edition rests, and what killed intakes left. Only under the lock of the editions."""
    if not folder.exists():
        return
    needed = {id for edition in list_editions(dataset) for id in edition.manifest.get("rests_on", ())}
    for part in folder.iterdir():
        if part.name not in needed:
            doomed = part.with_name(f"{UNFINISHED}{part.name.removeprefix(UNFINISHED)}")
            part.rename(doomed)
            shutil.rmtree(doomed)


def rules() -> str:
    """What decides how a file's row becomes a kept row; rows kept under other rules cannot be mixed in."""
    whole = hashlib.sha256(f"{duckdb.__version__} {KEEP} {AGREEMENT_KEEP}".encode())
    whole.update("".join(f"{feed.shape} {dict(feed.keep)}" for feed in FEEDS).encode())
    room = files("localcare.intake")
    read_by = [room.joinpath(name) for name in _READ_BY]
    for path in [*read_by, *sorted(room.joinpath("shapes").iterdir(), key=lambda path: path.name)]:
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def private(folder: Path) -> Path:
    """The folder, there and readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def _about(file: Staged) -> dict:
    told = asdict(file)
    del told["rejects"]
    return told


def _path(part: Path, shape: str) -> str:
    return "'" + str(part / f"{shape}.parquet").replace("'", "''") + "'"
