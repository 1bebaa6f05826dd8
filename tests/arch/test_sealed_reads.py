"""Nothing of a record is read past the gate's answer of what is hidden: the next read cannot forget it."""

import ast
import inspect
import typing
from collections.abc import Collection

from localcare.access.queries import Decisions
from localcare.access.types import OpenPerson, Sight
from localcare.record import queries
from localcare.record.queries import Unopened
from localcare.record.types import Item, Record
from tests.arch.source import modules

NOT_STATEMENTS = {"heard", "sources_of"}


def public() -> dict[str, typing.Any]:
    functions = inspect.getmembers(queries, inspect.isfunction)
    return {name: f for name, f in functions if f.__module__ == queries.__name__ and not name.startswith("_")}


def test_every_read_of_the_record_takes_the_gate_s_answer_or_gives_what_is_unopened():
    wrong = []
    for name, function in public().items():
        hints = typing.get_type_hints(function)
        takes = next(iter(inspect.signature(function).parameters.values()), None)
        gated = (
            takes is not None
            and hints[takes.name] in (Sight, OpenPerson, Collection[OpenPerson])
            and takes.default is inspect.Parameter.empty
        )
        if not gated and hints["return"] is not Unopened and name not in NOT_STATEMENTS:
            wrong.append(name)
    assert wrong == [], "take `person: Sight` from the gate first, or return Unopened"
    assert {"of_person", "versions_of", "encounters_known_since", "one"} <= set(public())


def test_what_is_unopened_gives_items_only_for_decisions():
    hints = typing.get_type_hints(Unopened.seen)
    assert (hints["decisions"], hints["return"]) == (Decisions, list[Item])
    shown = {name for name in vars(Unopened) if not name.startswith("_")}
    assert shown == {"patient_ids", "seen"}


def test_nobody_but_the_gate_says_what_is_hidden():
    """No room makes an opened person or a record, or changes one: `OpenPerson(…)`, `Record(…)`, `hidden=…`."""
    made = {OpenPerson.__name__: "access", Record.__name__: "record", Unopened.__name__: "record"}
    wrong = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if made.get(called, module.room) != module.room:
                wrong.append(f"{module.name}:{node.lineno} makes {called}")
            replaces = called == "replace" and any(word.arg == "hidden" for word in node.keywords)
            if replaces and module.room != "access":
                wrong.append(f"{module.name}:{node.lineno} changes what is hidden")
    assert wrong == []


def test_no_room_but_record_reads_its_rows():
    """What is unopened keeps its items to itself, and statements are read through `record.queries` alone."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.room != "record"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in {"_items", "statement_set"}
    ]
    assert wrong == []
