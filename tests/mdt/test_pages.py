"""Pages of meetings: one request a role, the neighbour, the agenda, a case, two writers at once, presenting."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from localcare.base import audit
from localcare.mdt import actions
from localcare.mdt.models import Attendance, Case, CaseMinutes, Meeting
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks.models import Task
from tests.builders import text

pytestmark = pytest.mark.django_db
WEDNESDAY = datetime(2017, 4, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def keith(area):
    return area.looked_after(family="Pankhurst", given="Keith")


@pytest.fixture
def meeting(coordinator):
    return actions.plan_meeting(starts_at=WEDNESDAY, minutes=120, by=coordinator, place="Tonbridge hub")


@pytest.fixture
def cases(meeting, margaret, keith, coordinator):
    return [
        actions.add_case(meeting_id=meeting.id, patient_id=p.id, reason=reason, told="person", by=coordinator)
        for p, reason in ((margaret, "Third admission"), (keith, "Falls"))
    ]


def minutes(**more):
    empty = {f"{name}{n}": "" for n in range(5) for name in ("what", "owner", "due")}
    tokens = {f"token{n}": f"t{n}" for n in range(5)}
    return {**empty, **tokens, "started_from": 0, "discussion": "Breathless", "decision": "Nurse to visit", **more}


@pytest.mark.parametrize(
    ("role", "at", "lists", "agenda", "names", "case"),
    [
        ("care_coordinator", "C1", 200, 200, True, 200),
        ("community_nurse", "C1", 200, 200, True, 200),
        ("gp", "G1", 200, 200, True, 200),
        ("gp", "G2", 200, 200, False, 403),
        ("gp", "G3", 200, 403, False, 403),
        ("care_coordinator", "C2", 200, 403, False, 403),
        ("practice_manager", "G1", 403, 403, False, 403),
        ("analyst", "99J", 403, 403, False, 403),
        ("privacy_officer", "99J", 403, 403, False, 403),
    ],
)
def test_who_sees_what_of_a_meeting(area, meeting, cases, as_viewer, role, at, lists, agenda, names, case):
    browser = as_viewer(area.viewer(role, at))
    listed = browser.get("/meetings/")
    assert listed.status_code == lists
    assert ("2 of 12" in text(listed)) == (agenda == 200)
    answer = browser.get(f"/meetings/{meeting.id}/")
    assert answer.status_code == agenda
    assert ("Margaret" in text(answer)) == names
    assert browser.get(f"/meetings/{meeting.id}/case/{cases[0].id}/").status_code == case


def test_what_does_not_exist_is_not_found(as_viewer, coordinator, meeting, cases):
    browser = as_viewer(coordinator)
    for path in ("/meetings/99999/", f"/meetings/{meeting.id}/case/99999/", f"/meetings/99999/case/{cases[0].id}/"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/meetings/{meeting.id}/case/{cases[0].id}/sideways/").status_code == 404


def test_planning_a_meeting(as_viewer, coordinator):
    browser = as_viewer(coordinator)
    assert "No meeting is planned." in text(browser.get("/meetings/"))
    answers = {"day_day": "5", "day_month": "4", "day_year": "2017", "starts": "1pm", "minutes": 120}
    browser.post("/meetings/new/", {**answers, "minutes_per_case": 10, "place": "Hub", "link": ""})
    assert Meeting.objects.get().starts_at == WEDNESDAY
    refused = browser.post("/meetings/new/", {**answers, "minutes": 5, "minutes_per_case": 10, "starts": "soon"})
    assert refused.status_code == 400
    assert "Enter a time" in text(refused)


def test_only_the_co_ordinator_plans(as_viewer, nurse):
    assert as_viewer(nurse).get("/meetings/new/").status_code == 403


def test_adding_from_a_person_and_taking_it_back(as_viewer, nurse, meeting, margaret):
    browser = as_viewer(nurse)
    page = f"/meetings/add/{margaret.id}/"
    assert "Wednesday 5 April 2017, 1:00pm: 0 of 12" in text(browser.get(page))
    answers = {"meeting_id": meeting.id, "reason": "Third admission", "told": "person"}
    assert "On the agenda." in text(browser.post(page, answers, follow=True))
    assert browser.get(page).status_code == 302
    case = Case.objects.get()
    browser.post(f"/meetings/{meeting.id}/case/{case.id}/off/")
    assert "Nobody is on the agenda." in text(browser.get(f"/meetings/{meeting.id}/"))


def test_a_practice_is_told_to_ask_first(area, as_viewer, meeting, margaret):
    answer = as_viewer(area.viewer("gp", "G1")).post(
        f"/meetings/add/{margaret.id}/", {"meeting_id": meeting.id, "reason": "Third admission", "told": "not_yet"}
    )
    assert answer.status_code == 400
    assert "Tell the person first" in text(answer)


def test_without_a_meeting_the_page_says_who_plans_one(as_viewer, nurse, margaret):
    assert "Ask the care co-ordinator" in text(as_viewer(nurse).get(f"/meetings/add/{margaret.id}/"))


def test_a_neighbour_adds_nobody(area, as_viewer, meeting, margaret):
    assert as_viewer(area.viewer("care_coordinator", "C2")).get(f"/meetings/add/{margaret.id}/").status_code == 403


def test_moving_cases(as_viewer, coordinator, meeting, cases):
    browser = as_viewer(coordinator)
    browser.post(f"/meetings/{meeting.id}/case/{cases[1].id}/up/")
    page = text(browser.get(f"/meetings/{meeting.id}/"))
    assert page.index("Keith") < page.index("Margaret")


def test_coming_and_who_is_missing(as_viewer, nurse, meeting):
    browser = as_viewer(nurse)
    browser.post(f"/meetings/{meeting.id}/attendance/{nurse.post_id}/", {"coming": "yes"})
    assert Attendance.objects.get(post_id=nurse.post_id).coming
    assert "Missing:</strong> GP, Social worker" in text(browser.get(f"/meetings/{meeting.id}/"))


class TestACase:
    @pytest.fixture
    def page(self, meeting, cases):
        return f"/meetings/{meeting.id}/case/{cases[0].id}/"

    def test_save_and_next_goes_through_the_agenda_and_ends_there(
        self, as_viewer, coordinator, nurse, meeting, cases, page
    ):
        browser = as_viewer(coordinator)
        assert "Save and next" in text(browser.get(page))
        action = {"what0": "Weigh her", "owner0": f"post:{nurse.post_id}", "due0": "2017-04-07"}
        answer = browser.post(page, minutes(**action))
        assert answer.url == f"/meetings/{meeting.id}/case/{cases[1].id}/"
        assert Task.objects.get().owner_post_id == nurse.post_id
        answer = browser.post(answer.url, minutes())
        assert answer.url == f"/meetings/{meeting.id}/"
        assert "Weigh her" in text(browser.get(page))

    def test_half_an_action_comes_back_with_everything_kept(self, as_viewer, coordinator, page):
        answer = as_viewer(coordinator).post(page, minutes(what0="Weigh her"))
        assert answer.status_code == 400
        for said in ("Action 1: choose who does it", "Action 1: give the day", "Nurse to visit", "Weigh her"):
            assert said in text(answer)
        assert not CaseMinutes.objects.exists()

    def test_of_two_writers_the_later_sees_both(self, area, as_viewer, coordinator, cases, page):
        other = area.viewer("care_coordinator", "C1")
        written = {"discussion": "Breathless", "decision": "GP to visit", "actions": [], "started_from": 0}
        actions.record_case(case_id=cases[0].id, by=other, **written)
        browser = as_viewer(coordinator)
        answer = browser.post(page, minutes(what0="Weigh her", owner0=f"post:{other.post_id}", due0="2017-04-07"))
        assert answer.status_code == 409
        for said in (
            "only theirs: </span>GP",
            "only yours: </span>Nurse",
            "Weigh her",
            'name="started_from" value="1"',
        ):
            assert said in text(answer)
        assert browser.post(page, minutes(started_from=1)).status_code == 302
        assert CaseMinutes.objects.count() == 2

    def test_those_who_join_read(self, as_viewer, coordinator, nurse, cases, page):
        browser = as_viewer(nurse)
        assert "No minutes yet." in text(browser.get(page))
        assert browser.post(page, minutes()).status_code == 200
        assert not CaseMinutes.objects.exists()

    def test_presenting_hides_the_other_people(self, as_viewer, coordinator, page):
        browser = as_viewer(coordinator)
        assert "Keith" in text(browser.get(page))
        shown = text(browser.get(f"{page}?present=1"))
        assert "Keith" not in shown
        assert "Third admission" in shown

    def test_tells_the_story_and_links_to_its_facts_unless_shown_to_a_room(
        self, as_viewer, coordinator, margaret, page
    ):
        asthma = NewStatement(margaret.id, "condition", "c1", "Asthma")
        record.add_statements(statements=[asthma], source=SourceOf("GP"), received_at=WEDNESDAY, by=audit.SYSTEM)
        told = text(as_viewer(coordinator).get(page))
        assert f'<a href="/people/{margaret.id}/#registered">82.</a>' in told
        assert "Asthma</a>" in told
        shown = text(as_viewer(coordinator).get(f"{page}?present=1"))
        assert "<p>82. Asthma.</p>" in shown


def test_closing_tells_what_was_not_reached(as_viewer, coordinator, nurse, meeting, cases):
    assert as_viewer(nurse).post(f"/meetings/{meeting.id}/close/").status_code == 403
    answer = as_viewer(coordinator).post(f"/meetings/{meeting.id}/close/", follow=True)
    assert "2 not reached: they lead the next agenda." in text(answer)
    assert "Not reached" in text(as_viewer(coordinator).get("/meetings/"))


def test_that_the_person_was_told_is_said_by_one_press_and_undone(as_viewer, coordinator, meeting, margaret):
    case = actions.add_case(
        meeting_id=meeting.id, patient_id=margaret.id, reason="falls", told="not_yet", by=coordinator
    )
    browser = as_viewer(coordinator)
    assert "They were told: Margaret Ashdown" in plain(browser.get(f"/meetings/{meeting.id}/"))
    page = plain(browser.post(f"/meetings/{meeting.id}/case/{case.id}/told/", {"told": "person"}, follow=True))
    assert "Noted who was told: the person." in page
    assert "They were told" not in page
    browser.post(f"/meetings/{meeting.id}/case/{case.id}/not-told/")
    assert "They were told" in plain(browser.get(f"/meetings/{meeting.id}/"))


def test_of_a_child_no_one_press_says_that_they_were_told(area, as_viewer, coordinator, meeting):
    child = area.looked_after(given="Maisie", birth_date=date(2001, 4, 4))
    browser = as_viewer(coordinator)
    add = f"/meetings/add/{child.id}/"
    assert 'value="person"' not in text(browser.get(add))
    browser.post(add, {"meeting_id": meeting.id, "reason": "asthma", "told": "not_yet"})
    case = Case.objects.get()
    page = plain(browser.get(f"/meetings/{meeting.id}/"))
    assert "Say who was told: Maisie" in page
    assert "They were told" not in page
    ask = f"/meetings/{meeting.id}/case/{case.id}/told/"
    assert "checked" not in text(browser.get(ask))
    assert browser.post(ask, {"told": "person"}).status_code == 400
    refused = browser.post(ask, {"told": "competent_child", "told_words": ""})
    assert "Say which clinician judged" in text(refused)
    noted = browser.post(ask, {"told": "parent", "told_words": "her mother"}, follow=True)
    assert "Noted who was told: her mother (parental responsibility)." in plain(noted)
    assert "Her mother (parental responsibility) was told." in plain(browser.get(f"/meetings/{meeting.id}/"))
    assert "Her mother (parental responsibility) was told." in plain(
        browser.get(f"/meetings/{meeting.id}/case/{case.id}/")
    )


def test_attendance_and_closing_can_be_undone(as_viewer, coordinator, nurse, meeting):
    browser = as_viewer(coordinator)
    address = f"/meetings/{meeting.id}/attendance/{nurse.post_id}/"
    page = browser.post(address, {"coming": "yes"}, follow=True)
    assert f'action="{address}?coming=unknown"' in text(page)
    assert "Noted: no answer yet." in text(browser.post(f"{address}?coming=unknown", follow=True))
    page = browser.post(f"/meetings/{meeting.id}/close/", follow=True)
    assert f'action="/meetings/{meeting.id}/reopen/"' in text(page)
    assert "The meeting is open again" in text(browser.post(f"/meetings/{meeting.id}/reopen/", follow=True))


def test_held_meetings_come_in_pages(as_viewer, coordinator, meeting):
    for week in range(26):
        held = actions.plan_meeting(starts_at=WEDNESDAY - timedelta(days=7 * (week + 1)), minutes=60, by=coordinator)
        actions.close_meeting(meeting_id=held.id, by=coordinator)
    browser = as_viewer(coordinator)
    assert "1 to 25 of 26 meetings" in plain(browser.get("/meetings/"))
    assert "26 to 26 of 26 meetings" in plain(browser.get("/meetings/?page=2"))


def plain(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", text(response)).split())
