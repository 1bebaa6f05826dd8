"""Ward staff whom a plan releases fill posts where the scenario says so, later, and are paid once."""

import numpy as np
import pytest

from localcare.capacity import running
from localcare.capacity.calc.refusal import BadScenario
from tests.capacity.conftest import SCENARIO
from tests.capacity.test_parts import PARTS, SUPPLY

STAFF = SCENARIO + PARTS[PARTS.index("[staff]") :] + SUPPLY
MOVE = '[[staff.move]]\nrole = "nurse"\nshare = 0.5\nsource = "assumed"\n'


def test_they_fill_posts_a_year_after_they_are_released():
    stayed, moved = running.of_text(STAFF), running.of_text(STAFF + MOVE)
    staff, (nurse,) = moved.parts.staff, moved.parts.staff.gaps
    released = np.maximum(staff.released, 0)
    assert (released > 0).any()
    assert np.allclose(nurse.moved[:, 0], 0)
    assert np.allclose(nurse.moved[:, 1:], 0.5 * released[:, :-1])
    assert np.allclose(nurse.gap, np.maximum(nurse.needed - np.array(nurse.filled) - nurse.moved, 0))
    assert (nurse.gap <= stayed.parts.staff.gaps[0].gap + 1e-9).all()
    assert np.allclose(moved.plan.money.net, stayed.plan.money.net)  # pay moves with them: nothing is saved twice


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (MOVE + MOVE, "nurse stands there twice"),
        (MOVE.replace("nurse", "GP"), r"GP has no \[\[staff.supply\]\] to move to"),
        (MOVE.replace("0.5", "1.5"), "share"),
    ],
)
def test_one_that_does_not_fit_is_refused_with_its_line(wrong, told):
    with pytest.raises(BadScenario, match=rf"line \d+.*{told}"):
        running.of_text(STAFF + wrong)
