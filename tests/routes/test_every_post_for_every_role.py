"""Every form sent by every role, filled as somebody would fill it: refused, asked again or done; never a wrong write.

Only *GET* and empty forms stop at the first check; a filled form reaches the action behind the page.
"""

import pytest
from django.apps import apps

from tests.routes.test_every_route_for_every_role import (
    INSIDERS,
    OUTSIDERS,
    addresses,
    signed_in,
    world,
)

__all__ = ["world"]

pytestmark = pytest.mark.django_db
# One answer to every question that a form of ours asks.
ANSWERS = {
    "q": "Ashdown 4/3/1935",
    "nhs_number": "",
    "family_name": "Ashdown",
    "birth_date_day": "4",
    "birth_date_month": "3",
    "birth_date_year": "1935",
    "value": "yes",
    "told": "person",
    "agreed": "person",
    "answered": "person",
    "reason": "review",
    "words": "Because of her falls",
    "why": "Because of her falls",
    "note": "Because of her falls",
    "answer": "Because of her falls",
    "finding": "Because of her falls",
    "ending": "goals_met",
    "release": "yes",
    "title": "Ring her",
    "discussion": "She falls",
    "decision": "Visit",
    "coming": "yes",
    "seen": "1",
    "started_from": "0",
    "minutes": "60",
    "people": "5",
    "owner": "me",
    "due_on_day": "1",
    "due_on_month": "6",
    "due_on_year": "2017",
    "content": "I want to stay at home",
}
# An emergency is a way in of its own, for whoever looks after people: `tests/access/test_emergencies.py`.
WAYS_IN = {"web:emergency", "web:find_in_emergency"}
# What an outsider's role exists to do: oversight reviews, a second person decides, planners share their scenarios, a
# manager says who else may reveal their practice's list.
THEIRS = {
    "practice_manager": {"access.ListNaming"},
    "analyst": {"capacity.Scenario"},
    "commissioner": {"capacity.Scenario"},
    "privacy_officer": {"access.EmergencyAccess"},
    "caldicott_guardian": {"access.EmergencyAccess", "access.IdentityRequest"},
}
# The chain records what was tried; a session is nobody's data.
NOT_WRITES = {"base.AuditEntry", "base.AuditHead", "base.AuditSubject", "accounts.Session"}


def rows() -> dict[tuple[str, object], tuple]:
    """Every row of ours as it stands."""
    found: dict[tuple[str, object], tuple] = {}
    for model in apps.get_models():
        label = model._meta.label
        if model.__module__.startswith("localcare.") and label not in NOT_WRITES:
            names = [field.attname for field in model._meta.concrete_fields]
            found |= {(label, row[0]): row for row in model.objects.values_list("pk", *names)}
    return found


def about(model: str, row: tuple, patient_id: int) -> bool:
    """Whether a row names a person."""
    fields = ["pk", *(field.attname for field in apps.get_model(model)._meta.concrete_fields)]
    return any(
        name in ("patient_id", "person_id") and value == patient_id for name, value in zip(fields, row, strict=True)
    )


@pytest.mark.parametrize(("role", "at"), [*OUTSIDERS, *INSIDERS])
def test_a_filled_form_is_refused_asked_again_or_done_and_changes_nothing_for_an_outsider(world, role, at):
    area, numbers = world
    viewer = area.viewer(role, at)
    client, outside = signed_in(viewer), (role, at) in OUTSIDERS
    before = rows()
    for name, (address, requires) in addresses(numbers).items():
        if outside and name in WAYS_IN:
            continue
        status = client.post(address, ANSWERS).status_code
        assert status < 500, (name, status)
        if requires and not any(viewer.can(capability) for capability in requires):
            assert status == 403, (name, status)
    if outside:
        after, theirs = rows(), THEIRS.get(role, set())
        assert [key for key, row in before.items() if after.get(key) != row and key[0] not in theirs] == []
        new = [key for key in after if key not in before]
        assert [key for key in new if about(key[0], after[key], numbers["patient_id"])] == []
