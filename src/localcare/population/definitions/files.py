"""Definition files and their schemas."""

import csv
import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

HERE = Path(__file__).parent


class BadDefinition(ValueError):
    """A definition file cannot be used; the message names the file, the place and what to mend."""


def read(path: Path, schema: str) -> dict[str, Any]:
    """A TOML file that its schema allows. Raises BadDefinition."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadDefinition(f"{path} is not valid TOML ({error}); mend the line") from error
    if fault := jsonschema.exceptions.best_match(_validator(schema).iter_errors(content)):
        raise BadDefinition(f"{path}, at {fault.json_path}: {fault.message}") from fault
    return content


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    """Without a check of the schema itself, which takes longer than all definitions: a test checks it."""
    return jsonschema.Draft202012Validator(json.loads((HERE / f"{schema}.schema.json").read_text("utf-8")))


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
