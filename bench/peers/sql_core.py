"""The core question as DuckDB SQL written by hand, on the same files: how near the expressions come to it."""

from datetime import date

import duckdb

from bench.peers.question import COUNTED, Question, question, rounded
from localcare.dataset.editions import Edition
from localcare.population.calc.people import months_before

THREADS = 2


def answer(edition: Edition) -> dict:
    asked = question(edition.as_at)
    with duckdb.connect(":memory:", config={"threads": THREADS}) as connection:
        connection.execute(f"CREATE TEMP TABLE held AS {_held(connection, edition, asked)}")
        connection.execute(f"CREATE TEMP TABLE known AS {_known(edition, asked)}")
        people = connection.execute("SELECT count(*) FROM known").fetchone()[0]
        cells = connection.execute(_cells(edition, asked)).fetchall()
    return {"people": people, "answer": rounded(cells)}


def _day(day: date) -> str:
    return f"DATE '{day}'"


def _held(connection: duckdb.DuckDBPyConnection, edition: Edition, asked: Question) -> str:
    """The entries that matter with their masks."""
    codes = connection.execute(f"SELECT code, value FROM '{edition.path('code')}' WHERE system = 'snomedct'").fetchall()
    masks = [(code, asked.diagnosed.get(value, 0), asked.resolved.get(value, 0)) for code, value in codes]
    values = ", ".join(f"({code}, {told}, {ended})" for code, told, ended in masks if told or ended)
    return f"""
        SELECT person, "on", told, ended
        FROM '{edition.path("observation")}' JOIN (VALUES {values or "(-1, 0, 0)"}) mask(code, told, ended) USING (code)
        WHERE "on" <= {_day(asked.as_at)}"""


def _known(edition: Edition, asked: Question) -> str:
    """People registered on the day with their conditions; few entries resolve anything, so those are taken apart."""
    day = _day(asked.as_at)
    told, begun = "told", "0::BIGINT"
    for c in asked.timed:
        start = _day(months_before(asked.as_at, c.within_months or c.first_within_months or 0))
        if c.within_months:
            told += f' & CASE WHEN "on" > {start} THEN -1 ELSE {~c.flag} END'
        elif c.first_within_months:
            begun += f' | CASE WHEN "on" > {start} THEN 0 ELSE told & {c.flag} END'
    return f"""
        WITH later AS (
            SELECT told.person, told."on", bit_or(ends.ended) AS ended FROM held told JOIN held ends USING (person)
            WHERE ends.ended <> 0 AND ends."on" > told."on" GROUP BY ALL),
        stands AS (
            SELECT person, "on", told & ~coalesce(later.ended, 0) AS told
            FROM held LEFT JOIN later USING (person, "on")),
        diagnosed AS (SELECT person, bit_or({told}) & ~bit_or({begun}) AS mask FROM stands GROUP BY person)
        SELECT person, observed,
            ({asked.as_at.year * 12 + asked.as_at.month} - (birth_year::INT * 12 + birth_month)) // 12 AS age,
            coalesce(mask, 0) AS mask
        FROM '{edition.path("person")}' LEFT JOIN diagnosed USING (person)
        WHERE registered_from <= {day} AND (registered_to IS NULL OR registered_to > {day})
            AND (died_on IS NULL OR died_on > {day})
            AND birth_year::INT * 12 + birth_month <= {asked.as_at.year * 12 + asked.as_at.month}"""


def _cells(edition: Edition, asked: Question) -> str:
    grid = asked.grid
    long_term = f"bit_count(mask & {asked.loaded.conditions.long_term})"
    bands = " ".join(f"WHEN age <= {b.last} THEN '{b.key}'" for b in grid.age_bands[:-1])
    groups = " ".join(
        f"WHEN {f'mask & {mask} <> 0' if mask else f'{long_term} >= {at_least}'} THEN '{key}'"
        for key, mask, at_least in asked.groups
    )
    return f"""
        WITH event AS ({_events(edition, asked)}),
        cost AS (SELECT person, sum(pounds) AS pounds FROM event GROUP BY person)
        SELECT CASE {bands} ELSE '{grid.age_bands[-1].key}' END, CASE {groups} END, count(*),
            sum(coalesce(pounds, 0))
        FROM known LEFT JOIN cost USING (person) WHERE observed GROUP BY 1, 2"""


def _events(edition: Edition, asked: Question) -> str:
    """Every event of the year with its price, all tables one after the other."""
    prices, day, start = asked.loaded.prices, _day(asked.as_at), _day(asked.year_before)
    parts = []
    for table in dict.fromkeys(name for name, *_ in COUNTED):
        rules = [(column, value, prices[price]) for name, price, column, value in COUNTED if name == table]
        pounds = " ".join(f"WHEN {_is(column, value)} THEN {price}::DOUBLE" for column, value, price in rules)
        if table == "admission":
            nights = f'coalesce(discharged_on, {day}) - "on"'
            short, long = prices["emergency_short"], prices["emergency_long"]
            pounds += f" WHEN kind = 'emergency' THEN CASE WHEN {nights} <= 1 THEN {short} ELSE {long} END"
        cost = f"CASE {pounds} ELSE 0 END"
        grown = f" SEMI JOIN (FROM known WHERE age >= {prices.mental_health_from_age}) USING (person)"
        parts.append(
            f"SELECT person, {cost} AS pounds FROM '{edition.path(table)}'"
            f"{grown if table == 'mental_health_contact' else ''}"
            f' WHERE "on" > {start} AND "on" <= {day}'
        )
    return " UNION ALL ".join([*parts, _care(edition, day, start)])


def _is(column: str | None, value: object) -> str:
    if column is None:
        return "true"
    return f"{column} = '{value}'" if isinstance(value, str) else f"{column} = {value}"


def _care(edition: Edition, day: str, start: str) -> str:
    days = f'least(coalesce(ended_on, {day}), {day}) - greatest("on", {start} + 1) + 1'
    return f"""
        SELECT person, weekly_cost::DOUBLE * ({days}) / 7 FROM '{edition.path("social_care")}'
        WHERE "on" <= {day} AND (ended_on IS NULL OR (ended_on > {start} AND ended_on >= "on"))
            AND weekly_cost IS NOT NULL"""
