"""Seeing who somebody is beyond one's own practice: a reason, a second person, a quota, an end."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from localcare.access import actions, oversight, pseudonyms, queries
from localcare.access.models import Agreement, IdentityRequest
from localcare.access.types import ChoiceKind, Purpose, Refused
from localcare.base.models import AuditEntry, AuditSubject
from localcare.patients.models import Registration
from tests import builders
from tests.builders import last_entry
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def margaret(area):
    return builders.patient()


@pytest.fixture
def guardian(area):
    return area.viewer("caldicott_guardian", "99J")


def listed(person, number=None) -> str:
    return pseudonyms.pseudonymise([number or person.nhs_number], Purpose.RISK_STRATIFICATION)[0]


@pytest.fixture
def ask(coordinator, margaret):
    def asked(pseudonym=None, by=coordinator, reason="Ambulance crew found them"):
        return actions.ask_identity(practice_code="G1", pseudonym=pseudonym or listed(margaret), reason=reason, by=by)

    return asked


def release(request, by, **more):
    return actions.decide_identity(request_id=request.id, by=by, **({"release": True, "answer": "Warranted"} | more))


class TestAsking:
    def test_waits_and_is_in_the_audit(self, ask, coordinator, guardian):
        request = ask()
        assert (last_entry().action, last_entry().reason) == ("identity asked", "Ambulance crew found them")
        assert [row.id for row in queries.waiting_for(guardian)] == [request.id]
        with pytest.raises(Refused, match="not released"):
            queries.identity(coordinator, request.id)

    def test_again_changes_nothing(self, ask):
        assert ask().id == ask().id
        assert AuditEntry.objects.filter(action="identity asked").count() == 1

    def test_takes_a_reason(self, ask):
        with pytest.raises(ValueError, match="Say why"):
            ask(reason=" ")

    @pytest.mark.parametrize(("role", "at"), [("care_coordinator", "C2"), ("community_nurse", "C1"), ("gp", "G2")])
    def test_is_for_a_coordinator_of_the_cluster(self, area, ask, role, at):
        with pytest.raises(Refused, match="Only a care co-ordinator"):
            ask(by=area.viewer(role, at))
        assert last_entry().action == "identity not asked"

    def test_ends_with_the_quota_and_begins_again_on_monday(self, ask, coordinator, guardian, settings, clock_at):
        settings.IDENTITY_QUOTA = 2
        first = ask("a" * 64)
        ask("b" * 64)
        with pytest.raises(Refused, match="about 2 people this week, which is all you may"):
            ask("c" * 64)
        assert (last_entry().action, queries.quota(coordinator).left) == ("identity not asked", 0)
        release(first, guardian, release=False)
        assert queries.quota(coordinator).left == 1
        clock_at(MONDAY_MORNING + timedelta(days=7))
        assert queries.quota(coordinator).left == 2

    def test_counts_the_quota_with_the_asker_held_so_that_two_at_once_are_not_both_the_last(self, ask):
        with CaptureQueriesContext(connection) as asked:
            ask()
        tables = [sql["sql"].split('FROM "')[1].split('"')[0] for sql in asked if 'FROM "' in sql["sql"]]
        assert asked[0]["sql"].startswith("SAVEPOINT"), "one transaction from the first question on"
        assert tables[0] == "accounts_user"
        assert set(tables[1:]) >= {"access_identityrequest"}


class TestDeciding:
    def test_a_release_shows_who_it_is_to_the_one_who_asked_until_it_ends(
        self, area, ask, coordinator, guardian, margaret, settings, clock_at
    ):
        request = release(ask(), guardian)
        assert last_entry().action == "identity released"
        named = AuditSubject.objects.filter(entry_sequence=last_entry().sequence)
        assert [row.patient_id for row in named] == [margaret.id]
        found = queries.identity(coordinator, request.id)
        assert (found.name, found.nhs_number) == ("Margaret Ashdown", margaret.nhs_number)
        assert (last_entry().action, last_entry().actor) == ("identity seen", coordinator.name)
        with pytest.raises(Refused, match="Only the person who asked"):
            queries.identity(area.viewer("care_coordinator", "C1"), request.id)
        with pytest.raises(Refused, match="not in this person's care team"):
            queries.open_person(coordinator, margaret.id, page="person")
        clock_at(MONDAY_MORNING + timedelta(days=settings.IDENTITY_DAYS))
        with pytest.raises(Refused, match="has ended"):
            queries.identity(coordinator, request.id)

    def test_a_gp_of_the_practice_may_and_of_another_may_not(self, area, ask, gp):
        request = ask()
        elsewhere = area.viewer("gp", "G2")
        assert queries.waiting_for(elsewhere) == []
        for viewer in (elsewhere, area.viewer("practice_nurse", "G1"), area.viewer("privacy_officer", "99J")):
            with pytest.raises(Refused, match="A GP of the person's practice"):
                release(request, viewer)
        assert release(request, gp).ends

    def test_never_by_the_one_who_asked(self, area, ask, coordinator):
        request = ask()
        both = type(coordinator)(**{**vars(coordinator), "capabilities": frozenset({"release_identity"})})
        with pytest.raises(Refused, match="somebody else decides"):
            release(request, both)
        now = MONDAY_MORNING
        with pytest.raises(IntegrityError):
            IdentityRequest.objects.filter(id=request.id).update(decider=coordinator.user_id, decided_at=now, ends=now)

    def test_takes_words_and_is_done_once(self, ask, guardian):
        request = ask()
        with pytest.raises(ValueError, match="few words"):
            release(request, guardian, answer=" ")
        release(request, guardian, release=False)
        assert last_entry().action == "identity refused"
        with pytest.raises(ValueError, match="decided already"):
            release(request, guardian)

    @pytest.mark.parametrize(("kind", "value"), [(ChoiceKind.SHARING, "objected"), (ChoiceKind.TYPE_1_OPT_OUT, "yes")])
    def test_never_somebody_who_chose_otherwise_before_or_after(
        self, ask, coordinator, guardian, gp, margaret, kind, value
    ):
        released = release(ask(), guardian)
        actions.record_choice(answered="person", patient_id=margaret.id, kind=kind, value=value, by=gp)
        with pytest.raises(Refused, match="chose otherwise"):
            queries.identity(coordinator, released.id)
        IdentityRequest.objects.all().delete()
        with pytest.raises(Refused, match="chose otherwise"):
            release(ask(), guardian)

    @pytest.mark.parametrize(("role", "at"), [("community_nurse", "C1"), ("care_coordinator", "C2")])
    def test_a_release_ends_with_the_post_that_asked(self, area, ask, coordinator, guardian, role, at):
        released = release(ask(), guardian)
        moved = replace(area.viewer(role, at), user_id=coordinator.user_id)
        with pytest.raises(Refused, match="Only a care co-ordinator"):
            queries.identity(moved, released.id)

    def test_nobody_of_a_list_that_has_ended_is_asked_about_released_or_seen(self, ask, coordinator, guardian):
        waits, released = ask("a" * 64), release(ask(), guardian)
        ended = {"starts": date(2016, 4, 1), "ends": date(2017, 4, 2)}
        Agreement.objects.create(practice_code="G1", source="gp", purpose=Purpose.RISK_STRATIFICATION, **ended)
        for attempt in (
            lambda: ask("b" * 64),
            lambda: release(waits, guardian),
            lambda: queries.identity(coordinator, released.id),
        ):
            with pytest.raises(Refused, match="agreement to risk stratification has ended"):
                attempt()

    def test_nobody_who_left(self, ask, guardian, margaret):
        request = ask()
        Registration.objects.filter(patient=margaret).update(ends=(MONDAY_MORNING - timedelta(days=1)).date())
        with pytest.raises(Refused, match="no longer registered"):
            release(request, guardian)


class TestOversight:
    def test_tells_by_person_and_week_what_was_seen_asked_and_released(
        self, area, ask, coordinator, guardian, gp, margaret, clock_at
    ):
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        actions.reveal(practice_code="G1", listed=[listed(margaret)], by=gp)
        request = release(ask(), guardian)
        queries.identity(coordinator, request.id)
        clock_at(MONDAY_MORNING + timedelta(days=12))
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        actions.reveal(practice_code="G1", listed=[listed(margaret)], by=gp)
        rows = oversight.seen_by_week(guardian)
        told = {(row.actor, row.week.isoformat()): row for row in rows}
        first, later = told[gp.name, "2017-04-03"], told[gp.name, "2017-04-10"]
        assert (first.people, first.practices, first.unusual) == (1, ("G1",), ())
        assert later.unusual == ("names seen at night or at the weekend",)
        asked = told[coordinator.name, "2017-04-03"]
        assert (asked.asked, asked.seen, asked.people, asked.quota) == (1, 1, 1, 10)
        assert told[guardian.name, "2017-04-03"].released == 1
        assert rows[0] is later

    def test_is_for_those_who_oversee(self, gp):
        with pytest.raises(Refused):
            oversight.seen_by_week(gp)
