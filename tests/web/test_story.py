"""The story, as a table of what is known and what is told."""

from datetime import date

import pytest

from localcare.web.calc.story import About, Fact, compose

TODAY = date(2017, 4, 3)
MARGARET = About(82, "Hadlow", None)
FRAILTY = Fact("moderate frailty", "statement-1")
HEART = Fact("heart failure", "statement-2")
COPD = Fact("COPD", "statement-3")
ASTHMA = Fact("asthma", "statement-4")
FEBRUARY = Fact("admitted", "statement-5", date(2017, 2, 1), date(2017, 2, 9))
MARCH = Fact("admitted", "statement-6", date(2017, 3, 31))
ENDED = Fact("admitted", "statement-7", date(2017, 3, 1), date(2017, 3, 4))

TABLE = [
    (MARGARET, [], [], None, "82, lives in Hadlow."),
    (About(None, "", None), [], [], None, "Age and home not recorded."),
    (MARGARET, [FRAILTY], [], None, "82, lives in Hadlow. Moderate frailty."),
    (
        MARGARET,
        [FRAILTY, HEART, COPD, ASTHMA],
        [],
        None,
        "82, lives in Hadlow. Moderate frailty, heart failure, COPD.",
    ),
    (MARGARET, [HEART], [MARCH], MARCH, "82, lives in Hadlow. Heart failure. In hospital since 31 March."),
    (
        MARGARET,
        [HEART],
        [MARCH, ENDED, FEBRUARY],
        MARCH,
        "82, lives in Hadlow. Heart failure. In hospital since 31 March, the third emergency admission in 12 months.",
    ),
    (MARGARET, [], [ENDED], None, "82, lives in Hadlow. Home since 4 March after an emergency admission."),
    (
        MARGARET,
        [],
        [ENDED, FEBRUARY],
        None,
        "82, lives in Hadlow. Home since 4 March after the second emergency admission in 12 months.",
    ),
    (About(82, "Hadlow", date(2017, 4, 1)), [HEART], [MARCH], MARCH, "Died 1 April 2017, aged 82. Heart failure."),
]


@pytest.mark.parametrize(("about", "problems", "emergencies", "inside", "told"), TABLE)
def test_the_story(about, problems, emergencies, inside, told):
    pieces = compose(about, problems, emergencies, inside, TODAY)
    assert "".join(piece.text for piece in pieces) == told


def test_every_fact_links_to_what_was_said():
    pieces = compose(MARGARET, [FRAILTY, HEART], [MARCH], MARCH, TODAY)
    assert [p.anchor for p in pieces if p.anchor] == ["statement-1", "statement-2", "statement-6"]
