"""The table of steps, and a machine that walks it at random beside a plain twin."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from localcare.tasks.calc.transitions import NotPossible, Status, Step, after, possible


@pytest.mark.parametrize(
    ("status", "may"),
    [
        (Status.GIVEN, {"taken", "done", "handed on", "cancelled", "note"}),
        (Status.TAKEN, {"done", "handed on", "cancelled", "note"}),
        (Status.DONE, {"opened again", "note"}),
        (Status.CANCELLED, {"opened again", "note"}),
    ],
)
def test_steps_that_may_follow(status, may):
    assert possible(status) == may


class Life(RuleBasedStateMachine):
    """Any steps in any order: refused ones change nothing, and what is finished only ever opens again."""

    def __init__(self) -> None:
        super().__init__()
        self.status = Status.GIVEN
        self.finished = False

    @rule(step=sampled_from(Step))
    def act(self, step):
        try:
            self.status = after(self.status, step)
        except NotPossible:
            assert step not in possible(self.status)
            return
        if step in (Step.COMPLETE, Step.CANCEL):
            assert not self.finished
            self.finished = True
        if step is Step.REOPEN:
            assert self.finished
            self.finished = False

    @invariant()
    def finished_is_what_the_status_says(self):
        assert self.finished == (self.status in (Status.DONE, Status.CANCELLED))


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=50, stateful_step_count=20, deadline=None)
