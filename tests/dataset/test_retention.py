"""Which editions expire: by how many and how old, and never one that is needed."""

from datetime import date

import pytest

from localcare.dataset import retention
from localcare.dataset.editions import Busy, NoEdition, list_editions, locked
from tests.editions import make_edition

DAYS = ("2017-01-31", "2017-02-28", "2017-03-31")
TODAY = date(2017, 4, 10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("dataset")
    for day in DAYS:
        make_edition(made, day)
    return made


CASES = [
    # newest kept, days, needed: the months that expire
    (3, 0, (), ()),
    (2, 0, (), (1,)),
    (0, 0, (), (1, 2, 3)),
    (0, 0, (2,), (1, 3)),
    (9, 41, (), (1,)),
    (9, 40, (), (1, 2)),
    (9, 10, (1,), (2,)),
    (1, 60, (2,), (1,)),
]


@pytest.mark.parametrize(("newest", "days", "needed", "months"), CASES)
def test_what_expires(folder, newest, days, needed, months):
    there = list_editions(folder)
    held = {there[month - 1].id for month in needed}
    doomed = retention.expired(there, newest=newest, days=days, needed=held, today=TODAY)
    assert [edition.as_at.month for edition in doomed] == list(months)


def test_a_pin_lasts_until_it_is_released(tmp_path):
    made = make_edition(tmp_path, "2017-03-31")
    with pytest.raises(NoEdition, match=made.id):
        retention.pin(tmp_path, "1999", "none")
    retention.pin(tmp_path, made.id, "year end")
    assert retention.pinned(tmp_path) == {made.id: "year end"}
    assert (retention.release(tmp_path, made.id), retention.release(tmp_path, made.id)) == (True, False)
    with locked(tmp_path), pytest.raises(Busy):
        retention.pin(tmp_path, made.id, "year end")
    assert retention.pinned(tmp_path) == {}
