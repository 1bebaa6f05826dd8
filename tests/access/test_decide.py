"""The rule of the gate as a table, and what must hold for every combination."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.access.calc.decide import (
    EXPLICIT_CONSENT,
    LEGITIMATE_RELATIONSHIP,
    LOOKING,
    PersonFacts,
    ViewerFacts,
    decide,
    may_reveal,
)
from localcare.access.calc.vocabulary import Basis, Capability, Consent

VIEW = frozenset({Capability.VIEW_PERSON})
GP_HERE = ViewerFacts(1, VIEW, frozenset({"G1"}), works_at_practice=True, team_id=None)
GP_ELSEWHERE = ViewerFacts(2, VIEW, frozenset({"G2"}), works_at_practice=True, team_id=None)
NURSE = ViewerFacts(3, VIEW, frozenset({"G1"}), works_at_practice=False, team_id=10)
MANAGER = ViewerFacts(4, frozenset(), frozenset({"G1"}), works_at_practice=True, team_id=None)

# viewer, consent, teams related, emergency declared by, basis of the answer
TABLE = [
    (GP_HERE, Consent.NOT_ASKED, set(), set(), Basis.REGISTERED),
    (GP_HERE, Consent.OBJECTED, set(), set(), Basis.REGISTERED),
    (GP_ELSEWHERE, Consent.GIVEN, set(), set(), Basis.NO_RELATIONSHIP),
    (NURSE, Consent.GIVEN, set(), set(), Basis.NO_RELATIONSHIP),
    (NURSE, Consent.NOT_ASKED, {10}, set(), Basis.RELATIONSHIP),
    (NURSE, Consent.NOT_ASKED, {11}, set(), Basis.NO_RELATIONSHIP),
    (NURSE, Consent.OBJECTED, {10}, set(), Basis.OBJECTED),
    (NURSE, Consent.OBJECTED, {10}, {3}, Basis.OBJECTED),
    (NURSE, Consent.CANNOT_ASK, set(), {3}, Basis.EMERGENCY),
    (NURSE, Consent.CANNOT_ASK, set(), {4}, Basis.NO_RELATIONSHIP),
    (MANAGER, Consent.GIVEN, set(), set(), Basis.ROLE),
]


@pytest.mark.parametrize(("viewer", "consent", "teams", "emergency", "basis"), TABLE)
def test_the_answer_and_its_reason(viewer, consent, teams, emergency, basis):
    person = PersonFacts("G1", consent, frozenset(teams), frozenset(emergency))
    decision = decide(viewer, person)
    assert decision.basis is basis
    assert decision.allowed is (basis in {Basis.REGISTERED, Basis.RELATIONSHIP, Basis.EMERGENCY})
    assert decision.reason


# what is asked, teams related, allowed; the nurse has declared an emergency
IN_AN_EMERGENCY = [
    (Capability.VIEW_PERSON, set(), True),
    (Capability.VIEW_UNPLANNED, set(), True),
    (Capability.MANAGE_CASELOAD, set(), False),
    (Capability.SEE_CASELOAD, set(), False),
    (Capability.JOIN_MEETING, set(), False),
    (Capability.RUN_MEETING, set(), False),
    (Capability.GIVE_TASKS, set(), False),
    (Capability.WORK_ON_TASKS, set(), False),
    (Capability.WRITE_PLAN, set(), False),
    (Capability.RECORD_CHOICE, set(), False),
    (Capability.GIVE_TASKS, {10}, True),
]


@pytest.mark.parametrize(("capability", "teams", "allowed"), IN_AN_EMERGENCY)
def test_an_emergency_opens_looking_only(capability, teams, allowed):
    everything = replace(NURSE, capabilities=frozenset(Capability))
    person = PersonFacts("G1", Consent.NOT_ASKED, frozenset(teams), frozenset({3}))
    decision = decide(everything, person, capability=capability)
    assert decision.allowed is allowed
    assert allowed or ("look and nothing else" in decision.reason and not decision.emergency_possible)


@pytest.mark.parametrize("consent", [Consent.NOT_ASKED, Consent.CANNOT_ASK])
def test_where_the_area_needs_explicit_consent_a_relationship_is_not_enough(consent):
    person = PersonFacts("G1", consent, frozenset({10}))
    decision = decide(NURSE, person, viewing_basis=EXPLICIT_CONSENT)
    assert (decision.allowed, decision.basis, decision.emergency_possible) == (False, Basis.CONSENT_MISSING, True)


def test_a_practice_sees_only_its_own_entries_of_a_person_who_objects_to_sharing():
    assert decide(GP_HERE, PersonFacts("G1", Consent.OBJECTED)).own_organisation_only
    assert not decide(GP_HERE, PersonFacts("G1", Consent.GIVEN)).own_organisation_only


PHARMACIST = ViewerFacts(
    5, frozenset({Capability.VIEW_PERSON, Capability.REVEAL_WHERE_NAMED}), frozenset({"G1", "G2"}), False, 10
)
GP_NEARBY = ViewerFacts(6, frozenset({Capability.REVEAL_LIST, Capability.DECIDE_LIST}), frozenset({"G2"}), True, None)

# viewer, named by, what is asked, consent, basis of the answer about somebody of G1
NAMED = [
    (PHARMACIST, {"G1"}, Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.NAMED),
    (PHARMACIST, {"G1"}, Capability.REVEAL_LIST, Consent.OBJECTED, Basis.OBJECTED),
    (PHARMACIST, {"G1"}, Capability.DECIDE_LIST, Consent.NOT_ASKED, Basis.ROLE),
    (PHARMACIST, {"G1"}, Capability.VIEW_PERSON, Consent.NOT_ASKED, Basis.NO_RELATIONSHIP),
    (PHARMACIST, {"G2"}, Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.ROLE),
    (PHARMACIST, set(), Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.ROLE),
    (NURSE, {"G1"}, Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.ROLE),
    (GP_NEARBY, {"G1"}, Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.NAMED),
    (GP_NEARBY, {"G1"}, Capability.DECIDE_LIST, Consent.NOT_ASKED, Basis.NAMED),
    (GP_NEARBY, {"G1"}, Capability.DECIDE_LIST, Consent.OBJECTED, Basis.OBJECTED),
    (GP_NEARBY, set(), Capability.REVEAL_LIST, Consent.NOT_ASKED, Basis.NO_RELATIONSHIP),
    (GP_NEARBY, set(), Capability.DECIDE_LIST, Consent.GIVEN, Basis.NO_RELATIONSHIP),
]


@pytest.mark.parametrize(("viewer", "named_by", "capability", "consent", "basis"), NAMED)
def test_whoever_a_practice_named_sees_who_is_on_its_list_and_nothing_else(
    viewer, named_by, capability, consent, basis
):
    asking = replace(viewer, named_by=frozenset(named_by))
    decision = decide(asking, PersonFacts("G1", consent), capability=capability)
    assert (decision.allowed, decision.basis) == (basis is Basis.NAMED, basis)


def test_where_the_area_needs_explicit_consent_being_named_is_not_enough():
    asking = replace(PHARMACIST, named_by=frozenset({"G1"}))
    about = PersonFacts("G1", Consent.NOT_ASKED)
    decision = decide(asking, about, capability=Capability.REVEAL_LIST, viewing_basis=EXPLICIT_CONSENT)
    assert (decision.allowed, decision.basis) == (False, Basis.CONSENT_MISSING)


@pytest.mark.parametrize(
    ("viewer", "named_by", "may"),
    [
        (replace(GP_HERE, capabilities=frozenset({Capability.REVEAL_LIST})), set(), True),
        (GP_HERE, set(), False),
        (PHARMACIST, set(), False),
        (PHARMACIST, {"G1"}, True),
        (PHARMACIST, {"G2"}, False),
        (NURSE, {"G1"}, False),
        (GP_NEARBY, set(), False),
        (GP_NEARBY, {"G1"}, True),
    ],
)
def test_who_may_reveal_the_list_of_a_practice(viewer, named_by, may):
    assert may_reveal(replace(viewer, named_by=frozenset(named_by)), "G1") is may


viewers = st.builds(
    ViewerFacts,
    user_id=st.integers(1, 4),
    capabilities=st.frozensets(st.sampled_from(Capability)),
    practice_codes=st.frozensets(st.sampled_from(["G1", "G2", "G3"])),
    works_at_practice=st.booleans(),
    team_id=st.none() | st.integers(10, 12),
    named_by=st.frozensets(st.sampled_from(["G1", "G2", "G3"])),
)
people = st.builds(
    PersonFacts,
    practice_code=st.none() | st.sampled_from(["G1", "G2", "G3"]),
    consent=st.sampled_from(Consent),
    teams=st.frozensets(st.integers(10, 12)),
    emergency_users=st.frozensets(st.integers(1, 4)),
)
bases = st.sampled_from([LEGITIMATE_RELATIONSHIP, EXPLICIT_CONSENT])


@given(viewers, people, bases)
def test_nobody_is_let_in_without_a_role_and_a_right(viewer, person, basis):
    decision = decide(viewer, person, viewing_basis=basis)
    own_practice = viewer.works_at_practice and person.practice_code in viewer.practice_codes
    related = viewer.team_id in person.teams
    emergency = viewer.user_id in person.emergency_users
    if decision.allowed:
        assert Capability.VIEW_PERSON in viewer.capabilities
        assert own_practice or related or emergency
        assert own_practice or person.consent is not Consent.OBJECTED


@given(viewers, people, bases)
def test_a_refusal_made_with_capacity_is_never_offered_an_emergency(viewer, person, basis):
    decision = decide(viewer, person, viewing_basis=basis)
    if person.consent is Consent.OBJECTED:
        assert not decision.emergency_possible


@given(viewers, people, bases)
def test_taking_a_right_away_never_opens_anything(viewer, person, basis):
    less = PersonFacts(person.practice_code, person.consent, frozenset(), frozenset())
    before = decide(viewer, person, viewing_basis=basis)
    after = decide(viewer, less, viewing_basis=basis)
    assert before.allowed or not after.allowed


@given(viewers, people, bases, st.sampled_from(Capability))
def test_nothing_but_looking_comes_of_an_emergency(viewer, person, basis, capability):
    without = replace(person, emergency_users=frozenset())
    declared = decide(viewer, person, capability=capability, viewing_basis=basis)
    before = decide(viewer, without, capability=capability, viewing_basis=basis)
    assert before.allowed or not declared.allowed or capability in LOOKING
    assert capability in LOOKING or not declared.emergency_possible
