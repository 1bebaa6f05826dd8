"""What is true of the synthetic people, kept outside the extracts. Read by nothing but the tests of demo."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from localcare.demo.frames import Rows
from localcare.demo.gp import Practice
from localcare.demo.identity import Identity


def links(folder: Path, shape: str, key: list[str], rows: Rows, identity: Identity) -> None:
    """The true person of each row of a source outside general practice, by the row's key."""
    columns = {name: rows.columns[name] for name in key}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({**columns, "nhs_number": identity.nhs_number[rows.person]}), folder / f"{shape}.parquet")


def people(folder: Path, practice: Practice, identity: Identity) -> None:
    """Each person's number, frailty and conditions."""
    held = practice.people
    columns = {
        "nhs_number": identity.nhs_number,
        "present": [number < held.present for number in range(len(held))],
        "practice": held.practice,
        "age": held.age,
        "frailty": held.frailty,
        "conditions": practice.count,
        **practice.has,
    }
    pq.write_table(pa.table(columns), folder / "people.parquet")
