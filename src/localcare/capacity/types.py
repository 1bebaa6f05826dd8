"""What the studio speaks of to its pages and to other rooms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.models import Computation, Scenario, State, Version

__all__ = [
    "BadScenario",
    "Computation",
    "Line",
    "Locked",
    "Overtaken",
    "Scenario",
    "State",
    "Stopped",
    "Unknown",
    "Version",
]


class Overtaken(Exception):
    """Somebody else saved since; carries their version, so that the later editor sees both."""

    def __init__(self, latest: Version) -> None:
        super().__init__(
            f"{latest.author} saved version {latest.number} while you wrote. Nothing of yours is lost: look at both "
            "below, take over what you want, and save again."
        )
        self.latest = latest


class Locked(Exception):
    """The scenario is not changed any more; the message says what to do instead."""


class Unknown(Exception):
    """There is no such scenario, version or result."""


class Stopped(Exception):
    """A computation was cancelled, or another took its place."""


@dataclass(frozen=True)
class Line:
    """A scenario in the list: its latest version, and the latest computation of any version, if there is one."""

    name: str
    title: str
    shipped: bool
    locked: bool
    version: int
    changed_by: str
    changed_at: datetime | None
    computation: Computation | None
    computed_version: int | None
    lost: bool

    @property
    def headline(self) -> dict[str, Any]:
        return self.computation.headline if self.computation and self.computation.state == State.DONE else {}
