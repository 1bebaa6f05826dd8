"""The story, as a table of what is known and what is told."""

from datetime import date

import pytest

from localcare.record.calc.story import About, Fact, Stay, compose

TODAY = date(2017, 4, 3)
MARGARET = About(82, "Hadlow", None)
FRAILTY = Fact("moderate frailty", "problem-1")
HEART = Fact("heart failure", "problem-2")
COPD = Fact("COPD", "problem-3")
ASTHMA = Fact("asthma", "problem-4")
EMERGENCY, PLANNED = "an emergency admission", "a planned admission"
FEBRUARY = Stay(EMERGENCY, "stay-5", date(2017, 2, 1), date(2017, 2, 9), emergency=True)
MARCH = Stay(EMERGENCY, "stay-6", date(2017, 3, 31), emergency=True)
ENDED = Stay(EMERGENCY, "stay-7", date(2017, 3, 1), date(2017, 3, 4), emergency=True)
HIP = Stay(PLANNED, "stay-8", date(2017, 3, 20), date(2017, 3, 24))
NO_METHOD = Stay("an admission", "stay-9", date(2016, 12, 30))
LIVES = "82, lives in Hadlow."
THIRD = "the third emergency admission in 12 months"
SECOND = "the second emergency admission in 12 months"

TABLE = [
    (MARGARET, [], [], None, LIVES),
    (About(None, "", None), [], [], None, "Age and home not recorded."),
    (MARGARET, [FRAILTY], [], None, f"{LIVES} Moderate frailty."),
    (MARGARET, [FRAILTY, HEART, COPD, ASTHMA], [], None, f"{LIVES} Moderate frailty, heart failure, COPD."),
    (MARGARET, [], [MARCH], MARCH, f"{LIVES} In hospital since 31 March, an emergency admission."),
    (MARGARET, [], [MARCH, ENDED, FEBRUARY], MARCH, f"{LIVES} In hospital since 31 March, {THIRD}."),
    (MARGARET, [], [NO_METHOD], NO_METHOD, f"{LIVES} In hospital since 30 December 2016, an admission."),
    # Where somebody went after a discharge, no source says.
    (MARGARET, [], [ENDED], None, f"{LIVES} Discharged 4 March after an emergency admission."),
    (MARGARET, [], [ENDED, FEBRUARY], None, f"{LIVES} Discharged 4 March after {SECOND}."),
    (
        MARGARET,
        [],
        [HIP, ENDED, FEBRUARY],
        None,
        f"{LIVES} Discharged 24 March after a planned admission. 2 emergency admissions in 12 months.",
    ),
    (
        MARGARET,
        [],
        [NO_METHOD],
        None,
        f"{LIVES} Admitted 30 December 2016, an admission; the day of discharge is not told to us.",
    ),
    (About(82, "Hadlow", date(2017, 4, 1)), [HEART], [MARCH], MARCH, "Died 1 April 2017, aged 82. Heart failure."),
]


@pytest.mark.parametrize(("about", "problems", "stays", "inside", "told"), TABLE)
def test_the_story(about, problems, stays, inside, told):
    pieces = compose(about, problems, stays, inside, TODAY)
    assert "".join(piece.text for piece in pieces) == told


def test_every_fact_links_to_what_was_said():
    pieces = compose(MARGARET, [FRAILTY, HEART], [MARCH], MARCH, TODAY)
    assert [p.anchor for p in pieces if p.anchor] == ["registered", "problem-1", "problem-2", "stay-6"]
