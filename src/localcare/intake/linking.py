"""Rows to people: how each staged row finds its person, and its fate."""

import duckdb

from localcare.intake.feeds import Feed
from localcare.intake.likeness import Learnt, Likeness
from localcare.intake.staging import GOOD

FATES = ("kept", "unlinked", "left_out", "not_used")
METHODS = ("number", "rule", "model")
_ALIKE = "jaro_winkler_similarity(s.given, rn.given) >= 0.85"
_PERSONAL = {"nhs", "written", "birth", "sex", "postcode", "practice", "family", "given", "owner"}


def link(connection: duckdb.DuckDBPyConnection, feed: Feed, source: str, likeness: Likeness) -> Learnt | None:
    """Table `fated` (every good row once, with person and fate) and view `linked` (the rows an edition may hold).

    A row is not_used when it is of a kind no table holds, else unlinked when nobody is found for it, else left_out
    when an agreement or the person's choice forbids its use, else kept. `found_by` says what found the person of a row
    that carries its own identity. Gives what the model did where rows of such a source were left for it.
    """
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
    given = f"(s.given IS NULL OR rn.given IS NULL OR s.given[1] = rn.given[1] OR {_ALIKE})"
    return f"""SELECT s.*, coalesce(n.person, {named}) AS person, {found_by} AS found_by
        FROM {GOOD} s LEFT JOIN by_nhs n ON s.nhs = n.nhs
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
