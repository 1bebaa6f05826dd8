"""Small editions for tests: literal rows in, a whole edition out."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from localcare.dataset import contract
from localcare.dataset.editions import Edition, EditionWriter

Row = Mapping[str, Any]

DEFAULTS: dict[str, dict[str, Any]] = {
    "person": {
        "practice": 0, "area": 0, "birth_year": 1950, "birth_month": 6, "sex": "female", "ethnicity": "A",
        "language": None, "registered_from": date(2000, 1, 1), "registered_to": None, "died_on": None,
        "observed": True, "risk_stratification": True,
    },
    "pseudonym": {"purpose": "planning"},
    "practice": {"planning_agreement": True, "risk_stratification_agreement": True},
    "area": {"lsoa11_code": "E01024000"},
    "code": {"system": "snomedct"},
    "observation": {"value": None},
    "medication": {},
    "gp_contact": {"kind": "gp", "mode": "surgery"},
    "emergency_attendance": {"department": "01", "by_ambulance": False, "admitted": False},
    "admission": {"discharged_on": None, "method": "21", "kind": "emergency", "bed_days": None, "provider": "RWF"},
    "diagnosis": {"position": 1},
    "outpatient": {"specialty": "300", "first": True, "attended": True},
    "call_111": {"disposition": "Recommended to attend primary care"},
    "ambulance": {"conveyed": True},
    "community_contact": {"team": "12"},
    "mental_health_contact": {"team": "A06"},
    "social_care": {"ended_on": None, "service": "Long Term Support: Community", "weekly_cost": None},
}  # fmt: skip
SOURCES = ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care")


def make_edition(folder: Path, as_at: date | str, **tables: Sequence[Row]) -> Edition:
    """An edition under `folder` from literal rows, e.g. `person=[{}, {"sex": "male"}], observation=[...]`.

    Left out columns take `DEFAULTS`; dense keys (person, practice, area, code, spell) follow the order of the rows.
    Practice, area and pseudonym rows are made for the people where none are given; every agreement is in force.
    """
    day = date.fromisoformat(as_at) if isinstance(as_at, str) else as_at
    rows = {name: [dict(row) for row in tables.get(name, ())] for name in contract.load().tables}
    if unknown := set(tables) - set(rows):
        raise ValueError(f"unknown tables: {unknown}")
    _number(rows)
    _fill_in(rows)
    return write_edition(folder, day, rows)


def write_edition(folder: Path, as_at: date, rows: Mapping[str, Sequence[Row]], id: str | None = None) -> Edition:
    with (
        duckdb.connect(":memory:") as connection,
        EditionWriter(folder, id or f"{as_at}-test", as_at) as writer,
    ):
        for table in contract.load().tables.values():
            _create(connection, table, rows.get(table.name, ()))
            writer.write(connection, table.name, f'SELECT * FROM "{table.name}"')
        return writer.finish({"synthetic": True, "area": "Test area", "files": {}, "coverage": []})


def _number(rows: dict[str, list[dict]]) -> None:
    for table in contract.load().tables.values():
        for number, row in enumerate(rows[table.name]):
            if table.dense_key:
                row.setdefault(table.dense_key, number)


def _fill_in(rows: dict[str, list[dict]]) -> None:
    for name, defaults in DEFAULTS.items():
        rows[name] = [{**defaults, **row} for row in rows[name]]
    for name, code in (("practice", "ods_code"), ("area", "lsoa11_code")):
        used = {row[name] for row in rows["person"] if row[name] is not None}
        for number in range(len(rows[name]), max(used, default=-1) + 1):
            made = f"G8200{number}" if name == "practice" else f"E0102400{number}"
            rows[name].append({**DEFAULTS[name], name: number, code: made})
    if not rows["agreement"]:
        rows["agreement"] = [
            {"practice": p["practice"], "source": source, "purpose": purpose}
            for p in rows["practice"] for source in SOURCES for purpose in ("planning", "risk_stratification")
        ]  # fmt: skip
    if not rows["pseudonym"]:
        rows["pseudonym"] = [
            {"person": p["person"], "purpose": purpose, "pseudonym": f"{purpose}-{p['person']}"}
            for p in rows["person"] for purpose in ("planning", "risk_stratification")
        ]  # fmt: skip


def _create(connection: duckdb.DuckDBPyConnection, table: contract.Table, rows: Sequence[Row]) -> None:
    columns = ", ".join(f'"{c.name}" {c.duckdb_type}' for c in table.columns)
    connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
    if rows:
        values = [[row[c.name] for c in table.columns] for row in rows]
        marks = ", ".join("?" for _ in table.columns)
        connection.executemany(f'INSERT INTO "{table.name}" VALUES ({marks})', values)
