"""How long editions stay: pinned ones as long as somebody says, the others by a rule. Pure but for the folder given.

The file `editions/pinned.json` holds the ids that are kept and why.
"""

import json
import os
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from pathlib import Path

from localcare.dataset import editions
from localcare.dataset.editions import Edition


def pinned(folder: Path) -> dict[str, str]:
    """The editions kept whatever the rule says, each with the reason."""
    path = folder / "editions" / "pinned.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def pin(folder: Path, id: str, why: str) -> None:
    """Keep an edition until it is released. Raises NoEdition, and Busy while an edition is written."""
    with editions.locked(folder):
        editions.named(folder, id)
        _write(folder, pinned(folder) | {id: why})


def release(folder: Path, id: str) -> bool:
    """Leave an edition to the rule again; whether it was pinned. Raises Busy."""
    with editions.locked(folder):
        held = pinned(folder)
        _write(folder, {other: why for other, why in held.items() if other != id})
    return id in held


def expired(there: Sequence[Edition], *, newest: int, days: int, needed: Collection[str], today: date) -> list[Edition]:
    """The editions whose time is over, oldest first; `there` is every edition, oldest first.

    An edition's time is over when `newest` later ones are there or, where `days` is not 0, when its date lies more
    than that many days before today. Those named in `needed` stay.
    """
    beyond = {edition.id for edition in there[: max(0, len(there) - newest)]}
    if days:
        beyond |= {edition.id for edition in there if edition.as_at < today - timedelta(days=days)}
    return [edition for edition in there if edition.id in beyond and edition.id not in needed]


def _write(folder: Path, held: dict[str, str]) -> None:
    fresh = folder / "editions" / f"{editions.UNFINISHED}pinned"
    fresh.write_text(json.dumps(held, indent=1), "utf-8")
    editions.fsync(fresh)
    os.replace(fresh, folder / "editions" / "pinned.json")
