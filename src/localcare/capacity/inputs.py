"""What a result was made of, so that it can be cited and made again: the scenario's text, its baseline, the packaged
figures and the program's own code, each by its SHA-256."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.tables import Table
from localcare.capacity.definitions.files import HERE

SHORT = 12  # digits of the digest that a citation carries


def inputs_table(text: str, baseline: Baseline, files: Mapping[str, str] = MappingProxyType({})) -> Table:
    """One row an input: what it is, and its digest; `files`: further texts of the scenario by name."""
    rows = (
        ("scenario", "The scenario's text", _digest(text.encode())),
        ("baseline", f"{baseline.label}, as at {baseline.as_at.isoformat()}", digest_of(baseline)),
        *(("file", name, _digest(content.encode())) for name, content in sorted(files.items())),
        *(("packaged", name, digest) for name, digest in _packaged()),
        ("program", f"The code of planning, Localcare {version('localcare')}", _code()),
    )
    says = "Made again of the same inputs with the same version, every figure is the same."
    return Table("inputs", "What it was made of", says, ("input", "what", "sha256"), rows)


def cited(title: str, name: str, table: Table) -> str:
    """How a result is cited: the plan, this program's version, and a digest of all that it was made of."""
    whole = _digest("\n".join(str(row[-1]) for row in table.rows).encode())[:SHORT]
    return f"{title} ({name}), computed with Localcare {version('localcare')}, inputs {whole}."


def digest_of(baseline: Baseline) -> str:
    """Of every figure and name of a baseline, wherever it came from."""
    content = {
        "label": baseline.label,
        "as_at": baseline.as_at.isoformat(),
        "names": [list(baseline.age_from), *map(list, (baseline.groups, baseline.settings, baseline.practices))],
        "clusters": list(baseline.clusters),
        "figures": [array.tolist() for array in (baseline.people, baseline.use, baseline.practice_people)],
    }
    return _digest(json.dumps(content, sort_keys=True).encode())


@cache
def _packaged() -> tuple[tuple[str, str], ...]:
    return tuple((path.name, _digest(path.read_bytes())) for path in _files())


@cache
def _code() -> str:
    """Of every module of this room by its name and text: another version of them may give other figures."""
    room = HERE.parent
    modules = sorted(path for path in room.rglob("*.py") if "migrations" not in path.parts)
    return _digest(b"".join(path.relative_to(room).as_posix().encode() + path.read_bytes() for path in modules))


def _files() -> Iterator[Path]:
    yield from sorted(path for path in HERE.iterdir() if path.suffix in (".csv", ".toml"))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
