"""What the import linter cannot see: by which door a room is entered, and what views may touch."""

import ast
import re

import pytest
from django.apps import apps

from tests.arch.source import SOURCE, modules

OPEN_ROOMS = {"base", "design", "dataset", "terminology", "cli", "config"}
DOORS = {"queries", "actions", "events", "types"}
MORE_DOORS = {
    "accounts": {"adapter"},
    "access": {"banners", "fields", "guard", "oversight", "pseudonyms", "roles"},
    # Who was told or agreed is asked in the same words everywhere, and so are an owner and a day.
    "tasks": {"fields"},
    "places": {"calc"},  # pure rules of list sizes, which the synthetic area must share
}
# Migrations and tests aside, the composition root may look anywhere.
EXEMPT = {"config", "cli"}


def test_rooms_are_entered_by_their_doors():
    wrong = [
        f"{module.name} enters {room} by {door}"
        for module in modules()
        if module.room not in EXEMPT
        for room, door in module.imports()
        if room != module.room and room not in OPEN_ROOMS and door not in DOORS | MORE_DOORS.get(room, set())
    ]
    assert wrong == []


def test_views_do_not_touch_models():
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in modules()
        if module.path.stem == "views" or "views" in module.path.parts
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert wrong == []


def test_keys_point_down_and_have_no_reverse_name():
    order = _order()
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_label
        if not model.__module__.startswith("localcare."):
            continue
        for field in model._meta.get_fields():
            if not field.is_relation or field.auto_created or not field.related_model:
                continue
            target = field.related_model._meta.app_label
            if target in order and order[target] > order[room]:
                wrong.append(f"{model.__name__}.{field.name} points up to {target}")
            inherited = not field.model.__module__.startswith("localcare.") or field.name in {
                "groups",
                "user_permissions",
            }
            if not inherited and field.remote_field.related_name != "+":
                wrong.append(f"{model.__name__}.{field.name} needs related_name='+'")
    assert wrong == []


def _order() -> dict[str, int]:
    import tomllib

    settings = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text("utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = [(place, room.strip()) for place, layer in enumerate(reversed(layers)) for room in layer.split("|")]
    return {room: place for place, room in rooms}


@pytest.mark.parametrize("room", sorted({m.room for m in modules()} - {"__init__.py", "cli", "config"}))
def test_every_room_says_what_it_owns(room):
    if any(m.room == room and m.path.name not in {"__init__.py", "apps.py"} for m in modules()):
        assert (SOURCE / room / "README.md").exists(), f"{room} needs a README.md: what it owns, what it does not"


def test_files_are_short():
    long = [m.name for m in modules() if len(m.path.read_text("utf-8").splitlines()) > 400]
    assert long == []


def test_every_banner_of_a_person_is_given_its_alerts():
    calls = {
        f"{path.name}: {call}": "alerts" in call
        for path in SOURCE.rglob("*.jinja")
        if path.name != "components.jinja"
        for call in re.findall(r"\bbanner\([^)]*", path.read_text("utf-8"))
    }
    assert len(calls) > 15
    assert [call for call, given in calls.items() if not given] == []
