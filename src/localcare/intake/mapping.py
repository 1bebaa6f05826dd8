"""A supplier's own tables onto our shapes: one TOML file says which file is which, and where each column comes from."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from localcare.intake import shapes
from localcare.intake.shapes import Shape

DELIMITERS = (",", ";", "|", "\t")
_DAY = date(2017, 3, 31)


class BadMapping(ValueError):
    """A mapping cannot be used; the message says what to mend."""


@dataclass(frozen=True)
class Mapped:
    """How the files of a name (with wildcards) become a shape: our column from theirs, or from one value for all rows.

    `values` gives, by our column, ours for theirs; `dates` is how they write a date, as strptime has it.
    """

    name: str
    shape: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    delimiter: str = ","
    dates: str | None = None

    def theirs(self, column: str) -> str:
        """What a column of ours is called in their file."""
        return self.columns.get(column, column)


@dataclass(frozen=True)
class Mappings:
    path: Path
    files: tuple[Mapped, ...]

    def of(self, name: str) -> Mapped | None:
        """The first entry whose name fits a file's."""
        return next((mapped for mapped in self.files if fnmatchcase(name, mapped.name)), None)


def load(path: Path) -> Mappings:
    """The mapping in a file. Raises BadMapping naming what to mend."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise BadMapping(f"{path} cannot be read ({error.strerror}). Name the file that holds the mapping.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadMapping(f"{path} is not valid TOML ({error}).") from error
    if set(content) != {"file"} or not isinstance(content["file"], list):
        raise BadMapping(f"{path} must hold [[file]] entries and nothing else.")
    return Mappings(path, tuple(_mapped(row, f"{path}, file {n}") for n, row in enumerate(content["file"], 1)))


def _mapped(row: dict[str, Any], where: str) -> Mapped:
    kinds = {
        "name": str,
        "shape": str,
        "delimiter": str,
        "dates": str,
        "columns": dict,
        "constants": dict,
        "values": dict,
    }
    _among(row, kinds, where, "a setting")
    wrong = [name for name, kind in kinds.items() if name in row and not isinstance(row[name], kind)]
    wrong += [name for name in ("name", "shape", "columns") if name not in row]
    if wrong:
        raise BadMapping(f"{where}: {', '.join(wrong)} is missing or not what it should be.")
    _among([row["shape"]], shapes.load(), where, "a shape")
    mapped = Mapped(**row)
    _check(mapped, shapes.load()[mapped.shape], where)
    return mapped


def _check(mapped: Mapped, shape: Shape, where: str) -> None:
    for given in (mapped.columns, mapped.constants, mapped.values):
        _among(given, shape.names, where, f"a column of {shape.name}")
    texts = [*mapped.columns.values(), *mapped.constants.values()]
    texts += [text for pairs in mapped.values.values() if isinstance(pairs, dict) for text in pairs.values()]
    if not all(isinstance(pairs, dict) for pairs in mapped.values.values()) or not all(
        isinstance(t, str) for t in texts
    ):
        raise BadMapping(f"{where}: write every column, constant and value as text in quotes.")
    if both := set(mapped.columns) & set(mapped.constants):
        raise BadMapping(f"{where}: {', '.join(sorted(both))} is both a column and a constant.")
    if missing := [
        c.name for c in shape.columns if c.required and c.name not in {**mapped.columns, **mapped.constants}
    ]:
        raise BadMapping(f"{where}: say where {', '.join(missing)} of {shape.name} comes from, a column or a constant.")
    if mapped.delimiter not in DELIMITERS:
        raise BadMapping(f"{where}: the delimiter must be a comma, semicolon, bar or tab.")
    if mapped.dates and not _is_a_form_of_dates(mapped.dates):
        raise BadMapping(f'{where}: dates is not a form with day, month and year of four digits, such as "%d/%m/%Y".')


def _is_a_form_of_dates(form: str) -> bool:
    if "%Y" not in form.replace("%%", ""):  # of two digits a century would be guessed, and 1935 read as 2035
        return False
    try:
        return datetime.strptime(_DAY.strftime(form), form).date() == _DAY  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        return False


def _among(names: Collection[str], known: Collection[str], where: str, what: str) -> None:
    if unknown := sorted(set(names) - set(known)):
        raise BadMapping(f"{where}: {', '.join(unknown)} is not {what}; there are: {', '.join(known)}.")
