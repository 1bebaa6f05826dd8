"""How the quality of data is told and judged: quality.toml as read."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from localcare.population.definitions.files import HERE


@dataclass(frozen=True)
class Feed:
    source: str
    label: str


@dataclass(frozen=True)
class Field:
    """A field, who could have it, and the share below which it is too thin to use."""

    label: str
    of: str
    at_least: float


@dataclass(frozen=True)
class Judging:
    """How quality is told and judged (`quality.toml`)."""

    late_after_days: int
    fewest_expected: float
    fewest_to_compare: float
    share_of_middle: float
    feeds: Mapping[str, Feed]
    fields: Mapping[str, Field]


@cache
def judging() -> Judging:
    """The definition that is shipped."""
    held = tomllib.loads((HERE / "quality.toml").read_text("utf-8"))
    return Judging(
        late_after_days=held["late_after_days"],
        fewest_expected=held["fewest_expected"],
        fewest_to_compare=held["fewest_to_compare"],
        share_of_middle=held["share_of_middle"],
        feeds={key: Feed(**row) for key, row in held["feeds"].items()},
        fields={key: Field(**row) for key, row in held["fields"].items()},
    )
