"""Today: who is in hospital now, and what changed by what became known."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions as caseload
from localcare.caseload.models import ClosedChange
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record import queries as recorded
from localcare.record.types import NewStatement, SourceOf
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
TODAY = date(2017, 4, 3)
HOSPITAL = SourceOf("Tunbridge Wells Hospital")


@pytest.fixture
def margaret(gp):
    return on_caseload(gp)


def on_caseload(gp, **more):
    person = builders.patient(**more)
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    return person


def tell(person, *, days_ago=0, told_days_ago=0, category="emergency_admission", number="spell-1", ended=None, **more):
    """An encounter that began so many days ago and of which we were told so many days ago."""
    statement = NewStatement(
        patient_id=person.id,
        kind="encounter",
        external_id=f"{person.id} {number}",
        display=category.replace("_", " ").capitalize(),
        category=category,
        started_on=TODAY - timedelta(days=days_ago),
        ended_on=TODAY - timedelta(days=ended) if ended is not None else None,
        **more,
    )
    at = MONDAY_MORNING - timedelta(days=told_days_ago, hours=2)
    record.add_statements(statements=[statement], source=HOSPITAL, received_at=at, by=audit.SYSTEM)


def see(client, viewer, query="") -> str:
    builders.sign_in(client, viewer)
    response = client.get(reverse("web:today") + query)
    assert response.status_code == 200
    return " ".join(builders.text(response).split())


def in_hospital(page: str) -> int:
    return int(page.split("</strong> <span>in hospital or A&E")[0].rsplit("<strong>", 1)[1])


class TestInHospital:
    def test_somebody_stays_counted_and_listed_on_the_eighth_day_and_long_after(self, client, nurse, margaret):
        tell(margaret, days_ago=40, told_days_ago=39)
        page = see(client, nurse, "?show=hospital")
        assert in_hospital(page) == 1
        assert "Margaret Ashdown" in page
        assert "Nothing new since Monday 27 March 2017, 9:00am." in see(client, nurse)

    def test_closing_the_line_takes_nobody_out_of_hospital(self, client, nurse, margaret):
        tell(margaret, days_ago=1)
        (item,) = recorded.of_person(builders.sees(margaret.id)).items
        caseload.close_change(statement_id=item.id, patient_id=margaret.id, reason="rang the ward", by=nurse)
        assert in_hospital(see(client, nurse)) == 1
        assert "Margaret Ashdown" not in see(client, nurse)
        assert "Margaret Ashdown" in see(client, nurse, "?show=hospital")

    @pytest.mark.parametrize(
        ("category", "inside"),
        [
            ("emergency_admission", 1),
            ("planned_admission", 1),
            ("admission", 1),
            ("emergency_attendance", 1),
            ("day_case", 0),
            ("outpatient", 0),
            ("ambulance", 0),
        ],
    )
    def test_counts_every_stay_however_it_began_and_nothing_else(self, client, nurse, margaret, category, inside):
        tell(margaret, category=category)
        assert in_hospital(see(client, nurse)) == inside

    @pytest.mark.parametrize(
        "told",
        [
            {"days_ago": -10, "status": "planned"},
            {"days_ago": 3, "status": "finished"},
            {"days_ago": 3, "status": "cancelled"},
            {"days_ago": 3, "status": "entered-in-error"},
            {"days_ago": 3, "ended": 0},
            {"days_ago": 3, "category": "emergency_attendance"},
        ],
    )
    def test_leaves_out_what_is_planned_over_or_an_attendance_of_days_ago(self, client, nurse, margaret, told):
        tell(margaret, **told)
        assert in_hospital(see(client, nurse)) == 0

    def test_the_count_is_what_the_page_behind_it_lists_page_by_page(self, client, nurse, gp):
        for number in range(30):
            tell(on_caseload(gp, family=f"Person{number:02}"), days_ago=20 + number, told_days_ago=15)
        first, second = see(client, nurse, "?show=hospital"), see(client, nurse, "?show=hospital&page=2")
        assert in_hospital(first) == in_hospital(second) == 30
        assert "1 to 25 of 30 people" in first
        assert "26 to 30 of 30 people" in second
        assert len({name for n in range(30) if (name := f"Person{n:02}") in first + second}) == 30


class TestWhatBecameKnown:
    def test_an_admission_told_late_is_told(self, client, nurse, margaret):
        tell(margaret, days_ago=9)
        assert "Emergency admission, Saturday 25 March 2017" in see(client, nurse)

    def test_a_stay_told_today_is_news_however_long_ago_it_began(self, client, nurse, margaret):
        tell(margaret, days_ago=90)
        assert "Emergency admission, Tuesday 3 January 2017" in see(client, nurse)

    def test_a_discharge_from_a_long_stay_is_told_with_its_day(self, client, nurse, margaret):
        tell(margaret, days_ago=30, told_days_ago=29)
        tell(margaret, days_ago=30, ended=1)
        page = see(client, nurse)
        assert "Discharged Sunday 2 April 2017." in page
        assert in_hospital(page) == 0

    def test_a_discharge_is_told_again_after_the_admission_was_closed(self, client, nurse, margaret):
        tell(margaret, days_ago=3, told_days_ago=2)
        (item,) = recorded.of_person(builders.sees(margaret.id)).items
        caseload.close_change(statement_id=item.id, patient_id=margaret.id, reason="", by=nurse)
        assert "Margaret Ashdown" not in see(client, nurse)
        tell(margaret, days_ago=3, ended=1)
        assert "Discharged Sunday 2 April 2017." in see(client, nurse)

    def test_a_first_load_of_years_tells_only_of_the_last_weeks(self, client, nurse, margaret):
        tell(margaret, days_ago=60, ended=50)
        tell(margaret, days_ago=400, number="old", category="ambulance")
        assert "Nothing new" in see(client, nurse)

    def test_what_is_to_come_is_no_news(self, client, nurse, margaret):
        tell(margaret, days_ago=-10, status="planned", category="planned_admission")
        assert "Nothing new" in see(client, nurse)

    def test_beyond_25_there_is_a_next_page_that_keeps_the_filter(self, client, nurse, gp):
        for number in range(26):
            tell(on_caseload(gp, family=f"Person{number:02}"))
        page = see(client, nurse, "?people=team")
        assert "1 to 25 of 26 people" in page
        assert "?people=team&page=2" in page


class TestNextStep:
    @pytest.mark.parametrize(
        ("told", "steps"),
        [
            ({}, ["Add to meeting", "Ring the ward"]),
            ({"days_ago": 5, "ended": 1}, ["Ask for a visit", "Add to meeting"]),
            ({"category": "emergency_attendance", "ended": 0}, ["Ask for a call", "Add to meeting"]),
            ({"category": "call_111"}, ["Ask for a call", "Add to meeting"]),
        ],
    )
    def test_follows_what_happened(self, client, nurse, coordinator, margaret, told, steps):
        mdt.plan_meeting(starts_at=MONDAY_MORNING + timedelta(days=2), minutes=60, by=coordinator)
        tell(margaret, **told)
        page = plain(see(client, nurse))
        assert " ".join(f"{step}: Margaret Ashdown" for step in steps) in page

    def test_is_for_the_hospital_while_somebody_is_there_whatever_was_told_last(self, client, nurse, margaret):
        tell(margaret, days_ago=12, told_days_ago=11)
        tell(margaret, number="call", category="call_111")
        page = plain(see(client, nurse))
        assert "in hospital since 22 March 2017" in page
        assert "Ring the ward: Margaret Ashdown" in page
        assert "Ask for a call" not in page

    def test_is_what_the_role_can_do(self, client, gp, coordinator, margaret):
        tell(margaret)
        page = plain(see(client, gp))
        assert "Ring the ward: Margaret Ashdown" in page
        assert "Add to meeting" not in page

    def test_a_task_comes_with_a_title(self, client, nurse, margaret):
        builders.sign_in(client, nurse)
        page = builders.text(client.get(reverse("tasks:new_for", args=[margaret.id]) + "?about=ward"))
        assert "Ring the ward: when home, and with what help" in page


class TestClosing:
    def test_takes_a_reason_and_can_be_undone_by_whoever_closed_it(self, client, nurse, coordinator, margaret):
        tell(margaret)
        (item,) = recorded.of_person(builders.sees(margaret.id)).items
        see(client, nurse)
        address = reverse("web:close_change", args=[item.id])
        page = builders.text(client.post(address, {"reason": "rang the ward"}, follow=True))
        assert ClosedChange.objects.get().reason == "rang the ward"
        assert f'action="{reverse("web:open_change", args=[item.id])}"' in page
        builders.sign_in(client, coordinator)
        assert "closed this line. Ask them." in builders.text(
            client.post(reverse("web:open_change", args=[item.id]), follow=True)
        )
        builders.sign_in(client, nurse)
        page = builders.text(client.post(reverse("web:open_change", args=[item.id]), follow=True))
        assert "Margaret Ashdown" in page
        assert AuditEntry.objects.filter(action="change opened again").count() == 1


def hear(person, source: SourceOf, *days_ago: int) -> None:
    """A source tells us something of no interest, on each of some days."""
    for days in sorted(days_ago, reverse=True):
        note = NewStatement(person.id, "note", f"n{days}", "Seen", started_on=TODAY - timedelta(days=900))
        at = MONDAY_MORNING - timedelta(days=days, hours=2)
        record.add_statements(statements=[note], source=source, received_at=at, by=audit.SYSTEM)


ACUTE = SourceOf("Hospital, Maidstone", "RWF", "acute")
OTHER_ACUTE = SourceOf("Hospital, Medway", "RPA", "acute")
HADLOW = SourceOf("GP record, Hadlow Practice (G1)", "G1", "gp")
ELSEWHERE = SourceOf("GP record, Cranbrook Practice (G3)", "G3", "gp")


class TestSources:
    def test_one_live_source_does_not_hide_a_silent_one(self, client, nurse, margaret):
        hear(margaret, ACUTE, 3, 2, 1, 0)
        hear(margaret, OTHER_ACUTE, 9, 8, 7, 6, 5)
        page = see(client, nurse)
        assert "Silent for longer than usual: Hospital, Medway, last heard Wednesday 29 March 2017" in plain(page)
        assert "Hospital, Maidstone, last heard" not in page

    def test_nothing_new_says_since_when_and_which_feed_is_expected_when(self, client, nurse, margaret):
        hear(margaret, ACUTE, 3, 2, 1, 0)
        hear(margaret, HADLOW, 22, 15, 8, 1)
        page = plain(see(client, nurse))
        assert "Nothing new since Monday 27 March 2017, 9:00am. Next expected: Hospitals Tuesday 4 April 2017" in page
        assert "general practice Sunday 9 April 2017. 2 practices do not share." in page
        assert "Hospitals: Monday 3 April 2017, 7:00am, usually daily; next expected Tuesday 4 April 2017." in page
        assert "General practice: Sunday 2 April 2017, 7:00am, usually weekly" in page

    def test_a_rhythm_nobody_observed_is_not_said(self, client, nurse, margaret):
        hear(margaret, ACUTE, 1)
        page = plain(see(client, nurse))
        assert "Hospitals: Sunday 2 April 2017, 7:00am." in page
        assert "How often a source sends is said once it has been seen on four days." in page
        assert "Next expected" not in page
        assert "Silent" not in page

    def test_other_clusters_practices_are_not_told(self, client, nurse, margaret):
        hear(margaret, ELSEWHERE, 60)
        assert "Cranbrook" not in see(client, nurse)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())
