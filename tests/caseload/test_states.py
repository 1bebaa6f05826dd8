"""Which step may follow which, and whom the list leaves out: the table read aloud."""

from datetime import timedelta

import pytest

from localcare.caseload.calc.states import DECLINED, TRANSITIONS, State, left_out, may_follow
from tests.conftest import MONDAY_MORNING

EARLIER, LATER = MONDAY_MORNING - timedelta(days=1), MONDAY_MORNING + timedelta(days=1)


def test_every_state_has_its_line_and_every_line_leads_somewhere():
    assert set(TRANSITIONS) == set(State)
    assert all(TRANSITIONS.values())


@pytest.mark.parametrize(
    ("state", "then", "may"),
    [
        ("proposed", "accepted", True),
        ("proposed", "closed", False),
        ("declined_by_person", "accepted", True),
        ("not_suitable", "proposed", True),
        ("accepted", "not_suitable", False),
        ("accepted", "closed", True),
        ("closed", "accepted", True),
        ("closed", "closed", False),
        ("proposed", "named", True),
        ("named", "accepted", True),
        ("not_suitable", "named", True),
        ("accepted", "named", False),
    ],
)
def test_what_may_follow(state, then, may):
    assert may_follow(State(state), State(then)) is may


KEPT_NOTHING, NOTHING, SOMETHING = None, (), ("risk up",)


@pytest.mark.parametrize(
    ("state", "changes", "change", "list_made", "out"),
    [
        ("proposed", NOTHING, "same", LATER, False),
        ("named", NOTHING, "same", LATER, False),
        ("accepted", SOMETHING, "up", LATER, True),
        ("already_known", SOMETHING, "up", LATER, True),
        ("declined_by_person", NOTHING, "up", LATER, True),
        ("declined_by_person", SOMETHING, "same", LATER, False),
        ("declined_by_person", SOMETHING, "same", EARLIER, True),
        ("not_suitable", KEPT_NOTHING, "up", LATER, False),
        ("not_suitable", KEPT_NOTHING, "up", EARLIER, True),
        ("not_suitable", KEPT_NOTHING, "down", LATER, True),
        ("closed", KEPT_NOTHING, "new", LATER, True),
        ("closed", KEPT_NOTHING, "up", LATER, False),
    ],
)
def test_who_is_left_out_of_a_list(state, changes, change, list_made, out):
    assert left_out(State(state), MONDAY_MORNING, changes=changes, change=change, made_at=list_made) is out


def test_nobody_declined_comes_back_on_the_list_they_were_declined_from():
    assert all(
        left_out(state, MONDAY_MORNING, changes=SOMETHING, change="up", made_at=MONDAY_MORNING) for state in DECLINED
    )
