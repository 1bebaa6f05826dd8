"""Linkage measured against the demo's truth: `python -m bench.linkage [EXTRACTS TRUTH] [--unregistered SHARE]`.

Without folders those of LOCALCARE_DATA; `python -m bench linkage` is that with every tenth person unregistered.

For the sources whose rows carry identities: how many rows find their own person (right), another one (wrong), nobody
(missed), by source and method, by threshold of the model, by what is wrong in the row. `--unregistered 0.1` takes every
tenth person out of the registrations first: a row of theirs is right only if it finds nobody.
Synthetic truth proves the machinery, never what linkage achieves on real data.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from localcare.access.calc.pseudonym import identity, keyed_hashes
from localcare.intake import editing, extract, linking, people, shapes
from localcare.intake.feeds import FEEDS, Feed
from localcare.intake.identity import MACROS
from localcare.intake.likeness import Likeness

TITLE = "Linkage against the demonstration's truth, every tenth person not registered"
HERE = Path(os.environ.get("LOCALCARE_DATA", "./var"))
KEYS = {"planning": bytes(32), "risk_stratification": bytes(32)}
PSEUDONYMS = editing.Pseudonyms(tuple(KEYS), lambda who, purpose: keyed_hashes(who, KEYS[purpose]), identity, {})
THRESHOLDS = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
LOWEST = 1e-6  # so that each row's best candidate is kept and every threshold can be tried


@dataclass(frozen=True)
class Row:
    source: str
    rows: int
    right: int
    wrong: int
    missed: int
    precision: str
    recall: str


def run() -> list[Row]:
    """Each source and all, then rows by whose number they bear. SystemExit without a demonstration."""
    if not (HERE / "truth").exists():
        raise SystemExit(f"{HERE} holds no demonstration with its truth: localcare demo")
    judged = judge(HERE / "extracts", HERE / "truth", 0.1)
    sources = [
        Row(shape, rows, sum(found[0::2]), sum(found[1::2]), missed, *_right_of(found, registered))
        for shape, rows, registered, *found, missed in by_source(judged, editing.LINKAGE_THRESHOLD)
    ]
    mixed = [
        Row(f"number: {whose}", n, r, w, no, _precision(r, w), "-") for whose, n, r, w, no, *_ in by_number(judged)
    ]
    return [*sources, *mixed]


def _right_of(found: list[int], registered: int) -> tuple[str, str]:
    right, wrong = sum(found[0::2]), sum(found[1::2])
    return _precision(right, wrong), _precision(right, registered - right)


def judge(extracts: Path, truth: Path, unregistered: float = 0) -> duckdb.DuckDBPyConnection:
    """Table `judged`: each row of a source that carries identities, how it was linked, whether rightly, and its faults.

    `found_by` is number, rule, model or nobody; `sure` how sure the model was, 0 where it may not link the row at all.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        _given(extracts, unregistered, Path(folder)) as given,
        editing.opened(extract.read(given), Path(folder), PSEUDONYMS, lambda step: None, threshold=LOWEST) as work,
    ):
        work.connection.execute(MACROS)
        work._stage("agreements", people.AGREEMENT_KEEP)
        people.keep_agreements(work.connection, work.extract.as_at)
        work._register_people()
        spent = _timed(work.likeness)
        for number, feed in enumerate(feed for feed in FEEDS if feed.link == "identity"):
            _link(work, feed)
            work.connection.execute(
                f"{'INSERT INTO judged' if number else 'CREATE TABLE judged AS'} {_of(feed, truth)}"
            )
        found = work.connection.sql("FROM judged").to_arrow_table()
        print(f"The model took {spent[0]:.1f} s of wall time, {spent[1]:.1f} s of processor time in all.")
    result = duckdb.connect()
    result.register("found", found)
    result.execute("CREATE TABLE judged AS FROM found")
    return result


def _timed(likeness: Likeness) -> list[float]:
    """Wall and processor seconds that the model takes, growing as it works."""
    spent, find = [0.0, 0.0], likeness.find

    def timed():
        wall, processor = time.perf_counter(), time.process_time()
        learnt = find()
        spent[0] += time.perf_counter() - wall
        spent[1] += time.process_time() - processor
        return learnt

    likeness.find = timed  # type: ignore[method-assign]
    return spent


def _link(work: editing.Editing, feed: Feed) -> None:
    shape = shapes.load()[feed.shape]
    kept = {name: f'"{name}"' for name in shape.key} | {"bears": feed.keep["nhs"]}
    keyed = replace(feed, keep={**feed.keep, **kept})
    work._stage(feed.shape, dict(keyed.keep))
    work.connection.execute("CREATE OR REPLACE TEMP TABLE decided (row BIGINT, sure DOUBLE, contradicted BOOLEAN)")
    linking.link(work.connection, keyed, shape.source, work.likeness)


def _of(feed: Feed, truth: Path) -> str:
    key = shapes.load()[feed.shape].key
    same = " AND ".join(f'f."{name}"::VARCHAR = t."{name}"::VARCHAR' for name in key)
    return f"""
        SELECT '{feed.shape}' AS shape, coalesce(f.found_by::VARCHAR, 'nobody') AS found_by,
            coalesce(p.identity = t.nhs_number::VARCHAR, false) AS hit,
            t.nhs_number::VARCHAR IN (SELECT identity FROM person) AS registered,
            concat_ws(', ', nullif(t.cause::VARCHAR, ''), nullif(k.kin::VARCHAR, '')) AS cause,
            CASE WHEN d.contradicted THEN 0 ELSE coalesce(d.sure, 0) END AS sure,
            f.row IN (SELECT row FROM misnumbered) AS contradicted,
            coalesce(f.bears = t.nhs_number::VARCHAR, false) AS bears_own,
            f.bears IN (SELECT nhs FROM by_nhs) AS holder_registered
        FROM fated f JOIN '{truth}/links/{feed.shape}.parquet' t ON {same}
        JOIN '{truth}/people.parquet' k ON k.nhs_number = t.nhs_number
        LEFT JOIN person p ON p.person = f.person LEFT JOIN decided d ON d.row = f.row AND f.found_by = 'model'"""


@contextmanager
def _given(extracts: Path, unregistered: float, scratch: Path) -> Iterator[Path]:
    """The extracts, or a copy of links to them whose registrations lack a share of the people."""
    if not unregistered:
        yield extracts
        return
    folder = scratch / "given"
    folder.mkdir()
    for path in extracts.iterdir():
        if path.name != "gp_patient.csv":
            (folder / path.name).symlink_to(path.resolve())
    kept = f"hash(nhs_number) % 1000 >= {round(unregistered * 1000)}"
    registrations = f"read_csv('{extracts}/gp_patient.csv', all_varchar = true)"
    duckdb.execute(f"COPY (FROM {registrations} WHERE {kept}) TO '{folder}/gp_patient.csv' (HEADER)")
    yield folder


def by_source(judged: duckdb.DuckDBPyConnection, threshold: float) -> list[tuple]:
    """Of each source and of all: rows, those whose person is registered, right and wrong by method, nobody found."""
    return judged.execute(f"""
        WITH decided AS (
            SELECT shape, hit, registered,
                CASE WHEN found_by = 'model' AND sure < {threshold} THEN 'nobody' ELSE found_by END AS found_by
            FROM judged),
        each AS (FROM decided UNION ALL SELECT 'all' AS shape, hit, registered, found_by FROM decided)
        SELECT shape, count(*), count(*) FILTER (registered),
            {", ".join(_right_and_wrong(f"found_by = '{m}'") for m in ("number", "rule", "model"))},
            count(*) FILTER (found_by = 'nobody' AND registered)
        FROM each GROUP BY 1 ORDER BY shape = 'all', shape
    """).fetchall()


def by_threshold(judged: duckdb.DuckDBPyConnection) -> list[tuple]:
    return [
        (threshold, *judged.execute(
            f"SELECT {_right_and_wrong(f'sure >= {threshold}')} FROM judged WHERE found_by = 'model'"
        ).fetchall()[0])
        for threshold in THRESHOLDS
    ]  # fmt: skip


def by_cause(judged: duckdb.DuckDBPyConnection, threshold: float) -> list[tuple]:
    model = f"found_by = 'model' AND sure >= {threshold}"
    return judged.execute(f"""
        SELECT unnest(CASE WHEN cause = '' THEN ['nothing wrong'] ELSE string_split(cause, ', ') END) AS one, count(*),
            {_right_and_wrong("found_by = 'rule'")}, {_right_and_wrong(model)},
            count(*) FILTER (registered AND NOT (found_by = 'rule' OR {model}))
        FROM judged WHERE found_by <> 'number' GROUP BY 1 ORDER BY 2 DESC
    """).fetchall()


def by_number(judged: duckdb.DuckDBPyConnection, threshold: float) -> list[tuple]:
    """Rows that bear a number known here, by whose it is: of registered people, linked by it rightly, wrongly, not."""
    found = f"(found_by = 'rule' OR found_by = 'model' AND sure >= {threshold})"
    return judged.execute(f"""
        SELECT CASE WHEN bears_own THEN 'their own' ELSE 'another person''s' END, count(*),
            count(*) FILTER (found_by = 'number' AND hit), count(*) FILTER (found_by = 'number' AND NOT hit),
            count(*) FILTER (contradicted), count(*) FILTER (contradicted AND hit AND {found}),
            count(*) FILTER (contradicted AND NOT hit AND {found})
        FROM judged WHERE holder_registered GROUP BY 1 ORDER BY 1 DESC
    """).fetchall()


def _right_and_wrong(which: str) -> str:
    return f"count(*) FILTER ({which} AND hit), count(*) FILTER ({which} AND NOT hit)"


def _show(title: str, header: list[str], rows: list[tuple]) -> None:
    print(f"\n{title}\n| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for row in rows:
        print("| " + " | ".join(f"{n:,}" if isinstance(n, int) else str(n) for n in row) + " |")


def _with_shares(shape: str, rows: int, registered: int, *found: int) -> tuple:
    right, wrong = sum(found[0:6:2]), sum(found[1:6:2])
    precisions = _precision(right, wrong), _precision(*found[2:4]), _precision(*found[4:6])
    recalls = _precision(right, registered - right), _precision(right - found[4], registered - right + found[4])
    return shape, rows, registered, *found, *precisions, *recalls


def _precision(right: int, wrong: int) -> str:
    return f"{100 * right / (right + wrong):.3f}%" if right + wrong else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extracts", type=Path, nargs="?", default=HERE / "extracts")
    parser.add_argument("truth", type=Path, nargs="?", default=HERE / "truth")
    parser.add_argument("--unregistered", type=float, default=0)
    parser.add_argument("--threshold", type=float, default=editing.LINKAGE_THRESHOLD)
    given = parser.parse_args()
    judged = judge(given.extracts, given.truth, given.unregistered)
    methods = [f"{method} {judgement}" for method in ("number", "rule", "model") for judgement in ("right", "wrong")]
    sources = [_with_shares(*row) for row in by_source(judged, given.threshold)]
    shares = ["precision", "of the rule", "of the model", "recall", "without the model"]
    header = ["source", "rows", "of registered", *methods, "missed", *shares]
    _show(f"By source, threshold {given.threshold}", header, sources)
    thresholds = [(*row, _precision(*row[1:])) for row in by_threshold(judged)]
    _show("The model by threshold", ["threshold", "right", "wrong", "precision"], thresholds)
    numbers = [
        "whose number",
        "rows",
        "linked by it rightly",
        "wrongly",
        "not believed",
        "then rightly",
        "then wrongly",
    ]
    _show("Rows that bear the number of somebody registered here", numbers, by_number(judged, given.threshold))
    causes = [(*row, _precision(*row[2:4]), _precision(*row[4:6])) for row in by_cause(judged, given.threshold)]
    header = [
        "cause",
        "rows",
        "rule right",
        "rule wrong",
        "model right",
        "model wrong",
        "missed",
        "of the rule",
        "of the model",
    ]
    _show("Rows without a known number, by what is wrong in them (a row counts under each)", header, causes)


if __name__ == "__main__":
    main()
