"""What a block says is missing, as a table."""

import pytest

from localcare.web.calc.missing import Missing, of

ALL = {"condition", "medication", "allergy", "measurement"}


@pytest.mark.parametrize(
    ("not_sharing", "sent", "allergies", "medicines"),
    [
        ([], [ALL], "", ""),
        ([], [{"medication"}, {"allergy"}], "", ""),
        ([], [{"medication"}], "None of our sources for this person sends allergies.", ""),
        (
            [],
            [],
            "None of our sources for this person sends allergies.",
            "None of our sources for this person sends medicines.",
        ),
        (
            ["general practice", "social care"],
            [{"medication"}],
            "The GP record of Hadlow is not shared.",
            "The GP record of Hadlow is not shared.",
        ),
        (["social care"], [ALL], "", ""),
    ],
)
def test_what_is_missing(not_sharing, sent, allergies, medicines):
    found = of("Hadlow", not_sharing, sent)
    assert isinstance(found, Missing)
    assert (found.allergy, found.medication) == (allergies, medicines)
