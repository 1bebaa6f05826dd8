"""Every figure that the planning studio's calculations hold by name says where it comes from, or that it is assumed."""

import ast
import re
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "src" / "localcare" / "capacity"
FILES = [*sorted((ROOM / "calc").rglob("*.py")), ROOM / "hub_inputs.py"]


def _figures(tree: ast.Module):
    """Assignments at the top of a module that give an upper-case name figures of our own."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [name.id for target in targets for name in ast.walk(target or ast.Pass()) if isinstance(name, ast.Name)]
        value = getattr(node, "value", None)
        numbers = [one for one in ast.walk(value) if _is_number(one)] if value else []
        if names and all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in names) and numbers:
            yield names, node


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_figure_has_its_source_or_its_reason_beside_it(path):
    lines = path.read_text("utf-8").splitlines()
    for names, node in _figures(ast.parse("\n".join(lines))):
        own = lines[node.lineno - 1 : node.end_lineno]
        above = lines[node.lineno - 2] if node.lineno > 1 else ""
        below = lines[node.end_lineno] if node.end_lineno < len(lines) else ""
        beside = any("#" in line or "assumed" in line.lower() for line in own)
        said = beside or above.lstrip().startswith("#") or below.startswith('"""')
        assert said, f"{path.name}, line {node.lineno}: say beside {names[0]} where its figures come from, or assumed"
