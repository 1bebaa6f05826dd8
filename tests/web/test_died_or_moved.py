"""People who died or moved away: marked wherever they stand, and nothing new is begun for the dead."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from localcare.access.types import Died
from localcare.base import clock
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.caseload.types import NotPossible
from localcare.mdt import actions as mdt
from localcare.mdt import queries as meetings
from localcare.patients.models import Patient, Registration, SamePerson
from localcare.tasks import actions as tasks
from localcare.tasks.models import Task
from localcare.tasks.types import Owner
from tests import builders
from tests.web.test_today import see, tell

pytestmark = pytest.mark.django_db
DIED = "This person died on 2 April 2017."


@pytest.fixture
def margaret(gp):
    person = builders.patient()
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    return person


@pytest.fixture
def meeting(coordinator):
    return mdt.plan_meeting(starts_at=clock.now() + timedelta(days=2), minutes=60, by=coordinator)


def dies(person):
    Patient.objects.filter(pk=person.pk).update(died_on=date(2017, 4, 2))


def moves_away(person):
    Registration.objects.filter(patient=person).update(ends=date(2017, 4, 1))


def give(person, by, **more):
    owner = Owner(by.post_id, by.team_id, by.signature)
    asked = {"title": "Visit at home", "due_on": clock.today(), "patient_id": person.id, "owner": owner, **more}
    return tasks.give(**asked, by=by)


class TestNothingNewIsBegunForSomebodyWhoDied:
    def test_no_place_on_an_agenda(self, margaret, coordinator, meeting):
        dies(margaret)
        asked = {"meeting_id": meeting.pk, "patient_id": margaret.id, "reason": "falls", "told": "person"}
        with pytest.raises(Died, match=DIED):
            mdt.add_case(**asked, by=coordinator)

    def test_no_task_and_the_same_task_given_before_is_still_found(self, margaret, nurse):
        given = give(margaret, nurse, key="k1")
        dies(margaret)
        assert give(margaret, nurse, key="k1") == given
        with pytest.raises(Died, match=DIED):
            give(margaret, nurse)
        assert Task.objects.count() == 1

    def test_no_plan_but_the_one_there_is_stays_readable(self, margaret, nurse):
        dies(margaret)
        with pytest.raises(Died, match=DIED):
            careplans.start_plan(patient_id=margaret.id, by=nurse)

    def test_no_place_on_a_caseload(self, gp):
        person = builders.patient()
        dies(person)
        with pytest.raises(NotPossible, match=DIED):
            caseload.accept(patient_id=person.id, told="person", note="", by=gp)

    def test_a_death_told_of_the_same_person_under_another_number_counts(self, margaret, nurse):
        other = builders.patient(given="Peggy")
        SamePerson.objects.create(patient=margaret, same_as=other, starts=date(2017, 1, 1), reason="same person")
        dies(other)
        with pytest.raises(Died, match=DIED):
            give(margaret, nurse)

    @pytest.mark.parametrize("page", ["mdt:add_case", "tasks:new_for", "careplans:of_person"])
    def test_by_address_the_page_says_why(self, client, margaret, coordinator, meeting, page):
        dies(margaret)
        builders.sign_in(client, coordinator)
        answers = {
            "meeting_id": meeting.pk,
            "reason": "falls",
            "told": "person",
            "minutes": 10,
            "key": "k",
            "title": "Visit",
            "owner": f"post:{coordinator.post_id}",
            "due_on_0": 4,
            "due_on_1": 4,
            "due_on_2": 2017,
            "due_on_day": 4,
            "due_on_month": 4,
            "due_on_year": 2017,
        }
        response = client.post(reverse(page, args=[margaret.id]), answers, follow=True)
        assert DIED in builders.text(response)

    def test_a_case_not_reached_is_not_carried_over(self, margaret, coordinator, meeting):
        mdt.add_case(meeting_id=meeting.pk, patient_id=margaret.id, reason="falls", told="person", by=coordinator)
        dies(margaret)
        mdt.close_meeting(meeting_id=meeting.pk, by=coordinator)
        mdt.plan_meeting(starts_at=clock.now() + timedelta(days=9), minutes=60, by=coordinator)
        assert [row.cases for row in meetings.upcoming(coordinator)] == [0]


@pytest.mark.parametrize(("leaves", "mark"), [(dies, "died 2 April 2017"), (moves_away, "no longer registered")])
class TestEveryPageMarksThem:
    def test_today_in_changes_and_in_work(self, client, margaret, nurse, leaves, mark):
        tell(margaret)
        give(margaret, nurse)
        leaves(margaret)
        assert see(client, nurse).count(mark) == 2

    @pytest.mark.parametrize("page", ["tasks:index", "web:visits", "caseload:index"])
    def test_work_visits_and_caseload(self, client, margaret, nurse, leaves, mark, page):
        give(margaret, nurse)
        leaves(margaret)
        builders.sign_in(client, nurse)
        assert mark in builders.text(client.get(reverse(page)))

    def test_the_agenda_the_plan_and_the_banner(self, client, margaret, coordinator, meeting, leaves, mark):
        mdt.add_case(meeting_id=meeting.pk, patient_id=margaret.id, reason="falls", told="person", by=coordinator)
        plan = careplans.start_plan(patient_id=margaret.id, by=coordinator)
        leaves(margaret)
        builders.sign_in(client, coordinator)
        assert mark in builders.text(client.get(reverse("mdt:meeting", args=[meeting.pk])))
        page = builders.text(client.get(reverse("careplans:plan", args=[plan.pk])))
        assert "The plan is still open" in page
        assert mark[0].upper() + mark[1:] in page
