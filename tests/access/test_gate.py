"""The gate on a real store: who sees whom, what it costs, and what it writes down."""

from datetime import date, timedelta

import pytest

from localcare.access import actions, pseudonyms, queries
from localcare.access.models import Relationship
from localcare.access.types import Basis, Capability, ChoiceKind, Purpose, Refused
from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.patients.models import FormerNhsNumber, Registration, SamePerson
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders
from tests.builders import last_entry
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def margaret():
    return builders.patient()


def test_a_look_is_audited_before_the_person_is_returned(area, margaret):
    gp = area.viewer("gp", "G1")
    person = queries.open_person(gp, margaret.id, page="person")
    entry = last_entry()
    assert (person.name, person.age, person.practice_name) == ("Margaret Ashdown", 82, "Hadlow Practice")
    assert (entry.action, entry.actor, entry.role) == ("looked", gp.name, "gp")
    assert AuditSubject.objects.filter(entry_sequence=entry.sequence, patient_id=margaret.id).exists()


@pytest.mark.parametrize(
    ("role", "at", "related", "basis"),
    [
        ("gp", "G1", False, Basis.REGISTERED),
        ("gp", "G2", False, Basis.NO_RELATIONSHIP),
        ("care_coordinator", "C1", False, Basis.NO_RELATIONSHIP),
        ("care_coordinator", "C1", True, Basis.RELATIONSHIP),
        ("care_coordinator", "C2", True, Basis.NO_RELATIONSHIP),
        ("practice_manager", "G1", True, Basis.ROLE),
        ("privacy_officer", "99J", True, Basis.ROLE),
    ],
)
def test_each_role_gets_the_answer_it_should(area, margaret, role, at, related, basis):
    if related:
        builders.relate(margaret, area.teams["C1"])
    viewer = area.viewer(role, at)
    if basis in (Basis.REGISTERED, Basis.RELATIONSHIP):
        assert queries.open_person(viewer, margaret.id, page="person").decision.basis is basis
        return
    with pytest.raises(Refused) as refusal:
        queries.open_person(viewer, margaret.id, page="person")
    assert refusal.value.decision.basis is basis
    assert last_entry().action == "refused"


def test_somebody_who_does_not_exist_is_refused_like_somebody_unrelated(area, margaret):
    nurse = area.viewer("community_nurse", "C1")
    reasons = set()
    for patient_id in (margaret.id, 999_999):
        with pytest.raises(Refused) as refusal:
            queries.open_person(nurse, patient_id, page="person")
        reasons.add(refusal.value.decision)
    assert len(reasons) == 1


def test_a_list_shows_only_the_allowed_with_one_audit_entry_and_constant_queries(area, django_assert_max_num_queries):
    people = [builders.patient(family=f"Person{n}") for n in range(30)]
    for person in people[:25]:
        builders.relate(person, area.teams["C1"])
    nurse = area.viewer("community_nurse", "C1")
    before = AuditEntry.objects.count()
    with django_assert_max_num_queries(20):
        shown = queries.open_people(nurse, [p.id for p in people], page="caseload")
    assert list(shown) == [p.id for p in people[:25]]
    assert AuditEntry.objects.count() == before + 1
    assert AuditSubject.objects.filter(entry_sequence=last_entry().sequence).count() == 25


def test_a_right_that_ended_is_gone_at_once(area, margaret, clock_at):
    builders.relate(margaret, area.teams["C1"])
    nurse = area.viewer("community_nurse", "C1")
    clock_at(MONDAY_MORNING + timedelta(minutes=1))
    queries.open_person(nurse, margaret.id, page="person")
    actions.end_relationship(patient_id=margaret.id, team_id=area.teams["C1"].id, source="caseload", by=audit.SYSTEM)
    with pytest.raises(Refused):
        queries.open_person(nurse, margaret.id, page="person")


def test_rights_from_two_sources_end_separately(area, margaret):
    team = area.teams["C1"]
    for source in ("caseload", "referral"):
        builders.relate(margaret, team, source)
    actions.end_relationship(patient_id=margaret.id, team_id=team.id, source="referral", by=audit.SYSTEM)
    assert queries.open_person(area.viewer("therapist", "C1"), margaret.id, page="person")


def test_objecting_closes_the_record_to_the_team_and_keeps_it_open_to_the_practice(area, margaret):
    builders.relate(margaret, area.teams["C1"])
    gp, nurse = area.viewer("gp", "G1"), area.viewer("community_nurse", "C1")
    actions.record_choice(answered="person", patient_id=margaret.id, kind=ChoiceKind.SHARING, value="objected", by=gp)
    with pytest.raises(Refused) as refusal:
        queries.open_person(nurse, margaret.id, page="person")
    assert refusal.value.decision.basis is Basis.OBJECTED
    assert queries.open_person(gp, margaret.id, page="person").decision.own_organisation_only
    with pytest.raises(Refused):
        actions.declare_emergency(patient_id=margaret.id, reason="collapsed", by=nurse)


def test_an_emergency_opens_one_person_for_a_time_and_waits_for_review(area, margaret, clock_at):
    nurse, officer = area.viewer("community_nurse", "C2"), area.viewer("privacy_officer", "99J")
    access = actions.declare_emergency(patient_id=margaret.id, reason="found on the floor", by=nurse)
    assert queries.open_person(nurse, margaret.id, page="person").decision.basis is Basis.EMERGENCY
    clock_at(MONDAY_MORNING + actions.EMERGENCY_LENGTH)
    with pytest.raises(Refused):
        queries.open_person(nurse, margaret.id, page="person")
    actions.review_emergency(access_id=access.id, finding="warranted", by=officer)
    with pytest.raises(ValueError, match="reviewed already"):
        actions.review_emergency(access_id=access.id, finding="again", by=officer)


def test_an_emergency_begins_nothing_that_outlives_it(area, margaret):
    """Next door's co-ordinator looks; the caseload, an agenda, a task and a plan stay closed."""
    stranger = area.viewer("care_coordinator", "C2")
    meeting = mdt.plan_meeting(starts_at=MONDAY_MORNING + timedelta(days=2), minutes=60, by=stranger)
    actions.declare_emergency(patient_id=margaret.id, reason="found on the floor", by=stranger)
    assert queries.open_person(stranger, margaret.id, page="person", capability=Capability.VIEW_UNPLANNED)
    owner = Owner(None, stranger.team_id, "the team")
    attempts = [
        lambda: caseload.add_person(patient_id=margaret.id, agreed="person", reason="collapsed", by=stranger),
        lambda: mdt.add_case(
            meeting_id=meeting.pk, patient_id=margaret.id, reason="collapsed", told="person", by=stranger
        ),
        lambda: tasks.give(
            title="Visit", owner=owner, due_on=MONDAY_MORNING.date(), patient_id=margaret.id, by=stranger
        ),
        lambda: careplans.start_plan(patient_id=margaret.id, by=stranger),
    ]
    for attempt in attempts:
        with pytest.raises(Refused, match="look and nothing else"):
            attempt()
    assert not Relationship.objects.exists()


def test_a_merge_gives_both_records_and_its_end_gives_them_apart_again(area, margaret, clock_at):
    twin = builders.patient(practice="G3", family="Ashdowne")
    link = SamePerson.objects.create(patient=margaret, same_as=twin, starts=date(2017, 1, 1), reason="same person")
    gp = area.viewer("gp", "G1")
    assert set(queries.open_person(gp, margaret.id, page="person").ids) == {margaret.id, twin.id}
    link.ends = date(2017, 4, 3)
    link.save()
    assert queries.open_person(gp, margaret.id, page="person").ids == (margaret.id,)


class TestFindingAPerson:
    def test_takes_two_identifiers(self, area):
        with pytest.raises(ValueError, match="date of birth"):
            queries.find(area.viewer("gp", "G1"), family_name="Ashdown")

    def test_finds_by_a_former_number_too(self, area, margaret):
        FormerNhsNumber.objects.create(patient=margaret, nhs_number="9990000018", changed_on=date(2016, 1, 1))
        found = queries.find(area.viewer("gp", "G1"), nhs_number="9990000018", birth_date=date(1935, 3, 4))
        assert [p.id for p in found] == [margaret.id]

    def test_shows_nothing_without_a_right_and_records_the_search(self, area, margaret):
        nurse = area.viewer("community_nurse", "C1")
        assert queries.find(nurse, family_name="ashdown", birth_date=date(1935, 3, 4)) == []
        assert last_entry().action == "searched"
        assert not AuditSubject.objects.filter(entry_sequence=last_entry().sequence).exists()

    def test_the_date_of_birth_must_agree(self, area, margaret):
        gp = area.viewer("gp", "G1")
        assert queries.find(gp, nhs_number=margaret.nhs_number, birth_date=date(1936, 3, 4)) == []


class TestRevealing:
    @pytest.fixture
    def listed(self, margaret):
        registration = pseudonyms.identity(margaret.nhs_number, "G1", "any")
        return pseudonyms.pseudonymise([registration], Purpose.RISK_STRATIFICATION)

    def test_needs_a_session_with_a_reason(self, area, listed):
        gp = area.viewer("gp", "G1")
        with pytest.raises(Refused, match="Give your reason first"):
            actions.reveal(practice_code="G1", listed=listed, by=gp)
        with pytest.raises(ValueError, match="few words"):
            actions.start_reveal_session(practice_code="G1", reason="other", words=" ", by=gp)

    def test_shows_the_person_and_names_them_in_the_audit(self, area, margaret, listed):
        gp = area.viewer("gp", "G1")
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        shown = actions.reveal(practice_code="G1", listed=listed, by=gp)
        assert [p.id for p in shown.values()] == [margaret.id]
        assert (last_entry().action, last_entry().actor) == ("revealed", gp.name)
        assert list(queries.revealed(gp, "G1", listed)) == listed

    @pytest.mark.parametrize(("role", "at"), [("gp", "G2"), ("practice_manager", "G1"), ("care_coordinator", "C1")])
    def test_is_for_clinicians_of_the_practice(self, area, role, at):
        with pytest.raises(Refused):
            actions.start_reveal_session(practice_code="G1", reason="review", words="", by=area.viewer(role, at))

    def test_closes_again_when_the_session_ends(self, area, listed, clock_at):
        gp = area.viewer("gp", "G1")
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        actions.reveal(practice_code="G1", listed=listed, by=gp)
        clock_at(MONDAY_MORNING + actions.SESSION_LENGTH)
        assert queries.revealed(gp, "G1", listed) == {}

    def test_closes_again_at_sign_out(self, area, listed, client):
        gp = area.viewer("gp", "G1")
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        actions.reveal(practice_code="G1", listed=listed, by=gp)
        builders.sign_in(client, gp)
        client.post("/account/logout/")
        assert queries.revealed(gp, "G1", listed) == {}

    def test_somebody_who_moved_away_stays_closed(self, area, margaret, listed):
        gp = area.viewer("gp", "G1")
        Registration.objects.filter(patient=margaret).update(ends=date(2017, 4, 1))
        actions.start_reveal_session(practice_code="G1", reason="review", words="", by=gp)
        assert actions.reveal(practice_code="G1", listed=listed, by=gp) == {}


def test_recomputing_relationships_reports_and_mends_every_difference(area, margaret):
    team = area.teams["C1"]
    stray = builders.patient(family="Stray")
    builders.relate(stray, team)
    differences = actions.recompute_relationships(
        source="caseload", expected=[(margaret.id, team.id)], by=audit.SYSTEM, at=MONDAY_MORNING
    )
    assert differences == [
        f"missing: patient {margaret.id}, team {team.id}",
        f"not warranted: patient {stray.id}, team {team.id}",
    ]
    assert (
        actions.recompute_relationships(
            source="caseload", expected=[(margaret.id, team.id)], by=audit.SYSTEM, at=MONDAY_MORNING
        )
        == []
    )


def test_the_record_feed_learns_who_is_on_a_list_and_says_so_in_the_audit(area, margaret):
    other = builders.patient(family="Other")
    listed = pseudonyms.pseudonymise([margaret.nhs_number, "9990000000"], Purpose.RISK_STRATIFICATION)
    found = queries.identities_of_listed({"G1": listed}, by=audit.SYSTEM)
    assert [(i.patient_id, i.nhs_number) for i in found] == [(margaret.id, margaret.nhs_number)]
    named = AuditSubject.objects.filter(entry_sequence=last_entry().sequence).values_list("patient_id", flat=True)
    assert list(named) == [margaret.id]
    assert other.id not in named


def test_the_record_feed_learns_of_people_on_a_caseload_where_they_are_registered(area, margaret):
    gone = builders.patient(family="Gone", died_on=MONDAY_MORNING.date())
    found = queries.identities_of([margaret.id, gone.id], by=audit.SYSTEM)
    assert {(i.patient_id, i.nhs_number, i.practice_code) for i in found} == {(margaret.id, margaret.nhs_number, "G1")}
    named = AuditSubject.objects.filter(entry_sequence=last_entry().sequence).values_list("patient_id", flat=True)
    assert list(named) == [margaret.id]


def test_every_pseudonym_ever_is_told_of_the_dead_the_gone_and_all_records_of_one_person(area, margaret):
    other = builders.patient(practice="G2", died_on=date(2017, 3, 1))
    SamePerson.objects.create(patient=margaret, same_as=other, starts=date(2017, 1, 1), reason="same person")
    Registration.objects.filter(patient=margaret).update(ends=date(2017, 2, 1))
    FormerNhsNumber.objects.create(patient=margaret, nhs_number="9990000999", changed_on=date(2016, 1, 1))
    numbers = [margaret.nhs_number, "9990000999", other.nhs_number]
    expected = set(pseudonyms.pseudonymise(numbers, Purpose.RISK_STRATIFICATION))
    found = queries.list_pseudonyms_ever([margaret.id])
    assert list(found) == [margaret.id]
    assert expected <= set(found[margaret.id])
