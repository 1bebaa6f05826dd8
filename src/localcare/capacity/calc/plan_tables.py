"""Every table of a plan but that of its assumptions and those of its parts, in the order of its report."""

from collections.abc import Sequence

from localcare.capacity.calc import money_cuts, money_tables, stated_tables, tables
from localcare.capacity.calc.plan import Driver, Plan
from localcare.capacity.calc.tables import Table, Words


def all_tables(plan: Plan, found: Sequence[Driver], words: Words) -> list[Table]:
    """The tables of people, activity and money, what drives the plan, and what a document printed."""
    cuts = money_cuts.cuts(plan, words.groups, words.cuts)
    return [
        tables.people(plan),
        tables.activity(plan, words),
        tables.activity_by_age_and_group(plan, words),
        tables.activity_by_practice(plan, words),
        tables.steps(plan, words),
        tables.overlaps(plan, words),
        money_tables.money(plan),
        *money_tables.cut_tables(plan, cuts),
        tables.practices(plan),
        tables.stresses(plan),
        tables.drivers(found),
        *stated_tables.stated_tables(plan, next(cut for cut in cuts if cut.key == "service_line")),
        stated_tables.implied(plan, words),
    ]
