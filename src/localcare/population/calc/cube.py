"""The cube behind the explorer: observed people by practice, home area, sex, age, and group or condition."""

from collections.abc import Iterable, Mapping

import ibis
from ibis import ir

from localcare.population.calc import use
from localcare.population.definitions import Conditions, Segmentation

CONDITION = "condition"
SETTINGS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gp_practice": ("GP practice contacts", ("gp_contact_gp", "gp_contact_nurse", "gp_contact_other")),
    "emergency_attendance": ("A&E attendances", ("emergency_attendance",)),
    "emergency_admission": ("Emergency admissions", ("emergency_short", "emergency_long")),
    "planned_admission": ("Planned and other admissions", ("day_case", "elective", "other_admission")),
    "outpatient": ("Outpatient attendances", ("outpatient",)),
    "call_111": ("NHS 111 calls", ("call_111",)),
    "ambulance": ("Ambulance incidents", ("ambulance_conveyed", "ambulance_not_conveyed")),
    "community_contact": ("Community contacts", ("community_contact",)),
    "mental_health_contact": ("Mental health contacts", ("mental_health_contact",)),
    "social_care": ("Adult social care, pounds", ("social_care",)),
}
IN_POUNDS = frozenset({"social_care"})
assert {name for _, parts in SETTINGS.values() for name in parts} == {*use.ACTIVITIES, "social_care"}


def first_ages(segmentations: Iterable[Segmentation]) -> tuple[int, ...]:
    """The youngest age of each band when the age bands of all segmentations are laid over each other."""
    return tuple(sorted({band.first for s in segmentations for band in s.age_bands}))


def seen(people: ir.Table, homes: ir.Table, used: ir.Table, ages: Iterable[int]) -> ir.Table:
    """Observed people with what the cube cuts and sums.

    In: people (person, practice, sex, age in years, observed, mask); homes (person, lsoa11_code, empty where not
    known); used, by `use.use`; ages, by `first_ages`. Out: person, practice, lsoa11_code, sex, mask, age_from, cost
    (pounds), and one column a setting.
    """
    here = people.filter(people.observed).select("person", "practice", "sex", "age", "mask")
    joined = here.inner_join(homes, "person").select(*here.columns, "lsoa11_code").inner_join(used, "person")
    bands = [(joined.age >= first, first) for first in sorted(ages, reverse=True)]
    amounts = {name: sum(joined[part] for part in parts) for name, (_, parts) in SETTINGS.items()}
    return joined.select(
        "person", "practice", "lsoa11_code", "sex", "mask", "cost",
        age_from=ibis.cases(*bands, else_=0).cast("int16"), **amounts,
    )  # fmt: skip


def cube(people: ir.Table, placed: ir.Table, conditions: Conditions) -> ir.Table:
    """People, pounds and use of observed people, cut every way the explorer can ask.

    In: people, by `seen`; placed (segmentation, person, group). Out: grid (a segmentation's key, or "condition"),
    part (its group or condition), practice, lsoa11_code, sex, age_from, people, spend (pounds), a setting's amount and
    how many people used it, and of each sum its `concentration`. In each segmentation a person is counted once, under
    "condition" once for each.
    """
    in_groups = people.inner_join(placed.select("segmentation", "person", "group"), "person")
    groups = in_groups.mutate(grid=in_groups.segmentation, part=in_groups.group)
    having = people.inner_join(_parts_of_masks(people, conditions), "mask").mutate(grid=ibis.literal(CONDITION))
    return ibis.union(_summed(groups), _summed(having))


def _parts_of_masks(base: ir.Table, conditions: Conditions) -> ir.Table:
    """Each mask that occurs with each of its conditions: far fewer than the people who have them."""
    masks = base.filter(base["mask"] != 0).select("mask").distinct().to_pandas()["mask"].tolist()
    flags = [(condition.flag, condition.key) for condition in conditions.all]
    rows = [(mask, key) for mask in masks for flag, key in flags if mask & flag]
    return ibis.memtable(rows, schema={"mask": "int64", "part": "string"})


def _summed(rows: ir.Table) -> ir.Table:
    used = {name: rows[name].sum().cast("float64") for name in SETTINGS}
    users = {f"{name}_people": (rows[name] > 0).sum().cast("int32") for name in SETTINGS}
    keys = ["grid", "part", "practice", "lsoa11_code", "sex", "age_from"]
    amounts = {"spend": rows.cost, **{name: rows[name] for name in SETTINGS}}
    return rows.group_by(keys).agg(
        people=rows.count().cast("int32"), spend=rows.cost.sum(), **used, **users, **use.concentration(amounts)
    )
