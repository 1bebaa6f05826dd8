"""Measures: what is counted of whom, per practice, by their definitions."""

from collections.abc import Iterable

import ibis
from ibis import ir

from localcare.population.calc.segments import holds
from localcare.population.calc.use import concentration
from localcare.population.definitions import Conditions, Measure


def counted(people: ir.Table, measure: Measure, conditions: Conditions) -> tuple[ir.BooleanValue, ir.IntegerValue]:
    """Whether each person is in the denominator, and how much they add to the numerator (0 outside the denominator).

    In: people as `segments.segment` takes them, with the columns of use that the measure names.
    """
    inside = holds(people, measure.denominator, conditions)
    for exclusion in measure.exclusions:
        inside = inside & ~holds(people, exclusion, conditions)
    if measure.holds is not None:
        amount = holds(people, measure.holds, conditions).cast("int32")
    else:
        amount = ibis.literal(0, type="int32")
        for name in measure.events:
            amount = amount + people[name]
    return inside, inside.ifelse(amount, 0)


def measures(people: ir.Table, used: ir.Table, wanted: Iterable[Measure], conditions: Conditions) -> ir.Table:
    """Every measure of every practice with observed people.

    In: people with person, practice, observed and what `segments.segment` takes; use per person of 12 months. Out:
    measure, practice, numerator (uses or people), people (who add to it), denominator (people), the numerator's
    `concentration`.
    """
    chosen = list(wanted)
    names = list(dict.fromkeys(name for measure in chosen for name in measure.events))
    seen = people.filter(people.observed)
    joined = seen.left_join(used.select("person", *names), "person").select(*seen.columns, *names)
    joined = joined.mutate(**{name: joined[name].fill_null(0) for name in names})
    sums = {}
    for measure in chosen:
        inside, amount = counted(joined, measure, conditions)
        sums[f"{measure.key} numerator"] = amount.sum()
        sums[f"{measure.key} people"] = (amount > 0).sum()
        sums[f"{measure.key} denominator"] = inside.sum()
        sums |= concentration({measure.key: amount})
    totals = joined.group_by("practice").agg(**sums)
    parts = [
        totals.select(
            "practice",
            measure=ibis.literal(measure.key),
            **{name: totals[f"{measure.key} {name}"].cast("int32") for name in ("numerator", "people", "denominator")},
            **{name: totals[f"{measure.key}_{name}"] for name in ("largest", "squares")},
        )
        for measure in chosen
    ]
    return ibis.union(*parts)
