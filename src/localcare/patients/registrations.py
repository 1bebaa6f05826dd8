"""Registrations in bulk: practices' full lists into patients and registrations, set by set inside the database.

The rows go into a temporary table; a few statements that SQLite and PostgreSQL both understand do the rest.
"""

import dataclasses
from collections.abc import Collection, Iterable
from datetime import date
from itertools import islice

from django.db import connection
from django.db.backends.utils import CursorWrapper

from localcare.base import audit
from localcare.patients.types import LoadedRegistrations, RegistrationRow

_COLUMNS = tuple(field.name for field in dataclasses.fields(RegistrationRow))
_OF_REGISTRATION = ("practice_code", "local_id", "starts", "ends")
_LENGTHS = {"local_id": 40, "family_name": 80, "given_name": 80, "address": 200, "postcode": 8, "phone": 30}
# What the latest row says of a person; the number and the death have rules of their own.
_DETAILS = tuple(name for name in _COLUMNS if name not in (*_OF_REGISTRATION, "nhs_number", "died_on"))

_OPEN = "practice_code = %s AND ends IS NULL AND starts <= %s"
_GONE = """NOT EXISTS (SELECT 1 FROM there t
    WHERE t.practice_code = patients_registration.practice_code AND t.local_id = patients_registration.local_id)"""
# A list that lost more people than this since the last one is taken for a list cut short.
_FEW, _MANY = 20, 0.1
_BATCH = 20_000


def load_registrations(
    *,
    rows: Iterable[RegistrationRow],
    as_at: date,
    complete: Collection[str],
    also_there: Iterable[tuple[str, str]] = (),
    by: audit.Actor,
) -> LoadedRegistrations:
    """Bring patients and registrations to what practices' lists say on a day; of a person's rows the last one holds.

    A known NHS number, present or former, decides who a row is; without one the practice's local id does. The same
    practice and local id with a number nobody has yet is a changed number: the old one is kept as a former number.
    A death once known stays. An open registration of a `complete` practice that neither the rows nor `also_there`
    (practice and local id of rows that could not be read) name has ended on `as_at`; but where more than a tenth of a
    practice's people are missing its list is taken to be cut short: none are ended and the practice is `suspicious`.
    """
    with audit.transaction(), connection.cursor() as cursor:
        number = _fill(cursor, rows)
        _resolve(cursor)
        numbers_changed = _change_numbers(cursor, as_at)
        added = _add_patients(cursor)
        changed = _update_patients(cursor)
        new, altered = _put_registrations(cursor)
        ended, suspicious = _end_vanished(cursor, as_at, complete, also_there)
        cursor.execute("SELECT patient_id FROM incoming ORDER BY n")
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE incoming")
        loaded = LoadedRegistrations(ids, added, changed, numbers_changed, new, altered, ended, suspicious)
        counts = {name: value for name, value in dataclasses.asdict(loaded).items() if name != "patient_ids"}
        audit.record("patients.registrations_loaded", by=by, as_at=as_at.isoformat(), rows=number, **counts)
    return loaded


def _fill(cursor: CursorWrapper, rows: Iterable[RegistrationRow]) -> int:
    kinds = {"interpreter_required": "boolean"} | dict.fromkeys(("birth_date", "died_on", "starts", "ends"), "date")
    columns = ", ".join(f"{name} {kinds.get(name, 'varchar')}" for name in _COLUMNS)
    cursor.execute("DROP TABLE IF EXISTS incoming")
    cursor.execute(
        f"CREATE TEMP TABLE incoming (n integer PRIMARY KEY, known_as varchar, {columns}, patient_id bigint)"
    )
    values = (_values(n, row) for n, row in enumerate(rows))
    names = ("n", "known_as", *_COLUMNS)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY incoming ({', '.join(names)}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
    else:
        marks = ", ".join(["%s"] * len(names))
        while batch := list(islice(values, _BATCH)):
            cursor.executemany(f"INSERT INTO incoming ({', '.join(names)}) VALUES ({marks})", batch)
    cursor.execute("CREATE INDEX incoming_nhs ON incoming (nhs_number)")
    cursor.execute("CREATE INDEX incoming_known ON incoming (known_as)")
    cursor.execute("ANALYZE incoming")
    return _count(cursor, "SELECT count(*) FROM incoming")


def _values(n: int, row: RegistrationRow) -> list:
    given: list = [n, row.nhs_number or f"{row.practice_code}/{row.local_id}"]
    for name in _COLUMNS:
        value = getattr(row, name)
        if isinstance(value, str) and name in _LENGTHS:
            value = value.replace("\0", "")[: _LENGTHS[name]]
        given.append(value.isoformat() if isinstance(value, date) else value)
    return given


def _resolve(cursor: CursorWrapper) -> None:
    """Name each row's patient: by number, by former number, by the registration known; else leave it to be added."""
    cursor.execute("""
        UPDATE incoming SET patient_id = coalesce(
            (SELECT p.id FROM patients_patient p WHERE p.nhs_number = incoming.nhs_number),
            (SELECT f.patient_id FROM patients_formernhsnumber f WHERE f.nhs_number = incoming.nhs_number),
            (SELECT r.patient_id FROM patients_registration r
             WHERE r.practice_code = incoming.practice_code AND r.local_id = incoming.local_id))
    """)
    # One new number in two rows is one person: the first patient found for it, else one to be added.
    cursor.execute("""
        UPDATE incoming SET patient_id = (
            SELECT min(i.patient_id) FROM incoming i WHERE i.nhs_number = incoming.nhs_number
        ) WHERE nhs_number IS NOT NULL
    """)


def _change_numbers(cursor: CursorWrapper, as_at: date) -> int:
    """Rows resolved by their registration alone carry a number nobody had: it replaces the patient's own."""
    cursor.execute("""
        CREATE TEMP TABLE renumbered AS
        SELECT patient_id, (SELECT i.nhs_number FROM incoming i WHERE i.n = last) AS nhs_number FROM (
            SELECT patient_id, max(n) AS last FROM incoming
            WHERE patient_id IS NOT NULL AND nhs_number IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM patients_patient p WHERE p.nhs_number = incoming.nhs_number)
              AND NOT EXISTS (SELECT 1 FROM patients_formernhsnumber f WHERE f.nhs_number = incoming.nhs_number)
            GROUP BY patient_id) AS latest
    """)
    cursor.execute(
        """
        INSERT INTO patients_formernhsnumber (patient_id, nhs_number, changed_on)
        SELECT p.id, p.nhs_number, %s FROM patients_patient p JOIN renumbered r ON r.patient_id = p.id
        WHERE p.nhs_number IS NOT NULL
        """,
        [as_at.isoformat()],
    )
    cursor.execute("""
        UPDATE patients_patient SET nhs_number = (SELECT r.nhs_number FROM renumbered r WHERE r.patient_id = id)
        WHERE id IN (SELECT patient_id FROM renumbered)
    """)
    changed = _count(cursor, "SELECT count(*) FROM renumbered")
    cursor.execute("DROP TABLE renumbered")
    return changed


def _add_patients(cursor: CursorWrapper) -> int:
    """Give every unresolved person an id: one for each number, and one for each row without a number."""
    if connection.vendor == "postgresql":
        fresh = "nextval(pg_get_serial_sequence('patients_patient', 'id'))"
    else:
        fresh = "(SELECT coalesce(max(id), 0) FROM patients_patient) + row_number() OVER (ORDER BY last)"
    cursor.execute(f"""
        CREATE TEMP TABLE fresh AS SELECT last, known_as, died_on, {fresh} AS id FROM (
            SELECT max(n) AS last, known_as, max(died_on) AS died_on FROM incoming
            WHERE patient_id IS NULL GROUP BY known_as) AS people
    """)
    cursor.execute("CREATE INDEX fresh_known ON fresh (known_as)")
    cursor.execute("""
        UPDATE incoming SET patient_id = (SELECT f.id FROM fresh f WHERE f.known_as = incoming.known_as)
        WHERE patient_id IS NULL
    """)
    names = ", ".join(_DETAILS)
    cursor.execute(f"""
        INSERT INTO patients_patient (id, nhs_number, died_on, {names})
        SELECT i.patient_id, i.nhs_number, f.died_on, {", ".join(f"i.{name}" for name in _DETAILS)}
        FROM incoming i JOIN fresh f ON f.last = i.n
    """)
    added = _count(cursor, "SELECT count(*) FROM fresh")
    cursor.execute("DROP TABLE fresh")
    return added


def _update_patients(cursor: CursorWrapper) -> int:
    """Bring patients to their last row where it says otherwise."""
    cursor.execute("CREATE INDEX incoming_patient ON incoming (patient_id, n)")
    cursor.execute(f"""
        CREATE TEMP TABLE telling AS SELECT {", ".join(f"i.{name}" for name in ("patient_id", *_DETAILS))}, l.died_on
        FROM (SELECT patient_id, max(n) AS n, max(died_on) AS died_on FROM incoming GROUP BY patient_id) AS l
        JOIN incoming i ON i.n = l.n
    """)
    differs = " OR ".join(f"patients_patient.{name} IS DISTINCT FROM t.{name}" for name in _DETAILS)
    cursor.execute(f"""
        UPDATE patients_patient SET {", ".join(f"{name} = t.{name}" for name in _DETAILS)},
            died_on = coalesce(t.died_on, patients_patient.died_on)
        FROM telling t WHERE t.patient_id = patients_patient.id
            AND ({differs} OR (t.died_on IS NOT NULL AND patients_patient.died_on IS DISTINCT FROM t.died_on))
    """)
    changed = cursor.rowcount
    cursor.execute("DROP TABLE telling")
    return changed


def _put_registrations(cursor: CursorWrapper) -> tuple[int, int]:
    before = _count(cursor, "SELECT count(*) FROM patients_registration")
    cursor.execute("""
        INSERT INTO patients_registration (patient_id, practice_code, local_id, starts, ends)
        SELECT patient_id, practice_code, local_id, starts, ends FROM incoming
        WHERE n IN (SELECT max(n) FROM incoming GROUP BY practice_code, local_id)
        ON CONFLICT (practice_code, local_id) DO UPDATE
            SET patient_id = excluded.patient_id, starts = excluded.starts, ends = excluded.ends
            WHERE patients_registration.patient_id <> excluded.patient_id
               OR patients_registration.starts <> excluded.starts
               OR patients_registration.ends IS DISTINCT FROM excluded.ends
    """)
    touched = cursor.rowcount
    added = _count(cursor, "SELECT count(*) FROM patients_registration") - before
    return added, touched - added


def _end_vanished(
    cursor: CursorWrapper, as_at: date, complete: Collection[str], also_there: Iterable[tuple[str, str]]
) -> tuple[int, tuple[str, ...]]:
    day = as_at.isoformat()
    cursor.execute("CREATE TEMP TABLE there (practice_code varchar, local_id varchar)")
    cursor.executemany("INSERT INTO there VALUES (%s, %s)", list(also_there))
    cursor.execute("INSERT INTO there SELECT practice_code, local_id FROM incoming")
    cursor.execute("CREATE INDEX there_both ON there (practice_code, local_id)")
    ended, suspicious = 0, []
    for practice in sorted(complete):
        before = _count(cursor, f"SELECT count(*) FROM patients_registration WHERE {_OPEN}", [practice, day])
        gone = _count(cursor, f"SELECT count(*) FROM patients_registration WHERE {_OPEN} AND {_GONE}", [practice, day])
        if gone > max(_FEW, before * _MANY):
            suspicious.append(practice)
            continue
        cursor.execute(f"UPDATE patients_registration SET ends = %s WHERE {_OPEN} AND {_GONE}", [day, practice, day])
        ended += cursor.rowcount
    cursor.execute("DROP TABLE there")
    return ended, tuple(suspicious)


def _count(cursor: CursorWrapper, query: str, parameters: list | None = None) -> int:
    cursor.execute(query, parameters)
    return cursor.fetchone()[0]
