"""What careplans speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from localcare.access.types import OpenPerson
from localcare.careplans.calc.compare import Piece
from localcare.careplans.calc.sections import Content, Section, is_empty
from localcare.careplans.calc.transitions import NotPossible, Status, Step
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.tasks.types import Item

__all__ = [
    "Content",
    "Contingency",
    "EndedPlan",
    "Goal",
    "MovedOn",
    "NotPossible",
    "OpenPlan",
    "Overtaken",
    "Piece",
    "Plan",
    "PlanSummary",
    "ReviewDue",
    "Section",
    "SectionNow",
    "Status",
    "Step",
    "Worse",
]


@dataclass(frozen=True)
class Goal:
    goal: str
    progress: str
    who: str


@dataclass(frozen=True)
class Worse:
    """A sign that things get worse, what the person does then, and whom they ring."""

    sign: str
    do: str
    ring: str


@dataclass(frozen=True)
class Contingency:
    """What an open plan says for when things get worse, and who co-ordinates it: for somebody on the road."""

    agreed_on: date | None
    worse: Sequence[Worse]
    coordinator: str
    coordinator_phone: str


@dataclass(frozen=True)
class PlanSummary:
    """A plan as the person's page shows it."""

    id: int
    status: Status
    agreed_on: date | None
    what_matters: str
    what_matters_at: datetime | None
    what_matters_author: str
    goals: Sequence[Goal]
    worse: Sequence[Worse]
    worse_at: datetime | None
    worse_author: str
    review_on: date | None
    review_late: bool
    coordinator: str
    coordinator_phone: str
    worse_changed: bool = False

    @property
    def worse_standing(self) -> str:
        """Whether "if things get worse" may be relied on as agreed; empty where it is what was agreed."""
        if self.agreed_on is None:
            return "Draft, not agreed."
        return "Changed since the plan was agreed: the change is not agreed." if self.worse_changed else ""


@dataclass(frozen=True)
class EndedPlan:
    """A plan that has ended: when, and in which words."""

    id: int
    ended_at: datetime
    words: str


@dataclass(frozen=True)
class ReviewDue:
    plan_id: int
    person: OpenPerson
    review_on: date
    days_late: int
    coordinator: str
    mine: bool


@dataclass(frozen=True)
class SectionNow:
    """A section with its latest version, if anybody has written it."""

    section: Section
    version: SectionVersion | None
    changed_since_agreed: bool

    @property
    def number(self) -> int:
        return self.version.number if self.version else 0

    @property
    def content(self) -> Content:
        return self.version.content if self.version else {}

    @property
    def empty(self) -> bool:
        return is_empty(self.content)


@dataclass(frozen=True)
class OpenPlan:
    """A plan opened by somebody with the right to: all of it, and whether they may write."""

    id: int
    person: OpenPerson
    status: Status
    agreed_on: date | None
    coordinator: str
    coordinator_phone: str
    coordinator_post_id: int | None
    review_on: date | None
    review_late: bool
    sections: Sequence[SectionNow]
    steps: Sequence[PlanStep]
    version: int
    may_write: bool
    tasks: dict[str, Item]

    def section(self, key: str) -> SectionNow:
        return next(s for s in self.sections if s.section.key == key)


class Overtaken(Exception):
    """Somebody else saved since the viewer began. Carries their version; the viewer's is still in the form only."""

    def __init__(self, theirs: SectionVersion) -> None:
        super().__init__("Somebody else saved this while you were writing. Read both, then decide.")
        self.theirs = theirs


class MovedOn(Exception):
    """Somebody else took a step with the plan since the viewer read it. Carries that step."""

    def __init__(self, step: PlanStep) -> None:
        super().__init__(f"Meanwhile {step.author} did this: {step.step}. {step.words} Read it, then decide.")
        self.step = step
