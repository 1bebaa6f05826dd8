"""Where an area needs explicit consent, the team that asked at the door records it: a yes, and nothing else."""

from datetime import date

import pytest

from localcare.access import actions, queries
from localcare.access.calc.decide import EXPLICIT_CONSENT, PersonFacts, ViewerFacts, decide
from localcare.access.calc.vocabulary import Basis, Capability, Consent
from localcare.access.types import ChoiceKind, Refused
from localcare.patients.models import SamePerson
from tests import builders
from tests.builders import last_entry, text

pytestmark = pytest.mark.django_db
WORDS = {"answered": "person", "told": "At her door this morning"}


@pytest.fixture
def _explicit(settings):
    settings.VIEWING_BASIS = EXPLICIT_CONSENT


def sharing(person) -> str:
    return queries.choices_of([person.id])[ChoiceKind.SHARING].value


@pytest.mark.parametrize(
    ("consent", "related", "emergency", "allowed"),
    [
        (Consent.NOT_ASKED, True, False, True),
        (Consent.CANNOT_ASK, True, False, True),
        (Consent.OBJECTED, True, False, False),
        (Consent.NOT_ASKED, False, False, False),
        (Consent.NOT_ASKED, False, True, False),
    ],
)
def test_who_may_record_it(consent, related, emergency, allowed):
    nurse = ViewerFacts(3, frozenset({Capability.RECORD_AGREEMENT}), frozenset({"G1"}), False, 10)
    person = PersonFacts("G1", consent, frozenset({10} if related else ()), frozenset({3} if emergency else ()))
    asked = {"capability": Capability.RECORD_AGREEMENT, "viewing_basis": EXPLICIT_CONSENT}
    assert decide(nurse, person, **asked).allowed is allowed


@pytest.mark.usefixtures("_explicit")
class TestAtTheDoor:
    def test_from_the_refusal_to_the_record(self, as_viewer, nurse, margaret):
        client = as_viewer(nurse)
        refused = text(client.get(f"/people/{margaret.id}/"))
        assert "Ask them, then record it." in refused
        address = f"/people/{margaret.id}/agreed/"
        assert address in refused
        assert client.post(address, {"told": "At her door"}).status_code == 400
        assert sharing(margaret) == "not_asked"
        page = client.post(address, WORDS, follow=True)
        assert page.redirect_chain == [(f"/people/{margaret.id}/", 302)]
        assert "Recorded: the person agrees" in text(page)
        assert sharing(margaret) == "given"

    def test_finding_leads_there_too_and_a_stranger_learns_nothing(self, client, area, nurse, margaret):
        born = {"q": "Ashdown 4/3/1935"}
        builders.sign_in(client, nurse)
        assert f"/people/{margaret.id}/agreed/" in text(client.post("/people/find/", born))
        builders.sign_in(client, area.viewer("community_nurse", "C2"))
        page = text(client.post("/people/find/", born))
        assert "/agreed/" not in page
        assert "Your team looks after" not in page

    def test_is_audited_with_the_words_and_repeats_change_nothing(self, nurse, margaret):
        actions.record_agreement(answered="person", patient_id=margaret.id, told=WORDS["told"], by=nurse)
        assert (last_entry().action, last_entry().reason) == ("choice recorded", WORDS["told"])
        before = last_entry().sequence
        actions.record_agreement(answered="person", patient_id=margaret.id, told="again", by=nurse)
        assert last_entry().sequence == before
        with pytest.raises(ValueError, match="few words"):
            actions.record_agreement(answered="person", patient_id=margaret.id, told=" ", by=nurse)

    def test_of_a_child_is_said_by_who_answers_for_them(self, as_viewer, area, nurse):
        child = area.looked_after(given="Maisie", birth_date=date(2001, 4, 4))
        for who, why_not in (
            ("person", "under 16"),
            ("not_yet", "who answered"),
            ("best_interests", "practice records"),
        ):
            with pytest.raises(ValueError, match=why_not):
                actions.record_agreement(answered=who, patient_id=child.id, told="At the door", by=nurse)
        client = as_viewer(nurse)
        address = f"/people/{child.id}/agreed/"
        page = text(client.get(address))
        assert 'value="parent"' in page
        assert not any(f'value="{who}"' in page for who in ("person", "best_interests", "not_yet"))
        assert "checked" not in page
        done = client.post(address, {"answered": "parent", "told": "Her mother, at the door"}, follow=True)
        assert "Recorded: somebody with parental responsibility agrees" in text(done)
        assert sharing(child) == "given"

    def test_never_over_an_objection_even_of_a_linked_record(self, gp, nurse, margaret):
        twin = builders.patient(practice="G1")
        actions.record_choice(answered="person", patient_id=twin.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
        SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
        with pytest.raises(Refused) as refused:
            actions.record_agreement(answered="person", patient_id=margaret.id, told=WORDS["told"], by=nurse)
        assert refused.value.decision.basis is Basis.OBJECTED

    @pytest.mark.parametrize(("role", "at"), [("community_nurse", "C2"), ("gp", "G1"), ("practice_manager", "G1")])
    def test_is_for_the_team_that_looks_after_them(self, client, area, margaret, role, at):
        builders.sign_in(client, area.viewer(role, at))
        response = client.post(f"/people/{margaret.id}/agreed/", WORDS)
        assert response.status_code == 403
        assert "Ashdown" not in text(response)
        assert sharing(margaret) == "not_asked"
