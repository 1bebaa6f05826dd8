"""The model card: how well the risk does, made from the run's own trial, its counts protected as all published ones."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from localcare.dataset import differencing, suppression
from localcare.dataset.suppression import Line, Rule
from localcare.places import queries as places
from localcare.population import definitions as definition_files
from localcare.population import lawful
from localcare.population.calc import risk_groups
from localcare.population.calc.chance import expected_outside
from localcare.population.calc.purpose import RISK
from localcare.population.calc.risk_measures import Estimate, wilson
from localcare.population.calc.risk_trial import ADMISSION, ALL, LOGISTIC, MEASURES
from localcare.population.definitions.risk_test import RiskTest

if TYPE_CHECKING:
    from localcare.population.reports import Made

Row = dict[str, Any]
HOW = (
    "Fitted on the earlier of two years, asked about the later one in practices left out by a stated rule; too few: "
    "fewer people with the outcome, or without it, than risk.toml asks for. 95% intervals: c after DeLong, slope and "
    "intercept after Wald, shares of people after Wilson, shares of admissions by linearisation."
)
PLACES_OF: Mapping[str, int] = {"c": 3, "slope": 2, "intercept": 2}
PARTS: Mapping[str, str] = {
    ALL: "Everybody tested",
    risk_groups.FIFTH: "Deprivation",
    risk_groups.ETHNIC: "Ethnic group",
    risk_groups.SEX: "Sex",
    risk_groups.AGE: "Age",
    risk_groups.CLUSTER: "Cluster",
}
FIFTHS = ("1, most deprived of England", "2", "3", "4", "5, least deprived")


def rows(of: "Made", _segmentation: str = "", _units: Iterable = ()) -> list[Row]:
    """One row a tested group of each outcome and model; None is suppressed in counts, and too few in measures."""
    found = of.folder.rows("risk_test")
    labels = _labels(of.definitions.risk_test, {r["group"] for r in found if r["part"] == risk_groups.CLUSTER})
    order = {part: i for i, part in enumerate(PARTS)}
    shown = [_shown(row, labels) | counts for row, counts in zip(found, _counts(found, of.rule), strict=True)]
    rank = list(labels)
    return sorted(shown, key=lambda r: (r["outcome"], r["model"] != LOGISTIC, order[r["part"]], rank.index(r["group"])))


def _shown(row: Row, labels: Mapping[str, str]) -> Row:
    measured = {
        name + end: None if row[name + end] is None else round(row[name + end], PLACES_OF[name])
        for name in MEASURES
        for end in ("", "_low", "_high")
    }
    kept = {key: row[key] for key in ("outcome", "model", "part", "group")}
    label = {"label": labels[row["group"]], "expected_share": round(row["expected"] / row["people"], 3)}
    return kept | label | measured


def _counts(found: Sequence[Row], rule: Rule) -> list[Row]:
    """People and outcomes of each row as they may be published; the groups of a part add up to everybody."""
    shown: dict[tuple[str, str], dict] = {}
    for what in ("people", "outcomes"):
        for outcome in {row["outcome"] for row in found}:
            of = [row for row in found if (row["outcome"], row["model"]) == (outcome, LOGISTIC)]
            counts = {(row["part"], row["group"]): row[what] for row in of}
            parts = {part for part, _ in counts} - {ALL}
            lines = [Line((ALL, ALL), tuple(key for key in counts if key[0] == part)) for part in parts]
            shown[what, outcome] = differencing.published(counts, lines, rule)
    pairs = [
        [shown[what, row["outcome"]][row["part"], row["group"]] for what in ("people", "outcomes")] for row in found
    ]
    return [{"people": n, "outcomes": had, "observed_share": suppression.rate(had, n)} for n, had in pairs]


def _labels(test: RiskTest, clusters: set[str]) -> dict[str, str]:
    """The words of each group's key, in the order in which groups are shown."""
    names = places.names(clusters)
    return {
        ALL: "Everybody tested",
        **{str(i): word for i, word in enumerate(FIFTHS, 1)},
        **{g.key: g.label for g in test.ethnic_groups},
        "female": "Female",
        "male": "Male",
        "indeterminate": "Indeterminate",
        **{b.key: b.label for b in test.age_bands},
        **{code: names.get(code, code) for code in sorted(clusters, key=lambda c: names.get(c, c))},
        risk_groups.NOT_KNOWN: "Not known",
    }


def more(of: "Made") -> Row:
    """What stands beside the rows of the report: the trial, the highest risks, the plot, who has no score."""
    tops, plot = _tops_and_plot(of)
    return {
        "trial": _trial(of),
        "why_not_tested": _why_not(of),
        "top": tops,
        "plot": plot,
        "practices_without_a_score": _without_a_score(of),
        "sources": [row for row in of.run.model.get("sources", []) if row["purpose"] == RISK],
        "published_elsewhere": list(benchmarks()),
    }


def _trial(of: "Made") -> Row | None:
    trial = of.run.model.get("trial")
    if not trial:
        return None
    people = {key: of.rule.rounded(trial[key]) for key in ("people_fitted", "people_tested")}
    return {**trial, **people, "rule": _rule(of.definitions.risk_test)}


def _rule(test: RiskTest) -> str:
    return (
        f"{test.challenger.label} is kept if the lower end of the 95% interval of its gain in c is at least "
        f"{test.challenger.least_gain} and its calibration slope lies from {test.slope_from} to {test.slope_to}."
    )


def _why_not(of: "Made") -> str:
    if not of.run.model["fitted"]:
        return str(of.run.model.get("why", ""))
    if of.run.model.get("trial"):
        return ""
    return "This run holds no test: there were too few practices to leave one out, or too few people to learn from."


def _tops_and_plot(of: "Made") -> tuple[list[Row], list[Row]]:
    tops, plot = of.folder.rows("risk_top"), of.folder.rows("risk_plot")
    everyone = {(r["outcome"], r["model"]): r["outcomes"] for r in of.folder.rows("risk_test") if r["part"] == ALL}
    shown_tops, shown_plot = [], []
    for (outcome, model), outcomes in sorted(everyone.items(), key=lambda item: (item[0][0], item[0][1] != LOGISTIC)):
        mine = sorted((r for r in tops if (r["outcome"], r["model"]) == (outcome, model)), key=lambda r: r["share"])
        parts = sorted((r for r in plot if (r["outcome"], r["model"]) == (outcome, model)), key=lambda r: r["part"])
        counts = _ordered_counts(mine, parts, outcomes, of.rule)
        shown_tops += [_top_row(row, counts["top", row["share"]], of.rule) for row in mine]
        shown_plot += [_plot_row(row, counts["plot", row["part"]], of.rule) for row in parts]
    return shown_tops, shown_plot


def _ordered_counts(tops: Sequence[Row], parts: Sequence[Row], outcomes: int, rule: Rule) -> dict:
    """Outcomes of the highest risks, each share within the next, and of each part of the plot, protected together."""
    counts: dict[Any, float] = {ALL: outcomes, **{("plot", row["part"]): row["outcomes"] for row in parts}}
    lines = [Line(ALL, tuple(("plot", row["part"]) for row in parts))]
    inner: tuple = ()
    before = 0
    for row in tops:
        key, rest = ("top", row["share"]), ("between", row["share"])
        counts |= {key: row["outcomes"], rest: row["outcomes"] - before}
        lines.append(Line(key, (*inner, rest)))
        if parts and row["people"] == parts[-1]["people"]:
            lines.append(Line(key, (("plot", parts[-1]["part"]),)))
        inner, before = (key,), row["outcomes"]
    if tops:
        counts["others"] = outcomes - before
        lines.append(Line(ALL, (*inner, "others")))
    return differencing.published(counts, lines, rule)


def _top_row(row: Row, outcomes: int | None, rule: Rule) -> Row:
    kept = {key: row[key] for key in ("outcome", "model", "share")}
    people = rule.rounded(row["people"])
    kept |= {"people": people, "outcomes": outcomes}
    held = {key: None if outcomes is None else round(row[key], 2) for key in ("held", "held_low", "held_high")}
    return kept | held | _interval("predictive_value", outcomes, people)


def _plot_row(row: Row, outcomes: int | None, rule: Rule) -> Row:
    people = rule.rounded(row["people"])
    kept = {key: row[key] for key in ("outcome", "model", "part")}
    kept |= {"people": people, "outcomes": outcomes, "foretold": round(row["expected"] / max(1, row["people"]), 3)}
    return kept | _interval("observed", outcomes, people)


def _interval(name: str, outcomes: int | None, people: int) -> Row:
    """A share and its interval from published counts alone, so that neither gives an exact count away."""
    if outcomes is None or not people:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    found = wilson(min(outcomes, people), people)
    ends = {"": found.value, "_low": found.low, "_high": found.high}
    return {name + end: round(value, 3) for end, value in ends.items()}


def _without_a_score(of: "Made") -> list[Row]:
    """Practices in which nobody may be scored: which agreements lack, or which feed is too thin."""
    allowed = of.definitions.risk.allowed
    lost = {code for source, codes in of.run.lost.get(RISK, {}).items() if source in allowed for code in codes}
    of_planning = {code for code, row in of.run.coverage.items() if not row["observed"]}
    none = {code for code, row in of.run.coverage.items() if not row["may_be_scored"]}
    thin = of.run.model.get("thin", {})
    names = places.names(lost | none)
    whys = {
        **dict.fromkeys(none, "has no agreement for risk stratification"),
        **{code: f"sends too little of what the score needs ({why})" for code, why in thin.items()},
        **dict.fromkeys(lost, "shares only some of the data that the score needs"),
        **dict.fromkeys(of_planning, "does not share for planning, and of nobody there anything is seen"),
    }
    listed = [{"practice": code, "name": names.get(code, code), "why": why} for code, why in whys.items()]
    return sorted(listed, key=lambda row: row["name"])


@cache
def benchmarks() -> tuple[Row, ...]:
    """Published figures of models for a like question, each with its citation."""
    with (definition_files.HERE / "benchmarks.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def finding(found: Sequence[Row], test: RiskTest) -> str:
    """Everybody's ranking and calibration in one sentence."""
    whole = next((r for r in found if (r["outcome"], r["model"], r["part"]) == (ADMISSION, LOGISTIC, ALL)), None)
    if whole is None or whole["c"] is None:
        return "There is not enough data to say how well the score does."
    good = test.slope_from <= whole["slope"] <= test.slope_to
    return (
        f"Of two people, one later admitted and one not, the score puts the right one first {whole['c']:.0%} of the "
        f"time (c = {within(whole, 'c', 3)}); its risks are {'about as' if good else 'not as'} spread as what happened "
        f"(calibration slope {within(whole, 'slope')})."
    )


def finding_of_groups(found: Sequence[Row], test: RiskTest) -> str:
    """In how many groups the slope is good, and the one furthest off."""
    mine = [r for r in found if (r["outcome"], r["model"]) == (ADMISSION, LOGISTIC) and r["part"] != ALL]
    known = [r for r in mine if r["slope"] is not None]
    if not known:
        return "In no group were there enough people to say."
    good = sum(test.slope_from <= r["slope"] <= test.slope_to for r in known)
    worst = max(known, key=lambda r: abs(r["slope"] - 1))
    few = len(mine) - len(known)
    return (
        f"The slope lies from {test.slope_from} to {test.slope_to} in {good} of {len(known)} groups; furthest off is "
        f"{PARTS[worst['part']].lower()}, {worst['label']}: {within(worst, 'slope')}."
        + (f" {few} {'group has' if few == 1 else 'groups have'} too few people to say." if few else "")
    )


def outside(found: Sequence[Row], test: RiskTest) -> list[str]:
    """Each group, of either outcome, whose slope lies outside the bounds, and whether chance alone may have put it."""
    labels = {outcome.key: outcome.label.split(":")[0] for outcome in test.outcomes}
    return [
        f"{labels[r['outcome']]}, {PARTS[r['part']].lower() if r['part'] != ALL else 'everybody'}, {r['label']}: "
        f"{within(r, 'slope')}. {_may_be_chance(r, test)}"
        for r in _beyond(_sloped(found), test)
    ]


MISSED_BY_CHANCE = 0.05  # of 95% intervals


def finding_of_chance(found: Sequence[Row], test: RiskTest) -> str:
    """How many slopes, of both outcomes, lie outside the bounds, beside how many would by chance alone."""
    mine = _sloped(found)
    if not mine:
        return ""
    number, bounds = len(_beyond(mine, test)), (test.slope_from, test.slope_to)
    off = sum(not r["slope_low"] <= 1 <= r["slope_high"] for r in mine)
    intervals = [Estimate(r["slope"], r["slope_low"], r["slope_high"]) for r in mine]
    return (
        f"Of {len(mine)} slopes of both outcomes {number} {'lies' if number == 1 else 'lie'} outside {bounds[0]} to "
        f"{bounds[1]}. Were every slope truly 1, chance alone would put about "
        f"{expected_outside(intervals, bounds):.1f} of them there. The interval of {off} leaves 1 out; chance "
        f"alone would do that in about {MISSED_BY_CHANCE * len(mine):.0f}."
    )


def _sloped(found: Sequence[Row]) -> list[Row]:
    return [r for r in found if r["model"] == LOGISTIC and r["slope"] is not None]


def _beyond(found: Sequence[Row], test: RiskTest) -> list[Row]:
    return [r for r in found if not test.slope_from <= r["slope"] <= test.slope_to]


def _may_be_chance(row: Row, test: RiskTest) -> str:
    if row["slope_low"] <= test.slope_to and row["slope_high"] >= test.slope_from:
        return "The interval reaches into the bounds: chance may have put it outside."
    return "Not by chance: the risks of these people are " + (
        "told too far apart, the highest too high." if row["slope"] < 1 else "told too close together."
    )


def finding_of_comparison(trial: Mapping[str, Any] | None) -> str:
    """What came of gradient boosting."""
    if not trial or not trial["comparison"]:
        return (
            "Gradient boosting was not tried in this run (localcare population run --compare tries it), or there "
            "were too few people to compare."
        )
    gain, earned = trial["comparison"]["gain"], trial["comparison"]["earned"]
    said = f"Gradient boosting ranks by {gain['value']:+.3f} in c ({gain['low']:+.3f} to {gain['high']:+.3f})"
    if earned:
        return f"{said}: it earned its place by the rule. The lists stay with the logistic model, which has reasons."
    return f"{said}: it did not earn its place by the rule, and the plain logistic model stays."


def finding_of_losses(trial: Mapping[str, Any] | None) -> str:
    """What each source gives the score, measured by leaving it out."""
    if not trial or not trial.get("losses"):
        return (
            "What each source gives the score was not measured in this run (localcare population run --compare "
            "measures it), or there were too few people."
        )
    told = [
        "without {} data ({}) c changes by {value:+.3f} ({low:+.3f} to {high:+.3f})".format(
            lawful.LABELS[loss["source"]].lower(), _gone(loss), **loss["change"]
        )
        for loss in trial["losses"]
    ]
    return f"Fitted and tested on the same people, {'; '.join(told)}."


def _gone(loss: Mapping[str, Any]) -> str:
    predictors, conditions = len(loss["predictors"]), loss["conditions"]
    parts = [f"{predictors} predictor{'' if predictors == 1 else 's'}"] if predictors else []
    parts += [f"{conditions} condition{'' if conditions == 1 else 's'}"] if conditions else []
    return " and ".join(parts) + " fewer"


def finding_of_top(tops: Sequence[Row], share: float) -> str:
    """What the share of a list holds."""
    row = next((r for r in tops if (r["outcome"], r["model"], r["share"]) == (ADMISSION, LOGISTIC, share)), None)
    if row is None or row["outcomes"] is None:
        return "There is not enough data to say what the highest risks hold."
    return (
        f"The {share:.0%} at highest risk had {row['held']:.0%} of all emergency admissions "
        f"({row['held_low']:.0%} to {row['held_high']:.0%}); {row['predictive_value']:.0%} of them were admitted, "
        f"so {1 - row['predictive_value']:.0%} were not."
    )


def finding_of_plot(plot: Sequence[Row]) -> str:
    """The part of highest risk: foretold and happened."""
    if not plot or plot[-1]["observed"] is None:
        return "There is not enough data to say how true the highest risks are."
    last = plot[-1]
    return (
        f"Of the {1 / len(plot):.0%} at highest risk {last['foretold']:.1%} were foretold to be admitted, and "
        f"{last['observed']:.1%} were ({last['observed_low']:.1%} to {last['observed_high']:.1%})."
    )


def within(row: Mapping[str, Any], name: str, places_shown: int = 2) -> str:
    """A measure with its interval in words, or that there are too few."""
    if row[name] is None:
        return "too few"
    value, low, high = (f"{row[name + end]:.{places_shown}f}" for end in ("", "_low", "_high"))
    return f"{value} ({low} to {high})"
