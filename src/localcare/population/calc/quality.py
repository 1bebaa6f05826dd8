"""What arrived and how whole it is: rows and days of each feed, recorded parts of each field, by practice. Pure."""

from collections.abc import Collection, Mapping
from datetime import date

import ibis
from ibis import ir

from localcare.dataset import contract

# The tables of an edition that hold what happened; diagnoses come with their admissions.
FEEDS = (
    "observation", "medication", "gp_contact", "emergency_attendance", "admission", "outpatient", "call_111",
    "ambulance", "community_contact", "mental_health_contact", "social_care",
)  # fmt: skip
NOT_STATED = "Z"


def arrived(tables: Mapping[str, ir.Table], as_at: date) -> ir.Table:
    """Rows of each feed up to `as_at` by practice of their people, the first and the last day.

    In: tables of an edition. Out: practice, feed, rows, first_on, last_on; no row where nothing arrived.
    """
    homes = tables["person"].select("person", "practice")
    return ibis.union(*(_arrived(tables[feed], feed, homes, as_at) for feed in FEEDS))


def for_purpose(arrived: ir.Table, lost: Mapping[str, Collection[int]], barred: Collection[str]) -> ir.Table:
    """What arrived of it for a purpose: without the feeds of barred sources, and of practices lost to a source."""
    source = {feed: contract.load().tables[feed].source for feed in FEEDS}
    kept = arrived.filter(arrived.feed.isin([feed for feed in FEEDS if source[feed] not in barred]))
    for feed in FEEDS:
        if without := lost.get(str(source[feed])):
            kept = kept.filter(~((kept.feed == feed) & kept.practice.isin(sorted(without))))
    return kept


def _arrived(table: ir.Table, feed: str, homes: ir.Table, as_at: date) -> ir.Table:
    past = table.filter(table.on <= ibis.literal(as_at)).select("person", "on")
    placed = past.inner_join(homes, "person").select("practice", "on")
    counted = placed.group_by("practice").agg(rows=placed.count(), first_on=placed.on.min(), last_on=placed.on.max())
    return counted.mutate(feed=ibis.literal(feed)).select("practice", "feed", "rows", "first_on", "last_on")


def completeness(tables: Mapping[str, ir.Table], people: ir.Table) -> ir.Table:
    """How many of those who could have it have each field, by practice.

    In: tables of an edition; `people`: person, practice, of those registered. Out: practice, field, wanted, recorded.
    """
    parts = [*_of_people(tables["person"], people), _medicines(tables, people), _diagnoses(tables, people)]
    return ibis.union(*parts)


def _of_people(person: ir.Table, people: ir.Table) -> list[ir.Table]:
    held = person.select("person", "area", "sex", "ethnicity", "language")
    joined = people.select("person", "practice").inner_join(held, "person")
    recorded = {
        "home_area": joined.area.notnull(),
        "sex": joined.sex != "not_known",
        "ethnicity": joined.ethnicity != NOT_STATED,
        "language": joined.language.notnull(),
    }
    counted = joined.group_by("practice").agg(
        wanted=joined.count(), **{field: known.cast("int64").sum() for field, known in recorded.items()}
    )
    return [
        counted.mutate(field=ibis.literal(f), recorded=counted[f]).select("practice", "field", "wanted", "recorded")
        for f in recorded
    ]


def _medicines(tables: Mapping[str, ir.Table], people: ir.Table) -> ir.Table:
    """Medicines issued, and those of them with a product code, not a name alone."""
    codes = tables["code"].select("code", coded=tables["code"].system == "dmd")
    issued = tables["medication"].select("person", "code").inner_join(codes, "code").select("person", "coded")
    return _counted(issued, issued.coded, people, "medicine_code")


def _diagnoses(tables: Mapping[str, ir.Table], people: ir.Table) -> ir.Table:
    """Admissions that ended, and those of them with a primary diagnosis."""
    first = tables["diagnosis"].filter(tables["diagnosis"].position == 1).select("spell", named=ibis.literal(True))
    ended = tables["admission"].filter(tables["admission"].discharged_on.notnull()).select("spell", "person")
    joined = ended.left_join(first, "spell").select("person", "named")
    return _counted(joined, joined.named.notnull(), people, "diagnosis")


def _counted(rows: ir.Table, recorded: ir.BooleanValue, people: ir.Table, field: str) -> ir.Table:
    placed = rows.select("person", known=recorded.cast("int64")).inner_join(
        people.select("person", "practice"), "person"
    )
    counted = placed.group_by("practice").agg(wanted=placed.count(), recorded=placed.known.sum())
    return counted.mutate(field=ibis.literal(field)).select("practice", "field", "wanted", "recorded")
