"""LACE of the last stay in hospital: van Walraven et al., CMAJ 2010;182:551-557, as its definition reads it."""

from collections.abc import Mapping
from datetime import date

import ibis
from ibis import ir

from localcare.population.calc.bits import bit_or
from localcare.population.calc.comorbidity import points
from localcare.population.calc.people import in_months_before
from localcare.population.definitions.scoring import Diagnoses, Lace, Steps


def lace(tables: Mapping[str, ir.Table], masks: ir.Table, score: Lace, comorbidity: Diagnoses, as_at: date) -> ir.Table:
    """Points of each person's last ended stay of the window; nobody without one.

    In: tables of an edition; `comorbidity.code_masks`. Out: person, lace.
    """
    last = last_stays(tables["admission"], score, as_at)
    ill = _comorbidity(tables["diagnosis"], masks, last, comorbidity)
    seen = _attendances(tables["emergency_attendance"], last, score.attendance_months)
    joined = last.left_join(ill, "person").select(*last.columns, "mask")
    joined = joined.left_join(seen, "person").select(*joined.columns, "attendances")
    total = (
        stepped(joined.nights, score.length_of_stay_days)
        + (joined.kind == "emergency").ifelse(score.emergency, 0)
        + stepped(points(joined.mask.fill_null(0), comorbidity), score.comorbidity_points)
        + stepped(joined.attendances.fill_null(0), score.attendances)
    )
    return joined.select("person", lace=total.cast("float64"))


def last_stays(admission: ir.Table, score: Lace, as_at: date) -> ir.Table:
    """Out: person, on, kind, nights of the latest ended stay of the kinds that began in the window."""
    ended = in_months_before(admission, as_at, score.window_months).filter(
        admission.kind.isin(score.kinds), admission.discharged_on <= ibis.literal(as_at)
    )
    latest = ibis.row_number().over(group_by="person", order_by=[ibis.desc("on"), ibis.desc("spell")])
    first = ended.mutate(place=latest).filter(ibis._.place == 0)
    return first.select("person", "on", "kind", nights=first.discharged_on.delta(first.on, unit="day"))


def stepped(value: ir.NumericValue, steps: Steps) -> ir.IntegerValue:
    """The points of the last step that a value reaches; 0 below the first."""
    return ibis.cases(*((value >= start, given) for start, given in reversed(steps)), else_=0)


def _comorbidity(diagnosis: ir.Table, masks: ir.Table, last: ir.Table, method: Diagnoses) -> ir.Table:
    coded = diagnosis.inner_join(masks.select("code", mask=masks[method.codes]), "code")
    coded = coded.select("person", "mask", happened="on").inner_join(last.select("person", "on"), "person")
    begins = (coded.on - ibis.interval(months=method.window_months)).cast("date")
    before = coded.filter(coded.happened <= coded.on, coded.happened > begins)
    return before.group_by("person").agg(mask=bit_or(before.mask))


def _attendances(attendance: ir.Table, last: ir.Table, months: int) -> ir.Table:
    seen = attendance.select("person", happened="on").inner_join(last.select("person", "on"), "person")
    begins = (seen.on - ibis.interval(months=months)).cast("date")
    before = seen.filter(seen.happened < seen.on, seen.happened > begins)
    return before.group_by("person").agg(attendances=before.count())
