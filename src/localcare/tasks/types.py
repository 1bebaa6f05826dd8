"""What tasks speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from localcare.access.types import OpenPerson
from localcare.tasks.calc.transitions import NotPossible, Status, Step
from localcare.tasks.models import Task, TaskStep

__all__ = [
    "Due",
    "Item",
    "LateCounts",
    "NotPossible",
    "Opened",
    "Overtaken",
    "Owner",
    "Status",
    "Step",
    "Task",
    "Waiting",
    "Work",
    "WrittenUp",
]


@dataclass(frozen=True)
class Owner:
    """Whose a task is or may become: one post, or a whole team."""

    post_id: int | None
    team_id: int | None
    label: str

    @property
    def value(self) -> str:
        return f"post:{self.post_id}" if self.post_id else f"team:{self.team_id}"


@dataclass(frozen=True)
class Item:
    """A task as a list shows it."""

    id: int
    title: str
    detail: str
    patient_id: int | None
    person: OpenPerson | None
    due_on: date
    days_late: int
    urgent: bool
    status: Status
    owner: str
    mine: bool
    origin: str
    asked_by: str
    asked_at: datetime
    version: int
    owner_phone: str = ""

    @property
    def late(self) -> bool:
        return self.days_late > 0


@dataclass(frozen=True)
class Due:
    """The tasks of one due day, or all late ones."""

    label: str
    late: bool
    items: Sequence[Item]


@dataclass(frozen=True)
class Work:
    """A viewer's open work: late first, then by due day. `hidden` counts tasks about people they may not see now."""

    groups: Sequence[Due]
    hidden: int
    more: int = 0

    @property
    def items(self) -> list[Item]:
        return [item for group in self.groups for item in group.items]


@dataclass(frozen=True)
class Waiting:
    """Open tasks in their order, before the people they are about are opened; `more` there are beyond them."""

    tasks: Sequence[Task]
    more: int

    @property
    def patient_ids(self) -> list[int]:
        return list(dict.fromkeys(task.patient_id for task in self.tasks if task.patient_id))


@dataclass(frozen=True)
class LateCounts:
    mine: int
    team: int


@dataclass(frozen=True)
class Opened:
    """One task with its history and what this viewer may do next."""

    item: Item
    steps: Sequence[TaskStep]
    possible: frozenset[Step]


@dataclass(frozen=True)
class WrittenUp:
    """What became of words written without signal: the task is done, or others acted first and they are a note."""

    task: Task
    as_note: bool
    meanwhile: Sequence[TaskStep]


class Overtaken(Exception):
    """Somebody else acted since the viewer read the task. Carries what they did; the viewer's words are not saved."""

    def __init__(self, steps: Sequence[TaskStep]) -> None:
        super().__init__("Somebody else worked on this while you were writing. Read what they did, then decide.")
        self.steps = steps
