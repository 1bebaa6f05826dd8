"""The rule of sealed entries as a table, and against a slow, obvious second version."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.access.calc.decide import EXPLICIT_CONSENT, LEGITIMATE_RELATIONSHIP, PersonFacts, decide
from localcare.access.calc.seals import MARKED, REASONS, Sealed, hidden, sealers, sees_sealed
from localcare.access.calc.vocabulary import Basis, Capability, Consent, Decision
from tests.access.test_decide import bases, people, viewers

MONDAY = datetime(2017, 4, 3, 9, tzinfo=UTC)
SEAL = Sealed(1, 1, "condition|:Hospital|1", "", False, "asked", "", MONDAY, "Dr Osei, GP, Hadlow Practice")


def answer(basis: Basis, *, allowed: bool = True) -> Decision:
    return Decision(allowed, basis, "words")


# who may see the person, why; at which organisation; whose source said the entry; in company; sees it?
TABLE = [
    ("the own practice", answer(Basis.REGISTERED), "G1", "", False, True),
    ("the own practice, of what another said", answer(Basis.REGISTERED), "G1", "C2", False, True),
    ("the own practice, on a shared screen", answer(Basis.REGISTERED), "G1", "G1", True, False),
    ("a team that looks after them", answer(Basis.RELATIONSHIP), "C1", "", False, False),
    ("a team, of what the practice said", answer(Basis.RELATIONSHIP), "C1", "G1", False, False),
    ("a team, of what its own organisation said", answer(Basis.RELATIONSHIP), "C1", "C1", False, True),
    ("a team, of its own, on a shared screen", answer(Basis.RELATIONSHIP), "C1", "C1", True, False),
    ("in an emergency", answer(Basis.EMERGENCY), "C2", "", False, False),
    ("in an emergency, another practice", answer(Basis.EMERGENCY), "G3", "G1", False, False),
    ("in an emergency, of what they said themselves", answer(Basis.EMERGENCY), "G3", "G3", False, True),
    ("who said it but may not see the person", answer(Basis.OBJECTED, allowed=False), "C1", "C1", False, False),
    ("nobody's organisation is not no organisation", answer(Basis.RELATIONSHIP), "", "", False, False),
]


@pytest.mark.parametrize(
    ("decision", "organisation", "said_by", "in_company", "sees"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE]
)
def test_who_sees_a_sealed_entry(decision, organisation, said_by, in_company, sees):
    seals = [replace(SEAL, said_by=said_by)]
    assert (SEAL.item not in hidden(seals, decision, organisation, in_company=in_company)) is sees
    if not in_company:
        assert sees_sealed(decision, organisation, said_by) is sees


LIFTED = replace(SEAL, lifted_at=MONDAY, lifted_by="Dr Osei", lifted_why="agreed")
MARK = replace(SEAL, by_source=True, reason=MARKED)


@pytest.mark.parametrize(
    ("seals", "count"),
    [
        ([], 0),
        ([SEAL], 1),
        ([LIFTED], 0),
        ([LIFTED, SEAL], 1),
        ([SEAL, MARK], 1),
        ([replace(LIFTED, by_source=True), SEAL], 1),
        ([SEAL, replace(SEAL, patient_id=2)], 1),
        ([LIFTED, replace(SEAL, patient_id=2)], 1),
        ([SEAL, replace(SEAL, item="condition|:Hospital|2")], 2),
    ],
    ids=[
        "none",
        "one",
        "lifted",
        "sealed again",
        "by practice and source",
        "the source's lifted, the practice's not",
        "of both records of a merge",
        "one record's lifted, the other's not",
        "two entries",
    ],
)
def test_an_entry_is_hidden_once_and_as_long_as_one_seal_stands(seals, count):
    assert len(hidden(seals, answer(Basis.RELATIONSHIP), "C1")) == count


@pytest.mark.parametrize(
    ("seals", "words"),
    [
        ([SEAL], "the person's practice"),
        ([MARK], "the sender"),
        ([SEAL, MARK], "the person's practice or the sender"),
    ],
)
def test_who_sealed_is_told_without_kind_or_date(seals, words):
    assert sealers(seals) == words


def test_every_reason_has_its_words():
    assert [replace(SEAL, reason=key).why for key in REASONS] == list(REASONS.values())
    assert replace(SEAL, reason="other", words="She asked her mother").why == "Another reason. She asked her mother"
    assert MARK.why == "Marked restricted by its source"


codes = st.sampled_from(["", "G1", "G2", "G3", "C1"])
seals = st.lists(
    st.builds(
        Sealed,
        id=st.integers(1, 9),
        patient_id=st.sampled_from([1, 2]),
        item=st.sampled_from("abc"),
        said_by=codes,
        by_source=st.booleans(),
        reason=st.sampled_from([*REASONS, MARKED]),
        words=st.just(""),
        sealed_at=st.just(MONDAY),
        sealed_by=st.just("somebody"),
        lifted_at=st.none() | st.just(MONDAY),
    )
)


def seen_slowly(item, seals, decision, organisation) -> bool:
    """The second version: look at each seal of the item in turn."""
    for seal in seals:
        if seal.item != item or seal.lifted_at:
            continue
        if not decision.allowed:
            return False
        if decision.basis == "registered":
            continue
        if seal.said_by == organisation and organisation:
            continue
        return False
    return True


@given(viewers, people, bases, codes, seals)
def test_the_rule_is_that_of_its_twin(viewer, person, basis, organisation, seals):
    decision = decide(viewer, person, viewing_basis=basis)
    unseen = hidden(seals, decision, organisation)
    assert {item for item in "abc" if not seen_slowly(item, seals, decision, organisation)} == unseen


@given(viewers, people, bases, codes, seals)
def test_declaring_an_emergency_or_consenting_opens_nothing_that_is_sealed(viewer, person, basis, organisation, seals):
    before = decide(viewer, person, viewing_basis=basis)
    for consent in Consent:
        more = PersonFacts(person.practice_code, consent, person.teams, person.emergency_users | {viewer.user_id})
        after = decide(viewer, more, viewing_basis=basis)
        if before.allowed and after.allowed:
            assert hidden(seals, after, organisation) == hidden(seals, before, organisation)


@given(viewers, people, codes, seals, seals)
def test_a_merge_never_shows_what_one_record_hid(viewer, person, organisation, ours, theirs):
    decision = decide(viewer, person, viewing_basis=LEGITIMATE_RELATIONSHIP)
    both = hidden([*ours, *theirs], decision, organisation)
    assert both == hidden(ours, decision, organisation) | hidden(theirs, decision, organisation)


@given(viewers, people, codes, seals)
def test_a_shared_screen_shows_no_more_than_anybody_sees(viewer, person, organisation, seals):
    decision = decide(viewer, person, viewing_basis=EXPLICIT_CONSENT)
    unseen = hidden(seals, decision, organisation, in_company=True)
    assert hidden(seals, decision, organisation) <= unseen == {s.item for s in seals if not s.lifted_at}


def test_only_those_who_open_records_at_a_practice_seal():
    from localcare.access.roles import roles

    able = {key for key, role in roles().items() if Capability.SEAL_ITEM in role.capabilities}
    assert able == {"gp", "practice_nurse"}
    assert all(roles()[key].at == "practice" for key in able)
