"""Risk of an emergency admission in the coming months: a logistic model fitted on the past only."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
from ibis import ir
from numpy.typing import NDArray

from localcare.dataset import contract
from localcare.population.calc import conditions as condition_calc
from localcare.population.calc import logistic, risk_measures, use
from localcare.population.calc import people as people_calc
from localcare.population.calc.logistic import Design
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
class AgeBand:
    """How the log odds of people from an age on, to the next band's, are stretched: intercept + slope x log odds."""

    first: int
    intercept: float
    slope: float


@dataclass(frozen=True)
class Assessment:
    """How models made the same way did a year later, each on practices it was not fitted on (`risk_trial`)."""

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
    """Coefficients (log odds) by term, the mean of each term where it was fitted, and on how many it was.

    `bands`: what is done to the log odds in each band of age, so that risks are neither too flat nor too steep there.
    """

    terms: tuple[Term, ...]
    coefficients: tuple[float, ...]
    means: tuple[float, ...]
    intercept: float
    people: int
    outcomes: int
    practices: int
    assessment: Assessment | None
    bands: tuple[AgeBand, ...] = ()


def too_new(tables: use.Tables, risk: Risk, at: date) -> ir.Table:
    """People of whom too short a history is known: registered for less than `history_months`, nothing from before.

    In: permitted tables of an edition. Out: person. A registration that came after `at` is for others to leave out.
    """
    first = people_calc.months_before(at, risk.history_months)
    joined = tables["person"].filter(tables["person"].registered_from > first).select("person")
    kept = [table.name for table in contract.load().tables.values() if table.source in risk.allowed]
    known = [tables[name] for name in kept if name != "diagnosis"]  # which come with their admissions
    before = ibis.union(
        *(t.filter(t.on <= ibis.literal(first)).semi_join(joined, "person").select("person") for t in known)
    )
    return joined.anti_join(before, "person")


def may_be_scored(registered: ir.Table, risk: Risk, barred: Collection[int]) -> ir.BooleanValue:
    """Whether each registered person is observed, not opted out of stratification, and of age.

    In: `people.registered`; practices `barred` because they lack a source of the score, or it is too thin there.
    """
    may = registered.observed & registered.risk_stratification & (registered.age >= risk.from_age)
    return may & registered.practice.notin(sorted(barred)) if barred else may


def eligible(registered: ir.Table, risk: Risk, barred: Collection[int] = ()) -> ir.Table:
    """Of registered people those who may be scored (`may_be_scored`). Out: person, practice, sex, age."""
    return registered.filter(may_be_scored(registered, risk, barred)).select("person", "practice", "sex", "age")


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


def outcomes(tables: use.Tables, people: ir.Table, until: date, months: int) -> ir.Table:
    """What came in the months that end with `until`. Somebody who moved away and had nothing here counts as nothing.

    In: tables person, admission, emergency_attendance; people. Out: person, admissions (number of emergency ones),
    crisis (1 after an emergency admission, an A&E attendance by ambulance, or death).
    """
    admitted = people_calc.in_months_before(tables["admission"], until, months)
    admitted = admitted.filter(admitted.kind == "emergency").group_by("person").agg(admissions=ibis._.count())
    brought = people_calc.in_months_before(tables["emergency_attendance"], until, months)
    brought = brought.filter(brought.by_ambulance).select("person").distinct().mutate(brought=1)
    died = tables["person"].filter(
        tables["person"].died_on > people_calc.months_before(until, months), tables["person"].died_on <= until
    )
    joined = people.select("person").left_join(admitted, "person").select("person", "admissions")
    joined = joined.left_join(brought, "person").select("person", "admissions", "brought")
    joined = joined.left_join(died.select("person", "died_on"), "person")
    joined = joined.select("person", "admissions", "brought", "died_on")
    crisis = joined.admissions.notnull() | joined.brought.notnull() | joined.died_on.notnull()
    return joined.select("person", admissions=joined.admissions.fill_null(0).cast("int32"), crisis=crisis.cast("int8"))


def terms(risk: Risk) -> tuple[Term, ...]:
    """All terms of the model, in order."""
    stepped = [
        Term(p.key, first, below)
        for p in risk.predictors
        for first, below in zip(p.steps, (*p.steps[1:], None), strict=True)
    ]
    return (*stepped, *(Term(key) for key in risk.conditions))


def matrix(columns: Columns, all_terms: tuple[Term, ...], conditions: Conditions) -> NDArray[np.bool_]:
    """One row a person, one column a term: whether it holds."""
    flags = {c.key: c.flag for c in conditions.all}
    answer = np.zeros((len(columns["person"]), len(all_terms)), dtype=np.bool_)
    for at, term in enumerate(all_terms):
        if term.first is None:
            answer[:, at] = (columns["mask"] & flags[term.predictor]) != 0
        else:
            value = columns[term.predictor]
            answer[:, at] = (value >= term.first) & (value < (term.below or np.iinfo(np.int32).max))
    return answer


def design(columns: Columns, risk: Risk, conditions: Conditions) -> Design:
    """What `fit` and `score` take of the people with these feature columns."""
    return logistic.design(matrix(columns, terms(risk), conditions))


def fit(columns: Columns, people: Design, happened: NDArray, risk: Risk, among: NDArray | None = None) -> Model:
    """Fit on all people given, or on those `among` them (a mask); how well that does is for `risk_trial` to say.

    In: feature columns with practice, the same people's `design`, and their outcome (no or yes). The penalty (ridge)
    keeps small data finite. Raises CannotFit where nobody, or everybody, had the outcome.
    """
    among = np.ones(len(happened), dtype=np.bool_) if among is None else among
    happened = happened.astype(np.bool_)
    if len(np.unique(happened[among])) < 2:
        raise CannotFit("the period holds no two kinds of people, with and without an emergency admission: no risk")
    counted = people.counted(among)
    found = logistic.newton(people.rows, counted, people.counted(among & happened), risk.penalty)
    odds = people.odds(found)[among]
    return Model(
        bands=tuple(_bands(odds, happened[among], columns["age"][among], risk)),
        terms=terms(risk),
        coefficients=tuple(found[1:].tolist()),
        means=tuple((people.rows.T @ counted / counted.sum())[1:].tolist()),
        intercept=float(found[0]),
        people=int(among.sum()),
        outcomes=int(happened[among].sum()),
        practices=len(np.unique(columns["practice"][among])),
        assessment=None,
    )


def _bands(odds: NDArray, happened: NDArray, age: NDArray, risk: Risk) -> Iterator[AgeBand]:
    """Plain terms say the same of every age; in truth a past admission raises a risk more at 30 than at 85.

    So within each band the log odds are fitted once more, as one term, where enough people had the outcome.
    """
    for at, first in enumerate(risk.bands_from):
        inside = _band_of(age, risk.bands_from) == at
        outcomes = int(happened[inside].sum())
        if min(outcomes, int(inside.sum()) - outcomes) >= risk.fewest_outcomes_to_assess:
            fitted = risk_measures.calibration_line(odds[inside], happened[inside])
            yield AgeBand(first, *fitted)
        else:
            yield AgeBand(first, 0.0, 1.0)


def _band_of(age: NDArray, firsts: tuple[int, ...]) -> NDArray[np.int64]:
    return np.searchsorted(np.asarray(firsts), age, "right") - 1


def score(model: Model, people: Design, age: NDArray) -> NDArray[np.float64]:
    """The risk, 0 to 1, of each person of a `design`, of these ages."""
    odds = people.odds(np.array([model.intercept, *model.coefficients]))
    if model.bands:
        at = _band_of(age, tuple(band.first for band in model.bands))
        odds = np.array([b.intercept for b in model.bands])[at] + np.array([b.slope for b in model.bands])[at] * odds
    return 1 / (1 + np.exp(-odds))


def reasons(model: Model, columns: Columns, x: NDArray[np.bool_], risk: Risk) -> list[list[dict]]:
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
