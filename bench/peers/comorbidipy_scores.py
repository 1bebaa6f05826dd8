"""Scores by the package comorbidipy: run by its own Python with `HISTORIES ANSWER`; see bench/comorbidity.py."""

import json
import sys
import time

import polars as pl
from comorbidipy import comorbidity
from comorbidipy import hfrs as frailty


def hfrs(rows: pl.DataFrame) -> pl.DataFrame:
    return frailty(rows).select("id", score="hfrs_score")


def charlson(rows: pl.DataFrame, weights: str) -> pl.DataFrame:
    return comorbidity(rows, variant="quan", weighting=weights).select("id", score="comorbidity_score")


ASKED = {
    "hfrs": hfrs,
    "charlson_1987": lambda rows: charlson(rows, "charlson"),
    "charlson_2011": lambda rows: charlson(rows, "quan"),
}


def main(histories: str, answer: str, repeats: int = 5) -> None:
    rows = pl.read_parquet(histories)
    seconds = {}
    for name, ask in ASKED.items():
        taken = []
        for _ in range(repeats):
            start = time.perf_counter()
            found = ask(rows)
            taken.append(time.perf_counter() - start)
        seconds[name] = sorted(taken)[repeats // 2]
        found.select("id", pl.col("score").cast(pl.Float64)).sort("id").write_parquet(f"{answer}/{name}.parquet")
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
