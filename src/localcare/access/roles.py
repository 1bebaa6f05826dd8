"""Roles as readable data."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from localcare.access.types import Capability


@dataclass(frozen=True)
class Role:
    key: str
    label: str
    at: str
    capabilities: frozenset[Capability]


@cache
def roles() -> dict[str, Role]:
    """All roles by key. Raises ValueError for a capability that does not exist."""
    text = resources.files("localcare.access").joinpath("definitions/roles.toml").read_text("utf-8")
    return {
        key: Role(key, row["label"], row["at"], frozenset(Capability(name) for name in row["capabilities"]))
        for key, row in tomllib.loads(text).items()
    }
