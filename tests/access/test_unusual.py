"""What the Guardian's page calls unusual: the table read aloud."""

from datetime import datetime

import pytest

from localcare.access import seen
from localcare.access.calc.unusual import Week, unusual
from localcare.base.clock import LONDON

RULE = seen.rule()


@pytest.mark.parametrize(
    ("week", "earlier", "found"),
    [
        (Week(revealed=49), [1], []),
        (Week(revealed=60), [20, 20, 30], []),
        (Week(revealed=61), [20, 20, 30], ["61 people, usually 20"]),
        (Week(revealed=60), [], ["60 people in the first week known"]),
        (Week(revealed=1, out_of_hours=1), [], ["names seen at night or at the weekend"]),
        (Week(asked=9, quota=10), [], []),
        (Week(asked=10, quota=10), [], ["the whole quota used"]),
        (Week(emergencies=2, refused=4), [], []),
        (Week(emergencies=3, refused=5), [], ["3 emergency accesses", "refused 5 times"]),
        (Week(second_people=("A",) * 4), [], []),
        (Week(second_people=("A",) * 5), [], ["all 5 requests released by the same person"]),
        (Week(second_people=("A",) * 5 + ("B",)), [], []),
    ],
)
def test_what_stands_out(week, earlier, found):
    assert list(unusual(week, earlier, RULE)) == found


@pytest.mark.parametrize(
    ("at", "out"),
    [
        (datetime(2017, 4, 3, 6, 59, tzinfo=LONDON), True),
        (datetime(2017, 4, 3, 7, 0, tzinfo=LONDON), False),
        (datetime(2017, 4, 3, 19, 59, tzinfo=LONDON), False),
        (datetime(2017, 4, 3, 20, 0, tzinfo=LONDON), True),
        (datetime(2017, 4, 1, 12, 0, tzinfo=LONDON), True),
    ],
)
def test_out_of_hours(at, out):
    assert RULE.out_of_hours(at) is out
