"""Scores by the package pycomorb: run by its own Python with `HISTORIES ANSWER`; see bench/comorbidity.py."""

import json
import sys
import time

import polars as pl
from pycomorb.CharlsonComorbidityIndex import SCORE_COL_NAME, CharlsonComorbidityIndex
from pycomorb.HospitalFrailtyRiskScore import HospitalFrailtyRiskScore


def hfrs(rows: pl.DataFrame) -> pl.DataFrame:
    return HospitalFrailtyRiskScore(rows).rename({"HFRS Score": "score"})


def charlson(rows: pl.DataFrame, weights: str) -> pl.DataFrame:
    found = CharlsonComorbidityIndex(rows, implementation="quan", weights=weights)
    return found.select("id", score=SCORE_COL_NAME)


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
