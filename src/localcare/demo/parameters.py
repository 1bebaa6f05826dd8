"""The numbers of the synthetic area, read once from the files beside."""

import csv
import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

HERE = files("localcare.demo")


@dataclass(frozen=True)
class Register:
    """A published register: `share` of the people of `from_age` or older."""

    share: float
    from_age: int


@dataclass(frozen=True)
class Condition:
    name: str
    lists: tuple[str, ...]
    ages: tuple[float, ...]
    female: float
    deprived: float
    frailty: float
    register: str = ""
    percent: float = 0.0
    from_age: int = 0
    terms: tuple[str, ...] = ()
    terms_like: str = ""
    resolved: str = ""
    since: date | None = None
    within_years: float = 0.0
    share_coded: float = 1.0
    counts: bool = True
    with_: dict[str, float] = field(default_factory=dict)
    medicines: dict[str, float] = field(default_factory=dict)
    icd10: tuple[str, ...] = ()

    @property
    def aim(self) -> Register:
        """What to reach: the published register, or the free aim where there is none."""
        if self.register:
            return registers()[self.register]
        factor = parameters()["multimorbidity"]["free_factor"] if self.counts else 1.0
        return Register(self.percent * factor / 100, self.from_age)


@cache
def parameters() -> dict[str, Any]:
    return tomllib.loads((HERE / "parameters.toml").read_text("utf-8"))


@cache
def conditions() -> tuple[Condition, ...]:
    """All conditions in the order in which they are given to people."""
    table = tomllib.loads((HERE / "conditions.toml").read_text("utf-8"))
    return tuple(_condition(name, row) for name, row in table.items())


@cache
def registers() -> dict[str, Register]:
    """Register code to its published share in 2015-16, on its own denominator."""
    rows = csv.DictReader((HERE / "registers_2015_16.csv").read_text("utf-8").splitlines())
    return {row["condition_code"]: _register(row) for row in rows}


def _register(row: dict[str, str]) -> Register:
    band = row["denominator_age_band"]
    return Register(
        share=int(row["register_count"]) / int(row["denominator_list_size"]),
        from_age=0 if band == "all ages" else int(band.rstrip("+").split("-")[0]),
    )


def _condition(name: str, row: dict[str, Any]) -> Condition:
    read: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    return Condition(name=name, with_=read.pop("with", {}), **read)
