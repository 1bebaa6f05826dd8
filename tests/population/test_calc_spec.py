"""The calculations as small tables: also their manual."""

from datetime import date

import ibis
import numpy as np
import pytest

from localcare.population import definitions
from localcare.population.calc import lists, people, purpose, risk
from localcare.population.calc.estimate import NoneObserved, Stratum, unobserved
from tests.editions import make_edition

LOADED = definitions.load()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2017, 3, 31), 12, date(2016, 3, 31)),
        (date(2017, 3, 31), 1, date(2017, 2, 28)),
        (date(2016, 2, 29), 12, date(2015, 2, 28)),
        (date(2017, 1, 15), 13, date(2015, 12, 15)),
    ],
)
def test_months_before(day, months, before):
    assert people.months_before(day, months) == before


@pytest.mark.parametrize(
    ("risks", "share", "listed"),
    [
        # rounded up: 5% of 21 people is 2
        ([0.1, 0.9, 0.2, 0.8], 2 / 21, [(1, 1), (3, 2)]),
        # equal risks: the lower person number first
        ([0.5, 0.5, 0.5, 0.5], 2 / 21, [(0, 1), (1, 2)]),
        # more room than people: everybody scored
        ([0.1, 0.2, 0.3, 0.4], 0.9, [(3, 1), (2, 2), (1, 3), (0, 4)]),
    ],
)
def test_the_top_of_one_cluster(risks, share, listed):
    one = np.zeros(4, dtype=np.int64)
    found = lists.top(np.arange(4), one, one, np.array(risks), share, {0: 21})
    assert list(zip(found.at.tolist(), found.rank_in_cluster.tolist(), strict=True)) == listed


def _design(columns):
    return risk.design(columns, LOADED.risk, LOADED.conditions)


def test_ranks_count_within_the_cluster_and_within_the_practice():
    practice, cluster = np.array([0, 1, 0, 2]), np.array([0, 0, 0, 1])
    found = lists.top(np.arange(4), practice, cluster, np.array([0.3, 0.2, 0.1, 0.4]), 1.0, {0: 3, 1: 1})
    assert found.at.tolist() == [0, 1, 2, 3]
    assert found.rank_in_cluster.tolist() == [1, 2, 3, 1]
    assert found.rank_in_practice.tolist() == [1, 1, 2, 1]


def _columns(n: int, seed: int = 3) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(seed)
    zero = {p.key: np.zeros(n, dtype=np.int32) for p in LOADED.risk.predictors}
    flag = LOADED.conditions["heart_failure"].flag
    return zero | {
        "person": np.arange(n),
        "practice": draw.integers(0, 8, n),
        "age": draw.integers(18, 95, n),
        "emergency_admissions": draw.integers(0, 4, n),
        "mask": np.where(draw.random(n) < 0.2, flag, 0),
    }


def _outcome(columns, seed: int = 4) -> np.ndarray:
    odds = -2.5 + 0.8 * columns["emergency_admissions"] + 1.0 * (columns["mask"] > 0)
    return (np.random.default_rng(seed).random(len(odds)) < 1 / (1 + np.exp(-odds))).astype(np.int8)


def test_a_model_finds_what_raises_the_risk():
    columns = _columns(12_000)
    model = risk.fit(columns, _design(columns), _outcome(columns), LOADED.risk)
    found = {(t.predictor, t.first): c for t, c in zip(model.terms, model.coefficients, strict=True)}
    assert found["emergency_admissions", 1] == pytest.approx(0.8, abs=0.2)
    assert found["emergency_admissions", 3] == pytest.approx(2.4, abs=0.2)
    assert found["heart_failure", None] == pytest.approx(1.0, abs=0.2)
    assert (model.people, model.practices) == (12_000, 8)


def test_where_nothing_happened_no_model_can_be_fitted():
    columns = _columns(200)
    with pytest.raises(risk.CannotFit, match="no two kinds"):
        risk.fit(columns, _design(columns), np.zeros(200, dtype=np.int8), LOADED.risk)


def test_reasons_are_what_raises_the_risk_most_in_plain_keys_with_values():
    terms = risk.terms(LOADED.risk)
    weights = {"emergency_admissions": 1.0, "heart_failure": 2.0, "age": -1.0, "male": 5.0, "gp_contacts": 0.5}
    model = risk.Model(
        terms, tuple(weights.get(t.predictor, 0.0) for t in terms), tuple(0.1 for _ in terms), -3, 1, 1, 1, None
    )
    columns = _columns(2) | {
        "age": np.array([80, 40]),
        "male": np.array([1, 1]),
        "emergency_admissions": np.array([3, 0]),
        "gp_contacts": np.array([5, 0]),
        "mask": np.array([LOADED.conditions["heart_failure"].flag, 0]),
    }
    found = risk.reasons(model, columns, risk.matrix(columns, terms, LOADED.conditions), LOADED.risk)
    # Sex may not be shown as a reason, and age lowers the risk here.
    assert found == [
        [
            {"key": "condition", "value": "heart_failure"},
            {"key": "emergency_admissions", "value": 3},
            {"key": "gp_contacts", "value": 5},
        ],
        [],
    ]


def test_a_source_without_an_agreement_is_left_out_and_named(tmp_path):
    agreements = [
        {"practice": p, "source": source, "purpose": "planning"}
        for p, sources in ((0, ["gp", "acute"]), (1, ["gp"]))
        for source in sources
    ]
    spell = {"on": date(2017, 1, 1), "discharged_on": date(2017, 1, 3)}
    edition = make_edition(
        tmp_path,
        "2017-03-31",
        person=[{"practice": 0}, {"practice": 1}],
        agreement=agreements,
        admission=[{"person": 0, **spell}, {"person": 1, **spell}],
        gp_contact=[{"person": 0, "on": date(2017, 1, 1)}, {"person": 1, "on": date(2017, 1, 1)}],
    )
    tables = {name: edition.table(name) for name in ("agreement", "person", *_events())}
    seen = purpose.permitted(tables, purpose.PLANNING)
    assert seen.tables["admission"].to_pandas()["person"].tolist() == [0]
    assert sorted(seen.tables["gp_contact"].to_pandas()["person"]) == [0, 1]
    assert seen.lost["acute"] == {1}
    assert "gp" not in seen.lost


def _events() -> list[str]:
    from localcare.dataset import contract

    return [table.name for table in contract.load().tables.values() if table.source]


def test_where_nobody_is_observed_nothing_can_be_estimated():
    with pytest.raises(NoneObserved, match="agreements"):
        unobserved([Stratum("s", 0, "0-15", 1, "female", None, 10, 0.0)])


def test_a_birthday_falls_on_the_first_of_its_month():
    born = ibis.literal(1952)
    ages = [people.age_on(born, ibis.literal(month), date(2017, 3, 31)) for month in (3, 4)]
    connection = ibis.duckdb.connect()
    assert [int(connection.execute(age)) for age in ages] == [65, 64]
