"""Emergency access by two identifiers: it opens one person, and its refusal gives nobody away."""

from datetime import date

import pytest

from localcare.access import actions, oversight, queries
from localcare.access.models import EmergencyAccess
from localcare.access.types import Basis, Capability, ChoiceKind, Refused
from localcare.base.models import AuditSubject
from tests import builders
from tests.builders import last_entry

pytestmark = pytest.mark.django_db
BORN = date(1935, 3, 4)


@pytest.fixture
def margaret():
    return builders.patient()


@pytest.fixture
def stranger(area):
    return area.viewer("community_nurse", "C2")


def declare(by, reason="found on the floor", **more):
    return actions.declare_emergency_for(**{"family_name": "Ashdown", "birth_date": BORN} | more, reason=reason, by=by)


@pytest.mark.parametrize("by_number", [True, False])
def test_opens_the_one_person_to_look(margaret, stranger, by_number):
    given = {"nhs_number": f"{margaret.nhs_number[:3]} {margaret.nhs_number[3:]}", "family_name": ""}
    assert declare(stranger, **(given if by_number else {})) == margaret.id
    opened = queries.open_person(stranger, margaret.id, page="unplanned", capability=Capability.VIEW_UNPLANNED)
    assert opened.decision.basis is Basis.EMERGENCY
    assert EmergencyAccess.objects.get().reason == "found on the floor"


def test_somebody_who_refused_with_capacity_reads_like_somebody_unknown_and_like_two(area, margaret, stranger, gp):
    unknown = declare(stranger, family_name="Nobody")
    actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    assert declare(stranger) is unknown is None
    assert list(AuditSubject.objects.filter(entry_sequence=last_entry().sequence).values_list("patient_id")) == [
        (margaret.id,)
    ]
    builders.patient(family="Twin"), builders.patient(family="Twin", given="May")
    assert declare(stranger, family_name="Twin") is None
    assert not EmergencyAccess.objects.exists()
    officer = area.viewer("privacy_officer", "99J")
    told = oversight.entries(officer, show="emergencies").entries
    assert [(e.action, e.reason) for e in told] == [("emergency not opened", "found on the floor")] * 3


def test_whoever_may_see_the_person_declares_nothing(area, margaret, gp):
    assert declare(gp) == margaret.id
    assert not EmergencyAccess.objects.exists()


def test_needs_words_two_identifiers_and_a_role_that_looks_after_people(area, margaret, stranger):
    with pytest.raises(ValueError, match="what the emergency is"):
        declare(stranger, reason=" ")
    with pytest.raises(ValueError, match="date of birth"):
        declare(stranger, family_name="")
    with pytest.raises(Refused, match="those who look after people"):
        declare(area.viewer("practice_manager", "G1"))


class TestThePage:
    FIELDS = {"family_name": "Ashdown", "birth_date_day": "4", "birth_date_month": "3", "birth_date_year": "1935"}

    @pytest.mark.parametrize("refuses", [True, False])
    @pytest.mark.parametrize("known", [True, False])
    def test_finding_says_the_same_whether_somebody_is_known_unrelated_or_refuses(
        self, client, sign_in, area, gp, known, refuses
    ):
        person = builders.patient(family="Ashdown" if known else "Other")
        if refuses:
            actions.record_choice(
                answered="person", patient_id=person.id, kind=ChoiceKind.SHARING, value="objected", by=gp
            )
        sign_in("community_nurse", "C2")
        page = builders.text(client.post("/people/find/", self.FIELDS))
        assert "Nobody whom you may see fits" in page
        assert "If safety cannot wait" in page
        opens = known and not refuses
        answer = client.post("/people/find/emergency/", self.FIELDS | {"reason": "found on the floor"})
        assert (answer.status_code == 302) is opens
        assert opens or "No record can be opened with these details." in builders.text(answer)

    def test_leads_from_finding_to_the_unplanned_view(self, client, sign_in, margaret):
        sign_in("community_nurse", "C2")
        address = "/people/find/emergency/"
        missing = client.post(address, self.FIELDS | {"reason": ""})
        assert missing.status_code == 400
        assert 'value="Ashdown"' in builders.text(missing)
        page = client.post(address, self.FIELDS | {"reason": "found on the floor"}, follow=True)
        assert page.redirect_chain == [(f"/people/{margaret.id}/unplanned/", 302)]
        assert "Unplanned view: Margaret Ashdown" in builders.text(page)

    @pytest.mark.parametrize(
        ("role", "at"), [("practice_manager", "G1"), ("analyst", "99J"), ("privacy_officer", "99J")]
    )
    def test_is_for_those_who_look_after_people(self, client, sign_in, role, at):
        sign_in(role, at)
        assert client.get("/people/find/emergency/").status_code == 403

    def test_is_not_offered_before_two_identifiers_were_given(self, client, sign_in):
        sign_in("community_nurse", "C2")
        assert "If safety cannot wait" not in builders.text(client.get("/people/find/"))
        assert "If safety cannot wait" not in builders.text(client.post("/people/find/", {"q": "Ashdown"}))
