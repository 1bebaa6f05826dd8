"""Risk of an emergency admission in the coming months: a logistic model fitted on the past only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
from ibis import ir
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from localcare.population.calc import conditions as condition_calc
from localcare.population.calc import people as people_calc
from localcare.population.calc import use
from localcare.population.definitions import Conditions, Risk

EMERGENCY = ("emergency_short", "emergency_long")
PLANNED = ("elective", "day_case")
CONTACTS = ("gp_contact_gp", "gp_contact_nurse", "gp_contact_other")
COUNTED = (*EMERGENCY, *PLANNED, *CONTACTS, "emergency_attendance", "outpatient")
Columns = Mapping[str, NDArray]


class CannotFit(ValueError):
    """There is nothing to learn from; the message says what lacks."""


@dataclass(frozen=True)
class Term:
    """One yes-or-no term: a predictor's value from `first` to below `below`, or a condition (then `first` is None)."""

    predictor: str
    first: int | None = None
    below: int | None = None


@dataclass(frozen=True)
class Assessment:
    """How the model did on practices it was not fitted on. c and its 95% interval after Hanley and McNeil 1982."""

    practices: int
    people: int
    outcomes: int
    c: float
    c_low: float
    c_high: float
    expected: float
    top_share: float
    top_predictive_value: float
    top_sensitivity: float


@dataclass(frozen=True)
class Model:
    """Coefficients (log odds) by term, the mean of each term where it was fitted, and on how many it was."""

    terms: tuple[Term, ...]
    coefficients: tuple[float, ...]
    means: tuple[float, ...]
    intercept: float
    people: int
    outcomes: int
    practices: int
    assessment: Assessment | None


def eligible(registered: ir.Table, risk: Risk) -> ir.Table:
    """Of registered people those who may be scored: observed, not opted out of stratification, of age.

    In: `people.registered`. Out: person, practice, sex, age.
    """
    may = registered.filter(registered.observed, registered.risk_stratification, registered.age >= risk.from_age)
    return may.select("person", "practice", "sex", "age")


def features(
    tables: use.Tables, people: ir.Table, masks: ir.Table, conditions: Conditions, risk: Risk, at: date
) -> ir.Table:
    """The predictors of each person, from what is dated up to and including `at`.

    In: permitted tables; people (person, practice, sex, age at `at`); masks (person, mask at `at`).
    Out: person, practice, mask (int64) and an int column for each predictor of risk.toml.
    """
    counted = use.counts(tables, people, COUNTED, at, risk.past_months)
    issues = people_calc.in_months_before(tables["medication"], at, risk.past_months)
    medicines = issues.group_by("person").agg(medicines=issues.code.nunique())
    joined = people.left_join(masks, "person").select(*people.columns, "mask")
    joined = joined.left_join(counted, "person").select(*joined.columns, *COUNTED)
    joined = joined.left_join(medicines, "person").select(*joined.columns, "medicines")
    mask = joined.mask.fill_null(0)
    return joined.select(
        "person",
        "practice",
        "age",
        mask=mask,
        male=(joined.sex == "male").cast("int8"),
        emergency_admissions=_sum(joined, EMERGENCY),
        emergency_attendances=joined.emergency_attendance,
        planned_admissions=_sum(joined, PLANNED),
        outpatient_attendances=joined.outpatient,
        gp_contacts=_sum(joined, CONTACTS),
        medicines=joined.medicines.fill_null(0).cast("int32"),
        long_term_conditions=condition_calc.count(mask, conditions),
    )


def _sum(table: ir.Table, names: tuple[str, ...]) -> ir.IntegerValue:
    total = table[names[0]]
    for name in names[1:]:
        total = total + table[name]
    return total


def outcome(admission: ir.Table, people: ir.Table, as_at: date, months: int) -> ir.Table:
    """Whether each person had an emergency admission in the months that end with `as_at`. Out: person, outcome."""
    had = people_calc.in_months_before(admission, as_at, months)
    had = had.filter(had.kind == "emergency").group_by("person").agg(n=ibis._.count())
    return people.left_join(had, "person").select("person", outcome=ibis._.n.notnull().cast("int8"))


def terms(risk: Risk) -> tuple[Term, ...]:
    """All terms of the model, in order."""
    stepped = [
        Term(p.key, first, below)
        for p in risk.predictors
        for first, below in zip(p.steps, (*p.steps[1:], None), strict=True)
    ]
    return (*stepped, *(Term(key) for key in risk.conditions))


def matrix(columns: Columns, all_terms: tuple[Term, ...], conditions: Conditions) -> NDArray[np.float32]:
    """One row a person, one column a term, 0 or 1."""
    flags = {c.key: c.flag for c in conditions.all}
    answer = np.zeros((len(columns["person"]), len(all_terms)), dtype=np.float32)
    for at, term in enumerate(all_terms):
        if term.first is None:
            answer[:, at] = (columns["mask"] & flags[term.predictor]) != 0
        else:
            value = columns[term.predictor]
            answer[:, at] = (value >= term.first) & (value < (term.below or np.iinfo(np.int32).max))
    return answer


def fit(columns: Columns, happened: NDArray, risk: Risk, conditions: Conditions) -> Model:
    """Fit on most practices, assess on the held-out ones (every so-many-th, in order).

    In: feature columns with practice, and the outcome (0 or 1) of the same people. The penalty (ridge) keeps small
    data finite. Raises CannotFit where nobody, or everybody, had the outcome.
    """
    held_out = _held_out(columns["practice"], risk.held_out_every)
    all_terms = terms(risk)
    x = matrix(columns, all_terms, conditions)
    learned = ~held_out
    if len(np.unique(happened[learned])) < 2:
        raise CannotFit("the period holds no two kinds of people, with and without an emergency admission: no risk")
    regression = LogisticRegression(C=1 / risk.penalty, solver="newton-cholesky", max_iter=100)
    regression.fit(x[learned], happened[learned])
    scores = regression.predict_proba(x[held_out])[:, 1] if held_out.any() else np.empty(0)
    return Model(
        terms=all_terms,
        coefficients=tuple(map(float, regression.coef_[0])),
        means=tuple(map(float, x[learned].mean(axis=0, dtype=np.float64))),
        intercept=float(regression.intercept_[0]),
        people=int(learned.sum()),
        outcomes=int(happened[learned].sum()),
        practices=len(np.unique(columns["practice"][learned])),
        assessment=_assess(scores, happened[held_out], columns["practice"][held_out], risk),
    )


def _held_out(practice: NDArray, every: int) -> NDArray[np.bool_]:
    order = np.unique(practice)
    return np.isin(practice, order[every - 1 :: every])


def _assess(scores: NDArray, happened: NDArray, practice: NDArray, risk: Risk) -> Assessment | None:
    outcomes = int(happened.sum())
    if outcomes < risk.fewest_outcomes_to_assess or outcomes == len(happened):
        return None
    c = float(roc_auc_score(happened, scores))
    half = 1.96 * c_standard_error(c, outcomes, len(happened) - outcomes)
    top = np.argsort(-scores, kind="stable")[: int(np.ceil(risk.list_share * len(scores)))]
    return Assessment(
        practices=len(np.unique(practice)),
        people=len(happened),
        outcomes=outcomes,
        c=c,
        c_low=c - half,
        c_high=min(1.0, c + half),
        expected=float(scores.sum()),
        top_share=risk.list_share,
        top_predictive_value=float(happened[top].mean()),
        top_sensitivity=float(happened[top].sum() / outcomes),
    )


def c_standard_error(c: float, outcomes: int, others: int) -> float:
    """Standard error of a c-statistic: Hanley and McNeil, Radiology 1982;143:29-36, equation 1."""
    q1, q2 = c / (2 - c), 2 * c * c / (1 + c)
    variance = c * (1 - c) + (outcomes - 1) * (q1 - c * c) + (others - 1) * (q2 - c * c)
    return float(np.sqrt(variance / (outcomes * others)))


def score(model: Model, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """The risk, 0 to 1, of each row of `matrix`."""
    odds = model.intercept + x @ np.asarray(model.coefficients, dtype=np.float64)
    return 1 / (1 + np.exp(-odds))


def reasons(model: Model, columns: Columns, x: NDArray[np.float32], risk: Risk) -> list[list[dict]]:
    """For each person the predictors that raise the risk most above the average person's, at most `risk.reasons`.

    Each is {"key": predictor, "value": its value}, a condition {"key": "condition", "value": its key}; largest first.
    A predictor that may not be shown, or does not raise the risk, is no reason.
    """
    shown = {p.key for p in risk.predictors if p.reason} | set(risk.conditions)
    keys = [key for key in dict.fromkeys(t.predictor for t in model.terms) if key in shown]
    weighted = (x - np.asarray(model.means)) * np.asarray(model.coefficients)
    raised = np.column_stack(
        [weighted[:, [i for i, t in enumerate(model.terms) if t.predictor == key]].sum(axis=1) for key in keys]
    )
    present = np.column_stack(
        [x[:, [i for i, t in enumerate(model.terms) if t.predictor == key]].any(axis=1) for key in keys]
    )
    raised = np.where(present, raised, -np.inf)
    order = np.argsort(-raised, axis=1, kind="stable")[:, : risk.reasons]
    return [[_reason(keys[k], columns, row, risk) for k in order[row] if raised[row, k] > 0] for row in range(len(x))]


def _reason(key: str, columns: Columns, row: int, risk: Risk) -> dict:
    if key in risk.conditions:
        return {"key": "condition", "value": key}
    return {"key": key, "value": int(columns[key][row])}
