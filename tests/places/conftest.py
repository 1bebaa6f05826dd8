import pytest

from localcare.base.audit import Actor
from localcare.places import actions


@pytest.fixture
def analyst():
    return Actor(7, "Ada Analyst", "analyst", "NHS West Kent CCG")


@pytest.fixture
def reference(db, analyst):
    return actions.load_reference(by=analyst)
