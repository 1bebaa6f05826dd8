"""Arithmetic of an agenda: who is missing, what fits, in which order. Pure."""

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Discipline:
    label: str
    roles: Sequence[str]
    core: bool


@cache
def disciplines() -> tuple[Discipline, ...]:
    text = resources.files("localcare.mdt").joinpath("definitions/disciplines.toml").read_text("utf-8")
    return tuple(Discipline(**row) for row in tomllib.loads(text)["discipline"])


def missing(roles_coming: Collection[str], *, core: bool) -> list[str]:
    """The disciplines, core ones or the others, of whom nobody comes."""
    return [d.label for d in disciplines() if d.core is core and not set(d.roles) & set(roles_coming)]


def room(minutes: int, minutes_per_case: int) -> int:
    """How many cases fit into a meeting."""
    return minutes // minutes_per_case


def moved(order: Sequence[int], item: int, up: bool) -> list[int]:
    """The order with one item a place earlier or later; at the end nothing moves."""
    at = order.index(item)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return list(order)
    swapped = list(order)
    swapped[at], swapped[to] = swapped[to], swapped[at]
    return swapped
