"""Reasons and use as a clinician reads them."""

import pytest

from localcare.population import words

FAILURE, COPD = ({"key": "condition", "value": key} for key in ("heart_failure", "copd"))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([], []),
        ([{"key": "emergency_admissions", "value": 3}], ["3 emergency admissions in 12 months"]),
        ([{"key": "emergency_admissions", "value": 1}], ["1 emergency admission in 12 months"]),
        ([{"key": "age", "value": 91}], ["91 years old"]),
        (
            [FAILURE, {"key": "medicines", "value": 12}, COPD],
            ["heart failure and COPD", "12 different medicines in 12 months"],
        ),
    ],
)
def test_reasons(given, read):
    assert words.reasons(given) == read


def test_use_leaves_out_what_was_not_used():
    counts = {"gp_contacts": 1, "emergency_admissions": 2, "planned_admissions": 0}
    assert words.use(counts) == ["2 emergency admissions", "1 GP practice contact"]


def test_every_kind_of_reason_has_a_label():
    assert {"age", "emergency_admissions", "copd"} <= set(words.reason_kinds())
    assert not any("{" in label for label in words.reason_kinds().values())
