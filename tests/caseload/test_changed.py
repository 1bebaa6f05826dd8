"""What counts as changed since a decision: the table read aloud."""

import pytest

from localcare.caseload import definitions
from localcare.caseload.calc.changed import Seen, changed, from_kept

THEN = Seen(0.30, 2, 1, frozenset({"copd"}))
RISK, ADMISSIONS, ATTENDANCES, CONDITION = (
    "risk up by 5 points or more",
    "more emergency admissions in 12 months",
    "more A&E attendances in 12 months",
    "a condition among the reasons that was not there",
)


@pytest.mark.parametrize(
    ("risk", "admissions", "attendances", "conditions", "found"),
    [
        (0.30, 2, 1, {"copd"}, []),
        (0.34, 2, 1, {"copd"}, []),
        (0.35, 2, 1, {"copd"}, [RISK]),
        (0.20, 2, 1, {"copd"}, []),
        (0.30, 3, 1, {"copd"}, [ADMISSIONS]),
        (0.30, 1, 0, {"copd"}, []),
        (0.30, 2, 2, {"copd"}, [ATTENDANCES]),
        (0.30, 2, None, {"copd"}, []),
        (0.30, 2, 1, {"copd", "heart_failure"}, [CONDITION]),
        (0.30, 2, 1, {"heart_failure"}, [CONDITION]),
        (0.30, 2, 1, set(), []),
        (0.50, 4, 3, {"dementia"}, [RISK, ADMISSIONS, ATTENDANCES, CONDITION]),
    ],
)
def test_what_changed(risk, admissions, attendances, conditions, found):
    now = Seen(risk, admissions, attendances, frozenset(conditions))
    assert list(changed(THEN, now, definitions.changed())) == found


def test_what_is_kept_of_a_day_is_too_coarse_to_find_the_row_of_a_list():
    assert Seen(0.123456789, 1, 2, frozenset({"b", "a"})).kept() == {
        "risk": 0.12,
        "emergency_admissions": 1,
        "emergency_attendances": 2,
        "conditions": ["a", "b"],
    }
    assert from_kept(THEN.kept()) == THEN


def test_attendances_are_not_compared_with_a_day_from_before_they_were_kept():
    kept = {key: value for key, value in THEN.kept().items() if key != "emergency_attendances"}
    assert not changed(from_kept(kept), Seen(0.30, 2, 5, frozenset({"copd"})), definitions.changed())
