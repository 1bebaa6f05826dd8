"""The timeline tells once what repeats."""

from dataclasses import replace
from datetime import UTC, date, datetime

from localcare.record.types import Item
from localcare.web.person import fold

FIRST = Item(
    id=1,
    patient_id=1,
    kind="measurement",
    category="",
    code_system="",
    code="",
    display="Blood pressure",
    value="120/80",
    unit="",
    status="",
    started_on=date(2017, 1, 1),
    precision="day",
    started_at=None,
    ended_on=None,
    author="",
    source="Hadlow Practice",
    document_id=None,
    received_at=datetime(2017, 4, 1, tzinfo=UTC),
)


def day(number: int, display: str) -> Item:
    return replace(FIRST, id=number, display=display, started_on=date(2017, 3, number))


ITEMS = [day(9, "Fall"), day(7, "Blood pressure"), day(5, "Blood pressure"), day(3, "Blood pressure"), day(1, "Fall")]


def test_three_of_the_same_are_told_once_at_the_latest_with_how_often_and_since_when():
    told = [
        (row.item.display, row.item.started_on.day, row.times, row.first.day) for row in fold(ITEMS, all_entries=False)
    ]
    assert told == [("Fall", 9, 1, 9), ("Blood pressure", 7, 3, 3), ("Fall", 1, 1, 1)]


def test_all_entries_are_told_when_asked_for():
    assert [row.item.id for row in fold(ITEMS, all_entries=True)] == [9, 7, 5, 3, 1]
