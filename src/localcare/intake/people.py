"""From registrations to people: who is one person, where they belong, what may be used of theirs.

Makes the tables `registration` (one row each accepted gp_patient row), `person`, `practice`, `area`, `agreement`,
`pseudonym`, and the links by which other sources' rows find a person.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa

from localcare.intake.staging import GOOD

# Kept of gp_patient; the identifying columns go to the care store alone, never into the edition.
KEEP = {
    "organisation": "organisation",
    "patient_id": "patient_id",
    "owner": "row_owner(organisation, patient_id)",
    "nhs": "nhs_number(nhs_number)",
    "family_name": "family_name",
    "given_name": "given_name",
    "birth": '"date_of_birth!"',
    "sex": "plain_sex(sex)",
    "sex_word": "coalesce(plain_sex(sex), CASE sex WHEN 'I' THEN 'indeterminate' ELSE 'not_known' END)",
    "ethnicity": "coalesce(ethnic_category, 'Z')",
    "language": "preferred_language",
    "interpreter_required": 'coalesce("interpreter_required!", false)',
    "address": "concat_ws(', ', address_line_1, address_line_2)",
    "postcode_written": "postcode",
    "postcode": "plain_postcode(postcode)",
    "phone": "phone",
    "lsoa11_code": "lsoa11_code",
    "starts": '"registration_start_datetime!"',
    "ends": '"registration_end_datetime!"',
    "died_on": '"date_of_death!"',
    "type_1_opt_out": 'coalesce("type_1_opt_out!", false)',
    "national_opt_out": 'NOT coalesce("is_national_data_opted_in!", true)',
    "objected": 'coalesce("risk_stratification_objection!", false)',
    "sharing_consent": "coalesce(sharing_consent, 'not_asked')",
}


@dataclass(frozen=True)
class Chosen:
    """Whom a choice recorded here, beside their practice's file, opts out or objects to being scored: identities."""

    opted_out: frozenset[str] = frozenset()
    objected: frozenset[str] = frozenset()


NOTHING_CHOSEN = Chosen()

AGREEMENT_KEEP = {"practice": "practice", "source": "source", "purpose": "purpose", "starts": '"starts!"'}
AGREEMENT_KEEP |= {"ends": '"ends!"'}


def keep_agreements(connection: duckdb.DuckDBPyConnection, as_at: date) -> None:
    """Tables `agreement_row` (as sent) and `in_force` (on the edition's date), from the staged agreements."""
    connection.execute(f"CREATE TABLE agreement_row AS SELECT practice, source, purpose, starts, ends FROM {GOOD}")
    connection.execute(f"""
        CREATE TABLE in_force AS SELECT DISTINCT practice, source, purpose FROM agreement_row
        WHERE starts <= DATE '{as_at}' AND (ends IS NULL OR ends >= DATE '{as_at}')
    """)


def keep_registrations(connection: duckdb.DuckDBPyConnection, identity: Callable[[str | None, str, str], str]) -> None:
    """Table `registration` from the staged rows, each with its person's identity."""
    names = ", ".join(KEEP)
    connection.execute(f"CREATE TABLE registration AS SELECT row, file, {names} FROM {GOOD} ORDER BY row")
    unnumbered = connection.execute(
        "SELECT row, organisation, patient_id FROM registration WHERE nhs IS NULL"
    ).fetchall()
    known = pa.table(
        {
            "row": pa.array([row for row, _, _ in unnumbered], pa.int64()),
            "identity": pa.array([identity(None, practice, local) for _, practice, local in unnumbered], pa.string()),
        }
    )
    connection.register("unnumbered", known)
    connection.execute("""
        CREATE TABLE registered AS
        SELECT r.*, coalesce(r.nhs, u.identity) AS identity FROM registration r LEFT JOIN unnumbered u USING (row)
    """)
    connection.execute("DROP TABLE registration")
    connection.execute("ALTER TABLE registered RENAME TO registration")
    connection.unregister("unnumbered")


def make_people(
    connection: duckdb.DuckDBPyConnection,
    pseudonymise: Callable[[Sequence[str], str], list[str]],
    purposes: Sequence[str],
    chosen: Chosen = NOTHING_CHOSEN,
) -> None:
    """Tables `practice`, `area`, `agreement`, `person`, `pseudonym`. The latest registration says where one belongs.

    Latest is the one that started last; of two that started together the one that has not ended, or ended later.
    A choice or a death counts whichever of the person's practices recorded it; a choice recorded here counts too.
    """
    connection.execute("""
        CREATE TABLE latest AS SELECT * FROM (
            SELECT *, row_number() OVER (
                PARTITION BY identity ORDER BY starts DESC, ends DESC NULLS FIRST, row DESC
            ) AS n FROM registration
        ) WHERE n = 1
    """)
    connection.execute("""
        CREATE TABLE practice AS SELECT (row_number() OVER (ORDER BY ods_code) - 1)::SMALLINT AS practice, ods_code,
            (ods_code, 'gp', 'planning') IN (SELECT (practice, source, purpose) FROM in_force) AS planning_agreement,
            (ods_code, 'gp', 'risk_stratification') IN (SELECT (practice, source, purpose) FROM in_force)
                AS risk_stratification_agreement
        FROM (SELECT DISTINCT organisation AS ods_code FROM latest)
    """)
    connection.execute("""
        CREATE TABLE area AS SELECT (row_number() OVER (ORDER BY lsoa11_code) - 1)::SMALLINT AS area, lsoa11_code
        FROM (SELECT DISTINCT lsoa11_code FROM latest WHERE lsoa11_code IS NOT NULL)
    """)
    connection.execute("""
        CREATE TABLE agreement AS SELECT p.practice, f.source, f.purpose
        FROM in_force f JOIN practice p ON f.practice = p.ods_code WHERE f.purpose <> 'direct_care'
    """)
    _put_on_pseudonyms(connection, pseudonymise, purposes)
    for table, identities in (("opted_out_here", chosen.opted_out), ("objected_here", chosen.objected)):
        connection.register("here", pa.table({"identity": pa.array(sorted(identities), pa.string())}))
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM here")
        connection.unregister("here")
    _number_people(connection, purposes[0])


def _put_on_pseudonyms(
    connection: duckdb.DuckDBPyConnection,
    pseudonymise: Callable[[Sequence[str], str], list[str]],
    purposes: Sequence[str],
) -> None:
    identities = [row[0] for row in connection.execute("SELECT identity FROM latest ORDER BY identity").fetchall()]
    columns = {purpose: pa.array(pseudonymise(identities, purpose), pa.string()) for purpose in purposes}
    connection.register("hashed", pa.table({"identity": pa.array(identities, pa.string()), **columns}))
    connection.execute("CREATE TABLE identity_pseudonym AS SELECT * FROM hashed")
    connection.unregister("hashed")


def _number_people(connection: duckdb.DuckDBPyConnection, first_purpose: str) -> None:
    connection.execute(f"""
        CREATE TABLE person AS
        SELECT (row_number() OVER (ORDER BY p.practice, i."{first_purpose}") - 1)::INT AS person, l.identity,
            p.practice, a.area, year(l.birth)::SMALLINT AS birth_year, month(l.birth)::TINYINT AS birth_month,
            l.sex_word AS sex, l.ethnicity, l.language, l.starts AS registered_from, l.ends AS registered_to, w.died_on,
            p.planning_agreement AND NOT w.opted_out AS observed,
            p.risk_stratification_agreement AND NOT w.objected AS risk_stratification
        FROM latest l JOIN practice p ON l.organisation = p.ods_code LEFT JOIN area a USING (lsoa11_code)
        JOIN identity_pseudonym i USING (identity)
        JOIN (SELECT identity, max(died_on) AS died_on,
                bool_or(type_1_opt_out OR national_opt_out OR identity IN (FROM opted_out_here)) AS opted_out,
                bool_or(objected OR identity IN (FROM objected_here)) AS objected
            FROM registration GROUP BY identity) w USING (identity)
    """)
    connection.execute("""
        CREATE TABLE pseudonym AS SELECT p.person, u.purpose, u.pseudonym
        FROM (UNPIVOT identity_pseudonym ON COLUMNS(* EXCLUDE identity) INTO NAME purpose VALUE pseudonym) u
        JOIN person p USING (identity)
    """)


def make_links(connection: duckdb.DuckDBPyConnection, sources: Sequence[str]) -> None:
    """Tables `by_owner`, `by_nhs`, `by_rule`, `by_rule_and_name`, and `permitted`: what of a person may be used.

    The rule, for rows without a valid NHS number: birth date, sex and postcode, with the family name where the source
    has one, belong to exactly one person in any of their registrations. What the row says besides must not contradict:
    a valid number that is not the person's, a practice that never was, another given name.
    """
    connection.execute("""
        CREATE TABLE known AS SELECT r.*, p.person, plain_name(r.family_name) AS family,
            plain_name(r.given_name) AS given FROM registration r JOIN person p USING (identity)
    """)
    connection.execute(
        "CREATE TABLE by_nhs AS SELECT nhs, min(person) AS person, count(*) AS registrations FROM known "
        "WHERE nhs IS NOT NULL GROUP BY nhs"
    )
    for table, names in (("by_rule", "birth, sex, postcode"), ("by_rule_and_name", "birth, sex, postcode, family")):
        connection.execute(f"""
            CREATE TABLE {table} AS SELECT {names}, min(person) AS person, bool_or(nhs IS NOT NULL) AS numbered,
                min(given) AS given, list(DISTINCT organisation) AS practices
            FROM known WHERE sex IS NOT NULL AND postcode IS NOT NULL GROUP BY {names} HAVING count(DISTINCT person) = 1
        """)
    agreed = ", ".join(
        f"p.observed AND (p.practice, '{source}', 'planning') IN (SELECT (practice, source, purpose) FROM agreement) "
        f'AS "{source}"'
        for source in sources
    )
    connection.execute(f"CREATE TABLE permitted AS SELECT p.person, p.practice, {agreed} FROM person p")
    # What a practice sent is its own to agree to, even after the person moved to a practice that shares.
    connection.execute("""
        CREATE TABLE by_owner AS SELECT k.owner, k.person, p.gp AND
            (k.organisation, 'gp', 'planning') IN (SELECT (practice, source, purpose) FROM in_force) AS permitted
        FROM known k JOIN permitted p USING (person)
    """)
