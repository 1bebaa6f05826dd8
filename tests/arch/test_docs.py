"""The documentation tells of what is there: pages, commands, tests and settings it names exist."""

import ast
import re
import shlex
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml

from localcare.cli.main import COMMANDS, parser

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
NAMED_TEST = r"tests/[\w/]+\.py::[\w:]+"


def text(page: Path) -> str:
    return page.read_text("utf-8")


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def in_nav(entry) -> set[str]:
    if isinstance(entry, str):
        return {entry}
    return set().union(*(in_nav(inner) for inner in (entry.values() if isinstance(entry, dict) else entry)))


def test_every_page_stands_in_the_nav():
    nav = in_nav(yaml.safe_load(text(ROOT / "mkdocs.yml"))["nav"])
    there = {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")}
    assert nav == there, "add new pages to nav in mkdocs.yml, and take out what is gone"


def test_commands_shown_exist():
    assert [f"{name(page)}: {line}" for page in PAGES for line in shown(page) if not exists(line)] == []


def shown(page: Path) -> list[str]:
    return "".join(re.findall(r"^```console\n(.*?)^```", text(page), re.M | re.S)).splitlines()


def exists(line: str) -> bool:
    """Whether make has the target, or localcare takes the arguments; a line of comment alone is fine."""
    words = shlex.split(line, comments=True) or ["#"]
    if words[0] == "#":
        return True
    if words[:1] == ["make"]:
        return words[1] in re.findall(r"^([a-z0-9]+):", text(ROOT / "Makefile"), re.M)
    try:
        return words[0] == "localcare" and bool(parser().parse_args(words[1:]))
    except SystemExit:
        return False


def missing(named: str, there: Callable[[str], bool]) -> list[str]:
    """What pages name, by the pattern, that is not there."""
    return [f"{name(page)}: {one}" for page in PAGES for one in re.findall(named, text(page)) if not there(one)]


def test_commands_mentioned_exist():
    assert missing(r"`localcare ([a-z]\w+)", COMMANDS.__contains__) == []


def test_files_named_exist():
    assert missing(r"`((?:src|tests|bench|docs|\.ci)/[\w./-]+)`", lambda path: (ROOT / path).exists()) == []


def test_tests_named_exist():
    assert missing(NAMED_TEST, lambda found: found.split("::", 1)[1] in named_in(found.split("::")[0])) == []


def test_every_hazard_names_a_test():
    rows = [line for line in text(DOCS / "assurance" / "hazard-log.md").splitlines() if re.match(r"\| H\d+", line)]
    assert rows
    assert [row.split("|")[1].strip() for row in rows if not re.search(NAMED_TEST, row)] == []


@cache
def named_in(path: str) -> set[str]:
    """Names of the tests of a file, those in a class also as `TestClass::test_name`."""
    if not (ROOT / path).exists():
        return set()
    found = set()
    for node in ast.parse(text(ROOT / path)).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inner:
            if isinstance(function, ast.FunctionDef) and function.name.startswith("test_"):
                found |= {function.name} | ({f"{node.name}::{function.name}"} if node is not function else set())
    return found


def test_every_dependency_is_explained():
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    rows = [line for line in text(DOCS / "decisions" / "0004-dependencies.md").splitlines() if line.startswith("| `")]
    explained = {package for row in rows for package in re.findall(r"`([\w.-]+)`", row.split("|")[1])}
    assert {re.split(r"[\[<>=]", one)[0] for one in declared} == explained


def test_pages_that_the_code_points_to_exist():
    files = [
        path for path in (ROOT / "src" / "localcare").rglob("*") if path.suffix in {".py", ".md", ".toml", ".jinja"}
    ]
    named = {(name(path), page) for path in files for page in re.findall(r"docs/[\w/-]+\.md", text(path))}
    assert sorted(pair for pair in named if not (ROOT / pair[1]).exists()) == []
