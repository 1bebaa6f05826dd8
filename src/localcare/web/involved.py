"""People involved with a person: what their page has read, handed to the composition."""

from collections.abc import Iterable, Sequence
from datetime import date

from localcare.careplans.types import PlanSummary
from localcare.caseload.types import Entry
from localcare.mdt.types import Booked
from localcare.record.types import NOT_HAPPENED, EncounterCategory, Item
from localcare.tasks.types import Item as Task
from localcare.web.calc import involved
from localcare.web.calc.involved import Involved

TEAMS = frozenset((EncounterCategory.COMMUNITY_CONTACT, EncounterCategory.MENTAL_HEALTH_CONTACT))


def of(
    *,
    entry: Entry | None,
    plan: PlanSummary | None,
    tasks: Sequence[Task],
    items: Iterable[Item],
    booked: Booked | None,
    today: date,
) -> list[Involved]:
    """Asks nothing: the page has read all of it."""
    return involved.compose(
        coordinator=involved.Known(entry.coordinator_name, entry.team_name, entry.coordinator_phone) if entry else None,
        plan_coordinator=involved.Known(plan.coordinator, phone=plan.coordinator_phone) if plan else None,
        owned=[involved.Owned(task.owner, task.owner_phone, task.title, task.due_on) for task in tasks],
        contacts=[contact for item in items if (contact := _contact(item))],
        booked=involved.Booked(booked.team, booked.starts_at) if booked else None,
        today=today,
    )


def _contact(item: Item) -> involved.Contact | None:
    on = item.ended_on or item.started_on
    happened = item.kind == "encounter" and item.category in TEAMS and item.status not in NOT_HAPPENED
    return involved.Contact(item.display, item.source, on) if happened and on else None
