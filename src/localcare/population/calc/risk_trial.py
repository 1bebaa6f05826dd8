"""The trial of the risk models: fitted on one year, asked about the next, each in practices it has not seen.

It repeats, a year earlier, exactly what is done for today's lists: learn from the year then known, and say what the
year after it will bring.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from localcare.population.calc import risk, risk_sources
from localcare.population.calc import risk_measures as measures
from localcare.population.calc.risk import Columns
from localcare.population.definitions import Definitions, Risk
from localcare.population.definitions.risk_test import RiskTest

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

LOGISTIC, BOOSTING = "logistic", "gradient_boosting"
ALL = "all"
ADMISSION, CRISIS = "admission", "crisis"
Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """Gradient boosting beside the logistic model: the difference in c, its calibration slope, whether it earned it."""

    gain: measures.Estimate
    slope: measures.Estimate
    earned: bool


@dataclass(frozen=True)
class Trial:
    """What the trial found. Rows are those of the tables risk_test, risk_top and risk_plot of a run's results.

    Practices are tested in so many `parts`; fitted: the fewest of the models, each of which lacks one part.
    """

    later_period: bool
    parts: int
    practices_fitted: int
    practices_tested: int
    people_fitted: int
    people_tested: int
    groups: tuple[Row, ...]
    tops: tuple[Row, ...]
    plot: tuple[Row, ...]
    comparison: Comparison | None
    assessment: risk.Assessment | None
    losses: tuple[risk_sources.Loss, ...] = ()


@dataclass(frozen=True)
class _Tested:
    """People asked: what happened, and the groups they are in (part -> key of each person)."""

    admissions: NDArray[np.int64]
    happened: Mapping[str, NDArray[np.bool_]]
    practice: NDArray
    groups: Mapping[str, NDArray]

    def events(self, outcome: str) -> NDArray[np.int64]:
        """How often it happened to each: admissions are counted, a crisis once."""
        return self.admissions if outcome == ADMISSION else self.happened[outcome].astype(np.int64)


def parts(practice: NDArray, clusters: Mapping[int, int], many: int, seed: int) -> dict[int, int]:
    """The part of each practice: shuffled within their cluster, then dealt out in turn."""
    numbers = np.unique(practice)
    shuffled = np.random.default_rng(seed).permutation(numbers)
    by_cluster = sorted(shuffled.tolist(), key=lambda p: clusters[p])
    return {practice: at % many for at, practice in enumerate(by_cluster)}


@dataclass(frozen=True)
class _Split:
    """Those learnt from and those asked, and the part of the practice of each; -1 where nobody of it is asked."""

    learn: Columns
    ask: Columns
    part_learnt: NDArray[np.int64]
    part_asked: NDArray[np.int64]
    many: int

    def told(self, tell: Callable[[NDArray, NDArray], NDArray]) -> NDArray[np.float64]:
        """What each asked is told by `tell` from those of other parts: masks of (learnt from, asked) to their risks."""
        answer = np.empty(len(self.part_asked))
        for part in range(self.many):
            asked = self.part_asked == part
            answer[asked] = tell(self.part_learnt != part, asked)
        return answer

    def risks(
        self, outcomes: Collection[str], chosen: Risk, definitions: Definitions
    ) -> dict[str, NDArray[np.float64]]:
        """The risk of each asked by the logistic model, by outcome."""
        learn, ask = (risk.design(columns, chosen, definitions.conditions) for columns in (self.learn, self.ask))

        def told(outcome: str, learnt: NDArray, asked: NDArray) -> NDArray:
            model = risk.fit(self.learn, learn, _happened(self.learn)[outcome], chosen, learnt)
            return risk.score(model, ask, self.ask["age"])[asked]

        return {outcome: self.told(partial(told, outcome)) for outcome in outcomes}

    @property
    def fewest_learnt(self) -> tuple[int, int]:
        """Of the models the fewest practices, and people, that one is fitted on."""
        kept = [self.learn["practice"][self.part_learnt != part] for part in range(self.many)]
        return min(len(np.unique(one)) for one in kept), min(map(len, kept))


def _split(learn: Columns, ask: Columns, clusters: Mapping[int, int], definitions: Definitions) -> _Split:
    many = definitions.risk.held_out_every
    part = parts(ask["practice"], clusters, many, definitions.risk_test.seed)
    if len(part) < many:
        raise risk.CannotFit("there are too few practices to leave one out: nothing was tested")
    # A practice that is not asked is learnt from by every model.
    learnt, asked = (np.array([part.get(p, -1) for p in columns["practice"].tolist()]) for columns in (learn, ask))
    return _Split(learn, ask, learnt, asked, many)


def trial(
    early: Columns | None,
    late: Columns,
    groups: Mapping[str, NDArray],
    clusters: Mapping[int, int],
    definitions: Definitions,
    *,
    compare: bool,
) -> Trial:
    """Fit on the early year without a part of the practices; test on the late year in those; part by part.

    In: predictors with practice, admissions and crisis of the people of each year (`early` None where the edition's
    past is too short: then both are of the late year); `groups`: the key of each late person in each part; `compare`:
    also fit the challenger, which takes as long as everything else, and the model without each of its sources.
    Raises risk.CannotFit where there is nothing to learn from.
    """
    test = definitions.risk_test
    split = _split(late if early is None else early, late, clusters, definitions)
    tested = _tested(late, groups)
    scores = _scores(split, definitions, compare)
    rows = [
        row
        for (outcome, model), found in scores.items()
        for row in _group_rows(outcome, model, found, tested, definitions.risk)
    ]
    fewest = definitions.risk.fewest_outcomes_to_assess
    practices_fitted, people_fitted = split.fewest_learnt
    return Trial(
        later_period=early is not None,
        parts=split.many,
        practices_fitted=practices_fitted,
        practices_tested=len(np.unique(tested.practice)),
        people_fitted=people_fitted,
        people_tested=len(tested.practice),
        groups=tuple(rows),
        tops=tuple(row for key, found in scores.items() for row in _top_rows(*key, found, tested, test)),
        plot=tuple(row for key, found in scores.items() for row in _plot_rows(*key, found, tested, test)),
        comparison=_compare(scores, tested.happened[ADMISSION], test, fewest),
        assessment=_assess(scores[ADMISSION, LOGISTIC], tested, definitions.risk),
        losses=_losses(split, scores[ADMISSION, LOGISTIC], definitions) if compare else (),
    )


def _losses(split: _Split, whole: NDArray, definitions: Definitions) -> tuple[risk_sources.Loss, ...]:
    """None where too few of those asked had the outcome, or had not."""
    asked = _happened(split.ask)[ADMISSION]
    if min(asked.sum(), (~asked).sum()) < max(2, definitions.risk.fewest_outcomes_to_assess):
        return ()
    return risk_sources.losses(
        whole,
        asked,
        lambda less: split.risks([ADMISSION], less, definitions)[ADMISSION],
        definitions,
    )


def _chosen(columns: Columns, which: NDArray[np.bool_]) -> Columns:
    return {name: column[which] for name, column in columns.items()}


def _happened(columns: Columns) -> dict[str, NDArray[np.bool_]]:
    return {ADMISSION: columns["admissions"] > 0, CRISIS: columns["crisis"] > 0}


def _tested(columns: Columns, groups: Mapping[str, NDArray]) -> _Tested:
    everyone = np.full(len(columns["practice"]), ALL)
    return _Tested(columns["admissions"], _happened(columns), columns["practice"], {ALL: everyone, **groups})


def _scores(split: _Split, definitions: Definitions, compare: bool) -> dict[tuple[str, str], NDArray[np.float64]]:
    """The risk of each asked, by outcome and model. Only admission has a challenger."""

    def boosted(learnt: NDArray, asked: NDArray) -> NDArray[np.float64]:
        learn = _chosen(split.learn, learnt)
        model = boost(learn, _happened(learn)[ADMISSION], definitions)
        return model.predict_proba(values(_chosen(split.ask, asked), definitions))[:, 1]

    plain = split.risks((ADMISSION, CRISIS), definitions.risk, definitions)
    answer = {(outcome, LOGISTIC): risks for outcome, risks in plain.items()}
    return answer | ({(ADMISSION, BOOSTING): split.told(boosted)} if compare else {})


def boost(columns: Columns, happened: NDArray, definitions: Definitions) -> "HistGradientBoostingClassifier":
    """Gradient boosting on the same predictors, as numbers instead of steps."""
    from sklearn.ensemble import HistGradientBoostingClassifier as Boosting  # a second to load, and seldom asked for

    sizes = definitions.risk_test.challenger
    model = Boosting(
        max_iter=sizes.iterations,
        learning_rate=sizes.learning_rate,
        max_leaf_nodes=sizes.leaves,
        min_samples_leaf=sizes.least_in_leaf,
        early_stopping=False,
        random_state=sizes.seed,
    )
    return model.fit(values(columns, definitions), happened)


def values(columns: Columns, definitions: Definitions) -> NDArray[np.float32]:
    """One row a person, one column a predictor (its number) or condition (0 or 1)."""
    chosen = definitions.risk
    flags = [definitions.conditions[key].flag for key in chosen.conditions]
    numbers = [columns[p.key].astype(np.float32) for p in chosen.predictors]
    return np.column_stack([*numbers, *(((columns["mask"] & flag) != 0).astype(np.float32) for flag in flags)])


def _group_rows(outcome: str, model: str, scores: NDArray, tested: _Tested, chosen: Risk) -> list[Row]:
    """One row a group of every part; the challenger only as a whole."""
    parts = tested.groups if model == LOGISTIC else {ALL: tested.groups[ALL]}
    rows = []
    for part, keys in parts.items():
        numbers, different = pd.factorize(keys, sort=True)
        for number, key in enumerate(different.tolist()):
            at = numbers == number
            found = _measured(scores[at], tested.happened[outcome][at], chosen.fewest_outcomes_to_assess)
            rows.append({"outcome": outcome, "model": model, "part": part, "group": str(key), **found})
    return rows


MEASURES = ("c", "slope", "intercept")


def _measured(scores: NDArray, happened: NDArray[np.bool_], fewest: int) -> Row:
    """Counts always; measures only where enough people had the outcome and enough had not."""
    outcomes = int(happened.sum())
    row: Row = {"people": len(scores), "outcomes": outcomes, "expected": float(scores.sum())}
    found: dict[str, measures.Estimate | None] = dict.fromkeys(MEASURES)
    if min(outcomes, len(scores) - outcomes) >= max(2, fewest) and np.ptp(scores) > 0:
        fit = measures.calibration(scores, happened)
        found = {"c": measures.c_statistic(scores, happened), "slope": fit.slope, "intercept": fit.intercept}
    return row | {
        name + end: getattr(estimate, of) if estimate else None
        for name, estimate in found.items()
        for end, of in (("", "value"), ("_low", "low"), ("_high", "high"))
    }


def _top_rows(outcome: str, model: str, scores: NDArray, tested: _Tested, test: RiskTest) -> list[Row]:
    rows = []
    for share in test.top_shares:
        found = measures.top(scores, tested.happened[outcome], tested.events(outcome), share)
        held = found.events_held
        counts = {"people": found.people, "outcomes": found.outcomes, "events": found.events}
        estimate = {"held": held.value, "held_low": held.low, "held_high": held.high}
        rows.append({"outcome": outcome, "model": model, "share": share, **counts, **estimate})
    return rows


def _plot_rows(outcome: str, model: str, scores: NDArray, tested: _Tested, test: RiskTest) -> list[Row]:
    part = measures.equal_parts(scores, test.parts_of_plot)
    people = np.bincount(part, minlength=test.parts_of_plot)
    outcomes = np.bincount(part, weights=tested.happened[outcome], minlength=test.parts_of_plot)
    expected = np.bincount(part, weights=scores, minlength=test.parts_of_plot)
    key = {"outcome": outcome, "model": model}
    return [
        {**key, "part": i + 1, "people": int(people[i]), "outcomes": int(outcomes[i]), "expected": float(expected[i])}
        for i in range(test.parts_of_plot)
    ]


def _compare(
    scores: Mapping[tuple[str, str], NDArray], happened: NDArray[np.bool_], test: RiskTest, fewest: int
) -> Comparison | None:
    if (ADMISSION, BOOSTING) not in scores or min(happened.sum(), (~happened).sum()) < max(2, fewest):
        return None
    gain = measures.c_gain(scores[ADMISSION, LOGISTIC], scores[ADMISSION, BOOSTING], happened)
    slope = measures.calibration(scores[ADMISSION, BOOSTING], happened).slope
    return Comparison(gain, slope, earns(gain, slope, test))


def earns(gain: measures.Estimate, slope: measures.Estimate, test: RiskTest) -> bool:
    """The rule of risk_test.toml: surely better by the least gain, and well calibrated."""
    return gain.low >= test.challenger.least_gain and test.slope_from <= slope.value <= test.slope_to


def _assess(scores: NDArray, tested: _Tested, chosen: Risk) -> risk.Assessment | None:
    """The trial in one line, for the pages that show a list."""
    happened = tested.happened[ADMISSION]
    outcomes = int(happened.sum())
    if min(outcomes, len(happened) - outcomes) < max(2, chosen.fewest_outcomes_to_assess):
        return None
    c = measures.c_statistic(scores, happened)
    top = measures.top(scores, happened, tested.admissions, chosen.list_share)
    return risk.Assessment(
        practices=len(np.unique(tested.practice)),
        people=len(happened),
        outcomes=outcomes,
        c=c.value,
        c_low=c.low,
        c_high=c.high,
        expected=float(scores.sum()),
        top_share=chosen.list_share,
        top_predictive_value=top.outcomes / top.people,
        top_sensitivity=top.outcomes / outcomes,
    )
