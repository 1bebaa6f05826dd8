"""The core question in Polars: lazy, streaming, one pass a table."""

from datetime import timedelta

import polars as pl

from bench.peers.question import COUNTED, Question, question, rounded
from localcare.dataset.editions import Edition
from localcare.population.calc.people import months_before
from localcare.population.definitions import Condition


def answer(edition: Edition) -> dict:
    asked = question(edition.as_at)
    people = (
        _people(edition, asked)
        .join(_masks(edition, asked), on="person", how="left")
        .with_columns(mask=pl.col("mask").fill_null(0))
    )
    known = people.collect(engine="streaming")
    cells = (
        known.lazy()
        .filter(pl.col("observed"))
        .join(_cost(edition, asked, known), on="person", how="left")
        .with_columns(cost=pl.col("cost").fill_null(0.0), age_band=_band(asked), group=_group(asked))
        .group_by("age_band", "group")
        .agg(n=pl.len(), pounds=pl.col("cost").sum())
        .collect(engine="streaming")
    )
    return {"people": len(known), "answer": rounded(cells.rows())}


def _people(edition: Edition, asked: Question) -> pl.LazyFrame:
    day = asked.as_at
    months = day.year * 12 + day.month - (pl.col("birth_year").cast(pl.Int32) * 12 + pl.col("birth_month"))
    here = (pl.col("registered_from") <= day) & (pl.col("registered_to").is_null() | (pl.col("registered_to") > day))
    alive = pl.col("died_on").is_null() | (pl.col("died_on") > day)
    person = pl.scan_parquet(edition.path("person")).filter(here & alive & (months >= 0))
    return person.select("person", "observed", age=months // 12)


def _masks(edition: Edition, asked: Question) -> pl.LazyFrame:
    code = pl.read_parquet(edition.path("code")).filter(pl.col("system") == "snomedct")
    codes = code.select(
        "code",
        diagnosed=pl.col("value").replace_strict(asked.diagnosed, default=0, return_dtype=pl.Int64),
        resolved=pl.col("value").replace_strict(asked.resolved, default=0, return_dtype=pl.Int64),
    ).filter((pl.col("diagnosed") != 0) | (pl.col("resolved") != 0))
    told = pl.col("code").is_in(codes["code"].to_list())
    hits = pl.scan_parquet(edition.path("observation")).filter(told, pl.col("on") <= asked.as_at)
    hits = hits.select("person", "on", "code").join(codes.lazy(), on="code")
    dates = [value for c in asked.timed for value in _dates(c)]
    per_person = hits.group_by("person").agg(pl.col("diagnosed").bitwise_or().alias("ever"), *dates)
    mask = pl.col("ever") & asked.ever
    for condition in asked.timed:
        mask = mask | pl.when(_holds(condition, asked)).then(condition.flag).otherwise(0)
    return per_person.select("person", mask=mask)


def _dates(c: Condition) -> list[pl.Expr]:
    days = pl.when((pl.col("diagnosed") & c.flag) != 0).then(pl.col("on"))
    if c.first_within_months:
        return [days.min().alias(f"first_{c.key}")]
    ends = pl.when((pl.col("resolved") & c.flag) != 0).then(pl.col("on")).max().alias(f"end_{c.key}")
    return [days.max().alias(f"last_{c.key}"), *([ends] if c.resolved else [])]


def _holds(c: Condition, asked: Question) -> pl.Expr:
    if c.first_within_months:
        return (pl.col(f"first_{c.key}") > months_before(asked.as_at, c.first_within_months)).fill_null(False)
    last = pl.col(f"last_{c.key}")
    if c.within_months:
        return (last > months_before(asked.as_at, c.within_months)).fill_null(False)
    end = pl.col(f"end_{c.key}")
    return last.is_not_null() & (end.is_null() | (last >= end))


def _cost(edition: Edition, asked: Question, known: pl.DataFrame) -> pl.LazyFrame:
    prices = asked.loaded.prices
    grown = known.lazy().filter(pl.col("age") >= prices.mental_health_from_age)
    parts = []
    for table in dict.fromkeys(name for name, *_ in COUNTED):
        pounds = pl.lit(0.0)
        for _, price, column, value in (row for row in COUNTED if row[0] == table):
            counts = pl.lit(True) if column is None else pl.col(column) == value
            pounds = pounds + pl.when(counts).then(prices[price]).otherwise(0.0)
        if table == "admission":
            nights = (pl.col("discharged_on").fill_null(asked.as_at) - pl.col("on")).dt.total_days()
            stay = pl.when(nights <= 1).then(prices["emergency_short"]).otherwise(prices["emergency_long"])
            pounds = pounds + pl.when(pl.col("kind") == "emergency").then(stay).otherwise(0.0)
        events = pl.scan_parquet(edition.path(table)).filter(
            pl.col("on") > asked.year_before, pl.col("on") <= asked.as_at
        )
        if table == "mental_health_contact":
            events = events.join(grown, on="person", how="semi")
        parts.append(events.select("person", cost=pounds).group_by("person").agg(pl.all().sum()))
    return pl.concat([*parts, _care(edition, asked)]).group_by("person").agg(pl.all().sum())


def _care(edition: Edition, asked: Question) -> pl.LazyFrame:
    service = pl.scan_parquet(edition.path("social_care")).filter(
        pl.col("on") <= asked.as_at,
        pl.col("ended_on").is_null() | (pl.col("ended_on") > asked.year_before),
        pl.col("weekly_cost").is_not_null(),
    )
    until = pl.min_horizontal(pl.col("ended_on").fill_null(asked.as_at), pl.lit(asked.as_at))
    since = pl.max_horizontal(pl.col("on"), pl.lit(asked.year_before + timedelta(days=1)))
    days = (until - since).dt.total_days() + 1
    cost = pl.col("weekly_cost").cast(pl.Float64) * days / 7
    return service.select("person", cost=cost).group_by("person").agg(pl.all().sum())


def _band(asked: Question) -> pl.Expr:
    bands = asked.grid.age_bands
    band = pl.lit(bands[-1].key)
    for b in reversed(bands[:-1]):
        band = pl.when(pl.col("age") <= b.last).then(pl.lit(b.key)).otherwise(band)
    return band


def _group(asked: Question) -> pl.Expr:
    long_term = (pl.col("mask") & asked.loaded.conditions.long_term).bitwise_count_ones()
    group = pl.lit(None, dtype=pl.String)
    for key, mask, at_least in reversed(asked.groups):
        holds = (pl.col("mask") & mask) != 0 if mask else long_term >= at_least
        group = pl.when(holds).then(pl.lit(key)).otherwise(group)
    return group
