from localcare.access.roles import roles
from localcare.access.types import Capability


def test_every_capability_is_given_to_some_role_and_every_role_is_complete():
    given = {capability for role in roles().values() for capability in role.capabilities}
    assert given == set(Capability)
    assert all(role.label and role.at in {"practice", "cluster", "area"} for role in roles().values())


def test_nobody_who_plans_or_oversees_opens_a_record():
    closed = {"practice_manager", "analyst", "privacy_officer"}
    assert all(Capability.VIEW_PERSON not in roles()[key].capabilities for key in closed)
