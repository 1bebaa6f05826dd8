"""Today, the person, the unplanned view, oversight: each role, what is on them, what they cost."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.urls import reverse

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.caseload import actions as caseload
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
SIX_TEN = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
HOSPITAL = SourceOf("Tunbridge Wells Hospital")

FLAGS = {
    "escalation": "Not for attempted CPR",
    "reasonable_adjustment": "Large print",
    "staff_safety": "Never alone",
    "safeguarding": "Adult at risk",
    "": "Scene issues",
}


@pytest.fixture
def margaret(gp):
    person = builders.patient(address="4 Church Lane, Hadlow")
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    return person


def say(person, kind: str, display: str, number: str, received_at=SIX_TEN, **more) -> None:
    statement = NewStatement(patient_id=person.id, kind=kind, external_id=number, display=display, **more)
    record.add_statements(statements=[statement], source=HOSPITAL, received_at=received_at, by=audit.SYSTEM)


def admit(person, **more) -> None:
    say(
        person,
        "encounter",
        "Emergency admission",
        f"spell {person.id}",
        category="emergency_admission",
        started_on=date(2017, 3, 31),
        started_at=datetime(2017, 3, 31, 20, 40, tzinfo=UTC),
        **more,
    )


def see(client, viewer, address: str) -> str:
    builders.sign_in(client, viewer)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


class TestToday:
    def test_tells_what_changed_when_it_happened_and_when_we_knew(self, client, nurse, margaret):
        admit(margaret)
        page = see(client, nurse, reverse("web:today"))
        assert "Margaret Ashdown" in page
        assert "Emergency admission, Friday 31 March 2017, 9:40pm" in " ".join(page.split())
        assert "Told to us Monday 3 April 2017, 6:10am by Tunbridge Wells Hospital" in page

    def test_says_plainly_that_nothing_changed(self, client, nurse, margaret):
        assert "Nothing new since Monday 27 March 2017, 9:00am." in see(client, nurse, reverse("web:today"))

    def test_shows_nobody_of_the_cluster_next_door(self, client, area, margaret):
        admit(margaret)
        assert "Ashdown" not in see(client, area.viewer("community_nurse", "C2"), reverse("web:today"))

    def test_a_line_closed_by_one_is_closed_for_the_team(self, client, area, nurse, margaret):
        admit(margaret)
        see(client, nurse, reverse("web:today"))
        statement = record_ids(margaret)[0]
        assert client.post(reverse("web:close_change", args=[statement])).status_code == 302
        assert "Ashdown" not in see(client, area.viewer("therapist", "C1"), reverse("web:today"))

    def test_names_everybody_shown_in_one_entry_and_costs_the_same_for_more(
        self, client, nurse, gp, django_assert_max_num_queries
    ):
        for number in range(30):
            person = builders.patient(family=f"Person{number}")
            caseload.accept(patient_id=person.id, told="person", note="", by=gp)
            admit(person)
        before = AuditEntry.objects.count()
        builders.sign_in(client, nurse)
        with django_assert_max_num_queries(34):
            client.get(reverse("web:today"))
        looks = AuditEntry.objects.filter(sequence__gt=before, action="looked")
        assert looks.count() == 1
        assert AuditSubject.objects.filter(entry_sequence=looks.get().sequence).count() == 25

    @pytest.mark.parametrize(
        ("role", "at", "leads_to"), [("privacy_officer", "99J", "/oversight/"), ("analyst", "99J", "/population/")]
    )
    def test_roles_without_people_start_where_their_work_is(self, client, area, role, at, leads_to):
        viewer = area.viewer(role, at)
        builders.sign_in(client, viewer)
        assert client.get("/")["Location"] == leads_to


class TestPerson:
    def test_tells_the_story_with_source_and_date_on_every_item(self, client, nurse, margaret):
        say(margaret, "condition", "Heart failure", "c1", started_on=date(2015, 6, 1))
        say(margaret, "medication", "Furosemide 40mg tablets", "m1", started_on=date(2017, 3, 1))
        say(margaret, "allergy", "Penicillin", "a1", started_on=date(1990, 1, 1), precision="year")
        admit(margaret)
        page = " ".join(see(client, nurse, reverse("web:person", args=[margaret.id])).split())
        assert "82, lives in Hadlow." in page
        assert "Heart failure" in page
        assert "In hospital since 31 March" in page
        assert "Tunbridge Wells Hospital, 1 June 2015" in page
        assert "Tunbridge Wells Hospital, 1990" in page
        assert "Allergy: Penicillin" in page
        assert "Why you may see this page: Your team looks after this person." in page

    def test_the_links_of_the_story_lead_to_something_on_the_page(self, client, nurse, margaret):
        for number, name in enumerate(("Heart failure", "Gout", "Asthma", "Asthma")):
            say(margaret, "condition", name, f"c{number}", started_on=date(2015, 6, 1))
        admit(margaret)
        page = see(client, nurse, reverse("web:person", args=[margaret.id]))
        anchors = re.findall(r'<a href="#([^"]+)"', page[page.index("lc-story") : page.index("What matters to me")])
        assert len(anchors) == 5
        assert all(f'id="{anchor}"' in page for anchor in anchors)

    def test_says_what_it_does_not_know(self, client, nurse, margaret):
        page = see(client, nurse, reverse("web:person", args=[margaret.id]))
        assert "No allergy told to us. That is not the same as none." in page
        assert "There is no care and support plan yet." in page
        assert "General practice: no agreement with Hadlow Practice." in page

    def test_tells_what_came_since_the_last_look(self, client, nurse, margaret, clock_at):
        see(client, nurse, reverse("web:person", args=[margaret.id]))
        clock_at(MONDAY_MORNING + timedelta(days=2))
        statement = NewStatement(margaret.id, "note", "n1", "Rang her daughter", started_on=date(2017, 4, 4))
        record.add_statements(
            statements=[statement], source=HOSPITAL, received_at=MONDAY_MORNING + timedelta(days=1), by=audit.SYSTEM
        )
        page = see(client, nurse, reverse("web:person", args=[margaret.id]))
        assert "Since you last looked, Monday 3 April 2017, 9:00am" in page
        assert "Rang her daughter" in page

    @pytest.mark.parametrize("elsewhere", ["web:today", "web:unplanned"])
    def test_a_name_seen_elsewhere_is_no_look_at_the_page(self, client, nurse, margaret, clock_at, elsewhere):
        see(client, nurse, reverse("web:person", args=[margaret.id]))
        clock_at(MONDAY_MORNING + timedelta(hours=1))
        admit(margaret, received_at=MONDAY_MORNING + timedelta(hours=1))
        clock_at(MONDAY_MORNING + timedelta(hours=2))
        args = [margaret.id] if elsewhere == "web:unplanned" else []
        assert "Ashdown" in see(client, nurse, reverse(elsewhere, args=args))
        clock_at(MONDAY_MORNING + timedelta(hours=4))
        page = see(client, nurse, reverse("web:person", args=[margaret.id]))
        assert "Since you last looked, Monday 3 April 2017, 9:00am" in page
        assert "Nothing new has reached us" not in page

    @pytest.mark.parametrize(("role", "at"), [("gp", "G2"), ("community_nurse", "C2"), ("practice_manager", "G1")])
    @pytest.mark.parametrize("page", ["web:person", "web:unplanned"])
    def test_explains_a_refusal_and_shows_nothing(self, client, area, margaret, role, at, page):
        viewer = area.viewer(role, at)
        builders.sign_in(client, viewer)
        response = client.get(reverse(page, args=[margaret.id]))
        assert response.status_code == 403
        assert "Ashdown" not in response.content.decode()
        assert "was recorded" in response.content.decode()

    def test_marks_somebody_who_died(self, client, gp):
        person = builders.patient(family="Late", died_on=date(2017, 4, 1))
        page = see(client, gp, reverse("web:person", args=[person.id]))
        assert "Died 1 April 2017" in page
        assert "Give a task" not in page

    def test_asks_a_fixed_number_of_questions(self, client, nurse, margaret, django_assert_max_num_queries):
        for number in range(60):
            say(margaret, "measurement", f"Test {number}", f"t{number}", value=str(number), started_on=date(2017, 1, 1))
        builders.sign_in(client, nurse)
        with django_assert_max_num_queries(32):
            client.get(reverse("web:person", args=[margaret.id]))

    def test_an_allergy_is_red_only_while_it_holds(self, client, nurse, margaret):
        say(margaret, "allergy", "Penicillin", "a1", status="active")
        say(margaret, "allergy", "Latex", "a2", status="resolved")
        page = " ".join(see(client, nurse, reverse("web:person", args=[margaret.id])).split())
        assert '<strong class="lc-banner__alert">Allergy: Penicillin</strong>' in page
        assert "Allergy: Latex" not in page
        assert "Latex (resolved)" in page

    def test_no_known_allergy_is_a_plain_line_with_its_source(self, client, nurse, margaret):
        more = {"code_system": "snomedct", "code": "716186003", "started_on": date(2016, 5, 3)}
        say(margaret, "allergy", "No known allergy", "a1", **more)
        for page in ("web:person", "web:unplanned"):
            shown = " ".join(see(client, nurse, reverse(page, args=[margaret.id])).split())
            assert "No known allergy, recorded 3 May 2016 by Tunbridge Wells Hospital." in shown
            assert "lc-banner__alert" not in shown
            assert "No allergy told to us" not in shown

    def test_each_kind_of_flag_stands_where_it_may_be_read(self, client, nurse, margaret):
        for category, words in FLAGS.items():
            say(margaret, "flag", words, f"f {category}", category=category, author="Dr Marsh")
        page = " ".join(see(client, nurse, reverse("web:person", args=[margaret.id])).split())
        assert '<strong class="lc-banner__alert">CPR and escalation: Not for attempted CPR</strong>' in page
        assert "<span>Needs: Large print</span>" in page
        private = page[page.index("<details") : page.index("</details>")]
        assert "lc-no-print" in private
        for words in ("Never alone", "Adult at risk", "Scene issues"):
            assert words in private
            assert page.count(words) == 1
        assert "New alerts for staff: 3" in page
        unplanned = " ".join(see(client, nurse, reverse("web:unplanned", args=[margaret.id])).split())
        decided = unplanned[unplanned.index("<h2>CPR and escalation") : unplanned.index("<h2>Allergies")]
        assert "Not for attempted CPR" in decided
        assert "Dr Marsh" in decided
        assert not any(words in decided for words in ("Never alone", "Adult at risk", "Scene issues", "Large print"))

    def test_the_unplanned_view_has_what_can_hurt_first(self, client, nurse, margaret):
        say(margaret, "allergy", "Penicillin", "a1", started_on=date(1990, 1, 1))
        page = see(client, nurse, reverse("web:unplanned", args=[margaret.id]))
        order = [page.index(h) for h in ("CPR and escalation", "<h2>Allergies", "Current medicines", "Whom to ring")]
        assert order == sorted(order)


class TestFinding:
    def test_one_box_reads_two_identifiers_and_opens_the_person(self, client, gp, margaret):
        builders.sign_in(client, gp)
        response = client.post(reverse("web:find"), {"q": f"{margaret.nhs_number} 4/3/1935"})
        assert response["Location"] == reverse("web:person", args=[margaret.id])

    def test_one_identifier_is_not_enough_and_the_answer_is_kept(self, client, gp, margaret):
        builders.sign_in(client, gp)
        page = client.post(reverse("web:find"), {"q": "Ashdown"}).content.decode()
        assert "There is a problem" in page
        assert 'value="Ashdown"' in page

    def test_somebody_without_a_right_learns_nothing(self, client, area, margaret):
        viewer = area.viewer("therapist", "C2")
        builders.sign_in(client, viewer)
        page = client.post(reverse("web:find"), {"q": "Ashdown 4/3/1935"}).content.decode()
        assert "Nobody whom you may see fits" in page


class TestEmergency:
    def test_opens_the_record_with_words_and_waits_in_oversight(self, client, area, margaret):
        viewer = area.viewer("community_nurse", "C2")
        builders.sign_in(client, viewer)
        address = reverse("web:emergency", args=[margaret.id])
        assert "There is a problem" in client.post(address, {"reason": ""}).content.decode()
        assert client.post(address, {"reason": "found on the floor"})["Location"] == reverse(
            "web:person", args=[margaret.id]
        )
        page = see(client, area.viewer("privacy_officer", "99J"), reverse("web:oversight"))
        assert "found on the floor" in page
        assert "Ashdown" not in page

    def test_is_not_offered_against_a_refusal(self, client, area, gp, margaret):
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        viewer = area.viewer("community_nurse", "C2")
        builders.sign_in(client, viewer)
        assert client.get(reverse("web:emergency", args=[margaret.id])).status_code == 403


class TestOversight:
    def test_verifies_the_chain_and_says_when(self, client, area, margaret):
        officer = area.viewer("privacy_officer", "99J")
        see(client, officer, reverse("web:oversight"))
        assert client.post(reverse("web:verify")).status_code == 302
        assert "It held when" in see(client, officer, reverse("web:oversight"))

    @pytest.mark.parametrize("show", ["", "looks", "reveals", "refusals", "emergencies", "seals"])
    def test_lists_what_was_done_without_anybody_s_name(self, client, area, nurse, margaret, show):
        gate.open_person(nurse, margaret.id, page="person")
        page = see(client, area.viewer("privacy_officer", "99J"), f"{reverse('web:oversight')}?show={show}")
        assert "Ashdown" not in page

    @pytest.mark.parametrize(("refusals", "has_earlier"), [(25, False), (26, True)])
    def test_leads_to_earlier_entries_where_there_are_some(self, client, area, refusals, has_earlier):
        officer = area.viewer("privacy_officer", "99J")
        for number in range(refusals):
            with audit.transaction():
                audit.record("refused", by=officer.actor, reason=f"refusal {number}.")
        page = see(client, officer, f"{reverse('web:oversight')}?show=refusals")
        links = re.findall(r'href="([^"]*beyond=[^"]*)"', page)
        assert bool(links) is has_earlier
        assert ("refusal 0." in page) is not has_earlier
        assert all("refusal 0." in see(client, officer, unescape(link)) for link in links)

    def test_turns_the_order_round_and_leads_on_to_later_entries(self, client, area):
        officer = area.viewer("privacy_officer", "99J")
        for number in range(26):
            with audit.transaction():
                audit.record("refused", by=officer.actor, reason=f"refusal {number}.")
        page = see(client, officer, f"{reverse('web:oversight')}?show=refusals&order=entry")
        assert page.index("refusal 0.") < page.index("refusal 24.")
        assert "refusal 25." not in page
        [later] = re.findall(r'href="([^"]*beyond=[^"]*)"', page)
        page = see(client, officer, unescape(later))
        assert "refusal 25." in page
        assert "refusal 24." not in page

    @pytest.mark.parametrize("beyond", ["²", "9" * 30, "none"])
    def test_an_address_that_names_no_entry_begins_with_the_latest(self, client, area, beyond):
        officer = area.viewer("privacy_officer", "99J")
        assert see(client, officer, f"{reverse('web:oversight')}?beyond={beyond}")

    @pytest.mark.parametrize(("role", "at"), [("gp", "G1"), ("analyst", "99J"), ("care_coordinator", "C1")])
    def test_is_for_privacy_officers(self, client, area, role, at):
        viewer = area.viewer(role, at)
        builders.sign_in(client, viewer)
        assert client.get(reverse("web:oversight")).status_code == 403


def record_ids(person) -> list[int]:
    from localcare.record import queries as recorded

    return [item.id for item in recorded.of_person(builders.sees(person.id)).encounters()]
