"""Which conditions each person has, as bits of one number."""

from collections.abc import Iterable
from datetime import date

import ibis
from ibis import ir

from localcare.population.calc.people import months_before
from localcare.population.definitions import Condition, Conditions
from localcare.terminology import codelists


@ibis.udf.scalar.builtin
def bit_count(mask: int) -> int:  # type: ignore[empty-body]
    """How many bits are set; a function of the engine."""


def code_masks(code: ir.Table, conditions: Conditions) -> ir.Table:
    """For each SNOMED CT code of an edition's dictionary: the conditions that it diagnoses and those that it ends.

    In: table `code`. Out: code, diagnosed (mask), resolved (mask); only codes that matter.
    """
    diagnosed, resolved = _by_code(conditions.all, "diagnosed"), _by_code(conditions.all, "resolved")
    held = code.filter(code.system == "snomedct").select("code", "value").to_pandas()
    rows = [
        (number, diagnosed.get(value, 0), resolved.get(value, 0))
        for number, value in zip(held["code"].tolist(), held["value"].tolist(), strict=True)
        if value in diagnosed or value in resolved
    ]
    return ibis.memtable(rows, schema={"code": "int32", "diagnosed": "int64", "resolved": "int64"})


def _by_code(conditions: Iterable[Condition], role: str) -> dict[str, int]:
    masks: dict[str, int] = {}
    for condition in conditions:
        for name in getattr(condition, role):
            for value in codelists.codes(name):
                masks[value] = masks.get(value, 0) | condition.flag
    return masks


def flags(observation: ir.Table, masks: ir.Table, conditions: Conditions, as_at: date) -> ir.Table:
    """The conditions that hold for each person on a day, by the rules at the head of conditions.toml.

    In: table `observation`, `code_masks`. Out: person, mask (int64); only people with a coded entry that matters.
    """
    hits = (
        observation.filter(observation.on <= ibis.literal(as_at))
        .select("person", "on", "code")
        .inner_join(masks, "code")
        .select("person", "on", "diagnosed", "resolved")
    )
    timed = [c for c in conditions.all if c.resolved or c.within_months or c.first_within_months]
    ever = conditions.mask(c.key for c in conditions.all if c not in timed)
    dates = {name: value for c in timed for name, value in _dates(hits, c).items()}
    per_person = hits.group_by("person").agg(ever=hits.diagnosed.bit_or(), **dates)
    mask = per_person.ever & ever
    for condition in timed:
        mask = mask | ibis.cases((_holds(per_person, condition, as_at), condition.flag), else_=0).cast("int64")
    return per_person.select("person", mask=mask)


def _dates(hits: ir.Table, condition: Condition) -> dict[str, ir.DateScalar]:
    diagnosed = (hits.diagnosed & condition.flag) != 0
    if condition.first_within_months:
        return {f"first_{condition.key}": hits.on.min(where=diagnosed)}
    last = {f"last_{condition.key}": hits.on.max(where=diagnosed)}
    if condition.resolved:
        last[f"end_{condition.key}"] = hits.on.max(where=(hits.resolved & condition.flag) != 0)
    return last


def _holds(per_person: ir.Table, condition: Condition, as_at: date) -> ir.BooleanValue:
    if condition.first_within_months:
        start = months_before(as_at, condition.first_within_months)
        return (per_person[f"first_{condition.key}"] > ibis.literal(start)).fill_null(False)
    last = per_person[f"last_{condition.key}"]
    if condition.within_months:
        return (last > ibis.literal(months_before(as_at, condition.within_months))).fill_null(False)
    end = per_person[f"end_{condition.key}"]
    return last.notnull() & (end.isnull() | (last >= end))


def count(mask: ir.IntegerValue, conditions: Conditions) -> ir.IntegerValue:
    """How many long-term conditions a mask holds."""
    return bit_count(mask & conditions.long_term).cast("int8")


def registers(people: ir.Table, conditions: Conditions) -> ir.Table:
    """Each published register per practice, on its own denominator.

    In: registered people with person, practice, age, observed, mask. Out: practice, register, condition, on_register,
    denominator (people; observed people from the register's age on).
    """
    seen = people.filter(people.observed)
    parts = []
    for condition in conditions.registers:
        of_age = seen.filter(seen.age >= condition.from_age)
        held = ((of_age.mask & condition.flag) != 0).sum()
        counts = of_age.group_by("practice").agg(on_register=held.cast("int32"), denominator=of_age.count())
        keys = {"register": ibis.literal(condition.register), "condition": ibis.literal(condition.key)}
        parts.append(counts.select("practice", **keys, on_register="on_register", denominator="denominator"))
    return ibis.union(*parts).mutate(denominator=ibis._.denominator.cast("int32"))
