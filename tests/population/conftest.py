"""A small area with a past: enough people in four practices that a model can be fitted."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from localcare.dataset.editions import Edition
from localcare.population import definitions
from localcare.terminology import codelists
from tests.editions import make_edition

AS_AT = date(2017, 3, 31)


@pytest.fixture(scope="session")
def edition(tmp_path_factory) -> Edition:
    """400 people of four practices; practice 3 does not share; a tenth objected to stratification."""
    return with_a_past(tmp_path_factory.mktemp("data"), practices=4)


def with_a_past(folder: Path, *, practices: int, admissions: int = 200) -> Edition:
    """An edition of 100 people a practice, with three years of what happened to them, drawn by lot."""
    chance = random.Random(20)
    people = [_person(chance, number) for number in range(100 * practices)]
    seen = [n for n, person in enumerate(people) if person["observed"]]
    codes = _codes()
    return make_edition(
        folder / "dataset",
        AS_AT,
        person=people,
        code=codes,
        observation=[_event(chance, seen) | {"code": chance.randrange(len(codes) - 1)} for _ in range(500)],
        medication=[_event(chance, seen) | {"code": chance.randrange(len(codes) - 1)} for _ in range(500)],
        gp_contact=[_event(chance, seen) | {"kind": chance.choice(["gp", "nurse", "other"])} for _ in range(900)],
        emergency_attendance=[_event(chance, seen) for _ in range(300)],
        admission=[
            _event(chance, seen) | {"kind": chance.choice(["emergency", "elective", "day_case"])}
            for _ in range(admissions)
        ],
        outpatient=[_event(chance, seen) for _ in range(200)],
        social_care=[_event(chance, seen) | {"weekly_cost": 100.0} for _ in range(20)],
    )


def _person(chance: random.Random, number: int) -> dict:
    practice = number // 100
    return {
        "practice": practice,
        "birth_year": chance.randint(1925, 2015),
        "birth_month": chance.randint(1, 12),
        "sex": chance.choice(["female", "male"]),
        "observed": practice != 3,
        "risk_stratification": chance.random() < 0.9,
    }


def _event(chance: random.Random, people: list[int]) -> dict:
    return {"person": chance.choice(people), "on": date(2014, 4, 1) + timedelta(days=chance.randrange(1095))}


def _codes() -> list[dict]:
    wanted = {
        min(codelists.codes(name)): None
        for condition in definitions.load().conditions.all
        for name in (*condition.diagnosed, *condition.resolved)
    }
    return [{"system": "snomedct", "value": value} for value in wanted] + [{"system": "icd10", "value": "F000"}]
