"""The record of some people from an extract: suppliers' rows about them as statements, where their practice allows."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from localcare.access import queries as access
from localcare.base import audit
from localcare.base.clock import LONDON
from localcare.caseload import queries as caseload
from localcare.intake import extract, record_rows, record_statements
from localcare.intake.record_rows import People
from localcare.mdt import queries as mdt
from localcare.places import queries as places
from localcare.population import queries as population
from localcare.record import actions as record
from localcare.record.types import Added, NewStatement, SourceOf
from localcare.tasks import queries as tasks
from localcare.terminology import codelists

__all__ = ["People", "RecordLoaded", "load_record", "people_with_a_record"]

LABELS = {
    "gp": "GP record",
    "acute": "Hospital",
    "nhs111": "NHS 111",
    "ambulance": "Ambulance service",
    "community": "Community health services",
    "mental_health": "Mental health services",
    "social_care": "Adult social care",
}
CODE_SYSTEMS = {"snomedct": "SNOMED CT", "dmd": "dm+d"}
FEED_TIME = time(6, 10)
# Lists whose codes do not say that somebody has a condition.
_NO_CONDITIONS = {
    "care_home",
    "care_home_temporary",
    "clinical_frailty_scale_score",
    "efi_score",
    "palliative_care_not_indicated",
    "smoking_current",
    "smoking_ex",
}
_RESOLVED = "_resolved"


@dataclass(frozen=True)
class RecordLoaded:
    """What became of the statements, by source; and how many of the people the extract knows."""

    people: int
    sources: Mapping[str, Added]


def people_with_a_record(*, by: audit.Actor) -> dict[str | tuple[str, str], int]:
    """Whose record is loaded, by what suppliers know them by: people on practices' lists, caseloads or an agenda, with
    an open task or an open emergency access."""
    cared_for = {patient_id for patient_id, _ in (*caseload.expected_relationships(), *mdt.expected_relationships())}
    cared_for |= tasks.people_with_open_tasks() | access.people_in_emergencies()
    known = access.identities_of_listed(population.all_listed(), by=by)
    known += access.identities_of(cared_for, by=by) if cared_for else []
    people: dict[str | tuple[str, str], int] = {(i.practice_code, i.local_id): i.patient_id for i in known}
    return people | {i.nhs_number: i.patient_id for i in known if i.nhs_number}


def load_record(
    *,
    folder: Path,
    people: People,
    by: audit.Actor,
    mapping: Path | None = None,
    received_at: Mapping[str, datetime] | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> RecordLoaded:
    """Load what an extract says of these people into their record. Loading again changes nothing.

    `mapping` is the file that maps a supplier's own tables; `people` gives patient ids by NHS number or by (practice,
    local id). A source is read where the person's practice
    (for the GP record: the practice that sent the row) has its direct care agreement in force on the extract's date.
    `received_at` says, by source, when it came to us: 06:10 on the day after the extract's date where not given.
    Rows that an intake would reject are passed over. Raises CannotIntake where the folder is no extract.
    """
    given = extract.read(folder, mapping)
    morning = datetime.combine(given.as_at + timedelta(days=1), FEED_TIME, LONDON)
    progress("reading")
    connection = record_rows.open_rows(given, people)
    _put_codes(connection)
    for number, select in enumerate(record_statements.selects(given.as_at)):
        connection.execute(f"{'INSERT INTO statement' if number else 'CREATE TABLE statement AS'} {select}")
    # A total order: statements of one day keep theirs from load to load.
    order = "source, organisation, patient, started_on, kind, external_id"
    rows = connection.execute(f"SELECT * FROM statement ORDER BY {order}")
    added: dict[str, Added] = {}
    with audit.transaction():
        for (source, organisation), statements in groupby(_rows(rows), key=lambda row: (row[0], row[1])):
            progress(f"{LABELS[source]} {organisation}".strip())
            of = _source(source, organisation)
            at = (received_at or {}).get(source, morning)
            added[of.name] = record.add_statements(
                statements=map(_statement, statements), source=of, received_at=at, by=by
            )
    known = connection.execute("SELECT count(*) FROM person").fetchone()
    return RecordLoaded(known[0] if known else 0, added)


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while some := result.fetchmany(10_000):
        yield from some


def _source(source: str, organisation: str) -> SourceOf:
    name = places.names([organisation]).get(organisation, "")
    shown = f"{LABELS[source]}, {name} ({organisation})" if name else f"{LABELS[source]} {organisation}".strip()
    return SourceOf(shown[:120], organisation, source)


def _statement(row: tuple[Any, ...]) -> NewStatement:
    given = dict(zip(record_statements.COLUMNS[2:], row[2:], strict=True))
    on, clock_time = given["started_on"], given.pop("started_time")
    term = _term(given["code_system"], given["code"])
    if not given["display"]:
        given["display"] = term or f"{CODE_SYSTEMS[given['code_system']]} code {given['code']}"
    elif given["kind"] == "encounter" and given["code"]:
        given["value"] = ", ".join(filter(None, (term or given["code"], given["value"])))
    at = datetime.combine(on, time.fromisoformat(clock_time), LONDON) if clock_time and on else None
    return NewStatement(patient_id=given.pop("patient"), started_at=at, **given)


@cache
def _term(system: str, code: str) -> str:
    if system == "icd10":
        return codelists.icd10_title(code) or ""
    if code in _own_terms():
        return _own_terms()[code]["term"]
    return codelists.term(code) or ""


@cache
def _own_terms() -> dict[str, dict[str, str]]:
    text = (files("localcare.intake") / "terms.csv").read_text("utf-8")
    return {row["code"]: row for row in csv.DictReader(text.splitlines())}


def _put_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables `condition_code`, `resolving` (a code and the conditions it ends) and `term_kind`."""
    lists = [name for name in codelists.lists() if codelists.system(name) == "snomedct"]
    conditions = [name for name in lists if name not in _NO_CONDITIONS and not name.endswith(_RESOLVED)]
    codes = sorted({code for name in conditions for code in codelists.codes(name)})
    pairs = [
        (by, code)
        for name in lists
        if name.endswith(_RESOLVED)
        for by in sorted(codelists.codes(name))
        for code in sorted(codelists.codes(name.removesuffix(_RESOLVED)) - codelists.codes(name))
    ]
    kinds = [(row["code"], row["kind"]) for row in _own_terms().values()]
    for table, names, rows in (
        ("condition_code", ("snomed_concept_id",), [(code,) for code in codes]),
        ("resolving", ("by", "snomed_concept_id"), pairs),
        ("term_kind", ("snomed_concept_id", "kind"), kinds),
    ):
        columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
        connection.register("given", pa.table(dict(zip(names, columns, strict=True))))
        connection.execute(f"CREATE TABLE {table} AS SELECT * FROM given")
        connection.unregister("given")
