"""What a story mentions first."""

from dataclasses import replace

from localcare.population.queries import telling
from localcare.record.story import most_telling
from localcare.terminology import codelists
from tests.web.test_fold import FIRST


def problem(number: int, list_name: str, display: str):
    return replace(FIRST, id=number, kind="condition", code=min(codelists.codes(list_name)), display=display)


def test_frailty_then_by_weight_one_fact_a_condition_in_the_condition_s_words():
    problems = [
        problem(1, "obesity", "Body mass index 30+"),
        problem(2, "copd", "Chronic obstructive bronchitis"),
        problem(3, "frailty_moderate", "Moderate frailty"),
        problem(4, "heart_failure", "Congestive heart failure"),
        problem(5, "frailty_severe", "Severe frailty"),
        replace(FIRST, id=6, kind="condition", code="1", display="Something unlisted"),
    ]
    told = [fact.text for fact in most_telling(problems, telling([p.code for p in problems]))]
    assert told[:3] == ["moderate frailty", "COPD", "heart failure"]
    assert told[-1] == "Something unlisted"
    assert "severe frailty" not in told
