"""The lawful purposes of each source: what is said, on which days, by whom; a file that cannot be used says why."""

from datetime import date

import pytest

from localcare.dataset import contract, purposes

DAY = date(2017, 3, 31)
OWN = """
[references]
letter = "Letter of the controllers, 1 April 2023"
[[permission]]
source = "social_care"
purpose = "risk_stratification"
allowed = true
reference = "letter"
why = "agreed by the controllers"
starts = 2023-04-01
ends = 2024-03-31
[[permission]]
source = "acute"
purpose = "risk_stratification"
allowed = false
reference = "letter"
why = "withdrawn"
"""
CASES = [
    # the installation's own file, purpose, day: the sources that may serve it
    ("", "risk_stratification", date(2017, 3, 31), {"gp", "acute"}),
    ("", "risk_stratification", date(2022, 9, 30), {"gp", "acute"}),
    ("", "risk_stratification", date(2022, 10, 1), set()),
    ("", "planning", date(2025, 1, 1), set(purposes.SOURCES)),
    (OWN, "risk_stratification", date(2017, 3, 31), {"gp"}),
    (OWN, "risk_stratification", date(2023, 3, 31), set()),
    (OWN, "risk_stratification", date(2023, 4, 1), {"social_care"}),
    (OWN, "risk_stratification", date(2024, 4, 1), set()),
    (OWN, "planning", date(2024, 4, 1), set(purposes.SOURCES)),
]


@pytest.mark.parametrize(("own", "purpose", "day", "lawful"), CASES)
def test_which_sources_may_serve_a_purpose_on_a_day(tmp_path, own, purpose, day, lawful):
    (tmp_path / "purposes.toml").write_text(own)
    held = purposes.load(tmp_path / "purposes.toml")
    assert set(purposes.SOURCES) - purposes.barred(held, purpose, day) == lawful


def test_every_source_and_purpose_is_stated_with_its_reference_and_what_is_not_said_is_not_allowed():
    ours = purposes.load()
    assert {(p.source, p.purpose) for p in ours} == {(s, p) for s in purposes.SOURCES for p in purposes.PURPOSES}
    assert all(p.reference and p.why for p in ours)
    assert {table.source for table in contract.load().tables.values() if table.source} == set(purposes.SOURCES)
    assert purposes.barred((), "planning", DAY) == set(purposes.SOURCES)
    assert "social care" in purposes.standing(ours, "risk_stratification", DAY)["social_care"].why


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("not toml", "not valid TOML"),
        (OWN.replace("social_care", "dentists"), "permission 1: 'dentists' is not one of gp"),
        (OWN.replace("risk_stratification", "research"), "'research' is not one of planning"),
        (OWN.replace('reference = "letter"', 'reference = "no"'), "'no' is not one of letter"),
        (OWN.replace("allowed = true", 'allowed = "yes"'), "take out allowed"),
        (OWN.replace("starts = 2023-04-01", 'starts = "soon"'), "take out starts"),
        (OWN.replace("why =", "because ="), "take out why, because"),
        ("permissions = []", "it may hold version"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_mend(tmp_path, wrong, said):
    (tmp_path / "purposes.toml").write_text(wrong)
    with pytest.raises(purposes.BadPurposes, match=said):
        purposes.load(tmp_path / "purposes.toml")
