"""An extract: a folder of suppliers' files with `extract.toml`; which file is of which shape, and which is none."""

import csv
import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from localcare.intake import mapping as mapping_file
from localcare.intake import shapes
from localcare.intake.mapping import Mapped, Mappings
from localcare.intake.shapes import Shape

HEADER_BYTES = 100_000


class CannotIntake(Exception):
    """The folder cannot become an edition; the message tells the next step."""


@dataclass(frozen=True)
class Reject:
    """A row, or with no line a whole file, that was not taken in, and why. Never holds a value."""

    file: str
    line: int | None
    column: str | None
    reason: str


@dataclass(frozen=True)
class ExtractFile:
    """A file whose header is right: its shape and the columns in the file's order, the supplier's if it is mapped."""

    path: Path
    shape: Shape
    columns: tuple[str, ...]
    mapped: Mapped | None = None

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def absent(self) -> str:
        """SQL for the columns that the shape has and this file, allowed to, has not: each with its comma before it."""
        names = (name for name in self.shape.names if name not in self.columns)
        return "".join(f', NULL::VARCHAR AS "{name}"' for name in names)

    def theirs(self, column: str) -> str:
        """What the file calls a column of its shape."""
        return self.mapped.theirs(column) if self.mapped else column


@dataclass(frozen=True)
class Extract:
    """What a folder holds. `refused_shapes` are those that the refused files would have been of, as far as is known."""

    folder: Path
    as_at: date
    area: str
    synthetic: bool
    files: tuple[ExtractFile, ...]
    refused: tuple[Reject, ...]
    refused_shapes: frozenset[str] = frozenset()

    def of_shape(self, name: str) -> list[ExtractFile]:
        """The files of a shape in order of name: the order in which a later row replaces an earlier one."""
        return [file for file in self.files if file.shape.name == name]

    def digest(self) -> str:
        """A hash of everything taken in, so that the same input is known again."""
        whole = hashlib.sha256(f"{self.as_at} {self.area} {self.synthetic}".encode())
        for file in self.files:
            with file.path.open("rb") as opened:
                whole.update(f"\n{file.name} {hashlib.file_digest(opened, 'sha256').hexdigest()}".encode())
            whole.update(f" {file.mapped}".encode() if file.mapped else b"")
        return whole.hexdigest()


def read(folder: Path, mapping: Path | None = None) -> Extract:
    """The extract in a folder, a supplier's own tables among it where a `mapping` says how to read them.

    Raises CannotIntake where it says nothing usable about itself, or the mapping cannot be used.
    """
    about, mappings = _about(folder), _mappings(mapping)
    taken: list[ExtractFile] = []
    refused: list[Reject] = []
    refused_shapes: set[str] = set()
    for path in sorted(folder.iterdir()):
        if path.is_dir() or path.name.startswith(".") or path.name in ("extract.toml", "README.md"):
            continue
        if mapping and path.resolve() == mapping.resolve():
            continue
        mapped = mappings.of(path.name) if mappings else None
        file = _recognise_mapped(path, mapped) if mapped else _recognise(path)
        if isinstance(file, ExtractFile):
            taken.append(file)
        else:
            refused.append(file)
            refused_shapes.add(mapped.shape if mapped else path.name.split(".")[0])
    told = (about["as_at"], about["area"], about["synthetic"])
    return Extract(folder, *told, tuple(taken), tuple(refused), frozenset(refused_shapes))


def _about(folder: Path) -> dict:
    path = folder / "extract.toml"
    example = 'as_at = 2017-03-31, area = "West Kent", synthetic = false'
    if not path.is_file():
        raise CannotIntake(f"{folder} holds no extract.toml. Write one with three lines: {example}")
    try:
        about = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotIntake(f"{path} is not valid TOML ({error}). It needs three lines: {example}") from error
    expected = {"as_at": date, "area": str, "synthetic": bool}
    wrong = [name for name, kind in expected.items() if type(about.get(name)) is not kind]
    if wrong:
        raise CannotIntake(f"{path} lacks a usable {', '.join(wrong)}. It needs three lines: {example}")
    return about


def _mappings(path: Path | None) -> Mappings | None:
    try:
        return mapping_file.load(path) if path else None
    except mapping_file.BadMapping as error:
        raise CannotIntake(str(error)) from error


def _recognise_mapped(path: Path, mapped: Mapped) -> ExtractFile | Reject:
    shape = shapes.load()[mapped.shape]
    header = _header(path, shape, mapped.delimiter)
    if isinstance(header, str):
        return Reject(path.name, None, None, header)
    wanted = set(mapped.columns.values())
    if missing := sorted(wanted - set(header)):
        return Reject(path.name, 1, None, f"columns are missing that the mapping names: {', '.join(missing)}")
    if repeated := sorted(name for name in wanted if header.count(name) > 1):
        return Reject(path.name, 1, None, f"columns are repeated: {', '.join(repeated)}; keep one of each")
    return ExtractFile(path, shape, tuple(header), mapped)


def _recognise(path: Path) -> ExtractFile | Reject:
    shape = shapes.load().get(path.name.split(".")[0])
    if shape is None or path.suffix.lower() != ".csv":
        known = ", ".join(shapes.load())
        return Reject(path.name, None, None, f"is of no known shape; name it SHAPE.csv with SHAPE one of {known}")
    header = _header(path, shape)
    if isinstance(header, str):
        return Reject(path.name, None, None, header)
    faults = list(_header_faults(header, shape))
    return Reject(path.name, 1, None, "; ".join(faults)) if faults else ExtractFile(path, shape, tuple(header))


def _header(path: Path, shape: Shape, delimiter: str = ",") -> list[str] | str:
    with path.open("rb") as opened:
        first = opened.read(HEADER_BYTES).replace(b"\r", b"\n").split(b"\n")[0]
    if not first.strip():
        return f"is empty; it needs at least its header: {','.join(shape.names)}"
    try:
        return next(csv.reader([first.decode("utf-8-sig")], delimiter=delimiter, strict=True))
    except (UnicodeDecodeError, csv.Error):
        return "is not CSV in UTF-8; save it as comma-separated UTF-8"


def _header_faults(header: list[str], shape: Shape) -> Iterator[str]:
    absent = [column for column in shape.columns if column.name not in header]
    missing = [column.name for column in absent if not column.may_be_absent]
    extra = [name for name in header if name not in shape.names]
    if len(absent) == len(shape.columns):
        yield f"the first line is no header of this shape, separated by commas: {','.join(shape.names)}"
        return
    if missing:
        yield f"columns are missing: {', '.join(missing)}; add them, empty where nothing is known"
    if extra:
        yield f"{len(extra)} columns are not of this shape; take them out (only {', '.join(shape.names)} are read)"
    if repeated := sorted({name for name in shape.names if header.count(name) > 1}):
        yield f"columns are repeated: {', '.join(repeated)}; keep one of each"
