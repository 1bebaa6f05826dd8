"""Definition files and their schemas."""

import csv
import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

HERE = Path(__file__).parent


class BadDefinition(ValueError):
    """A definition file cannot be used; the message names the file, the place and what to mend."""


def read(path: Path, schema: str) -> dict[str, Any]:
    """A TOML file that its schema allows. Raises BadDefinition, with a line for each thing that is wrong."""
    found = content(path)
    faults = [jsonschema.exceptions.best_match([one]) for one in _validator(schema).iter_errors(found)]
    told = [f"{path}, {_place(one)}: {_says(one)}{_mend(one)}" for one in faults if one]
    if told:
        raise BadDefinition("\n".join(sorted(told)))
    return found


def content(path: Path) -> dict[str, Any]:
    """What a TOML file holds. Raises BadDefinition."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadDefinition(f"{path} is not valid TOML ({error}); mend the line") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadDefinition(f"{path} cannot be read ({error}); name a TOML file in UTF-8") from error
    if not found:
        raise BadDefinition(f"{path} is empty; write its definition or delete the file")
    return found


@contextmanager
def within(place: object) -> Iterator[None]:
    """Puts the place, a file or a part of it, before the message of a definition that cannot be used."""
    try:
        yield
    except BadDefinition as error:
        raise BadDefinition(f"{place}: {error}") from error


def _place(fault: jsonschema.ValidationError) -> str:
    """Where in the file, counted from 1 as a reader counts: `group 2, rule 1, any_of`."""
    words = "".join(f" {part + 1}" if isinstance(part, int) else f", {part}" for part in fault.absolute_path)
    return words.removeprefix(", ") or "at the top"


def _says(fault: jsonschema.ValidationError) -> str:
    """What is wrong, in our words where those of the schema show its insides."""
    match fault.validator:
        case "minItems":
            return f"there are {len(fault.instance)}; write at least {fault.validator_value}"
        case "pattern":
            return f"{fault.instance!r} may hold small letters, digits and underscores only"
    return fault.message


def _mend(fault: jsonschema.ValidationError) -> str:
    match fault.validator, fault.validator_value:
        case "type", "integer" | "number" | "boolean":
            return "; write it without quotation marks"
        case "minimum", least:
            return f"; write {least} or more"
        case "type", "array":
            return "; write a list: [...]"
        case "required", _:
            return "; add it"
        case "minProperties", _:
            return "; say who is in it, as `at_least = 0` does for everybody left, or give `no_data`"
        case "additionalProperties", False:
            return f"; there are: {', '.join(fault.schema['properties'])}"
    return ""


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    """Without a check of the schema itself, which takes longer than all definitions: a test checks it."""
    return jsonschema.Draft202012Validator(json.loads((HERE / f"{schema}.schema.json").read_text("utf-8")))


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
