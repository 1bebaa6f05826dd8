"""The source as the tests of the house see it: modules, their rooms and imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "localcare"


@dataclass(frozen=True)
class Module:
    path: Path

    @property
    def room(self) -> str:
        return self.path.relative_to(SOURCE).parts[0]

    @property
    def name(self) -> str:
        return str(self.path.relative_to(SOURCE))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text("utf-8"))

    def imports(self) -> Iterator[tuple[str, str]]:
        """(room, module or name within it) of everything imported from another room."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("localcare."):
                parts = (node.module or "").split(".")
                if len(parts) > 2:
                    yield parts[1], parts[2]
                else:
                    yield from ((parts[1], alias.name) for alias in node.names)

    __hash__ = object.__hash__


def modules() -> list[Module]:
    return [Module(path) for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
