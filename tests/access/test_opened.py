"""What Oversight calls unusual in whom people opened: the table read aloud, and found in the chain."""

from datetime import date, datetime, timedelta

import pytest

from localcare.access import opened, oversight, queries
from localcare.access.calc.opened import Opened, many, out_of_hours
from localcare.access.types import Refused
from localcare.base import audit
from localcare.base.clock import LONDON
from localcare.base.models import AuditEntry
from tests.builders import text
from tests.conftest import MONDAY_MORNING

MONDAY = date(2017, 4, 3)
SATURDAY = datetime(2017, 4, 8, 12, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([Opened(1, "gp", 39)], []),
        ([Opened(1, "gp", 40)], [(1, "opened 40 people, nobody else of the role looked")]),
        ([Opened(1, "gp", 40), Opened(2, "gp", 14)], []),
        ([Opened(1, "gp", 43), Opened(2, "gp", 14)], [(1, "opened 43 people, others of the role usually 14")]),
        (
            [Opened(1, "gp", 40), Opened(2, "nurse", 50)],
            [
                (1, "opened 40 people, nobody else of the role looked"),
                (2, "opened 50 people, nobody else of the role looked"),
            ],
        ),
    ],
)
def test_many_people_beside_others_of_the_role(rows, found):
    assert many(rows, 40, 3.0) == found


def test_anybody_out_of_hours():
    assert out_of_hours([Opened(1, "gp", 1), Opened(2, "gp", 0)], 1, 3.0) == [
        (1, "opened 1 person at night or at the weekend")
    ]


def look(actor: audit.Actor, *patients: int, page: str = "person", action: str = "looked") -> None:
    with audit.transaction():
        for patient in patients:
            audit.record(action, by=actor, patient_ids=[patient], page=page)


@pytest.fixture
def officer(area):
    return area.viewer("privacy_officer", "99J")


@pytest.mark.django_db
class TestInTheChain:
    ANN, BO = audit.Actor(1, "Ann Lee", "gp", "Hadlow"), audit.Actor(2, "Bo Day", "gp", "Hadlow")

    def words(self, today=MONDAY) -> set[tuple[str, str]]:
        return {(one.actor, one.words) for one in opened.unusual(today)}

    def test_somebody_who_opens_many_is_named_and_lists_and_repeats_do_not_count(self):
        look(self.ANN, *range(1, 41))
        look(self.BO, *[1] * 60)
        look(self.BO, *range(1, 61), page="caseload")
        assert self.words() == {("Ann Lee", "opened 40 people, others of the role usually 1")}

    def test_searches_count_too(self):
        look(self.ANN, *range(1, 21))
        look(self.ANN, *range(21, 41), action="searched", page="")
        assert ("Ann Lee", "opened 40 people, nobody else of the role looked") in self.words()

    def test_one_person_at_night(self, clock_at):
        clock_at(SATURDAY)
        look(self.ANN, 7, 7)
        assert self.words(SATURDAY.date()) == {("Ann Lee", "opened 1 person at night or at the weekend")}

    def test_one_person_opened_by_many(self):
        for number in range(opened.rule().viewers_a_week):
            look(audit.Actor(number, f"Nurse {number}", "community_nurse", "C1"), 7)
        assert self.words() == {("Person 7", "was opened by 12 different people")}

    def test_somebody_of_the_own_family_name(self, area, nurse):
        person = area.looked_after(family="Community_Nurse")
        queries.open_person(nurse, person.id, page="person")
        (line,) = opened.unusual(MONDAY)
        assert (line.actor, line.words.split(" (")[0]) == (nurse.name, "opened somebody of their own family name")
        assert AuditEntry.objects.latest("sequence").action == "looked"

    def test_what_is_older_than_the_weeks_is_left_out(self, clock_at):
        look(self.ANN, *range(1, 61))
        clock_at(MONDAY_MORNING + timedelta(weeks=5))
        assert opened.unusual(MONDAY + timedelta(weeks=5)) == []

    def test_stands_on_oversight_with_a_link_to_what_was_done(self, as_viewer, officer):
        look(self.ANN, *range(1, 41))
        page = text(as_viewer(officer).get("/oversight/"))
        assert "Unusual looks: 1" in page
        assert 'href="/oversight/?who=1&since=2017-04-03">Ann Lee</a>' in page
        assert "Releases</th>" in page

    def test_is_for_privacy_officers(self, nurse):
        with pytest.raises(Refused):
            oversight.unusual_looks(nurse)
