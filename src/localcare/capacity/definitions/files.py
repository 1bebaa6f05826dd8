"""Definition files of the planning studio and their schemas."""

import csv
import json
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np

from localcare.capacity import published
from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.calc.scenario import Scenario, parsed
from localcare.capacity.definitions.lines import line_of

HERE = Path(__file__).parent
SCENARIOS = HERE / "scenarios"
BASELINES = HERE / "baselines"


@dataclass(frozen=True)
class Setting:
    """Where use is counted: its unit, whose account, the level of the plan, the line of its tables."""

    key: str
    label: str
    unit: str
    organisation: str
    place: str
    service_line: str
    columns: tuple[str, ...]
    nights_of: tuple[str, ...]


@cache
def settings() -> tuple[Setting, ...]:
    """All settings, in the order of every table."""
    content = tomllib.loads((HERE / "settings.toml").read_text("utf-8"))
    return tuple(
        Setting(
            **{key: value for key, value in table.items() if key not in ("columns", "nights_of")},
            columns=tuple(table.get("columns", ())),
            nights_of=tuple(table.get("nights_of", ())),
        )
        for table in content["setting"]
    )


@cache
def prices() -> dict[str, Quantity]:
    """Pounds of a unit of each setting, as shipped."""
    content = tomllib.loads((HERE / "prices.toml").read_text("utf-8"))
    return {table["setting"]: Quantity.from_table(table["pounds"]) for table in content["price"]}


def districts() -> dict[str, str]:
    """The code under which the forecast has each district, by its name."""
    return {name: code for code, name in published.stated_2017()["districts"].items()}


def shipped() -> list[Path]:
    """The scenarios that come with the product."""
    return sorted(SCENARIOS.glob("*.toml"))


def load_scenario(path: Path, baseline: Baseline) -> Scenario:
    """The scenario of a file on its baseline. Raises BadScenario naming the file, the line and what to mend."""
    return read_scenario(text_of(path), baseline, str(path))


def read_scenario(text: str, baseline: Baseline, name: str = "scenario") -> Scenario:
    """The scenario of a text. Raises BadScenario naming the line and what to mend."""
    content = content_of(text, name)
    try:
        return parsed(
            content, age_from=baseline.age_from, groups=baseline.groups, prices=prices(), districts=districts()
        )
    except BadScenario as error:
        raise at_line(error, text, name) from error


@contextmanager
def located(text: str, name: str) -> Iterator[None]:
    """Whatever a scenario's content makes impossible in here is refused with its line: a BadScenario that has no file
    and line yet, and a plain ValueError, which is about the whole."""
    try:
        yield
    except BadScenario as error:
        raise at_line(error, text, name) from error
    except ValueError as error:
        raise at_line(BadScenario(str(error)), text, name) from error


def at_line(error: BadScenario, text: str, name: str) -> BadScenario:
    """The same refusal with the file and the line that it is about."""
    return BadScenario(f"{name}, line {line_of(text, error.path)}: {error}", error.path)


def content_of(text: str, name: str) -> dict[str, Any]:
    """The content of a scenario's text as its schema allows it. Raises BadScenario naming the line."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"{name}: {error}; mend the line") from error
    if fault := jsonschema.exceptions.best_match(_validator().iter_errors(content)):
        line = line_of(text, list(fault.absolute_path))
        raise BadScenario(
            f"{name}, line {line}, {_place(fault.absolute_path)}: {_says(fault)}", tuple(fault.absolute_path)
        )
    return content


def _place(path: Iterable[str | int]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in path) or "top"


def _says(fault: jsonschema.ValidationError) -> str:
    """The fault in words, with the keys there are where an unknown one stands."""
    if fault.validator == "additionalProperties":
        known = ", ".join(sorted(fault.schema.get("properties", ())))
        return f"{fault.message}. Keys there are: {known}" if known else fault.message
    if fault.validator == "dependentRequired":
        return f"{fault.message}; add it"
    if fault.validator == "oneOf":
        return "give value alone, or low and high, or low, likely and high"
    known = fault.schema.get("description", "") if isinstance(fault.schema, dict) else ""
    key = fault.absolute_path[-1] if fault.absolute_path else ""
    if fault.validator == "const":
        return f"{fault.message}, not {fault.instance!r}; write {key} = {json.dumps(fault.validator_value)}"
    if fault.validator in ("minimum", "maximum") and not known:
        low, high = (fault.schema.get(end) for end in ("minimum", "maximum"))
        wanted = [f"{word} {end}" for word, end in (("from", low), ("to", high)) if end is not None]
        return f"{fault.message}; give a figure {' '.join(wanted)}"
    if fault.validator == "required":
        return f"{fault.message}; add it. {known}".strip()
    return fault.message


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


@cache
def schema() -> dict[str, Any]:
    """What a scenario's file may hold, as JSON Schema."""
    content: dict[str, Any] = json.loads((HERE / "scenario.schema.json").read_text("utf-8"))
    return content


def text_of(path: Path) -> str:
    """A scenario's text. Raises BadScenario where there is no such file, naming the shipped ones."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError as error:
        names = ", ".join(one.stem for one in shipped())
        raise BadScenario(f"{path} is not there. Shipped scenarios: {names}") from error
    except (UnicodeDecodeError, IsADirectoryError) as error:
        raise BadScenario(f"{path} is not a text file in UTF-8; save it as one") from error


def load_baseline(folder: Path) -> Baseline:
    """A baseline from its folder: `baseline.toml`, `use.csv`, `practices.csv`. Raises BadScenario."""
    try:
        head = tomllib.loads((folder / "baseline.toml").read_text("utf-8"))
        use = _rows(folder / "use.csv")
        practices = _rows(folder / "practices.csv")
    except tomllib.TOMLDecodeError as error:
        raise BadScenario(f"{folder / 'baseline.toml'}: {error}; mend the line, or make the baseline again") from error
    except FileNotFoundError as error:
        raise BadScenario(
            f"{error.filename} is not there. Make a baseline: localcare capacity baseline --out {folder}"
        ) from error
    try:
        return _baseline(head, use, practices)
    except (KeyError, ValueError, TypeError) as error:
        raise BadScenario(
            f"the baseline in {folder} is not whole ({type(error).__name__}: {error}). Make it again: "
            f"localcare capacity baseline --out {folder}"
        ) from error


def _baseline(head: dict[str, Any], use: list[dict[str, str]], practices: list[dict[str, str]]) -> Baseline:
    ages = tuple(sorted({int(row["age_from"]) for row in use}))
    groups = tuple(dict.fromkeys(row["group"] for row in use))
    keys = tuple(setting.key for setting in settings())
    cells = {(int(row["age_from"]), row["group"]): row for row in use}
    return Baseline(
        label=head["label"],
        as_at=date.fromisoformat(head["as_at"]),
        synthetic=head["synthetic"],
        age_from=ages,
        groups=groups,
        settings=keys,
        people=np.array([[float(cells[age, group]["people"]) for group in groups] for age in ages]),
        use=np.array([[[float(cells[age, group][key]) for key in keys] for group in groups] for age in ages]),
        practices=tuple(row["ods_code"] for row in practices),
        clusters=tuple(row["cluster"] for row in practices),
        practice_people=np.array([[float(row[f"from_{age}"]) for age in ages] for row in practices]),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
