"""Rows that neither number nor rule links, to the person they are most like, where that is sure enough.

One `Likeness` serves one intake: u is learnt once from its registered people, m from each source's rows whose NHS
number is known. Where there are too few of either the one stated rule stands alone, and the manifest says so.
"""

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from localcare.intake import model
from localcare.intake.staging import SOUND

OUTCOMES = ("linked", "several", "contradicted", "unlike", "nobody")
_SIDE = ", ".join(model.COLUMNS)
_ROW = """s.birth::VARCHAR AS birth, year(s.birth)::VARCHAR AS birth_year, s.sex, s.postcode, s.practice, s.family,
    s.given"""


@dataclass(frozen=True)
class Learnt:
    """What became of one source's rows that neither number nor rule linked, and what the model had learnt."""

    used: bool
    note: str = ""
    pairs: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    parameters: list[dict] = field(default_factory=list)


class Likeness:
    """`threshold`: how probable it must be that row and person belong together; 1 switches the model off."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, threshold: float) -> None:
        self.connection, self.threshold = connection, threshold
        self._u: model.Parameters | None = None

    def find(self) -> Learnt:
        """Table `likened` (row, person): the unlinked rows of `fated` that are linked now."""
        self.connection.execute("CREATE OR REPLACE TEMP TABLE likened (row BIGINT, person INT)")
        if note := self._why_not():
            return Learnt(False, note)
        self._take_unlinked()
        if not self._count("unlinked"):
            return Learnt(False, "no row with a birth date is left unlinked")
        pairs = self._take_pairs()
        if pairs < model.definition().fewest_pairs:
            return Learnt(False, f"only {pairs} rows with a known NHS number to learn from", pairs)
        self._take_registered()
        m = self._learn_m()
        self._score(m)
        return Learnt(True, "", pairs, self._decide(), _listed(m, self._u or {}))

    def _why_not(self) -> str:
        if self.threshold >= 1:
            return "switched off by its threshold"
        people, fewest = self._count("person"), model.definition().fewest_people
        return f"only {people} registered people to learn from" if people < fewest else ""

    def _count(self, table: str) -> int:
        return self.connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]

    def _take_unlinked(self) -> None:
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE unlinked AS SELECT row, dense_rank() OVER (ORDER BY {_SIDE}) AS id, {_SIDE}
            FROM (SELECT s.row, coalesce(s.nhs, s.written) AS number,
                      CASE WHEN s.nhs IS NOT NULL THEN 'valid' END AS valid, {_ROW} FROM {SOUND} s
                  WHERE s.birth IS NOT NULL AND s.row IN (SELECT row FROM fated WHERE fate = 'unlinked'))
        """)

    def _take_pairs(self) -> int:
        """Rows whose number tells their person, and which do not contradict it.

        Chosen by hash of their key, so that neither files nor order matter.
        """
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE pair AS
            SELECT s.row, n.person, NULL::VARCHAR AS number, NULL::VARCHAR AS valid, {_ROW}
            FROM {SOUND} s JOIN by_nhs n ON s.nhs = n.nhs WHERE s.birth IS NOT NULL
            ORDER BY s.h1, s.h2 LIMIT {model.definition().sample_pairs}
        """)
        return self._count("pair")

    def _take_registered(self) -> None:
        """Once an intake: each person as each registration has them, how common names are, and u."""
        if self._u is not None:
            return
        self.connection.execute(f"""
            CREATE TEMP TABLE likeness AS
            SELECT row_number() OVER (ORDER BY person, {_SIDE}) AS id, * FROM (
                SELECT k.person, bool_or(k.row = l.row) AS latest, k.nhs AS number, NULL::VARCHAR AS valid,
                    k.birth::VARCHAR AS birth,
                    year(k.birth)::VARCHAR AS birth_year, k.sex, k.postcode, k.organisation AS practice,
                    plain_name(k.family_name) AS family, plain_name(k.given_name) AS given
                FROM known k JOIN latest l USING (identity) GROUP BY ALL)
        """)
        self._frequencies = model.frequencies(self._people("latest"))
        sample = f"latest ORDER BY hash(id), id LIMIT {model.definition().sample_people}"
        self._u = model.learn_u(self._people(sample, number="NULL::VARCHAR AS number"))

    def _people(self, where: str, number: str = "number") -> pa.Table:
        columns = _SIDE.replace("number", number, 1)
        return self.connection.sql(f"SELECT id AS unique_id, {columns} FROM likeness WHERE {where}").to_arrow_table()

    def _learn_m(self) -> model.Parameters:
        pairs = self.connection.sql("""
            SELECT p.row AS unique_id_l, l.id AS unique_id_r FROM pair p JOIN likeness l USING (person) WHERE l.latest
        """).to_arrow_table()
        rows = self.connection.sql(f"SELECT row AS unique_id, {_SIDE} FROM pair").to_arrow_table()
        return model.learn_m(rows, self._people("latest AND person IN (SELECT person FROM pair)"), pairs)

    def _score(self, m: model.Parameters) -> None:
        keys = [", ".join(key) for key in model.definition().blocking]
        near = " OR ".join(f"({key}) IN (SELECT ({key}) FROM unlinked)" for key in keys)
        rows = self.connection.sql(f"SELECT DISTINCT id AS unique_id, {_SIDE} FROM unlinked").to_arrow_table()
        prior = model.definition().registered_share / self._count("person")
        scored = model.score(rows, self._people(near), self._frequencies, m, self._u or {}, prior)
        self.connection.register("scored_now", scored)
        self.connection.execute("CREATE OR REPLACE TEMP TABLE scored AS SELECT * FROM scored_now")
        self.connection.unregister("scored_now")

    def _decide(self) -> dict[str, int]:
        """Fill `likened`; the number of rows by what became of them.

        A row is of one person at most, so all who resemble it share one certainty: the best one's odds over the odds
        of all and of nobody. With two alike neither reaches the threshold.
        """
        self.connection.execute(f"""
            CREATE OR REPLACE TEMP TABLE decided AS
            WITH candidate AS (
                SELECT s.row AS id, l.person, 2 ** max(s.weight) AS odds,
                    bool_and(s.contradicted) AS contradicted
                FROM scored s JOIN likeness l ON l.id = s.person GROUP BY ALL
            ), best AS (
                SELECT id, person, contradicted, odds / (1 + total) AS sure, total / (1 + total) AS somebody FROM (
                    SELECT id, arg_max(person, odds) AS person, arg_max(contradicted, odds) AS contradicted,
                        max(odds) AS odds, list_sum(list_sort(list(odds))) AS total
                    FROM candidate GROUP BY id)
            )
            SELECT u.row, b.person, b.sure, b.contradicted, CASE WHEN b.id IS NULL THEN 'nobody'
                WHEN somebody < {self.threshold} THEN 'unlike' WHEN sure < {self.threshold} THEN 'several'
                WHEN contradicted THEN 'contradicted' ELSE 'linked' END AS outcome
            FROM unlinked u LEFT JOIN best b USING (id)
        """)
        self.connection.execute("INSERT INTO likened SELECT row, person FROM decided WHERE outcome = 'linked'")
        counts = dict(self.connection.execute("SELECT outcome, count(*) FROM decided GROUP BY 1").fetchall())
        return {outcome: counts.get(outcome, 0) for outcome in OUTCOMES}


def _listed(m: model.Parameters, u: model.Parameters) -> list[dict]:
    return [{"comparison": c, "level": level, "m": m[c, level], "u": u[c, level]} for c, level in m]
