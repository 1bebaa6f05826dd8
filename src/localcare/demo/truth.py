"""What is true of the synthetic people, kept outside the extracts. Read by nothing but the tests of demo."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from localcare.demo import kin
from localcare.demo.draws import Array
from localcare.demo.frames import Rows, words
from localcare.demo.gp import Practice
from localcare.demo.identity import Identity


def links(folder: Path, shape: str, key: list[str], rows: Rows, identity: Identity, spoilt: dict[str, Array]) -> None:
    """The true person of each row of a source outside general practice, by the row's key, and what is wrong in it.

    `spoilt` says by name of the fault which rows have it; `cause` joins the names, empty where nothing is wrong.
    """
    columns = {name: rows.columns[name] for name in key}
    columns |= {"nhs_number": identity.nhs_number[rows.person], "cause": _causes(spoilt, len(rows.person))}
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / f"{shape}.parquet")


def _causes(spoilt: dict[str, Array], n: int) -> pa.DictionaryArray:
    bits = sum((rows.astype(np.int64) << place for place, rows in enumerate(spoilt.values())), np.zeros(n, np.int64))
    found, index = np.unique(bits, return_inverse=True)
    return words(index, [", ".join(name for place, name in enumerate(spoilt) if bit >> place & 1) for bit in found])


def people(folder: Path, practice: Practice, identity: Identity) -> None:
    """Each person's number, frailty, conditions, and who shares an address with one easily mistaken for them."""
    held = practice.people
    columns = {
        "nhs_number": identity.nhs_number,
        "present": [number < held.present for number in range(len(held))],
        "practice": held.practice,
        "age": held.age,
        "frailty": held.frailty,
        "kin": words(identity.kin, kin.KINDS),
        "conditions": practice.count,
        **practice.has,
    }
    pq.write_table(pa.table(columns), folder / "people.parquet")
