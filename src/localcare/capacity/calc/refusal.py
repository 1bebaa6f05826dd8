"""Why a scenario cannot be computed, and where in its file."""

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str | int, ...]


class BadScenario(ValueError):
    """A scenario that cannot be computed. `path`: where in its file."""

    def __init__(self, says: str, path: Path = ()) -> None:
        super().__init__(says)
        self.path = tuple(path)


def refuse_unknown(table: Mapping[str, Any], path: Path, *, age_from: Sequence[int], groups: Sequence[str]) -> None:
    """Raises BadScenario where a table names an age band or a group that its baseline does not have."""
    for key, known in (("age_from", age_from), ("groups", groups)):
        if unknown := [one for one in table.get(key, ()) if one not in known]:
            said = f"{unknown[0]} is not among the baseline's {key}: {', '.join(map(str, known))}"
            raise BadScenario(said, (*path, key))
