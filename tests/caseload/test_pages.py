"""The pages of the caseload and of the lists: who may open them, what they say, what they never say."""

import re
from datetime import date

import pytest
from django.urls import reverse

from localcare.access import actions as access
from localcare.access.types import ChoiceKind
from localcare.base.models import AuditEntry
from localcare.caseload import actions, queries
from localcare.caseload.types import DECLINED, Ending, State
from localcare.patients.models import Patient
from tests import builders
from tests.builders import text
from tests.caseload.conftest import pseudonym

pytestmark = pytest.mark.django_db

LIST = "/lists/G1/"


@pytest.fixture
def margaret(lists):
    person = builders.patient()
    lists.add(person, change="new")
    return person


@pytest.fixture
def everybody(lists, margaret):
    """Thirty people on the list of G1, Margaret first."""
    people = [builders.patient(family=f"Person{n}", given=f"Given{n}") for n in range(29)]
    for person in people:
        lists.add(person)
    return [margaret, *people]


def shown(client):
    return client.post(LIST + "reason/", {"reason": "review", "words": ""}, follow=True)


def decide(client, person, way, **answers):
    return client.post(f"{LIST}{pseudonym(person)}/{way}/", answers, follow=True)


class TestWhoSeesAList:
    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [
            ("gp", "G1", 200),
            ("practice_nurse", "G1", 200),
            ("care_coordinator", "C1", 200),
            ("gp", "G2", 403),
            ("care_coordinator", "C2", 403),
            ("practice_manager", "G1", 403),
            ("community_nurse", "C1", 403),
            ("analyst", "99J", 403),
            ("privacy_officer", "99J", 403),
        ],
    )
    def test_by_role_and_never_a_name_before_it_is_revealed(self, client, sign_in, margaret, role, at, status):
        sign_in(role, at)
        page = client.get(LIST)
        assert page.status_code == status
        assert "Ashdown" not in text(page).title()
        assert margaret.nhs_number not in text(page)
        assert ("Ask" in text(page)) or status == 200 or "not for the role" in text(page)

    def test_nobody_signed_out(self, client, margaret):
        assert client.get(LIST).url.startswith("/account/login/")

    @pytest.mark.parametrize(("role", "at"), [("care_coordinator", "C1"), ("gp", "G2"), ("practice_manager", "G1")])
    def test_others_can_neither_reveal_nor_decide(self, client, sign_in, margaret, role, at):
        sign_in(role, at)
        for address in ("show/", "reason/", f"{pseudonym(margaret)}/accept/"):
            page = client.post(LIST + address, {"reason": "review", "told": "person"})
            assert page.status_code == 403
            assert "ASHDOWN" not in text(page).upper()


class TestTheList:
    def test_says_how_many_of_how_many_and_gives_reasons_in_words(self, client, sign_in, everybody):
        sign_in("gp", "G1")
        page = text(client.get(LIST))
        assert "People at greatest risk of a health crisis, Hadlow Practice: 30 of 2,000 (2%)" in page
        assert "3 emergency admissions in 12 months; heart failure" in page
        assert "3 emergency admissions, 1 GP practice contact<" in page
        assert "1 to 25 of 30 people" in page

    def test_reveals_a_page_for_a_reason_given_once(self, client, sign_in, everybody):
        gp = sign_in("gp", "G1")
        asked = client.post(LIST + "show/?page=2")
        assert asked.url == LIST + "reason/?page=2"
        page = text(client.post(asked.url, {"reason": "review", "words": ""}, follow=True))
        assert page.count("PERSON") == 5
        assert "ASHDOWN" not in page
        assert AuditEntry.objects.filter(action="reveal session started", actor=gp.name).count() == 1
        assert "ASHDOWN, Margaret" in text(client.post(LIST + "show/", follow=True))
        assert AuditEntry.objects.filter(action="reveal session started").count() == 1

    def test_asks_for_a_reason_and_keeps_the_answers(self, client, sign_in, margaret):
        sign_in("gp", "G1")
        page = client.post(LIST + "reason/", {"reason": "other", "words": " "})
        assert page.status_code == 400
        assert "Say in a few words" in text(page)

    def test_says_when_somebody_cannot_be_shown(self, client, sign_in, everybody):
        Patient.objects.filter(id=everybody[0].id).update(died_on="2017-04-02")
        sign_in("gp", "G1")
        page = text(shown(client))
        assert "1 on this page cannot be shown" in page
        assert "ASHDOWN" not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [("change=new", 1), ("change=up", 0), ("sex=female", 30), ("reason=heart_failure", 30), ("reason=copd", 0)],
    )
    def test_filters_stay_in_the_address(self, client, sign_in, everybody, query, found):
        sign_in("gp", "G1")
        page = text(client.get(f"{LIST}?{query}"))
        assert (f"of {found} people" in page) if found else ("Nobody here" in page)

    def test_leaves_out_the_palliative_register_unless_asked(self, client, sign_in, lists, margaret):
        lists.add(builders.patient(family="Other"), palliative=True)
        sign_in("gp", "G1")
        assert "1 to 1 of 1 people" in text(client.get(LIST))
        assert "1 to 2 of 2 people" in text(client.get(LIST + "?decided=1"))

    def test_is_a_page_before_the_first_run_too(self, client, sign_in):
        sign_in("gp", "G1")
        assert "There is no list yet" in text(client.get(LIST))
        sign_in("care_coordinator", "C1")
        assert "There are no lists yet" in text(client.get("/lists/"))

    def test_costs_the_same_queries_whatever_its_length(
        self, client, sign_in, everybody, django_assert_max_num_queries
    ):
        gp = sign_in("gp", "G1")
        for person in everybody[:3]:
            actions.accept(patient_id=person.id, told="person", note="", by=gp)
        shown(client)
        with django_assert_max_num_queries(45):
            page = client.get(LIST)
        assert text(page).count("PERSON") == 25


class TestDeciding:
    def test_accepting_gives_the_team_the_person(self, client, sign_in, area, margaret):
        sign_in("gp", "G1")
        shown(client)
        page = text(decide(client, margaret, "accept", told="person", note="Falls"))
        assert "Margaret Ashdown is on the cluster team's caseload." in page
        assert "Nobody here" in page
        assert queries.entry_of([margaret.id]).state is State.ACCEPTED
        sign_in("care_coordinator", "C1")
        assert "ASHDOWN, Margaret" in text(client.get("/caseload/"))

    def test_of_a_child_nobody_is_chosen_beforehand_and_the_history_says_who_was_told(self, client, sign_in, area):
        child = builders.patient(given="Maisie", birth_date=date(2001, 4, 4))
        gp = sign_in("gp", "G1")
        actions.name_person(patient_id=child.id, reason="Asthma", by=gp)
        ask = f"/lists/G1/named/{child.id}/accept/"
        page = text(client.get(ask))
        assert "Somebody with parental responsibility" in page
        assert 'value="person"' not in page
        assert "checked" not in page
        refused = client.post(ask, {"told": "best_interests", "told_words": ""})
        assert refused.status_code == 400
        assert "Say who was consulted" in text(refused)
        client.post(ask, {"told": "parent", "told_words": "her mother"})
        sign_in("care_coordinator", "C1")
        assert "Told or agreed: her mother (parental responsibility)." in text(client.get(f"/caseload/{child.id}/"))

    def test_nobody_is_chosen_beforehand(self, client, sign_in, margaret):
        sign_in("gp", "G1")
        shown(client)
        page = text(client.get(f"{LIST}{pseudonym(margaret)}/accept/"))
        assert "parental responsibility" not in page
        assert not re.search(r'value="[a-z_]+"[^>]* checked', page)

    def test_accepting_needs_the_person_to_be_told(self, client, sign_in, margaret):
        sign_in("gp", "G1")
        shown(client)
        page = decide(client, margaret, "accept", note="Falls")
        assert page.status_code == 400
        assert "Tell the person first" in text(page)
        assert ">Falls</textarea>" in text(page)
        assert queries.entry_of([margaret.id]) is None

    @pytest.mark.parametrize("way", ["known", "not-suitable", "declined"])
    def test_declining_takes_a_reason_and_can_be_undone(self, client, sign_in, margaret, way):
        sign_in("gp", "G1")
        shown(client)
        assert decide(client, margaret, way, reason=" ").status_code == 400
        assert "Nobody here" in text(decide(client, margaret, way, reason="Said so"))
        page = text(client.post(f"{LIST}{pseudonym(margaret)}/put-back/", follow=True))
        assert "Margaret Ashdown is on the list again." in page
        assert "1 to 1 of 1 people" in page

    def test_is_only_about_somebody_revealed(self, client, sign_in, margaret):
        sign_in("gp", "G1")
        page = text(client.get(f"{LIST}{pseudonym(margaret)}/accept/", follow=True))
        assert "See who this is first" in page
        assert "ASHDOWN" not in page.upper()

    def test_is_for_a_gp(self, client, sign_in, margaret):
        sign_in("practice_nurse", "G1")
        assert "ASHDOWN" in text(shown(client))
        assert decide(client, margaret, "accept", told="person").status_code == 403

    def test_of_an_objector_explains_and_keeps_the_answers(self, client, sign_in, margaret):
        gp = sign_in("gp", "G1")
        access.record_choice(
            answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp
        )
        shown(client)
        page = decide(client, margaret, "accept", told="person", note="Falls")
        assert page.status_code == 400
        assert "does not want their record shared" in text(page)

    def test_leaves_everybody_decided_about_out_of_the_list(self, client, sign_in, everybody):
        gp = sign_in("gp", "G1")
        actions.accept(patient_id=everybody[0].id, told="person", note="", by=gp)
        for person, outcome in zip(everybody[1:4], sorted(DECLINED), strict=True):
            actions.decline(patient_id=person.id, outcome=outcome, reason="x", by=gp)
        page = text(shown(client))
        for person in everybody[:4]:
            assert (
                person.family_name.upper()
                not in page.replace("PERSON1", "PERSON1 ").replace(person.family_name.upper() + "0", "")
                or pseudonym(person) not in page
            )
        assert all(pseudonym(person) not in page for person in everybody[:4])
        assert "of 26 people" in page
        assert "Hidden: 1 on the caseload, 1 already known, 1 not suitable, 1 declined by the person." in page


class TestNaming:
    FIND = {"birth_date_day": "4", "birth_date_month": "3", "birth_date_year": "1935"}

    @pytest.mark.parametrize(
        ("role", "at", "status"),
        [("gp", "G1", 200), ("practice_nurse", "G1", 200), ("gp", "G2", 403), ("care_coordinator", "C1", 403)],
    )
    def test_is_for_clinicians_of_the_practice(self, client, sign_in, margaret, role, at, status):
        sign_in(role, at)
        assert client.get(f"{LIST}add/").status_code == status
        assert client.get(f"{LIST}add/{margaret.id}/").status_code == status

    def test_a_nurse_names_and_a_gp_accepts(self, client, sign_in, lists, area):
        person = builders.patient(family="Quiet", given="Joan")
        sign_in("practice_nurse", "G1")
        found = client.post(f"{LIST}add/", {"family_name": "quiet", **self.FIND})
        assert found.url == f"{LIST}add/{person.id}/"
        assert client.post(found.url, {"reason": " "}).status_code == 400
        page = text(client.post(found.url, {"reason": "Not coping since his death"}, follow=True))
        assert "Joan Quiet waits at the top of the list" in page
        assert "Not coping since his death" in page
        assert "a GP decides" in page
        sign_in("gp", "G1")
        ways = f"{LIST}named/{person.id}/"
        page = text(client.post(f"{ways}accept/", {"told": "person", "note": ""}, follow=True))
        assert "Joan Quiet is on the cluster team's caseload." in page
        assert queries.entry_of([person.id]).state is State.ACCEPTED
        assert "QUIET" not in text(client.get(LIST))

    def test_a_decision_about_somebody_named_can_be_undone_and_the_naming_taken_back(self, client, sign_in, lists):
        person = builders.patient(family="Quiet", given="Joan")
        gp = sign_in("gp", "G1")
        actions.name_person(patient_id=person.id, reason="Not coping", by=gp)
        ways = f"{LIST}named/{person.id}/"
        assert "QUIET" not in text(client.post(f"{ways}declined/", {"reason": "No"}, follow=True))
        assert "QUIET" in text(client.post(f"{ways}put-back/", follow=True))
        assert "QUIET" not in text(client.post(f"{ways}put-back/", follow=True))
        assert queries.entry_of([person.id]).state is State.PROPOSED

    def test_somebody_of_another_practice_is_not_found_nor_named(self, client, sign_in, lists):
        person = builders.patient(practice="G2", family="Elsewhere")
        sign_in("gp", "G1")
        page = client.post(f"{LIST}add/", {"nhs_number": person.nhs_number, **self.FIND})
        assert "Nobody of your practice fits both" in text(page)
        assert client.post(f"{LIST}add/{person.id}/", {"reason": "x"}).status_code == 403

    def test_somebody_on_the_list_is_decided_about_there(self, client, sign_in, lists, margaret):
        sign_in("gp", "G1")
        page = client.post(f"{LIST}add/{margaret.id}/", {"reason": "x"})
        assert page.status_code == 400
        assert "stands on your practice's list already" in text(page)


class TestTheClustersCounts:
    def test_are_suppressed_and_name_nobody(self, client, sign_in, everybody, lists):
        lists.add(builders.patient(practice="G2", family="Other"), practice="G2")
        sign_in("care_coordinator", "C1")
        page = text(client.get("/lists/"))
        assert "1 to 7" in page
        assert "Hadlow Practice" in page
        assert "Cranbrook" not in page
        assert "ASHDOWN" not in page.upper()

    def test_say_so_where_nobody_is_on_a_list_or_no_row_is_shown(self, client, sign_in, lists, area):
        sign_in("care_coordinator", "C1")
        assert "Nobody is on a list." in text(client.get("/lists/"))
        lists.add(builders.patient())
        assert "Nobody is on a list." not in text(client.get("/lists/"))
        assert "too few for each row to be like ten of them" in text(client.get(LIST))

    def test_lead_a_clinician_to_their_own_list(self, client, sign_in):
        sign_in("gp", "G1")
        assert client.get("/lists/").url == LIST


class TestTheCaseload:
    @pytest.fixture
    def accepted(self, area, margaret):
        gp = area.viewer("gp", "G1")
        actions.accept(patient_id=margaret.id, told="person", note="Falls", by=gp)
        return margaret

    @pytest.mark.parametrize(
        ("role", "at", "status", "named"),
        [
            ("care_coordinator", "C1", 200, True),
            ("community_nurse", "C1", 200, True),
            ("gp", "G1", 200, True),
            ("gp", "G2", 200, False),
            ("care_coordinator", "C2", 200, False),
            ("practice_manager", "G1", 403, False),
            ("analyst", "99J", 403, False),
        ],
    )
    def test_by_role(self, client, sign_in, accepted, role, at, status, named):
        sign_in(role, at)
        page = client.get("/caseload/")
        assert page.status_code == status
        assert ("ASHDOWN, Margaret" in text(page)) is named
        own = client.get(f"/caseload/{accepted.id}/")
        assert own.status_code == (200 if named else 403)
        assert ("Ashdown" in text(own)) is named

    def test_names_a_coordinator_and_a_review(self, client, sign_in, accepted):
        coordinator = sign_in("care_coordinator", "C1")
        answers = {"post": coordinator.post_id, "review_on_0": "1", "review_on_1": "5", "review_on_2": "2017"}
        answers |= {"review_on_day": "1", "review_on_month": "5", "review_on_year": "2017"}
        page = client.post(f"/caseload/{accepted.id}/coordinator/", answers, follow=True)
        assert "The care co-ordinator is saved." in text(page)
        assert "1 May 2017" in text(page)
        assert coordinator.name in text(client.get("/caseload/?mine=1"))

    def test_ends_with_a_reason_and_shows_when_and_why_not_who(self, client, sign_in, accepted):
        sign_in("care_coordinator", "C1")
        page = client.post(f"/caseload/{accepted.id}/end/", {"ending": "goals_met", "reason": "Walks"}, follow=True)
        assert "has ended" in text(page)
        page = text(client.get("/caseload/?state=closed"))
        assert "Goals met" in page
        assert "No longer with your team" in page
        assert "ASHDOWN" not in page.upper()

    def test_takes_on_somebody_the_team_has_a_right_to(self, client, sign_in, area):
        person = builders.patient(family="Referred")
        sign_in("care_coordinator", "C1")
        add = f"/caseload/{person.id}/add/"
        assert client.post(add, {"agreed": "person", "reason": "Rang"}).status_code == 403
        builders.relate(person, area.teams["C1"], source="referral")
        assert "on your team's caseload" in text(client.post(add, {"agreed": "person", "reason": "Rang"}, follow=True))

    def test_says_how_many_the_team_can_take(self, client, sign_in, accepted):
        sign_in("care_coordinator", "C1")
        answers = {"places_a_month": 12, "starts_day": "3", "starts_month": "4", "starts_year": "2017"}
        page = client.post(reverse("caseload:room"), answers, follow=True)
        assert "1 of 12" in text(page)
        sign_in("gp", "G1")
        assert "Your team can take 12 this month; 1 taken on." in text(client.get(LIST))

    def test_asks_again_for_a_day_gone_by(self, client, sign_in):
        sign_in("care_coordinator", "C1")
        answers = {"places_a_month": 12, "starts_day": "2", "starts_month": "4", "starts_year": "2017"}
        page = client.post(reverse("caseload:room"), answers)
        assert page.status_code == 400
        assert "Choose today or a later day" in text(page)

    def test_costs_the_same_queries_whatever_its_length(self, client, sign_in, area, django_assert_max_num_queries):
        gp = area.viewer("gp", "G1")
        for n in range(30):
            actions.accept(patient_id=builders.patient(family=f"Person{n}").id, told="person", note="", by=gp)
        sign_in("care_coordinator", "C1")
        with django_assert_max_num_queries(45):
            page = client.get("/caseload/")
        assert "1 to 25 of 30 people" in text(page)

    def test_of_an_ended_person_stays_open_to_their_practice(self, client, sign_in, area, accepted):
        actions.close(
            patient_id=accepted.id,
            ending=Ending.GOALS_MET,
            reason="Walks",
            by=area.viewer("care_coordinator", "C1"),
        )
        sign_in("gp", "G1")
        assert "ASHDOWN, Margaret" in text(client.get("/caseload/?state=closed"))
