"""Parts of a computation kept as they are done, so that one that was killed goes on from them.

They lie in this installation's own data folder, one folder for each version, and only this code reads them: under
another text, baseline or version of the code nothing of them is taken. A part is put in place whole or not at all.
"""

import hashlib
import os
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, TypeVar

Part = TypeVar("Part")
Keeping = Callable[[str, Callable[[], Any]], Any]


def afresh(name: str, make: Callable[[], Part]) -> Part:
    """Nothing is kept: every part is computed."""
    return make()


def of(folder: Path, *key: bytes) -> Keeping:
    """Parts of one computation in a folder; `key`: what they follow from. Parts of another key are cleared away."""
    digest = hashlib.sha256(b"\0".join((*key, version_of("localcare").encode()))).hexdigest()
    mine = folder / digest
    if folder.exists():
        for other in folder.iterdir():
            if other != mine:
                shutil.rmtree(other, ignore_errors=True)

    def kept(name: str, make: Callable[[], Part]) -> Part:
        path = mine / name
        if path.exists():
            with suppress(EOFError, pickle.UnpicklingError):  # torn by a machine that went down: made again
                return pickle.loads(path.read_bytes())
        made = make()
        mine.mkdir(parents=True, exist_ok=True)
        building = mine / f".{name}-{os.getpid()}"
        building.write_bytes(pickle.dumps(made))
        os.replace(building, path)
        return made

    return kept


def forget(folder: Path) -> None:
    """Done, or of no use any more."""
    shutil.rmtree(folder, ignore_errors=True)
