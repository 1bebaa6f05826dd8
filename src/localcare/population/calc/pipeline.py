"""The run as its steps: an edition's tables and the definitions in, the tables of the results contract out."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pandas as pd
from ibis import ir

from localcare.population.calc import (
    cells,
    cube,
    dictionaries,
    hfrs,
    lists,
    measures,
    quality,
    risk,
    risk_groups,
    risk_sources,
    risk_trial,
    scores,
    segments,
    standard,
    thin,
    use,
)
from localcare.population.calc import conditions as condition_calc
from localcare.population.calc import people as people_calc
from localcare.population.calc.estimate import NoneObserved, Stratum
from localcare.population.calc.purpose import PLANNING, RISK, Permitted, permitted
from localcare.population.calc.queries import keep
from localcare.population.definitions import Definitions

PERSON = {
    "person": "int32", "practice": "int16", "sex": "string", "age": "int16", "observed": "bool", "mask": "int64",
    "long_term_conditions": "int8", "cms": "float64", "hfrs": "float64", "cost": "float64", "risk": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class Results:
    """Tables by the names of dataset/results.toml, the model and its trial (None if there was nothing to learn).

    `thin`: practices in which nobody is scored because what the score is made from arrives too thinly, and why.
    """

    tables: Mapping[str, ir.Table]
    model: risk.Model | None
    trial: risk_trial.Trial | None
    why_no_model: str
    thin: Mapping[int, str]
    lost: Mapping[str, Mapping[str, list[int]]]


_Fitted = tuple[risk.Model, risk_trial.Trial | None]
_RiskOf = tuple[ir.Table, ir.Table, _Fitted | tuple[None, None], str, Mapping[str, frozenset[int]], Mapping[int, str]]


@dataclass(frozen=True)
class _Base:
    """What every step starts from: registered people with mask, frailty points at any age, tenth of deprivation.

    `barred`: the sources that planning may not see, and so the masks do not.
    """

    people: ir.Table
    masks: ir.Table
    codes: ir.Table
    barred: Collection[str]


def compute(
    tables: Mapping[str, ir.Table],
    definitions: Definitions,
    clusters: Mapping[int, int],
    as_at: date,
    *,
    barred: Mapping[str, Collection[str]],
    predict: bool = True,
    compare: bool = False,
    tenths: Mapping[int, int] | None = None,
) -> Results:
    """Everything a run gives; without `predict` no risk, no reasons and nobody listed.

    In: tables of an edition on one Ibis connection; `clusters`: the cluster's number of each practice's number (the
    caller gives a practice without cluster one of its own); the edition's date; `tenths`: the national tenth of
    deprivation (1 the most deprived) of each area's number; `barred`: the sources that may not serve a purpose, which
    has no default, because forgetting it would score people by sources whose support has ended;
    `compare`: try gradient boosting beside the model, and the model without each of its sources. Intermediate tables
    are kept in the connection, in memory. Out: `Results`, its tables bound to the connection.
    """
    planning = permitted(tables, PLANNING, barred.get(PLANNING, ()))
    fifths = {area: (tenth + 1) // 2 for area, tenth in (tenths or {}).items()}
    base = _base(planning.tables, definitions, tenths or {}, as_at, barred.get(PLANNING, ()))
    used = keep("person_use", use.use(planning.tables, base.people, definitions.prices, as_at))
    placed = keep("segment", ibis.union(*_segments(base, definitions)))
    arrived = keep("feeds_arrived", quality.arrived(tables, as_at))
    allowed = risk_sources.allowed(definitions, barred.get(RISK, ()))
    listed, at_risk, (model, trial), why, lost, thinly = (
        _risk(tables, arrived, base, allowed, clusters, as_at, fifths, compare)
        if predict
        else _no_risk(SWITCHED_OFF, {})
    )
    scored = keep("person_score", scores.scores(planning.tables, base.people, definitions, as_at))
    answer = {
        "person_result": _person(base, used, scored, at_risk, definitions),
        "person_score": scored,
        "score_band": scores.banded(scored, base.people, definitions),
        "score": dictionaries.scores(definitions),
        "measure": measures.measures(base.people, used, definitions.measures, definitions.conditions),
        "segment": placed,
        "person_use": used,
        "register": condition_calc.registers(base.people, definitions.conditions),
        "condition": dictionaries.conditions(definitions),
        "cell": _cells(base, placed, used, planning.lost),
        "practice_use": use.by_practice(base.people, used),
        "cube": _cube(planning.tables, base, placed, used, definitions),
        "standardised": _standardised(planning, base, used, definitions, as_at, fifths),
        "coverage": _coverage(tables, base, definitions, as_at, _barred(lost) | set(thinly)),
        "arrived": quality.for_purpose(arrived, planning.lost, base.barred),
        "completeness": quality.completeness(planning.tables, base.people),
        "list_entry": listed,
        "risk_model": dictionaries.coefficients(model),
        **_tried(trial),
    }
    return Results(answer, model, trial, why, thinly, {PLANNING: _names(planning.lost), RISK: _names(lost)})


def _names(lost: Mapping[str, frozenset[int]]) -> dict[str, list[int]]:
    return {source: sorted(practices) for source, practices in sorted(lost.items())}


def _base(
    tables: Mapping[str, ir.Table],
    definitions: Definitions,
    tenths: Mapping[int, int],
    as_at: date,
    barred: Collection[str],
) -> _Base:
    codes = condition_calc.code_masks(tables["code"], definitions.conditions)
    masks = keep("conditions", condition_calc.flags(tables["observation"], codes, definitions.conditions, as_at))
    registered = people_calc.registered(tables["person"], as_at)
    joined = registered.left_join(masks, "person").select(*registered.columns, "mask")
    people = joined.mutate(mask=joined.mask.fill_null(0))
    placed = people.left_join(_deprivation(tables["person"], tenths), "person").select(*people.columns, "tenth")
    known = keep("people_placed", placed)
    any_age = replace(definitions.hfrs, from_age=0)
    frail = hfrs.score(tables["diagnosis"], tables["code"], known, any_age, as_at)
    joined = known.left_join(frail, "person").select(*known.columns, "hfrs")
    return _Base(keep("people", joined), masks, codes, barred)


def _deprivation(person: ir.Table, tenths: Mapping[int, int]) -> ir.Table:
    areas = ibis.memtable(list(tenths.items()), schema={"area": "int16", "tenth": "int8"})
    return person.inner_join(areas, "area").select("person", "tenth")


def _segments(base: _Base, definitions: Definitions) -> list[ir.Table]:
    return [segments.segment(base.people, s, definitions.conditions) for s in definitions.segmentations]


def _person(base: _Base, used: ir.Table, scored: ir.Table, at_risk: ir.Table, definitions: Definitions) -> ir.Table:
    joined = base.people.drop("hfrs").left_join(used.select("person", "cost"), "person")
    joined = joined.select(*base.people.drop("hfrs").columns, "cost")
    joined = joined.left_join(scored.select("person", "hfrs", cms=scored.cms_37), "person")
    joined = (
        joined.drop("person_right").left_join(at_risk, "person").select(*joined.drop("person_right").columns, "risk")
    )
    counted = condition_calc.count(joined.mask, definitions.conditions)
    return joined.mutate(long_term_conditions=joined.observed.ifelse(counted, ibis.null("int8"))).select(*PERSON)


def _cells(base: _Base, placed: ir.Table, used: ir.Table, lost: Mapping[str, frozenset[int]]) -> ir.Table:
    strata = [Stratum(**row) for row in cells.strata(base.people, placed, used).to_pyarrow().to_pylist()]
    seen = {stratum.practice for stratum in strata if stratum.group is not None}
    without = [lost.get(source, frozenset()) for source in standard.INDICATORS["spend"].sources]
    # A source that nobody shares is in nobody's spend.
    unpriced = frozenset().union(*(practices for practices in without if not seen <= practices))
    try:
        cube = [asdict(cell) for cell in cells.cells(strata, unpriced)]
    except NoneObserved:
        cube = []
    return _table(cube, CELL)


CELL = {
    "segmentation": "string", "practice": "int16", "age_band": "string", "group": "string",
    "people": "float64", "people_observed": "int32", "spend": "float64", "spend_observed": "float64",
}  # fmt: skip


def _table(rows: list[dict[str, Any]], schema: Mapping[str, str]) -> ir.Table:
    return ibis.memtable(pd.DataFrame(rows, columns=list(schema)), schema=ibis.schema(schema))


def _cube(tables, base: _Base, placed: ir.Table, used: ir.Table, definitions: Definitions) -> ir.Table:
    homes = tables["person"].left_join(tables["area"], "area").select("person", "lsoa11_code")
    homes = homes.mutate(lsoa11_code=homes.lsoa11_code.fill_null(""))
    ages = cube.first_ages(definitions.segmentations)
    return cube.cube(keep("people_seen", cube.seen(base.people, homes, used, ages)), placed, definitions.conditions)


STANDARDISED = {
    "practice": "int16", "indicator": "string", "adjusted_for": "string", "people": "int32", "users": "int32",
    "amount": "float64", "largest": "float64", "second": "float64", "expected": "float64", "variance": "float64",
}  # fmt: skip


def _standardised(
    planning: Permitted, base: _Base, used: ir.Table, definitions: Definitions, as_at, fifths
) -> ir.Table:
    people = base.people.mutate(conditions=condition_calc.count(base.people.mask, definitions.conditions))
    found = standard.amounts(planning.tables, people, used, definitions.prices, fifths, as_at).to_pandas()
    columns = {name: column.to_numpy() for name, column in found.items()}
    return _table([asdict(row) for row in standard.standardise(columns, planning.lost)], STANDARDISED)


def _coverage(
    tables: Mapping[str, ir.Table], base: _Base, definitions: Definitions, as_at: date, barred: Collection[int]
) -> ir.Table:
    new = risk.too_new(tables, definitions.risk, as_at).mutate(new=True)
    p = base.people.left_join(new, "person").select(*base.people.columns, "new")
    scored = risk.may_be_scored(p, definitions.risk, barred) & p.new.isnull()
    return p.group_by("practice").agg(
        registered=p.count().cast("int32"),
        observed=p.observed.sum().cast("int32"),
        may_be_scored=scored.sum().cast("int32"),
    )


SWITCHED_OFF = "The risk score is switched off here (LOCALCARE_RISK_SCORE)."


def _no_risk(why: str, lost: Mapping[str, frozenset[int]]) -> _RiskOf:
    return _list_table([]), _scores(np.empty(0, "int32"), np.empty(0)), (None, None), why, lost, {}


def _risk(
    tables: Mapping[str, ir.Table],
    arrived: ir.Table,
    base: _Base,
    definitions: Definitions,
    clusters: Mapping[int, int],
    as_at: date,
    fifths: Mapping[int, int],
    compare: bool,
) -> _RiskOf:
    """List entries, risk per person, the model and its trial or why there is none, practices lost, or too thin."""
    if risk_sources.OUTCOME not in definitions.risk.allowed:
        return _no_risk(risk_sources.NO_OUTCOME, {})
    allowed = permitted(tables, RISK, risk_sources.not_used(definitions.risk))
    lost = {source: allowed.lost[source] for source in definitions.risk.allowed if source in allowed.lost}
    thinly = thin.practices(arrived, base.people, definitions.risk.allowed, lost, as_at)
    barred = _barred(lost) | set(thinly)
    masks = base.masks
    if definitions.risk.conditions_source in base.barred:  # the score may see what planning may not, and learns from it
        told = condition_calc.flags(allowed.tables["observation"], base.codes, definitions.conditions, as_at)
        masks = keep("conditions_of_risk", told)
    now = _columns(base, allowed.tables, definitions, base.people, masks, as_at, barred)
    late = _year(base, allowed.tables, definitions, as_at, barred)
    try:
        learnt = risk.design(late, definitions.risk, definitions.conditions)
        model = risk.fit(late, learnt, late["admissions"] > 0, definitions.risk)
    except risk.CannotFit as error:
        return *_no_risk(str(error), lost)[:5], thinly
    early_until = people_calc.months_before(as_at, definitions.risk.horizon_months)
    early = None
    if _reaches(allowed.tables, definitions, early_until):
        early = _year(base, allowed.tables, definitions, early_until, barred)
    groups = risk_groups.groups(tables["person"], late, fifths, clusters, definitions.risk_test)
    trial = _trial(early, late, groups, clusters, definitions, compare)
    model = replace(model, assessment=trial.assessment if trial else None)
    scores = risk.score(model, risk.design(now, definitions.risk, definitions.conditions), now["age"])
    rows = _list_rows(_people_of(base, clusters, barred), definitions, clusters, model, now, scores)
    return _list_table(rows), _scores(now["person"], scores), (model, trial), "", lost, thinly


def _barred(lost: Mapping[str, frozenset[int]]) -> frozenset[int]:
    """Practices without one of the sources that the score needs: in them nobody is scored."""
    return frozenset().union(*lost.values())


def _trial(early, late, groups, clusters, definitions: Definitions, compare: bool) -> risk_trial.Trial | None:
    """None where there are too few people to learn from without the practices left out."""
    try:
        return risk_trial.trial(early, late, groups, clusters, definitions, compare=compare)
    except risk.CannotFit:
        return None


def _reaches(tables: Mapping[str, ir.Table], definitions: Definitions, until: date) -> bool:
    """Whether the edition's past holds the year that ends with `until`, and the months looked back from its start."""
    first = tables["admission"].on.min().to_pandas()
    needed = people_calc.months_before(until, definitions.risk.horizon_months + definitions.risk.past_months)
    return first is not None and not pd.isna(first) and pd.Timestamp(first).date() <= needed + timedelta(days=31)


def _columns(base, tables, definitions, registered, masks, at, barred) -> dict[str, np.ndarray]:
    people = risk.eligible(registered, definitions.risk, barred)
    people = people.anti_join(risk.too_new(tables, definitions.risk, at), "person")
    found = risk.features(tables, people, masks, definitions.conditions, definitions.risk, at)
    rows = found.order_by("person").to_pyarrow()
    return {name: column.to_numpy() for name, column in zip(rows.column_names, rows.columns, strict=True)}


def _year(base: _Base, tables, definitions: Definitions, until: date, barred: frozenset[int]) -> risk.Columns:
    """People as they stood before the year that ends with `until`, and what the year brought them."""
    start = people_calc.months_before(until, definitions.risk.horizon_months)
    registered = keep("people_then", people_calc.registered(tables["person"], start))
    told = condition_calc.flags(tables["observation"], base.codes, definitions.conditions, start)
    masks = keep("conditions_then", told)
    columns = _columns(base, tables, definitions, registered, masks, start, barred)
    came = risk.outcomes(tables, registered, until, definitions.risk.horizon_months).order_by("person").to_pandas()
    at = np.searchsorted(came["person"].to_numpy(), columns["person"])
    return {**columns, **{name: came[name].to_numpy()[at] for name in ("admissions", "crisis")}}


def _people_of(base: _Base, clusters: Mapping[int, int], barred: Collection[int]) -> dict[int, int]:
    """People of each cluster whom a list takes its share of: who did not object, in practices that can be scored."""
    p = base.people
    shared = p.group_by("practice").agg(seen=p.observed.any())
    scored = [row.practice for row in shared.filter(shared.seen).to_pandas().itertuples() if row.practice not in barred]
    may = p.filter(p.risk_stratification, p.practice.isin(scored))
    people: dict[int, int] = {}
    for row in may.group_by("practice").agg(n=may.count()).to_pandas().itertuples():
        people[clusters[row.practice]] = people.get(clusters[row.practice], 0) + row.n
    return people


def _list_rows(people: dict[int, int], definitions, clusters, model, now, scores) -> list[dict[str, Any]]:
    cluster = np.array([clusters[p] for p in now["practice"].tolist()], dtype=np.int64)
    listed = lists.top(now["person"], now["practice"], cluster, scores, definitions.risk.list_share, people)
    chosen = {name: column[listed.at] for name, column in now.items()}
    x = risk.matrix(chosen, model.terms, definitions.conditions)
    why = risk.reasons(model, chosen, x, definitions.risk)
    return [
        {
            "person": int(chosen["person"][i]),
            "practice": int(chosen["practice"][i]),
            "rank_in_cluster": int(listed.rank_in_cluster[i]),
            "rank_in_practice": int(listed.rank_in_practice[i]),
            "risk": float(scores[listed.at[i]]),
            "reasons": json.dumps(why[i]),
            "use": json.dumps({key: int(chosen[key][i]) for key in USE}),
        }
        for i in range(len(listed.at))
    ]


USE = ("emergency_admissions", "emergency_attendances", "planned_admissions", "outpatient_attendances", "gp_contacts")
LIST = {
    "person": "int32", "practice": "int16", "rank_in_cluster": "int32", "rank_in_practice": "int32",
    "risk": "float64", "reasons": "string", "use": "string",
}  # fmt: skip


def _list_table(rows: list[dict[str, Any]]) -> ir.Table:
    return _table(rows, LIST)


def _scores(person: np.ndarray, risk_of: np.ndarray) -> ir.Table:
    frame = pd.DataFrame({"person": person.astype(np.int32), "risk": risk_of.astype(np.float64)})
    return ibis.memtable(frame, schema=ibis.schema({"person": "int32", "risk": "float64"}))


_MEASURED = [name + end for name in risk_trial.MEASURES for end in ("", "_low", "_high")]
TRIED = {
    "risk_test": {"outcome": "string", "model": "string", "part": "string", "group": "string", "people": "int32",
        "outcomes": "int32", "expected": "float64"} | dict.fromkeys(_MEASURED, "float64"),
    "risk_top": {"outcome": "string", "model": "string", "share": "float64", "people": "int32", "outcomes": "int32",
        "events": "int32", "held": "float64", "held_low": "float64", "held_high": "float64"},
    "risk_plot": {"outcome": "string", "model": "string", "part": "int8", "people": "int32", "outcomes": "int32",
        "expected": "float64"},
}  # fmt: skip


def _tried(trial: risk_trial.Trial | None) -> dict[str, ir.Table]:
    found = (trial.groups, trial.tops, trial.plot) if trial else ((), (), ())
    return {name: _table(list(rows), schema) for (name, schema), rows in zip(TRIED.items(), found, strict=True)}
