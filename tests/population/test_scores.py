"""Every score: its own test cases, and its twin on generated histories."""

import random
import shutil
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from localcare.population import definitions
from localcare.population.calc import conditions as condition_calc
from localcare.population.calc import hfrs, people, scores
from localcare.population.definitions import BadDefinition, scoring
from localcare.terminology import codelists
from tests.population import twins, twins_scores
from tests.population.test_calc_twins import _tables
from tests.population.twins import History

AS_AT = date(2017, 3, 31)
LOADED = definitions.load()
CASES = [(score, case) for score in LOADED.scores for case in score.cases]
QUAN = next(s.method for s in LOADED.scores if s.key == "charlson_2011")
SHMI = next(s.method for s in LOADED.scores if s.key == "charlson_shmi")
# A code of each group, longer than its prefix and exactly it, codes of no group, and one under two groups.
ICD = sorted({min(codes) + "9" for m in (QUAN, SHMI) for codes in m.groups.values()} | {"I252", "E119", "Z000", "E11"})
EDGES = [date(2017, 3, 31), date(2017, 4, 1), date(2016, 3, 31), date(2016, 9, 30), date(2015, 3, 31), date(2015, 4, 1)]


def _history(case) -> History:
    def day(text) -> date | None:
        return date.fromisoformat(text) if text else None

    def value(entry) -> float | None:
        return entry[2] if len(entry) > 2 else None

    return History(
        born=(2017 - case.get("age", 50), 1),
        entries=[(AS_AT, min(codelists.codes(LOADED.conditions[c].diagnosed[0]))) for c in case.get("conditions", ())],
        values=[(day(e[0]), min(codelists.codes(e[1])), value(e)) for e in case.get("entries", ())],
        attendances=[day(text) for text in case.get("attendances", ())],
        spells=[
            (day(s["on"]), day(s.get("left")), s.get("kind", "emergency"), tuple(s["icd10"]))
            for s in case.get("spells", ())
        ],
    )


def _scored(everyone):
    """Each registered person's scores, and their bands."""
    tables = _tables(everyone)
    registered = people.registered(tables["person"], AS_AT)
    codes = condition_calc.code_masks(tables["code"], LOADED.conditions)
    masks = condition_calc.flags(tables["observation"], codes, LOADED.conditions, AS_AT)
    known = registered.left_join(masks, "person").select(*registered.columns, "mask")
    known = known.mutate(mask=known.mask.fill_null(0))
    any_age = replace(LOADED.hfrs, from_age=0)
    frail = hfrs.score(tables["diagnosis"], tables["code"], known, any_age, AS_AT)
    known = known.left_join(frail, "person").select(*known.columns, "hfrs")
    found = scores.scores(tables, known, LOADED, AS_AT)
    bands = found.select("person", **{s.key: scores.band(found[s.key], s) for s in LOADED.scores})
    by_person = [{row.pop("person"): row for row in t.to_pandas().to_dict("records")} for t in (found, bands)]
    counted = scores.banded(found, known, LOADED).to_pandas().to_dict("records")
    return *by_person, counted


def _none(value):
    return None if value is None or value != value else value


@pytest.fixture(scope="module")
def cases():
    return _scored([_history(case) for _, case in CASES])


@pytest.mark.parametrize("at", range(len(CASES)), ids=[f"{s.key}: {c['says']}" for s, c in CASES])
def test_each_definition_holds_its_own_cases_and_so_does_the_twin(cases, at):
    score, case = CASES[at]
    values, bands, _ = cases
    assert _none(values[at][score.key]) == pytest.approx(case.get("value"))
    assert _none(bands[at][score.key]) == case.get("band")
    assert twins_scores.all_scores(_history(case), LOADED, AS_AT)[score.key] == pytest.approx(case.get("value"))


def _everyone(seed: int) -> list[History]:
    draw = random.Random(seed)
    lists = ("efi_score", "clinical_frailty_scale_score", "frailty_mild", "frailty_moderate", "frailty_severe")

    def day() -> date:
        return draw.choice(EDGES) if draw.random() < 0.5 else date(2015, 1, 1) + timedelta(days=draw.randrange(850))

    def spell() -> tuple:
        on, nights = day(), draw.choice([None, 0, 1, 3, 4, 6, 7, 13, 14, 40])
        left = None if nights is None else on + timedelta(days=nights)
        kind = draw.choice(["emergency", "elective", "day_case", "other"])
        return on, left, kind, tuple(draw.sample(ICD, draw.randint(0, 6)))

    def value() -> tuple:
        number = draw.choice([None, 0, 0.12, 0.24, 0.241, 0.36, 1, 5, 9, 12])
        return day(), min(codelists.codes(draw.choice(lists))), number

    def person() -> History:
        return History(
            born=(draw.choice([1930, 1942, 1952, 1980]), draw.randint(1, 12)),
            practice=draw.randint(0, 2),
            observed=draw.random() < 0.9,
            entries=[
                (day(), min(codelists.codes(draw.choice(LOADED.conditions.all).diagnosed[0])))
                for _ in range(draw.randint(0, 6))
            ],
            values=[value() for _ in range(draw.randint(0, 4))],
            attendances=[day() for _ in range(draw.randint(0, 6))],
            spells=[spell() for _ in range(draw.randint(0, 4))],
        )

    return [person() for _ in range(40)]


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.integers(0, 2**32))
def test_every_score_is_that_of_its_twin(seed):
    everyone = _everyone(seed)
    values, bands, counted = _scored(everyone)
    seen = {i for i, person in enumerate(everyone) if person.observed and twins.is_registered(person, AS_AT)}
    assert set(values) == seen
    wanted_bands: dict[tuple, int] = {}
    for i in seen:
        wanted = twins_scores.all_scores(everyone[i], LOADED, AS_AT)
        assert {key: _none(value) for key, value in values[i].items()} == pytest.approx(wanted)
        for score in LOADED.scores:
            if (value := wanted[score.key]) is not None:
                named = twins_scores.band(value, score)
                assert bands[i][score.key] == named
                key = (everyone[i].practice, score.key, named)
                wanted_bands[key] = wanted_bands.get(key, 0) + 1
    assert {(r["practice"], r["score"], r["band"]): r["people"] for r in counted} == wanted_bands


def test_the_two_versions_of_the_cambridge_score_have_weights_of_their_own():
    few = {item.name: item.weight for item in LOADED.cms_20.items}
    many = {item.name: item.weight for item in LOADED.cms.items}
    assert (len(few), len(many)) == (20, 37)
    assert set(few) < set(many)
    assert all(few[name] != many[name] for name in few)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("up_to = 4\n", "up_to = 12\n", "bands must rise"),
        ('"charlson_1987"', '"hfrs"', "hfrs is not a score of diagnoses"),
        ("emergency = 3", 'emergency = "three"', "is not of type 'integer'"),
    ],
)
def test_a_score_that_cannot_be_read_is_refused(tmp_path, monkeypatch, before, after, message):
    shutil.copytree(scoring.FOLDER, tmp_path / "scores")
    lace = tmp_path / "scores" / "lace.toml"
    lace.write_text(lace.read_text("utf-8").replace(before, after, 1), "utf-8")
    monkeypatch.setattr(scoring, "FOLDER", tmp_path / "scores")
    with pytest.raises(BadDefinition, match=message):
        scoring.load()
