"""Which conditions each person has, as bits of one number."""

from collections.abc import Iterable
from datetime import date

import ibis
from ibis import ir

from localcare.population.calc.bits import bit_count, bit_or
from localcare.population.calc.people import months_before
from localcare.population.definitions import Condition, Conditions
from localcare.terminology import codelists


def code_masks(code: ir.Table, conditions: Conditions) -> ir.Table:
    """For each SNOMED CT code of an edition's dictionary: the conditions that it diagnoses and those that it ends.

    In: table `code`. Out: code, diagnosed (mask), resolved (mask); only codes that matter.
    """
    held = code.filter(code.system == "snomedct").select("code", "value").to_pandas()
    rows = masks(zip(held["code"].tolist(), held["value"].tolist(), strict=True), conditions)
    return ibis.memtable(rows, schema={"code": "int32", "diagnosed": "int64", "resolved": "int64"})


def masks(held: Iterable[tuple[int, str]], conditions: Conditions) -> list[tuple[int, int, int]]:
    """The rows of `code_masks`, from the number and the value of each SNOMED CT code of a dictionary."""
    diagnosed, resolved = _by_code(conditions.all, "diagnosed"), _by_code(conditions.all, "resolved")
    return [
        (number, diagnosed.get(value, 0), resolved.get(value, 0))
        for number, value in held
        if value in diagnosed or value in resolved
    ]


def _by_code(conditions: Iterable[Condition], role: str) -> dict[str, int]:
    masks: dict[str, int] = {}
    for condition in conditions:
        for name in getattr(condition, role):
            for value in codelists.codes(name):
                masks[value] = masks.get(value, 0) | condition.flag
    return masks


def flags(observation: ir.Table, codes: ir.Table, conditions: Conditions, as_at: date) -> ir.Table:
    """The conditions that hold for each person on a day, by the rules at the head of conditions.toml.

    In: table `observation`, `code_masks`. Out: person, mask (int64); only people with a coded entry that matters.
    Conditions are bits, so that one `bit_or` answers for all: an entry leaves out those whose window it is too old for.
    A second one gathers those that began too long ago to be new.
    """
    entries = observation.filter(observation.on <= ibis.literal(as_at)).select("person", "on", "code")
    hits = _unresolved(entries.inner_join(codes, "code").select("person", "on", "diagnosed", "resolved"))
    told, begun = hits.diagnosed, ibis.literal(0, "int64")
    for months, flag in _by_window((c.within_months, c.flag) for c in conditions.all).items():
        told = told & _inside(hits, as_at, months).ifelse(ibis.literal(-1, "int64"), ~flag)
    for months, flag in _by_window((c.first_within_months, c.flag) for c in conditions.all).items():
        begun = begun | _inside(hits, as_at, months).ifelse(0, hits.diagnosed & flag)
    each = hits.select("person", told=told, begun=begun)
    per_person = each.group_by("person").agg(told=bit_or(each.told), begun=bit_or(each.begun))
    return per_person.select("person", mask=per_person.told & ~per_person.begun)


def _inside(hits: ir.Table, as_at: date, months: int) -> ir.BooleanValue:
    return hits.on > ibis.literal(months_before(as_at, months))


def _by_window(windows: Iterable[tuple[int | None, int]]) -> dict[int, int]:
    """The mask of the conditions of each window, in months."""
    masks: dict[int, int] = {}
    for months, flag in windows:
        if months:
            masks[months] = masks.get(months, 0) | flag
    return masks


def _unresolved(hits: ir.Table) -> ir.Table:
    """Each entry's diagnoses without those that a later entry of the person resolved. Few entries resolve anything."""
    ends = hits.filter(hits.resolved != 0).select("person", "resolved", ended="on")
    met = hits.select("person", "on").inner_join(ends, "person").filter(ibis._.ended > ibis._.on)
    later = met.group_by("person", "on").agg(resolved=bit_or(met.resolved))
    joined = hits.select("person", "on", "diagnosed").left_join(later, ["person", "on"])
    return joined.select("person", "on", diagnosed=joined.diagnosed & ~joined.resolved.fill_null(0))


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
