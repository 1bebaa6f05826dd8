"""Arithmetic of an agenda."""

import pytest

from localcare.access.roles import roles
from localcare.mdt.calc import agenda


@pytest.mark.parametrize(("minutes", "each", "fit"), [(120, 10, 12), (60, 15, 4), (65, 15, 4), (5, 10, 0)])
def test_how_many_cases_fit(minutes, each, fit):
    assert agenda.room(minutes, each) == fit


@pytest.mark.parametrize(
    ("item", "up", "order"),
    [(2, True, [2, 1, 3]), (2, False, [1, 3, 2]), (1, True, [1, 2, 3]), (3, False, [1, 2, 3])],
)
def test_moving_a_case(item, up, order):
    assert agenda.moved([1, 2, 3], item, up) == order


def test_missing_disciplines():
    assert agenda.missing({"care_coordinator", "gp"}, core=True) == ["Community nurse", "Social worker"]
    assert agenda.missing({"pharmacist"}, core=False) == ["Therapist"]


def test_disciplines_name_roles_that_exist_and_may_join():
    for discipline in agenda.disciplines():
        assert all("join_meeting" in roles()[role].capabilities for role in discipline.roles)
