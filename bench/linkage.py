"""Linkage measured against the demo's truth: `python -m bench.linkage EXTRACTS TRUTH`.

For each source linked by identity: rows that found their own person (right), another one (wrong), nobody (missed),
of all rows whose true person is registered, and how many of the right ones were found by the rule.
Synthetic truth proves the machinery, never what linkage achieves on real data.
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from localcare.access.calc.pseudonym import identity, keyed_hashes
from localcare.intake import editing, extract, linking, people, shapes
from localcare.intake.feeds import FEEDS
from localcare.intake.identity import MACROS

KEYS = {"planning": bytes(32), "risk_stratification": bytes(32)}
PSEUDONYMS = editing.Pseudonyms(tuple(KEYS), lambda who, purpose: keyed_hashes(who, KEYS[purpose]), identity, {})


def measure(extracts: Path, truth: Path) -> list[tuple[str, int, int, int, int, int]]:
    """(shape, rows, right, right by the rule, wrong, missed) for each source that carries identities."""
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        editing.opened(extract.read(extracts), Path(folder), PSEUDONYMS, lambda step: None) as work,
    ):
        work.connection.execute(MACROS)
        work._stage("agreements", people.AGREEMENT_KEEP)
        people.keep_agreements(work.connection, work.extract.as_at)
        work._register_people()
        for feed in FEEDS:
            if feed.link == "identity":
                shape = shapes.load()[feed.shape]
                keyed = replace(feed, keep={**feed.keep, **{name: f'"{name}"' for name in shape.key}})
                work._stage(feed.shape, dict(keyed.keep))
                linking.link(work.connection, keyed, shape.source)
                found.append((feed.shape, *_compare(work, shape.key, truth / "links" / f"{feed.shape}.parquet")))
    return found


def _compare(work: editing.Editing, key: tuple[str, ...], links: Path) -> tuple[int, int, int, int, int]:
    same = " AND ".join(f'f."{name}"::VARCHAR = t."{name}"::VARCHAR' for name in key)
    right = "p.identity = t.nhs_number::VARCHAR"
    return work.connection.execute(f"""
        SELECT count(*), count(*) FILTER ({right}), count(*) FILTER ({right} AND f.by_rule),
            count(*) FILTER (f.person IS NOT NULL AND NOT {right}), count(*) FILTER (f.person IS NULL)
        FROM fated f JOIN '{links}' t ON {same} LEFT JOIN person p ON p.person = f.person
        WHERE t.nhs_number::VARCHAR IN (SELECT identity FROM person)
    """).fetchall()[0]


if __name__ == "__main__":
    print(f"{'source':24}{'rows':>10}{'right':>10}{'by rule':>10}{'wrong':>8}{'missed':>8}")
    for shape, *counts in measure(Path(sys.argv[1]), Path(sys.argv[2])):
        print(f"{shape:24}" + "".join(f"{n:>{width}}" for n, width in zip(counts, (10, 10, 10, 8, 8), strict=True)))
