"""The rows of an extract that are about some people, for their record: read, checked, linked, and permitted for care.

A row finds its person by the practice's own id (general practice) or by NHS number, never by likeness: what is attached
to a record must be theirs. A birth date that contradicts the practice's takes the row out.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from localcare.intake import checks, identity, reading
from localcare.intake.extract import Extract, ExtractFile
from localcare.intake.shapes import load

People = Mapping[str | tuple[str, str], int]
DIRECT_CARE = "direct_care"
# Where a shape keeps the NHS number and birth date of its rows.
IDENTIFIERS = {
    "sus_apc_spell": ("NHS_Number", "Date_Of_Birth"),
    "ecds": ("NHS_Number", "Date_Of_Birth"),
    "sus_outpatient": ("NHS_Number", "Date_Of_Birth"),
    "nhs111": ("NHS_NUMBER", "Date_Of_Birth"),
    "ambulance": ("nhs_number", "date_of_birth"),
    "mental_health_contact": ("nhs_number", "date_of_birth"),
    "asc_cld": ("NHS_Number", "Date_of_Birth"),
    "csds_mpi": ("NHSNumber", "DateOfBirth"),
}
CONTRADICTS = "contradicts the birth date that the person's practice holds"
OF_PRACTICE = ("gp_observation", "gp_medication_issue")
INDIRECT = ("csds_referral", "csds_care_contact")


def open_rows(extract: Extract, people: People) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with a table for each shape, its rows about these people, with `patient`; text columns by
    their names, typed ones with `!`. `person` holds practice, birth date and names of each of them; `passed_over`,
    by file, column and reason, how many rows that may be about them were not good enough to read."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(identity.MACROS)
    connection.execute("CREATE TABLE passed_over (file VARCHAR, columns VARCHAR, reason VARCHAR, count BIGINT)")
    _put_wanted(connection, people)
    _stage(connection, extract, "agreements", "true")
    wanted = """(organisation, patient_id) IN (SELECT (practice, local_id) FROM wanted_local)
        OR nhs_number(nhs_number) IN (SELECT nhs FROM wanted_number)"""
    _stage(connection, extract, "gp_patient", "true", wanted)
    _make_people(connection, extract)
    for shape in OF_PRACTICE:
        _stage(connection, extract, shape, "(organisation, patient_id) IN (SELECT (practice, local_id) FROM local)")
        _link(connection, shape, "JOIN local l ON l.practice = s.organisation AND l.local_id = s.patient_id", "gp")
    for shape, (number, birth) in IDENTIFIERS.items():
        _stage(connection, extract, shape, "true", f'nhs_number("{number}") IN (SELECT nhs FROM number)')
        _link_by_number(connection, shape, number, birth)
    for shape in INDIRECT:
        _stage(connection, extract, shape, "true")
    _link_community(connection)
    return connection


def _put_wanted(connection: duckdb.DuckDBPyConnection, people: People) -> None:
    local = [(*key, patient) for key, patient in people.items() if isinstance(key, tuple)]
    numbers = [(key, patient) for key, patient in people.items() if isinstance(key, str)]
    _put(connection, "wanted_local", ("practice", "local_id"), local)
    _put(connection, "wanted_number", ("nhs",), numbers)


def _put(
    connection: duckdb.DuckDBPyConnection, table: str, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    columns = {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)}
    patients = pa.array([row[-1] for row in rows], pa.int64())
    connection.register("given", pa.table({**columns, "patient": patients}))
    connection.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
    connection.unregister("given")


def _stage(
    connection: duckdb.DuckDBPyConnection, extract: Extract, name: str, wanted: str, theirs: str = "true"
) -> None:
    """Table of a shape's good rows, the last of each key; `wanted` is SQL that narrows them while reading.

    Of the others those are counted that are, by `theirs`, about the people wanted.
    """
    shape = load()[name]
    typed = ", ".join(f'{checks.typed(c)} AS "{c.name}!"' for c in shape.columns if c.type not in ("string", "code"))
    nothing = ", ".join(f'NULL::VARCHAR AS "{c.name}"' for c in shape.columns)
    added = f", {typed}" if typed else ""
    connection.execute(f"CREATE TABLE all_{name} AS SELECT *{added} FROM (SELECT {nothing}) LIMIT 0")
    asked = checks.of_shape(shape, extract.as_at)
    good = checks.faults(asked)
    with tempfile.TemporaryDirectory() as scratch:
        for file in extract.of_shape(name):
            # Narrowed before they are checked: most rows of general practice are about people without a record here.
            connection.execute(f"""
                CREATE OR REPLACE TEMP TABLE narrowed AS
                SELECT {", ".join(_quoted(shape.names))} FROM ({_reading(file, Path(scratch))}) WHERE {wanted}
            """)
            connection.execute(f"INSERT INTO all_{name} SELECT *{added} FROM narrowed WHERE {good} = 0")
            faults = f"SELECT {good} AS bits FROM (SELECT *{added} FROM narrowed WHERE {theirs})"
            found = connection.execute(f"SELECT bits, count(*) FROM ({faults}) WHERE bits <> 0 GROUP BY 1").fetchall()
            for bits, count in found:
                fault = checks.failed(asked, bits)[0]
                _pass_over(connection, file.path.name, fault.column, fault.reason, count)
    key = ", ".join(_quoted(shape.key))
    connection.execute(f"""
        CREATE TABLE last_{name} AS SELECT * FROM all_{name}
        QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY rowid DESC) = 1
    """)


def _pass_over(connection: duckdb.DuckDBPyConnection, file: str, column: str, reason: str, count: int) -> None:
    if count:
        connection.execute("INSERT INTO passed_over VALUES (?, ?, ?, ?)", [file, column, reason, count])


def _quoted(names: tuple[str, ...]) -> list[str]:
    return [f'"{name}"' for name in names]


def _reading(file: ExtractFile, scratch: Path) -> str:
    link = scratch / "reading.csv"  # a name without wildcards, whatever the file is called
    link.unlink(missing_ok=True)
    link.symlink_to(file.path.resolve())
    return reading.rows(file, str(link), "ignore_errors = true", "parallel = false")  # in order, as in `staging`


def _make_people(connection: duckdb.DuckDBPyConnection, extract: Extract) -> None:
    """Tables `local` and `number` (what each wanted person is known by), `person`, and `allowed` (practice, source)."""
    connection.execute("""
        CREATE TABLE registration AS
        SELECT organisation AS practice, patient_id AS local_id, nhs_number(nhs_number) AS nhs,
            "date_of_birth!" AS birth, "registration_start_datetime!" AS starts, "registration_end_datetime!" AS ends,
            coalesce(w.patient, n.patient) AS patient
        FROM last_gp_patient g
        LEFT JOIN wanted_local w ON w.practice = g.organisation AND w.local_id = g.patient_id
        LEFT JOIN wanted_number n ON n.nhs = nhs_number(g.nhs_number)
        WHERE coalesce(w.patient, n.patient) IS NOT NULL
    """)
    connection.execute("CREATE TABLE local AS SELECT DISTINCT practice, local_id, patient FROM registration")
    # A number that means two people means nobody.
    connection.execute("""
        CREATE TABLE number AS SELECT nhs, min(patient) AS patient FROM (
            SELECT nhs, patient FROM wanted_number UNION SELECT nhs, patient FROM registration WHERE nhs IS NOT NULL
        ) GROUP BY nhs HAVING count(DISTINCT patient) = 1
    """)
    connection.execute("""
        CREATE TABLE person AS SELECT patient, practice, birth FROM registration
        QUALIFY row_number() OVER (PARTITION BY patient ORDER BY starts DESC, ends DESC NULLS FIRST) = 1
    """)
    connection.execute(f"""
        CREATE TABLE allowed AS SELECT DISTINCT practice, source FROM last_agreements
        WHERE purpose = '{DIRECT_CARE}' AND "starts!" <= DATE '{extract.as_at}'
            AND ("ends!" IS NULL OR "ends!" >= DATE '{extract.as_at}')
    """)


def _link(connection: duckdb.DuckDBPyConnection, shape: str, join: str, source: str) -> None:
    # What a practice sent is its own to agree to, even after the person moved.
    connection.execute(f"""
        CREATE TABLE {shape} AS SELECT s.*, l.patient FROM last_{shape} s {join}
        JOIN allowed a ON a.practice = s.organisation AND a.source = '{source}'
    """)


def _link_by_number(connection: duckdb.DuckDBPyConnection, shape: str, number: str, birth: str) -> None:
    connection.execute(f"""
        CREATE TABLE {shape} AS SELECT s.*, n.patient FROM last_{shape} s
        JOIN number n ON n.nhs = nhs_number(s."{number}") JOIN person p ON p.patient = n.patient
        JOIN allowed a ON a.practice = p.practice AND a.source = '{load()[shape].source}'
        WHERE s."{birth}!" IS NULL OR s."{birth}!" = p.birth
    """)
    other = connection.execute(f"""
        SELECT count(*) FROM last_{shape} s JOIN number n ON n.nhs = nhs_number(s."{number}")
        JOIN person p ON p.patient = n.patient WHERE s."{birth}!" <> p.birth
    """).fetchone()
    _pass_over(connection, shape, birth, CONTRADICTS, other[0] if other else 0)


def _link_community(connection: duckdb.DuckDBPyConnection) -> None:
    """A contact finds its person through its referral and the service's own patient id; an id of two means nobody."""
    connection.execute("""
        CREATE TABLE csds_care_contact AS
        SELECT c.*, m.patient, m.organisation, r.TeamType AS team FROM last_csds_care_contact c
        JOIN last_csds_referral r USING (ServiceRequestID)
        JOIN (SELECT LocalPatientID, min(k.patient) AS patient, min(OrgID_LocalPatientID) AS organisation
            FROM last_csds_mpi LEFT JOIN (SELECT OrgID_LocalPatientID, LocalPatientID, patient FROM csds_mpi) k
                USING (OrgID_LocalPatientID, LocalPatientID)
            GROUP BY LocalPatientID HAVING count(DISTINCT coalesce(k.patient, -1)) = 1) m USING (LocalPatientID)
        WHERE m.patient IS NOT NULL AND coalesce(c.AttendOrNot, '5') IN ('5', '6')
    """)
