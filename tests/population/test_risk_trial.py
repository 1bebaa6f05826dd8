"""How the risk is tested: measures against slow twins, and a trial on people whose risk is known."""

from dataclasses import replace
from datetime import date

import ibis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from localcare.population import definitions
from localcare.population.calc import people, risk, risk_groups, risk_trial
from localcare.population.calc import risk_measures as measures
from tests.editions import make_edition

LOADED = definitions.load()
# Fewer rounds of boosting than in earnest.
QUICK = replace(
    LOADED,
    risk_test=replace(LOADED.risk_test, challenger=replace(LOADED.risk_test.challenger, iterations=50)),
)
CLUSTERS = {practice: practice // 4 for practice in range(16)}


def _design(columns):
    return risk.design(columns, LOADED.risk, LOADED.conditions)


def _pairs(scores, happened) -> float:
    ill, well = scores[happened], scores[~happened]
    return float(np.mean((ill[:, None] > well) + 0.5 * (ill[:, None] == well)))


two_of_each = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=4, max_size=40).filter(
    lambda rows: 2 <= sum(ill for _, ill in rows) <= len(rows) - 2
)


@settings(deadline=None)
@given(two_of_each)
def test_c_is_the_share_of_pairs_in_the_right_order(rows):
    scores, happened = np.array([s / 7 for s, _ in rows]), np.array([ill for _, ill in rows])
    assert measures.c_statistic(scores, happened).value == pytest.approx(_pairs(scores, happened))


def _world(n: int, seed: int = 1):
    """People with log odds of risk that are true: the outcome is drawn from them."""
    draw = np.random.default_rng(seed)
    odds = draw.normal(-2, 1.2, n)
    return odds, draw.random(n) < _risk(odds)


def _risk(odds):
    return 1 / (1 + np.exp(-odds))


def test_the_interval_of_c_and_of_a_gain_is_that_of_resampled_people():
    odds, happened = _world(600)
    other = odds + np.random.default_rng(2).normal(0, 1, 600)
    draw = np.random.default_rng(3)
    again = [draw.integers(0, 600, 600) for _ in range(200)]
    resampled = np.array([[_pairs(odds[i], happened[i]), _pairs(other[i], happened[i])] for i in again])
    for found, spread in (
        (measures.c_statistic(odds, happened), resampled[:, 0].std()),
        (measures.c_gain(other, odds, happened), (resampled[:, 0] - resampled[:, 1]).std()),
    ):
        assert (found.high - found.low) / (2 * measures.Z) == pytest.approx(spread, rel=0.25)


@pytest.mark.parametrize(
    ("told", "slope", "intercept"),
    [
        # risks as they are
        (lambda odds: odds, 1, 0),
        # twice as extreme as they are: high ones too high, low ones too low
        (lambda odds: 2 * odds, 0.5, None),
        # half as extreme
        (lambda odds: odds / 2, 2, None),
        # everybody's odds told too high by a whole unit
        (lambda odds: odds + 1, 1, -1),
    ],
)
def test_a_score_that_lies_about_its_size_is_found_out(told, slope, intercept):
    odds, happened = _world(20_000)
    found = measures.calibration(_risk(told(odds)), happened)
    assert found.slope.low <= slope <= found.slope.high
    assert (found.slope.low <= 1 <= found.slope.high) == (slope == 1)
    if intercept is not None:
        assert found.intercept.low <= intercept <= found.intercept.high


def test_the_slope_is_that_of_a_plain_logistic_regression():
    odds, happened = _world(3_000)
    plain = LogisticRegression(C=np.inf, tol=1e-10).fit((odds * 0.7)[:, None], happened)
    assert measures.calibration(_risk(odds * 0.7), happened).slope.value == pytest.approx(plain.coef_[0, 0], abs=1e-4)


def test_the_slope_holds_the_truth_in_about_95_of_100_worlds():
    covered = 0
    for seed in range(200):
        odds, happened = _world(2_000, seed)
        slope = measures.calibration(_risk(odds), happened).slope
        covered += slope.low <= 1 <= slope.high
    # Binomial: outside these bounds in 1 of 1,000 tries if the coverage is 95%.
    assert 180 <= covered <= 199


def test_what_the_top_holds():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1])
    happened = np.array([1, 0, 1, 0, 0, 0, 0, 1, 0, 0], dtype=bool)
    events = np.array([3, 0, 1, 0, 0, 0, 0, 1, 0, 0])
    found = measures.top(scores, happened, events, 0.15)
    assert (found.people, found.outcomes, found.events, found.events_held.value) == (2, 1, 3, 0.6)
    assert measures.top(scores, happened, events, 0.05).people == 1
    assert measures.top(scores, happened, events * 0, 0.05).events_held.value == 0


def test_the_interval_of_what_the_top_holds_is_that_of_resampled_people():
    odds, happened = _world(2_000)
    events = happened * np.random.default_rng(5).integers(1, 4, 2_000)
    found = measures.top(odds, happened, events, 0.05).events_held
    chosen = odds >= np.sort(odds)[-100]
    draw = np.random.default_rng(6)
    again = [draw.integers(0, 2_000, 2_000) for _ in range(500)]
    spread = np.std([events[i][chosen[i]].sum() / events[i].sum() for i in again])
    assert (found.high - found.low) / (2 * measures.Z) == pytest.approx(spread, rel=0.15)


def test_wilson_as_worked_by_hand():
    # 10 of 100: centre (0.1 + 3.8415/200) / 1.038415, after Wilson 1927.
    found = measures.wilson(10, 100)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0552, 0.1744)
    assert measures.wilson(0, 20).low == 0


def test_parts_of_equal_size_from_low_to_high():
    assert measures.equal_parts(np.array([0.9, 0.1, 0.5, 0.7]), 2).tolist() == [1, 0, 0, 1]


def _people(n: int, seed: int) -> dict[str, np.ndarray]:
    """People whose risk hangs on admissions before and heart failure, in 16 practices of four clusters."""
    draw = np.random.default_rng(seed)
    columns = {p.key: np.zeros(n, dtype=np.int32) for p in LOADED.risk.predictors}
    columns |= {
        "person": np.arange(n),
        "practice": draw.integers(0, 16, n),
        "age": draw.integers(18, 95, n),
        "emergency_admissions": draw.integers(0, 4, n),
        "mask": np.where(draw.random(n) < 0.2, LOADED.conditions["heart_failure"].flag, 0),
    }
    odds = -2.5 + 0.8 * columns["emergency_admissions"] + (columns["mask"] > 0)
    admissions = (draw.random(n) < _risk(odds)).astype(np.int64)
    return columns | {"admissions": admissions, "crisis": np.maximum(admissions, draw.random(n) < 0.05)}


@pytest.fixture(scope="module")
def trial():
    late = _people(12_000, 8)
    groups = {"sex": np.where(np.arange(12_000) % 100 == 0, "few", "most")}
    return risk_trial.trial(_people(12_000, 7), late, groups, CLUSTERS, QUICK, compare=True)


def test_nobody_is_tested_whose_practice_was_learnt_from(trial):
    part = risk_trial.parts(np.arange(16), CLUSTERS, 4, LOADED.risk_test.seed)
    for number in range(4):
        assert sorted(CLUSTERS[p] for p in part if part[p] == number) == [0, 1, 2, 3]
    assert (trial.parts, trial.practices_fitted, trial.practices_tested, trial.people_tested) == (4, 12, 16, 12_000)
    early, late = _people(12_000, 7), _people(12_000, 8)
    asked = []

    def tell(learnt, of):
        assert not set(early["practice"][learnt]) & set(late["practice"][of])
        asked.append(late["person"][of])
        return late["person"][of].astype(float)

    told = risk_trial._split(early, late, CLUSTERS, LOADED).told(tell)
    assert told.tolist() == late["person"].tolist()
    assert sorted(np.concatenate(asked)) == late["person"].tolist()
    assert trial.later_period


def test_another_seed_leaves_out_others_and_the_same_seed_the_same():
    found = [tuple(risk_trial.parts(np.arange(16), CLUSTERS, 4, seed).items()) for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1]
    assert len(set(found)) > 1


def test_a_true_model_is_found_calibrated_and_few_people_are_too_few(trial):
    rows = {(r["outcome"], r["part"], r["group"]): r for r in trial.groups if r["model"] == "logistic"}
    whole = rows["admission", "all", "all"]
    assert whole["slope_low"] <= 1 <= whole["slope_high"]
    assert whole["intercept"] == pytest.approx(0, abs=0.2)
    assert rows["admission", "sex", "few"]["c"] is None
    assert rows["admission", "sex", "few"]["people"] + rows["admission", "sex", "most"]["people"] == whole["people"]
    assert rows["crisis", "all", "all"]["outcomes"] > whole["outcomes"]
    assert trial.assessment.c == whole["c"]
    assert sum(r["people"] for r in trial.plot if (r["outcome"], r["model"]) == ("crisis", "logistic")) == (
        trial.people_tested
    )


def test_the_challenger_that_has_nothing_to_add_is_not_kept(trial):
    assert trial.comparison is not None
    assert not trial.comparison.earned


@pytest.mark.parametrize(
    ("gain", "slope", "earned"),
    [((0.02, 0.011), 1.0, True), ((0.02, 0.009), 1.0, False), ((0.02, 0.011), 0.8, False), ((0.02, 0.011), 1.2, False)],
)
def test_the_rule_by_which_the_challenger_is_kept(gain, slope, earned):
    value, low = gain
    found = measures.Estimate(value, low, 2 * value - low), measures.Estimate(slope, slope - 0.1, slope + 0.1)
    assert risk_trial.earns(*found, LOADED.risk_test) == earned


def test_a_challenger_that_sees_more_earns_its_place():
    """Risk that hangs on two things together, which plain terms cannot say."""

    def crossed(seed):
        columns = _people(20_000, seed)
        draw = np.random.default_rng(seed + 100)
        both = (columns["mask"] > 0) != (columns["emergency_admissions"] >= 2)
        happened = (draw.random(20_000) < np.where(both, 0.4, 0.05)).astype(np.int64)
        return columns | {"admissions": happened, "crisis": happened}

    found = risk_trial.trial(crossed(1), crossed(2), {}, CLUSTERS, QUICK, compare=True).comparison
    assert found is not None
    assert found.earned


def test_without_a_year_before_the_trial_says_so_and_without_comparison_there_is_none():
    found = risk_trial.trial(None, _people(4_000, 8), {}, CLUSTERS, LOADED, compare=False)
    assert (found.later_period, found.comparison) == (False, None)
    assert {row["model"] for row in found.groups} == {"logistic"}


def test_too_few_outcomes_are_not_assessed():
    definition = replace(QUICK, risk=replace(LOADED.risk, fewest_outcomes_to_assess=5_000))
    found = risk_trial.trial(None, _people(2_000, 8), {}, CLUSTERS, definition, compare=True)
    assert (found.assessment, found.comparison) == (None, None)
    assert all(row["slope"] is None for row in found.groups)


def test_the_model_is_that_of_a_plain_ridge_regression():
    columns = _people(5_000, 9)
    happened = columns["admissions"] > 0
    model = risk.fit(columns, _design(columns), happened, LOADED.risk)
    x = risk.matrix(columns, model.terms, LOADED.conditions).astype(np.float64)
    plain = LogisticRegression(C=1 / LOADED.risk.penalty, tol=1e-10, max_iter=10_000).fit(x, happened)
    assert model.intercept == pytest.approx(plain.intercept_[0], abs=1e-3)
    assert model.coefficients == pytest.approx(plain.coef_[0].tolist(), abs=1e-3)


def test_where_a_predictor_weighs_less_in_the_old_each_band_of_age_is_still_calibrated():
    """An admission before raises the risk steeply at 30 and hardly at 85: one coefficient cannot say both."""

    def steep(seed):
        columns, draw = _people(20_000, seed), np.random.default_rng(seed + 50)
        weight = np.where(columns["age"] < 40, 1.3, np.where(columns["age"] < 75, 0.8, 0.4))
        odds = -2.0 + weight * (columns["emergency_admissions"] - 1)
        happened = (draw.random(20_000) < _risk(odds)).astype(np.int64)
        return columns | {"admissions": happened, "crisis": happened}

    learnt, asked = steep(1), steep(2)
    model = risk.fit(learnt, _design(learnt), learnt["admissions"] > 0, LOADED.risk)
    people = _design(asked)
    told, plain = (risk.score(m, people, asked["age"]) for m in (model, replace(model, bands=())))
    for first, below in ((18, 40), (85, 200)):
        inside = (asked["age"] >= first) & (asked["age"] < below)
        happened = asked["admissions"][inside] > 0
        stretched, flat = (measures.calibration(s[inside], happened).slope.value for s in (told, plain))
        assert 0.9 <= stretched <= 1.1
        assert not 0.5 <= flat <= 1.4


def test_a_band_with_too_few_outcomes_is_left_as_it_is():
    columns = _people(400, 3)
    model = risk.fit(columns, _design(columns), columns["admissions"] > 0, LOADED.risk)
    assert {(band.intercept, band.slope) for band in model.bands if band.first == 85} == {(0.0, 1.0)}


def test_a_crisis_is_an_emergency_admission_an_ambulance_to_ae_or_death_within_the_months(tmp_path):
    as_at, within, before = date(2017, 3, 31), date(2016, 9, 1), date(2016, 3, 31)
    edition = make_edition(
        tmp_path,
        as_at,
        person=[{}, {}, {}, {"died_on": within}, {"died_on": before}, {}, {}],
        admission=[
            {"person": 0, "on": within, "kind": "emergency"},
            {"person": 0, "on": as_at, "kind": "emergency"},
            {"person": 1, "on": within, "kind": "elective"},
            {"person": 6, "on": before, "kind": "emergency"},
        ],
        emergency_attendance=[
            {"person": 1, "on": within, "by_ambulance": False},
            {"person": 2, "on": within, "by_ambulance": True},
            {"person": 2, "on": as_at, "by_ambulance": True},
            {"person": 5, "on": before, "by_ambulance": True},
        ],
    )
    connection = edition.connection()
    tables = {name: connection.table(name) for name in ("person", "admission", "emergency_attendance")}
    found = risk.outcomes(tables, tables["person"], as_at, 12).order_by("person").to_pandas()
    assert found["admissions"].tolist() == [2, 0, 0, 0, 0, 0, 0]
    assert found["crisis"].tolist() == [1, 0, 1, 1, 0, 0, 0]
    assert people.months_before(as_at, 12) == before


def test_groups_of_people_known_and_not_known():
    person = ibis.memtable(
        {"person": [0, 1, 2], "sex": ["female", "male", "female"], "ethnicity": ["A", "Z", "K"], "area": [5, None, 7]},
        schema={"person": "int32", "sex": "string", "ethnicity": "string", "area": "int16"},
    )
    columns = {"person": np.array([0, 1, 2]), "practice": np.array([3, 3, 4]), "age": np.array([18, 74, 101])}
    found = risk_groups.groups(person, columns, {5: 1}, {3: 0, 4: 1}, LOADED.risk_test)
    assert {part: keys.tolist() for part, keys in found.items()} == {
        "deprivation": ["1", "not_known", "not_known"],
        "ethnic_group": ["white", "not_recorded", "asian"],
        "sex": ["female", "male", "female"],
        "age_band": ["18-39", "65-74", "85+"],
        "cluster": ["0", "0", "1"],
    }
