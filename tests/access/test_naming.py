"""Whom a practice names to see who is on its list: done, refused, ended, repeated, and what it opens."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from localcare.access import actions, pseudonyms, queries
from localcare.access.models import ListNaming
from localcare.access.types import Capability, ChoiceKind, Purpose, Refused
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.places.models import Membership
from localcare.staff.models import Post
from tests import builders
from tests.builders import LONG_AGO, last_entry
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def pharmacist(area):
    return area.viewer("pharmacist", "C1")


@pytest.fixture
def person(area):
    """Somebody of the practice whom no team looks after."""
    return builders.patient()


@pytest.fixture
def listed(person):
    registration = pseudonyms.identity(person.nhs_number, "G1", "any")
    return pseudonyms.pseudonymise([registration], Purpose.RISK_STRATIFICATION)


@pytest.fixture
def name(gp, pharmacist):
    def named(post=pharmacist, by=gp, reason="Reviews our medicines", practice="G1"):
        return actions.name_for_list(practice_code=practice, post_id=post.post_id, reason=reason, by=by)

    return named


def end(naming, by, reason="The review is done"):
    return actions.end_naming(practice_code="G1", naming_id=naming.id, reason=reason, by=by)


def reveal(listed, by, practice="G1"):
    actions.start_reveal_session(practice_code=practice, reason="review", words="", by=by)
    return actions.reveal(practice_code=practice, listed=listed, by=by)


class TestNaming:
    def test_is_kept_with_its_reason_and_audited(self, name, gp, pharmacist):
        naming = name()
        assert (naming.starts, naming.ends, naming.named_by) == (MONDAY_MORNING, None, gp.signature)
        entry = last_entry()
        assert (entry.action, entry.actor, entry.reason) == ("named for the list", gp.name, "Reviews our medicines")
        assert queries.named_by(pharmacist) == ["G1"]
        assert [row.id for row in queries.namings(gp, "G1")] == [naming.id]

    def test_again_changes_nothing(self, name):
        assert name().id == name(reason="Another").id
        assert AuditEntry.objects.filter(action="named for the list").count() == 1

    def test_the_manager_may_too(self, area, name):
        assert name(by=area.viewer("practice_manager", "G1")).pk

    @pytest.mark.parametrize(
        ("role", "at"),
        [("practice_nurse", "G1"), ("gp", "G2"), ("practice_manager", "G2"), ("care_coordinator", "C1")],
    )
    def test_nobody_else(self, area, name, role, at):
        other = area.viewer(role, at)
        with pytest.raises(Refused, match="A GP or the manager of the practice"):
            name(by=other)
        with pytest.raises(Refused):
            queries.namings(other, "G1")
        assert not ListNaming.objects.exists()

    def test_takes_a_reason(self, name):
        with pytest.raises(ValueError, match="few words"):
            name(reason=" ")

    @pytest.mark.parametrize(
        ("role", "at"),
        [
            ("community_nurse", "C2"),
            ("gp", "G3"),
            ("gp", "G1"),
            ("care_coordinator", "C1"),
            ("social_worker", "C1"),
            ("practice_manager", "G2"),
            ("analyst", "99J"),
        ],
    )
    def test_names_only_clinicians_of_other_organisations_of_the_cluster(self, area, name, role, at):
        with pytest.raises(ValueError, match="another organisation of the cluster"):
            name(post=area.viewer(role, at))

    @pytest.mark.parametrize(("role", "at"), [("gp", "G2"), ("practice_nurse", "G2"), ("therapist", "C1")])
    def test_a_neighbouring_practice_counts(self, area, name, role, at):
        other = area.viewer(role, at)
        name(post=other)
        assert queries.named_by(other) == ["G1"]

    def test_never_oneself(self, area, gp, name):
        elsewhere = Post.objects.create(
            user_id=gp.user_id, role="gp", organisation=area.organisations["G2"], starts=LONG_AGO
        )
        with pytest.raises(Refused, match="Nobody names themselves"):
            actions.name_for_list(practice_code="G1", post_id=elsewhere.id, reason="x", by=gp)

    def test_the_store_refuses_two_at_once_and_an_end_without_words(self, name):
        naming = name()
        with pytest.raises(IntegrityError):
            ListNaming.objects.filter(id=naming.id).update(ends=MONDAY_MORNING)


class TestRevealing:
    def test_as_a_clinician_of_the_practice_page_by_page(self, name, pharmacist, person, listed):
        name()
        with pytest.raises(Refused, match="Give your reason first"):
            actions.reveal(practice_code="G1", listed=listed, by=pharmacist)
        assert [found.id for found in reveal(listed, pharmacist).values()] == [person.id]
        assert (last_entry().action, last_entry().actor) == ("revealed", pharmacist.name)
        assert list(queries.revealed(pharmacist, "G1", listed)) == listed

    def test_opens_nothing_of_the_record(self, name, pharmacist, person, listed):
        name()
        reveal(listed, pharmacist)
        with pytest.raises(Refused, match="not in this person's care team"):
            queries.open_person(pharmacist, person.id, page="person")

    def test_of_that_practice_only(self, area, name, pharmacist):
        name()
        with pytest.raises(Refused, match="or one it has named"):
            actions.start_reveal_session(practice_code="G2", reason="review", words="", by=pharmacist)
        with pytest.raises(Refused, match="or one it has named"):
            actions.start_reveal_session(
                practice_code="G1", reason="review", words="", by=area.viewer("pharmacist", "C1")
            )

    def test_a_reason_given_to_one_practice_is_not_for_another(self, area, name, pharmacist, listed):
        name()
        name(by=area.viewer("gp", "G2"), practice="G2")
        reveal(listed, pharmacist)
        assert queries.reveal_session(pharmacist, "G2") is None

    @pytest.mark.parametrize(
        ("kind", "value"), [(ChoiceKind.SHARING, "objected"), (ChoiceKind.RISK_STRATIFICATION, "yes")]
    )
    def test_nobody_who_chose_otherwise(self, name, pharmacist, gp, person, listed, kind, value):
        name()
        actions.record_choice(patient_id=person.id, kind=kind, value=value, answered="person", by=gp)
        assert reveal(listed, pharmacist) == {}

    def test_nobody_once_the_agreement_ended(self, name, pharmacist, listed):
        name()
        rows = [actions.AgreementRow("G1", "gp", Purpose.RISK_STRATIFICATION, LONG_AGO, date(2017, 3, 31))]
        actions.load_agreements(agreements=rows, by=audit.SYSTEM)
        with pytest.raises(Refused, match="agreement to risk stratification has ended"):
            reveal(listed, pharmacist)

    def test_not_once_the_practice_left_the_cluster(self, name, pharmacist, listed):
        name()
        reveal(listed, pharmacist)
        Membership.objects.filter(member__code="G1").update(ends=date(2017, 4, 2))
        assert queries.named_by(pharmacist) == []
        assert queries.revealed(pharmacist, "G1", listed) == {}

    def test_a_gp_who_is_named_decides_and_a_pharmacist_does_not(self, area, name, pharmacist, person):
        nearby = area.viewer("gp", "G2")
        for post in (pharmacist, nearby):
            name(post=post)
        assert queries.decision_on(nearby, person.id, Capability.DECIDE_LIST).allowed
        assert not queries.decision_on(pharmacist, person.id, Capability.DECIDE_LIST).allowed


class TestEnding:
    def test_closes_at_once_what_was_revealed_and_is_audited(self, name, gp, pharmacist, listed, clock_at):
        naming = name()
        reveal(listed, pharmacist)
        clock_at(MONDAY_MORNING + timedelta(minutes=5))
        ended = end(naming, gp)
        assert (ended.ends, ended.ended_by, ended.ended_why) == (
            MONDAY_MORNING + timedelta(minutes=5),
            gp.signature,
            "The review is done",
        )
        assert (last_entry().action, last_entry().reason) == ("naming for the list ended", "The review is done")
        assert queries.revealed(pharmacist, "G1", listed) == {}
        with pytest.raises(Refused):
            reveal(listed, pharmacist)

    def test_again_changes_nothing_and_naming_again_begins_anew(self, name, gp, pharmacist):
        naming = name()
        end(naming, gp)
        assert end(naming, gp, "Again").ended_why == "The review is done"
        assert AuditEntry.objects.filter(action="naming for the list ended").count() == 1
        assert name().id != naming.id
        assert queries.named_by(pharmacist) == ["G1"]

    def test_takes_a_reason_and_is_for_the_practice(self, area, name, gp, pharmacist):
        naming = name()
        with pytest.raises(ValueError, match="why it ends"):
            end(naming, gp, " ")
        for other in (pharmacist, area.viewer("gp", "G2")):
            with pytest.raises(Refused):
                end(naming, other)
