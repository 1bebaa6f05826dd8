"""Hospital Frailty Risk and Charlson beside the packages pycomorb and comorbidipy, on 100,000 random histories.

Each package has an environment of its own, named by `BENCH_PYCOMORB` and `BENCH_COMORBIDIPY` (its Python; what to
install stands in `bench/peers/*.txt`), and is left out, saying so, where none is named. All hold the histories in
memory and use two threads; seconds are warm medians. `differ` counts people, with the shortest history among them: who
is right is decided by the paper, and a test case in the score's definition (`definitions/scores/*.toml`) names it.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import ibis
import polars as pl
from ibis import ir
from ibis.backends.duckdb import Backend

from localcare.population import definitions
from localcare.population.calc import comorbidity, hfrs, scores
from localcare.population.definitions.scoring import Diagnoses

TITLE = "Hospital Frailty Risk and Charlson beside pycomorb and comorbidipy"
PEOPLE, REPEATS, AS_AT = 100_000, 5, date(2017, 3, 31)
PEERS = {"pycomorb": "BENCH_PYCOMORB", "comorbidipy": "BENCH_COMORBIDIPY"}
ASKED = ("hfrs", "charlson_1987", "charlson_2011")


@dataclass(frozen=True)
class Row:
    contestant: str
    score: str
    seconds: float
    differ: int
    for_example: str = ""


def run() -> list[Row]:
    """Measure each contestant and compare its scores with ours."""
    rows = _histories()
    own, seconds = _own(rows)
    answer = [Row("localcare", name, round(seconds[name], 3), 0) for name in ASKED]
    for peer, variable in PEERS.items():
        if python := os.environ.get(variable):
            answer += _peer(peer, python, rows, own)
        else:
            print(f"{peer} is left out: name a Python with bench/peers/{peer}.txt in {variable}", file=sys.stderr)
    return answer


def _histories() -> pl.DataFrame:
    """One row a diagnosis: people of one to twelve codes, three in four of a listed group, of all lengths."""
    chance, loaded = random.Random(1), definitions.load()
    quan = next(s.method for s in loaded.scores if s.key == "charlson_2011")
    assert isinstance(quan, Diagnoses)
    listed = sorted({*loaded.hfrs.points, *(code for codes in quan.groups.values() for code in codes)})

    def code() -> str:
        if chance.random() < 0.25:
            return f"{chance.choice('ABCDEFGHIJKLMNOPQRSTZ')}{chance.randrange(1000):03d}"
        return chance.choice(listed) + chance.choice(["", str(chance.randrange(10))])

    rows = [(person, code()) for person in range(PEOPLE) for _ in range(chance.randint(1, 12))]
    frame = pl.DataFrame(rows, schema={"id": pl.Int32, "code": pl.String}, orient="row")
    return frame.with_columns(age=pl.lit(40))


def _own(rows: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], dict[str, float]]:
    loaded = definitions.load()
    any_age = replace(loaded.hfrs, from_age=0)
    methods = {s.key: s.method for s in loaded.scores if s.key in ASKED and isinstance(s.method, Diagnoses)}
    connection = ibis.duckdb.connect(threads=2)
    values = rows.select("code").unique().sort("code").with_row_index("number")
    held = rows.join(values, on="code").select(
        pl.col("number").cast(pl.Int32).alias("code"), person="id", on=pl.lit(AS_AT)
    )
    numbered = values.select(code=pl.col("number").cast(pl.Int32), system=pl.lit("icd10"), value="code")
    code = _table(connection, "code", numbered)
    diagnosis = _table(connection, "diagnosis", held)
    everyone = held.select("person").unique().with_columns(observed=pl.lit(True), age=pl.lit(80))
    people = _table(connection, "people", everyone)

    def charlson(name: str):
        chosen = {name: methods[name]}
        return scores.diagnosed(diagnosis, comorbidity.code_masks(code, chosen), chosen, AS_AT)

    asked = {
        "hfrs": lambda: hfrs.score(diagnosis, code, people, any_age, AS_AT).rename(score="hfrs"),
        **{name: lambda name=name: charlson(name).rename(score=name) for name in methods},
    }
    found, seconds = {}, {}
    for name, ask in asked.items():
        taken = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            answer = ask().to_pyarrow()
            taken.append(time.perf_counter() - start)
        seconds[name] = statistics.median(taken)
        found[name] = _frame(pl.from_arrow(answer).rename({"person": "id"}), rows)
    return found, seconds


def _table(connection: Backend, name: str, rows: pl.DataFrame) -> ir.Table:
    connection.con.register("rows", rows.to_arrow())
    connection.con.execute(f'CREATE TABLE "{name}" AS FROM rows')
    return connection.table(name)


def _frame(found: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """A score for everybody: nothing found is 0."""
    everyone = rows.select("id").unique().sort("id")
    joined = everyone.join(found.select("id", pl.col("score").cast(pl.Float64)), on="id", how="left")
    return joined.with_columns(pl.col("score").fill_null(0.0))


def _peer(peer: str, python: str, rows: pl.DataFrame, own: Mapping[str, pl.DataFrame]) -> list[Row]:
    script = Path(__file__).parent / "peers" / f"{peer}_scores.py"
    with tempfile.TemporaryDirectory() as folder:
        rows.write_parquet(f"{folder}/histories.parquet")
        done = subprocess.run(
            [python, str(script), f"{folder}/histories.parquet", folder],
            env=os.environ | {"POLARS_MAX_THREADS": "2", "PYTHONPATH": ""},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds = json.loads(done.stdout.splitlines()[-1])
        answers = {name: pl.read_parquet(f"{folder}/{name}.parquet") for name in ASKED}
    return [Row(peer, name, round(seconds[name], 3), *_differing(own[name], answers[name], rows)) for name in ASKED]


def _differing(own: pl.DataFrame, other: pl.DataFrame, rows: pl.DataFrame) -> tuple[int, str]:
    """How many people's scores differ, and the shortest history among them with both scores."""
    both = own.join(other.select("id", theirs="score"), on="id")
    unlike = both.filter((pl.col("score") - pl.col("theirs")).abs() > 0.05)
    if unlike.is_empty():
        return 0, ""
    codes = rows.join(unlike, on="id").group_by("id", "score", "theirs").agg(pl.col("code"))
    first = codes.sort(pl.col("code").list.len(), "id").row(0, named=True)
    return len(unlike), f"{' '.join(sorted(first['code']))}: {first['score']}, theirs {first['theirs']}"
