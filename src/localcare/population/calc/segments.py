"""Every person in exactly one age band and group."""

import ibis
from ibis import ir

from localcare.population.calc.conditions import count
from localcare.population.definitions import Conditions, Segmentation


def segment(people: ir.Table, segmentation: Segmentation, conditions: Conditions) -> ir.Table:
    """Place people by age and by the first group whose rule holds.

    In: person, age (years), mask, observed. Out: segmentation, person, age_band, group; the group of a person who is
    not observed is null, for nothing is known of their conditions.
    """
    band = ibis.cases(
        *((people.age <= b.last, b.key) for b in segmentation.age_bands[:-1]), else_=_last_band(segmentation)
    )
    long_term = count(people.mask, conditions)
    rules = [((people.mask & g.mask) != 0 if g.mask else long_term >= g.at_least, g.key) for g in segmentation.groups]
    group = ibis.cases(*rules)
    return people.select(
        segmentation=ibis.literal(segmentation.key),
        person="person",
        age_band=band,
        group=people.observed.ifelse(group, ibis.null("string")),
    )


def _last_band(segmentation: Segmentation) -> str:
    return segmentation.age_bands[-1].key
