"""Rows to people: how each staged row finds its person, and its fate."""

import duckdb

from localcare.intake.feeds import Feed
from localcare.intake.likeness import Learnt, Likeness
from localcare.intake.staging import GOOD, SOUND

FATES = ("kept", "unlinked", "left_out", "not_used")
METHODS = ("number", "rule", "model")
CAUSES = ("birth_date", "birth_date_and_sex", "birth_date_and_given_name", "sex_and_given_name")
_ALIKE = "s.given[1] = {0}.given[1] OR jaro_winkler_similarity(s.given, {0}.given) >= 0.85"
_OTHER_BIRTH = "coalesce(s.birth <> k.birth, false)"
_OTHER_SEX = "coalesce(s.sex <> k.sex, false)"
_OTHER_GIVEN = f"coalesce(NOT ({_ALIKE.format('k')}), false)"
# One date is mistaken for itself in one part, by day and month changed over, or by a few days: not altogether.
_ALTOGETHER = """coalesce((year(s.birth) = year(k.birth))::INT + (month(s.birth) = month(k.birth))::INT
    + (day(s.birth) = day(k.birth))::INT < 2 AND abs(s.birth - k.birth) > 31 AND NOT (year(s.birth) = year(k.birth)
    AND month(s.birth) = day(k.birth) AND day(s.birth) = month(k.birth)), false)"""
_PERSONAL = {"nhs", "written", "birth", "sex", "postcode", "practice", "family", "given", "owner"}


def link(connection: duckdb.DuckDBPyConnection, feed: Feed, source: str, likeness: Likeness) -> Learnt | None:
    """Table `fated` (every good row once, with person and fate) and view `linked` (the rows an edition may hold).

    A row is not_used when it is of a kind no table holds, else unlinked when nobody is found for it, else left_out
    when an agreement or the person's choice forbids its use, else kept. `found_by` says what found the person of a row
    that carries its own identity. Gives what the model did where rows of such a source were left for it.
    """
    if feed.link == "identity":
        _distrust(connection)
    columns = ", ".join(f'found."{name}"' for name in feed.keep if name not in _PERSONAL)
    connection.execute("DROP VIEW IF EXISTS linked")
    connection.execute(f"""
        CREATE OR REPLACE TABLE fated AS
        SELECT row, file, person, found_by::ENUM {METHODS} AS found_by,
            {columns}{", team" if feed.link == "referral" else ""},
            CASE WHEN NOT ({feed.used}) THEN 'not_used' WHEN person IS NULL THEN 'unlinked'
                 WHEN NOT allowed THEN 'left_out' ELSE 'kept' END::ENUM {FATES} AS fate
        FROM ({_finding(feed, source)}) found
    """)
    learnt = _link_alike(connection, source, likeness) if feed.link == "identity" else None
    connection.execute("CREATE VIEW linked AS SELECT * FROM fated WHERE fate = 'kept'")
    return learnt


def _distrust(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `misnumbered`: rows that every registration of their number contradicts, and the cause; view SOUND."""
    connection.execute(f"DROP VIEW IF EXISTS {SOUND}")
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE misnumbered AS
        SELECT row, min(cause)::ENUM {CAUSES} AS cause FROM (
            SELECT s.row, n.registrations, {_cause()} AS cause FROM {GOOD} s
            JOIN known k ON s.nhs = k.nhs JOIN by_nhs n ON s.nhs = n.nhs
            WHERE {_OTHER_BIRTH} OR ({_OTHER_SEX} AND {_OTHER_GIVEN}))
        WHERE cause IS NOT NULL GROUP BY row, registrations HAVING count(*) = registrations
    """)
    connection.execute(f"""
        CREATE TEMP VIEW {SOUND} AS SELECT s.* REPLACE (CASE WHEN m.row IS NULL THEN s.nhs END AS nhs)
        FROM {GOOD} s LEFT JOIN misnumbered m ON s.row = m.row
    """)


def _cause() -> str:
    return f"""CASE WHEN {_OTHER_BIRTH} AND {_OTHER_SEX} THEN 'birth_date_and_sex'
        WHEN {_OTHER_BIRTH} AND {_OTHER_GIVEN} THEN 'birth_date_and_given_name'
        WHEN {_OTHER_SEX} AND {_OTHER_GIVEN} THEN 'sex_and_given_name'
        WHEN {_OTHER_BIRTH} AND {_ALTOGETHER} THEN 'birth_date' END"""


def _link_alike(connection: duckdb.DuckDBPyConnection, source: str, likeness: Likeness) -> Learnt | None:
    if not connection.execute("SELECT count(*) FROM fated WHERE fate = 'unlinked'").fetchall()[0][0]:
        return None
    learnt = likeness.find()
    connection.execute(f"""
        UPDATE fated SET person = f.person, found_by = 'model',
            fate = CASE WHEN f.allowed THEN 'kept' ELSE 'left_out' END
        FROM (SELECT row, person, coalesce(p."{source}", false) AS allowed
              FROM likened LEFT JOIN permitted p USING (person)) f
        WHERE fated.row = f.row
    """)
    return learnt


def _finding(feed: Feed, source: str) -> str:
    if feed.link == "owner":
        return f"""SELECT s.*, o.person, NULL AS found_by, coalesce(o.permitted, false) AS allowed
            FROM {GOOD} s LEFT JOIN by_owner o ON s.owner = o.owner"""
    permitted = "LEFT JOIN permitted p ON p.person = f.person"
    return f"""SELECT f.*, coalesce(p."{source}", false) AS allowed FROM ({_person_of(feed)}) f {permitted}"""


def _person_of(feed: Feed) -> str:
    if feed.link == "mpi":
        return f"""SELECT s.*, k.person, NULL AS found_by FROM {GOOD} s
            LEFT JOIN community_person k ON s.patient = k.patient"""
    if feed.link == "referral":
        return f"""SELECT s.*, k.person, k.team, NULL AS found_by FROM {GOOD} s
            LEFT JOIN community_referral k ON s.referral = k.referral"""
    named = "CASE WHEN s.family IS NULL THEN r.person ELSE rn.person END"
    found_by = f"CASE WHEN n.person IS NOT NULL THEN 'number' WHEN {named} IS NOT NULL THEN 'rule' END"
    # A valid number speaks against everybody who has another one, a practice against those never registered there.
    rule = """CASE WHEN n.person IS NULL THEN s.birth END = {0}.birth AND s.sex = {0}.sex AND s.postcode = {0}.postcode
        AND (s.nhs IS NULL OR NOT {0}.numbered) AND (s.practice IS NULL OR list_contains({0}.practices, s.practice))"""
    given = f"(s.given IS NULL OR rn.given IS NULL OR {_ALIKE.format('rn')})"
    return f"""SELECT s.*, coalesce(n.person, {named}) AS person, {found_by} AS found_by
        FROM {SOUND} s LEFT JOIN by_nhs n ON s.nhs = n.nhs
        LEFT JOIN by_rule r ON {rule.format("r")}
        LEFT JOIN by_rule_and_name rn ON {rule.format("rn")} AND s.family = rn.family AND {given}"""


def keep_index(connection: duckdb.DuckDBPyConnection, feed: Feed) -> None:
    """Keep what later feeds link through: the community service's patients, then its referrals.

    An id that means two people means nobody.
    """
    if feed.shape == "csds_mpi":
        connection.execute("""CREATE TABLE community_person AS SELECT patient, min(person) AS person FROM fated
            GROUP BY patient HAVING count(DISTINCT coalesce(person, -1)) = 1""")
    if feed.shape == "csds_referral":
        connection.execute("CREATE TABLE community_referral AS SELECT referral, person, team FROM fated")
