"""Sealed entries on every page that shows a record: who sees them, who seals, what the others are told."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.models import Seal
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions as caseload
from localcare.caseload.models import ClosedChange
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record import queries as recorded
from localcare.record.types import NewStatement, SourceOf
from tests import builders
from tests.builders import text
from tests.caseload.conftest import Lists
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
SIX_TEN = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
HOSPITAL = SourceOf("Tunbridge Wells Hospital")
SEALED = "Hidden words"
NOTICE = "{} sealed by the person's practice. Ask Hadlow Practice."
SILENCE = ("None has been told to us", "None known to us", "No allergy told to us", "No decision has been told to us")


@pytest.fixture
def margaret(gp):
    """On the practice's list and the caseload; of each kind of entry one, and an admission of Friday."""
    person = builders.patient(address="4 Church Lane, Hadlow")
    Lists().add(person)
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    return person


def say(person, kind: str, number: str = "1", *, source=HOSPITAL, **more) -> None:
    more = {"display": f"{SEALED} {kind}", "started_on": date(2017, 3, 31), **more}
    statement = NewStatement(patient_id=person.id, kind=kind, external_id=number, **more)
    record.add_statements(statements=[statement], source=source, received_at=SIX_TEN, by=audit.SYSTEM)


def admit(person, number: str = "spell", **more) -> None:
    say(person, "encounter", number, category="emergency_admission", **more)


def items_of(person):
    return recorded.of_person(builders.sees(*gate.same_person(person.id))).items


def seal_all(person, gp) -> int:
    for item in items_of(person):
        values = {"said_by": item.organisation_code, "reason": "asked", "words": "her wish"}
        access.seal_item(patient_id=item.patient_id, item=item.reference, by=gp, **values)
    return len(items_of(person))


def see(client, viewer, address: str) -> str:
    builders.sign_in(client, viewer)
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return " ".join(text(response).split())


def pages(person) -> list[str]:
    address = reverse("web:person", args=[person.id])
    return [address, f"{address}?entries=all", reverse("web:unplanned", args=[person.id])]


KINDS = ("condition", "medication", "allergy", "measurement", "service", "flag", "note", "procedure", "immunisation")


class TestThePersonAndTheUnplannedView:
    def test_the_team_sees_nothing_of_it_and_is_told_once_how_many(self, client, gp, nurse, coordinator, margaret):
        for kind in KINDS:
            say(margaret, kind)
        admit(margaret)
        for viewer in (nurse, coordinator):
            assert all(SEALED in see(client, viewer, page) for page in pages(margaret))
        count = seal_all(margaret, gp)
        for viewer in (nurse, coordinator):
            for page in pages(margaret):
                told = see(client, viewer, page)
                assert SEALED not in told
                assert "In hospital" not in told
                assert told.count(NOTICE.format(f"{count} entries are")) == 1
                assert not any(
                    words in told for words in (*SILENCE, "Nothing new has reached us", "No source has told")
                )
                assert "Something may be sealed: that is not the same as none." in told

    def test_one_entry_is_told_as_one_and_the_rest_stands(self, client, gp, nurse, margaret):
        say(margaret, "allergy")
        seal_all(margaret, gp)
        say(margaret, "condition", display="Heart failure")
        for page in pages(margaret):
            told = see(client, nurse, page)
            assert NOTICE.format("1 entry is") in told
            assert "Heart failure" in told
            assert not any(words in told for words in SILENCE)

    def test_the_own_practice_sees_it_with_who_sealed_it_when_and_why(self, client, area, gp, margaret):
        say(margaret, "condition")
        say(margaret, "flag", category="escalation")
        seal_all(margaret, gp)
        for viewer in (gp, area.viewer("practice_nurse", "G1")):
            for page in pages(margaret):
                told = see(client, viewer, page)
                assert SEALED in told
                assert ">Sealed</strong>" in told
                assert f"{SEALED} flag (sealed)" in told
                assert f"by {gp.signature}, Monday 3 April 2017, 9:00am. The person asked for it. her wish" in told
                assert "sealed by the person's practice" not in told

    def test_emergency_access_does_not_open_it(self, client, area, gp, margaret):
        say(margaret, "allergy")
        seal_all(margaret, gp)
        for viewer in (area.viewer("community_nurse", "C2"), area.viewer("gp", "G3")):
            access.declare_emergency(patient_id=margaret.id, reason="found on the floor", by=viewer)
            for page in pages(margaret):
                told = see(client, viewer, page)
                assert SEALED not in told
                assert NOTICE.format("1 entry is") in told
                assert "Sealed entries" not in told

    def test_what_its_source_marked_says_so(self, client, gp, nurse, margaret):
        say(margaret, "condition", restricted=True)
        person, unplanned = pages(margaret)[0], pages(margaret)[2]
        for page in (person, unplanned):
            assert "1 entry is sealed by the sender. Ask Hadlow Practice." in see(client, nurse, page)
        assert "Marked restricted by its source" in see(client, gp, person)
        assert "by Tunbridge Wells Hospital, Monday 3 April 2017, 9:00am" in see(client, gp, person)

    def test_the_list_s_reasons_are_not_told_where_something_is_hidden(self, client, gp, nurse, margaret):
        say(margaret, "condition")
        address = pages(margaret)[0]
        assert "people at greatest risk:" in see(client, nurse, address)
        seal_all(margaret, gp)
        assert "people at greatest risk:" not in see(client, nurse, address)
        assert "people at greatest risk:" in see(client, gp, address)

    def test_what_repeats_is_never_folded_with_what_is_sealed(self, client, gp, nurse, margaret):
        for number in "abcd":
            say(margaret, "measurement", number, display="Weight", value="62")
        (first, *_) = items_of(margaret)
        access.seal_item(patient_id=margaret.id, item=first.reference, said_by="", reason="asked", words="", by=gp)
        measurements = f"{pages(margaret)[0]}?kind=measurement"
        assert "3 times since" in see(client, nurse, measurements)
        told = see(client, gp, measurements)
        assert "3 times since" in told
        assert "4 times since" not in told

    def test_registered_nowhere_says_so(self, client, area, gp, margaret):
        from localcare.patients.models import Registration

        say(margaret, "condition")
        seal_all(margaret, gp)
        Registration.objects.filter(patient=margaret).update(ends=date(2017, 4, 1))
        access.declare_emergency(patient_id=margaret.id, reason="collapsed", by=area.viewer("gp", "G3"))
        told = see(client, area.viewer("community_nurse", "C1"), pages(margaret)[0])
        assert "Only a practice where the person is registered can open what is sealed." in told

    def test_the_look_says_how_many_were_hidden(self, client, gp, nurse, margaret):
        say(margaret, "condition")
        say(margaret, "note")
        seal_all(margaret, gp)
        see(client, nurse, pages(margaret)[2])
        look = AuditEntry.objects.filter(action="looked").latest("sequence")
        assert audit.detail(look) == {"page": "unplanned", "basis": "relationship", "hidden": 2}

    def test_costs_one_read_however_much_is_sealed(self, client, gp, nurse, margaret):
        builders.sign_in(client, nurse)
        address = pages(margaret)[0]
        for kind in KINDS:
            say(margaret, kind)
        client.get(address)
        plain = asked(client, address)
        assert sum("access_seal" in sql for sql in plain) == 1
        seal_all(margaret, gp)
        sealed = asked(client, address)
        assert sum("access_seal" in sql for sql in sealed) == 1
        assert len(sealed) <= len(plain)


def asked(client, address) -> list[str]:
    with CaptureQueriesContext(connection) as context:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in context.captured_queries]


class TestOversight:
    def test_tells_of_seals_lifts_and_looks_with_something_hidden_and_of_nobody(
        self, client, area, gp, nurse, margaret
    ):
        say(margaret, "condition")
        seal_all(margaret, gp)
        see(client, nurse, pages(margaret)[0])
        officer = area.viewer("privacy_officer", "99J")
        told = see(client, officer, "/oversight/?show=seals")
        assert "entry sealed" in told
        assert "The person asked for it" in told
        looks = see(client, officer, "/oversight/?show=looks")
        assert "looked: person, 1 sealed and not shown" in looks
        for page in (told, looks):
            assert not any(words in page for words in (SEALED, "Ashdown", "her wish"))


class TestToday:
    ADDRESS = "/"

    def test_shows_no_change_that_is_sealed(self, client, gp, nurse, margaret):
        admit(margaret)
        assert SEALED in see(client, nurse, self.ADDRESS)
        seal_all(margaret, gp)
        for address in (self.ADDRESS, "/?people=team", "/?show=hospital"):
            told = see(client, nurse, address)
            assert SEALED not in told
            assert "Ashdown" not in told
            assert "<strong>0</strong> <span>in hospital or A&E</span>" in told
        assert "unless it is sealed" in see(client, nurse, self.ADDRESS)
        assert SEALED in see(client, gp, self.ADDRESS)

    def test_shows_the_rest_and_counts_no_more_than_it_shows(self, client, gp, nurse, margaret):
        admit(margaret)
        seal_all(margaret, gp)
        admit(margaret, "111", display="NHS 111 call", started_on=date(2017, 4, 1))
        told = see(client, nurse, self.ADDRESS)
        assert "NHS 111 call" in told
        assert "more in the last seven days" not in told

    def test_a_sealed_change_cannot_be_closed_by_its_address(self, client, gp, nurse, margaret):
        admit(margaret)
        (item,) = items_of(margaret)
        seal_all(margaret, gp)
        builders.sign_in(client, nurse)
        sealed = client.post(reverse("web:close_change", args=[item.id]))
        never_there = client.post(reverse("web:close_change", args=[item.id + 1]))
        assert (sealed.status_code, never_there.status_code) == (404, 404)
        same = [re.sub('value="[^"]{64}"', "", text(page)) for page in (sealed, never_there)]
        assert same[0] == same[1]
        assert not ClosedChange.objects.exists()
        access.lift_seal(patient_id=margaret.id, item=item.reference, why="agreed", by=gp)
        assert client.post(reverse("web:close_change", args=[item.id])).status_code == 302

    def test_asks_the_gate_about_everybody_at_once(self, client, gp, nurse, margaret):
        builders.sign_in(client, nurse)
        people = [margaret]
        for number in range(20):
            people.append(builders.patient(family=f"Person{number}"))
            caseload.accept(patient_id=people[-1].id, told="person", note="", by=gp)
        for person in people:
            admit(person, f"spell {person.id}")
        client.get(self.ADDRESS)
        plain = asked(client, self.ADDRESS)
        for person in people[::2]:
            seal_all(person, gp)
        sealed = asked(client, self.ADDRESS)
        assert [sum("access_seal" in sql for sql in some) for some in (plain, sealed)] == [1, 1]
        assert len(sealed) <= len(plain)


class TestTheMeeting:
    @pytest.fixture
    def case(self, coordinator, margaret):
        wednesday = MONDAY_MORNING + timedelta(days=2)
        meeting = mdt.plan_meeting(starts_at=wednesday, minutes=60, by=coordinator)
        return mdt.add_case(
            meeting_id=meeting.pk, patient_id=margaret.id, reason="falls", told="person", by=coordinator
        )

    def address(self, case, query: str = "") -> str:
        return reverse("mdt:case", args=[case.meeting_id, case.pk]) + query

    def test_shows_the_team_nothing_sealed_and_says_so(self, client, gp, coordinator, margaret, case):
        say(margaret, "condition")
        say(margaret, "note", display=f"{SEALED} change")
        count = seal_all(margaret, gp)
        for query in ("", "?present=1"):
            told = see(client, coordinator, self.address(case, query))
            assert SEALED not in told
            assert told.count(NOTICE.format(f"{count} entries are")) == 1
            assert "No problems are recorded" not in told
            assert "Nothing new." not in told

    def test_a_shared_screen_shows_it_not_even_to_the_practice(self, client, gp, margaret, case):
        say(margaret, "condition")
        seal_all(margaret, gp)
        told = see(client, gp, self.address(case))
        assert f"{SEALED} condition" in told
        assert ">Sealed</strong>" in told
        shared = see(client, gp, self.address(case, "?present=1"))
        assert SEALED not in shared
        assert NOTICE.format("1 entry is") in shared

    def test_sealed_minutes_stand_nowhere_but_with_the_team_that_wrote_them_and_the_practice(
        self, client, area, gp, coordinator, margaret, case
    ):
        mdt.record_case(case_id=case.pk, discussion=SEALED, decision=SEALED, actions=[], started_from=0, by=coordinator)
        seal_all(margaret, gp)
        builders.relate(margaret, area.teams["C2"])
        elsewhere = area.viewer("community_nurse", "C2")
        assert SEALED not in see(client, elsewhere, pages(margaret)[0])
        assert NOTICE.format("1 entry is") in see(client, elsewhere, pages(margaret)[0])
        for viewer in (gp, coordinator):
            assert SEALED in see(client, viewer, pages(margaret)[0])
            assert SEALED in see(client, viewer, self.address(case))
            assert SEALED not in see(client, viewer, self.address(case, "?present=1"))


class TestSealingOnThePage:
    @pytest.fixture
    def item(self, margaret):
        say(margaret, "condition")
        return items_of(margaret)[0]

    def address(self, margaret, item) -> str:
        return reverse("web:seal", args=[margaret.id, item.id])

    def test_a_gp_seals_one_entry_and_lifts_the_seal_again(self, client, as_viewer, gp, nurse, margaret, item):
        browser, address = as_viewer(gp), self.address(margaret, item)
        assert address in text(browser.get(pages(margaret)[0]))
        assert "nobody outside your practice" in text(browser.get(address))
        assert browser.post(address, {"reason": "", "words": ""}).status_code == 400
        refused = browser.post(address, {"reason": "other", "words": " "})
        assert refused.status_code == 400
        assert "Say in a few words why." in text(refused)
        told = text(browser.post(address, {"reason": "safeguarding", "words": "see letter"}, follow=True))
        assert "Sealed from now on." in told
        assert "Safeguarding. see letter" in told
        assert text(browser.get(address, follow=True)).count("This entry is sealed already.") == 1
        seal = Seal.objects.get()
        assert SEALED not in see(client, nurse, pages(margaret)[0])

        lift = reverse("web:lift_seal", args=[margaret.id, seal.id])
        browser = as_viewer(gp)
        assert browser.post(lift, {"why": " "}).status_code == 400
        told = text(browser.post(lift, {"why": "agreed with her"}, follow=True))
        assert "Everybody who may see this person sees the entry again." in told
        assert "agreed with her" in told
        assert "This seal is lifted already." in text(browser.get(lift, follow=True))
        assert SEALED in see(client, nurse, pages(margaret)[0])

    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("gp", "G1", 200),
            ("practice_nurse", "G1", 200),
            ("practice_manager", "G1", 403),
            ("gp", "G2", 403),
            ("care_coordinator", "C1", 403),
            ("community_nurse", "C1", 403),
            ("privacy_officer", "99J", 403),
            ("caldicott_guardian", "99J", 403),
        ],
    )
    @pytest.mark.parametrize("emergency", [False, True])
    def test_by_role(self, client, area, gp, margaret, item, role, at, status, emergency):
        """Every seal, sealing and lifting; an emergency, where one may be declared, opens none of the three."""
        other = SourceOf("Other")
        say(margaret, "note", source=other, display="Another")
        second = next(one for one in items_of(margaret) if one.source == "Other")
        access.seal_item(patient_id=margaret.id, item=second.reference, said_by="", reason="asked", words="", by=gp)
        viewer = area.viewer(role, at)
        if emergency and gate.decision_on(viewer, margaret.id).emergency_possible:
            access.declare_emergency(patient_id=margaret.id, reason="collapsed", by=viewer)
        builders.sign_in(client, viewer)
        lift = reverse("web:lift_seal", args=[margaret.id, Seal.objects.get().id])
        for address in (reverse("web:seals", args=[margaret.id]), self.address(margaret, item), lift):
            assert client.get(address).status_code == status, address
        if status == 403:
            assert client.post(self.address(margaret, item), {"reason": "asked", "words": ""}).status_code == 403
            assert client.post(lift, {"why": "I say so"}).status_code == 403
            assert Seal.objects.get().lifted_at is None
            assert "Sealed entries" not in text(client.get(pages(margaret)[0]))

    def test_addresses_of_somebody_else_s_entries_and_seals_are_not_found(self, client, as_viewer, gp, margaret, item):
        keith = builders.patient(family="Pankhurst")
        access.seal_item(patient_id=margaret.id, item=item.reference, said_by="", reason="asked", words="", by=gp)
        browser = as_viewer(gp)
        assert browser.get(reverse("web:seal", args=[keith.id, item.id])).status_code == 404
        assert browser.post(reverse("web:lift_seal", args=[keith.id, Seal.objects.get().id])).status_code == 404

    def test_an_entry_that_no_longer_stands_keeps_its_seal_in_the_list(self, client, as_viewer, gp, margaret, item):
        access.seal_item(patient_id=margaret.id, item=item.reference, said_by="", reason="asked", words="", by=gp)
        say(margaret, "condition", status="entered-in-error")
        assert "no longer stands in the record" in text(as_viewer(gp).get(reverse("web:seals", args=[margaret.id])))

    def test_after_a_merge_an_entry_of_the_other_record_is_sealed_and_lifted(
        self, client, as_viewer, gp, nurse, margaret
    ):
        from localcare.patients.models import SamePerson

        twin = builders.patient(family="Ashdowne")
        say(twin, "condition", "of the twin")
        SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
        (item,) = items_of(margaret)
        as_viewer(gp).post(self.address(margaret, item), {"reason": "asked", "words": ""})
        assert Seal.objects.get().patient_id == twin.id
        assert SEALED not in see(client, nurse, pages(margaret)[0])
        as_viewer(gp).post(reverse("web:lift_seal", args=[margaret.id, Seal.objects.get().id]), {"why": "agreed"})
        assert SEALED in see(client, nurse, pages(margaret)[0])

    def test_the_look_at_the_seals_is_recorded_and_costs_few_queries(self, client, as_viewer, gp, margaret, item):
        seal_all(margaret, gp)
        browser, address = as_viewer(gp), reverse("web:seals", args=[margaret.id])
        assert len(asked(browser, address)) <= 30
        assert AuditEntry.objects.filter(action="looked", actor=gp.name).exists()
