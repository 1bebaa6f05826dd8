"""Care and support plans of the demo's people, each at another place of its life, made through the actions of users."""

from datetime import timedelta

from localcare.access.types import Answering, Viewer
from localcare.base import clock
from localcare.careplans import actions as careplans
from localcare.careplans.types import Content, Plan

WORDS = "I want to be at home with my cat, and not to frighten my daughter at night."
GOALS = (
    ("Walk to the shop and back without stopping", "going_well", "Me, with the physiotherapist"),
    ("Sleep through the night", "not_yet", "Me and my daughter"),
)
WORSE = (
    (
        "My ankles swell or I gain 2 kg in three days",
        "I weigh myself again and keep my legs up.",
        "the heart failure nurse",
    ),
    ("I am breathless lying down", "I sit up and stay with somebody.", "the team; at night 111"),
    ("Chest pain that does not go away", "I do not wait.", "999"),
)


def begin(patient_id: int, by: Viewer) -> Plan:
    """A draft that says what matters, and no more yet."""
    plan = careplans.start_plan(patient_id=patient_id, by=by)
    _save(plan, "what_matters", {"words": WORDS}, by)
    return plan


def draft(patient_id: int, by: Viewer) -> Plan:
    """A draft with goals and what to do if things get worse, agreed by nobody yet."""
    plan = begin(patient_id, by)
    rows = [{"id": f"g{n}", "goal": g, "progress": p, "who": w} for n, (g, p, w) in enumerate(GOALS)]
    _save(plan, "goals", {"rows": rows}, by)
    _save(plan, "worse", {"rows": _worse(len(WORSE))}, by)
    return plan


def agreed(patient_id: int, by: Viewer) -> Plan:
    """A plan agreed with the person, with its co-ordinator and the day of its review."""
    plan = draft(patient_id, by)
    review_on = clock.today() + timedelta(days=90)
    plan = careplans.arrange(
        plan_id=plan.pk, coordinator_post_id=by.post_id, review_on=review_on, seen=plan.version, by=by
    )
    agreed_with = Answering.PERSON
    return careplans.agree(plan_id=plan.pk, agreed_with=agreed_with, on=clock.today(), seen=plan.version, by=by)


def changed(patient_id: int, by: Viewer) -> Plan:
    """A plan whose "if things get worse" somebody changed after it was agreed."""
    plan = agreed(patient_id, by)
    _save(plan, "worse", {"rows": _worse(2)}, by, started_from=1)
    return plan


def _worse(number: int) -> list[dict[str, str]]:
    return [{"id": f"w{n}", "sign": s, "do": d, "ring": r} for n, (s, d, r) in enumerate(WORSE[:number])]


def _save(plan: Plan, section: str, content: Content, by: Viewer, started_from: int = 0) -> None:
    agreed_with = Answering.PERSON if section == "what_matters" else Answering.NOT_YET
    careplans.save_section(
        plan_id=plan.pk, section=section, content=content, started_from=started_from, by=by, agreed_with=agreed_with
    )
