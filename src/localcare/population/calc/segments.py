"""Every person in exactly one age band and group."""

import ibis
from ibis import ir

from localcare.population.calc.conditions import count
from localcare.population.definitions import Conditions, Segmentation
from localcare.population.definitions.segmenting import Rule


def segment(people: ir.Table, segmentation: Segmentation, conditions: Conditions) -> ir.Table:
    """Place people by age and by the first group of which a rule holds.

    In: person, age (years), mask, observed, hfrs (frailty points at any age, null for none), tenth (of deprivation from
    1, the most deprived; null where not known). Out: segmentation, person, age_band, group; the group of a person who
    is not observed is null, for nothing is known of their conditions.
    """
    return people.select(
        segmentation=ibis.literal(segmentation.key),
        person="person",
        age_band=age_band(people, segmentation),
        group=group(people, segmentation, conditions),
    )


def age_band(people: ir.Table, segmentation: Segmentation) -> ir.StringValue:
    """The key of each person's age band. In: people as `segment` takes them."""
    *bands, last = segmentation.age_bands
    if not bands:
        return ibis.literal(last.key)
    return ibis.cases(*((people.age <= b.last, b.key) for b in bands), else_=last.key)


def group(people: ir.Table, segmentation: Segmentation, conditions: Conditions) -> ir.StringValue:
    """The key of the first group of which a rule holds; null where not observed. In: people as `segment` takes them."""
    placed = [(holds(people, rule, conditions), g.key) for g in segmentation.groups for rule in g.rules]
    return people.observed.ifelse(ibis.cases(*placed), ibis.null("string"))


def holds(people: ir.Table, rule: Rule, conditions: Conditions) -> ir.BooleanValue:
    """Whether all that a rule asks holds of each person. In: people as `segment` takes them."""
    asked: list[ir.BooleanValue] = [people.age >= rule.from_age]
    if rule.to_age is not None:
        asked.append(people.age <= rule.to_age)
    if rule.any_of:
        asked.append((people.mask & rule.any_of) != 0)
    if rule.all_of:
        asked.append((people.mask & rule.all_of) == rule.all_of)
    if rule.at_least:
        asked.append(count(people.mask, conditions) >= rule.at_least)
    if rule.hospital_frailty_from is not None:
        asked.append(people.hfrs.fill_null(0.0) >= rule.hospital_frailty_from)
    if rule.deprived_tenths is not None:
        asked.append((people.tenth <= rule.deprived_tenths).fill_null(False))
    if rule.home_area_known is not None:
        asked.append(people.tenth.notnull() == rule.home_area_known)
    return ibis.and_(*asked)
