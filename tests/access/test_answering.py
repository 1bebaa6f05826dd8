"""Who was told, agreed or answered: what may stand for whom, and in which words."""

import pytest

from localcare.access.calc.answering import LABELS, Answering, fault, named, possible, told

STANDS, UNDER_16, FROM_16 = "", "under 16", "16 or older"


@pytest.mark.parametrize(
    ("who", "words", "age", "why_not"),
    [
        ("person", "", 82, STANDS),
        ("person", "", 16, STANDS),
        ("person", "", 15, UNDER_16),
        ("person", "Dr Hall", 0, UNDER_16),
        ("person_and_carer", "her daughter", 82, STANDS),
        ("person_and_carer", "her mother", 15, UNDER_16),
        ("parent", "her mother", 15, STANDS),
        ("parent", "", 3, STANDS),
        ("parent", "her mother", 16, FROM_16),
        ("parent", "her mother", 82, FROM_16),
        ("competent_child", "Dr Hall", 15, STANDS),
        ("competent_child", " ", 15, "which clinician"),
        ("competent_child", "Dr Hall", 16, FROM_16),
        ("attorney", "", 82, STANDS),
        ("attorney", "", 15, UNDER_16),
        ("best_interests", "her daughter", 82, STANDS),
        ("best_interests", " ", 82, "who was consulted"),
        ("best_interests", "the social worker", 9, STANDS),
        ("best_interests", "", 9, "who was consulted"),
        ("not_yet", "", 82, STANDS),
        ("not_yet", "", 9, STANDS),
        ("", "", 82, "Choose who"),
        ("on", "", 82, "Choose who"),
    ],
)
def test_who_may_answer_for_whom(who, words, age, why_not):
    found = fault(who, words, age)
    assert why_not in found
    assert bool(found) is bool(why_not)


@pytest.mark.parametrize("who", [one for one in Answering if one is not Answering.NOT_YET])
def test_without_a_date_of_birth_nobody_is_ruled_out(who):
    assert who in possible(None)
    assert fault(who, "Dr Hall", None) == ""


@pytest.mark.parametrize(
    ("who", "words", "sentence"),
    [
        ("not_yet", "", "The person has not been told yet."),
        ("", "", "The person has not been told yet."),
        ("person", "", "The person was told."),
        ("person", "at home", "The person (at home) was told."),
        ("parent", "her mother", "Her mother (parental responsibility) was told."),
        ("parent", "", "Somebody with parental responsibility was told."),
        ("competent_child", "Dr Hall", "The child (judged competent by Dr Hall) was told."),
        ("attorney", "", "Attorney or deputy for health and welfare was told."),
        ("best_interests", "Anne and Dr Hall", "Best-interests decision; consulted: Anne and Dr Hall."),
    ],
)
def test_the_words_of_who_was_told(who, words, sentence):
    assert told(who, words) == sentence


def test_each_has_its_words():
    assert set(LABELS) == set(Answering)
    assert named("", "") == ""
    assert named("competent_child", "") == "the child, judged competent"
    assert named("attorney", "Anne") == "attorney or deputy for health and welfare (Anne)"
