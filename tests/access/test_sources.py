"""Which sources of a record may be read today, as a table and for every combination."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.access.calc.sources import AGREED, Sharing

HERE = Sharing(frozenset({"gp", "acute"}), frozenset({"G1", "G2"}))

# what decides, organisation and system of the entry, may it be read
TABLE = [
    (HERE, "G1", "gp", True),
    (HERE, "G2", "gp", True),  # an earlier practice that still shares what it sent
    (HERE, "G3", "gp", False),
    (HERE, "RWF", "acute", True),
    (HERE, "KCC", "social_care", False),
    (HERE, "", "FHIR", True),
    (HERE, "C1", "Localcare", True),
    (Sharing(), "G1", "gp", False),
    (Sharing(), "", "", True),
    (Sharing(frozenset({"acute"}), frozenset({"G1", "G2"}), "G1"), "G1", "gp", True),
    (Sharing(frozenset({"acute"}), frozenset({"G1", "G2"}), "G1"), "G2", "gp", False),
    (Sharing(frozenset({"acute"}), frozenset({"G1"}), "G1"), "RWF", "acute", False),
    (Sharing(frozenset({"acute"}), frozenset({"G1"}), "G1"), "", "FHIR", False),
    (Sharing(frozenset({"acute"}), frozenset({"G1"}), "G1"), "C1", "Localcare", False),
]


@pytest.mark.parametrize(("sharing", "organisation", "system", "may"), TABLE)
def test_the_answer(sharing, organisation, system, may):
    assert sharing.allows(organisation, system) is may


practices = st.sampled_from(["G1", "G2", "G3"])
sharings = st.builds(
    Sharing, st.frozensets(st.sampled_from(sorted(AGREED))), st.frozensets(practices), st.just("") | practices
)


@given(sharings, practices | st.just("RWF"), st.sampled_from([*sorted(AGREED), "FHIR", "Localcare", ""]))
def test_without_an_agreement_no_feed_is_read_and_an_objection_only_takes_away(sharing, organisation, system):
    allowed = sharing.allows(organisation, system)
    if allowed and system in AGREED:
        assert system in sharing.agreed or (system == "gp" and organisation in sharing.gp_of)
    objecting = Sharing(sharing.agreed, sharing.gp_of, "G1")
    assert not objecting.allows(organisation, system) or organisation == "G1"
    without = Sharing(sharing.agreed, sharing.gp_of)
    assert without.allows(organisation, system) or not allowed
