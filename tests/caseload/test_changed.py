"""What counts as changed since a decision: the table read aloud."""

import pytest

from localcare.caseload import definitions
from localcare.caseload.calc.changed import Seen, changed, from_kept

THEN = Seen(0.30, 2, frozenset({"copd"}))
RISK, ADMISSIONS, CONDITION = (
    "risk up by 5 points or more",
    "more emergency admissions in 12 months",
    "a condition among the reasons that was not there",
)


@pytest.mark.parametrize(
    ("risk", "admissions", "conditions", "found"),
    [
        (0.30, 2, {"copd"}, []),
        (0.34, 2, {"copd"}, []),
        (0.35, 2, {"copd"}, [RISK]),
        (0.20, 2, {"copd"}, []),
        (0.30, 3, {"copd"}, [ADMISSIONS]),
        (0.30, 1, {"copd"}, []),
        (0.30, 2, {"copd", "heart_failure"}, [CONDITION]),
        (0.30, 2, {"heart_failure"}, [CONDITION]),
        (0.30, 2, set(), []),
        (0.50, 4, {"dementia"}, [RISK, ADMISSIONS, CONDITION]),
    ],
)
def test_what_changed(risk, admissions, conditions, found):
    assert list(changed(THEN, Seen(risk, admissions, frozenset(conditions)), definitions.changed())) == found


def test_what_is_kept_of_a_day_is_too_coarse_to_find_the_row_of_a_list():
    assert Seen(0.123456789, 1, frozenset({"b", "a"})).kept() == {
        "risk": 0.12,
        "emergency_admissions": 1,
        "conditions": ["a", "b"],
    }
    assert from_kept(THEN.kept()) == THEN
