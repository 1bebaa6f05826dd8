"""Two editions side by side: rows of each table, what became of each source's rows, coverage, and who came and went.

People are known from one edition to the next by their planning pseudonym; who changed their NHS number counts as one
who left and one who joined.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from localcare.dataset.editions import Edition

FLAGS = {"planning": "observed", "risk_stratification": "risk_stratification"}
"""The column of `person` that says whether a person's rows may be used for a purpose."""

OUT = ("died", "left", "moved", "agreement_ended", "choice")
IN = ("joined", "corrected", "moved", "agreement_began", "choice_withdrawn")


@dataclass(frozen=True)
class People:
    """People registered, alive and usable for a purpose in each edition; those who came and went, by reason."""

    purpose: str
    before: int
    after: int
    out: Mapping[str, int]
    joined: Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """`people` is empty where the pseudonyms of the two were made with different keys."""

    before: str
    after: str
    tables: Mapping[str, tuple[int, int]]
    sources: Mapping[str, Mapping[str, tuple[int, int]]]
    coverage: Mapping[str, Mapping[str, tuple[int, int]]]
    agreements: tuple[tuple[str, str, str, str], ...]
    people: tuple[People, ...]


def compare(before: Edition, after: Edition) -> Comparison:
    """What changed from one edition to another, and why."""
    return Comparison(
        before=before.id,
        after=after.id,
        tables=_paired(before.manifest["rows"], after.manifest["rows"]),
        sources=_paired_sums(_by_shape(before), _by_shape(after)),
        coverage=_paired_sums(_by_source(before), _by_source(after)),
        agreements=tuple(_agreements_changed(before, after)),
        people=tuple(_people(before, after)) if _same_keys(before, after) else (),
    )


def _paired(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    return {name: (before.get(name, 0), after.get(name, 0)) for name in {**before, **after}}


def _paired_sums(before: Mapping[str, Mapping], after: Mapping[str, Mapping]) -> dict[str, dict[str, tuple[int, int]]]:
    return {name: _paired(before.get(name, {}), after.get(name, {})) for name in {**before, **after}}


def _by_shape(edition: Edition) -> dict[str, dict[str, int]]:
    """Rows of the files of each shape: how many came, and what became of them."""
    found: dict[str, dict[str, int]] = {}
    for file in edition.manifest.get("files", ()):
        _add(found.setdefault(file["shape"], {}), file)
    return found


def _by_source(edition: Edition) -> dict[str, dict[str, int]]:
    """Of each source: practices that agreed to each purpose, people observed there, rows kept of them."""
    found: dict[str, dict[str, int]] = {}
    for row in edition.manifest.get("coverage", ()):
        agreed = {f"practices_{purpose}": int(row[purpose]) for purpose in FLAGS}
        seen = row["people_observed"] if row["planning"] else 0
        _add(found.setdefault(row["source"], {}), agreed | {"people_covered": seen, "rows": row["rows"]})
    return found


def _add(sums: dict[str, int], counts: Mapping) -> None:
    for name, count in counts.items():
        if isinstance(count, int):
            sums[name] = sums.get(name, 0) + count


def _agreements_changed(before: Edition, after: Edition) -> list[tuple[str, str, str, str]]:
    """Practice, source, purpose and `began` or `ended`, of every agreement in force in only one of the two."""
    held, holds = _agreements(before), _agreements(after)
    return sorted([(*key, "ended") for key in held - holds] + [(*key, "began") for key in holds - held])


def _agreements(edition: Edition) -> set[tuple[str, str, str]]:
    with edition.duckdb_connection() as connection:
        rows = connection.execute("SELECT ods_code, source, purpose FROM agreement JOIN practice USING (practice)")
        return set(rows.fetchall())


def _same_keys(before: Edition, after: Edition) -> bool:
    fingerprints = [edition.manifest.get("key_fingerprints", {}).get("planning") for edition in (before, after)]
    return fingerprints[0] == fingerprints[1]


def _people(before: Edition, after: Edition) -> list[People]:
    with duckdb.connect(":memory:") as connection:
        for name, edition in (("before", before), ("after", after)):
            connection.execute(f"CREATE TABLE {name} AS {_standing(edition)}")
        connection.execute(
            "CREATE TABLE paired AS SELECT b, a FROM before b FULL JOIN after a ON a.pseudonym = b.pseudonym"
        )
        return [_of_purpose(connection, purpose) for purpose in FLAGS]


def _standing(edition: Edition) -> str:
    """A row each person: practice, whether registered and alive on the edition's date, and what may be used."""
    tables = {
        name: "'" + str(edition.path(name)).replace("'", "''") + "'" for name in ("person", "pseudonym", "practice")
    }
    day = f"DATE '{edition.as_at}'"
    flags = ", ".join(
        f"p.{flag} AS {purpose}, o.{purpose}_agreement AS {purpose}_agreed" for purpose, flag in FLAGS.items()
    )
    return f"""SELECT s.pseudonym, o.ods_code AS practice,
            p.registered_from <= {day} AND coalesce(p.registered_to > {day}, true) AS registered,
            coalesce(p.died_on > {day}, true) AS alive, {flags}
        FROM {tables["person"]} p JOIN {tables["practice"]} o ON o.practice = p.practice
        JOIN {tables["pseudonym"]} s ON s.person = p.person AND s.purpose = 'planning'"""


def _of_purpose(connection: duckdb.DuckDBPyConnection, purpose: str) -> People:
    counted = {side: f"coalesce({side}.registered AND {side}.alive AND {side}.{purpose}, false)" for side in "ba"}
    no_agreement = "CASE WHEN a.practice = b.practice THEN '{}' ELSE 'moved' END"
    out = f"""CASE WHEN NOT a.alive THEN 'died' WHEN a.registered IS NOT TRUE THEN 'left'
        WHEN NOT a.{purpose}_agreed THEN {no_agreement.format("agreement_ended")} ELSE 'choice' END"""
    came = f"""CASE WHEN b.registered IS NOT TRUE THEN 'joined' WHEN NOT b.alive THEN 'corrected'
        WHEN NOT b.{purpose}_agreed THEN {no_agreement.format("agreement_began")} ELSE 'choice_withdrawn' END"""
    why = f"CASE WHEN was AND NOT is_now THEN {out} WHEN is_now AND NOT was THEN {came} END"
    ask = f"""SELECT was, is_now, {why}, count(*)
        FROM (SELECT *, {counted["b"]} AS was, {counted["a"]} AS is_now FROM paired) GROUP BY ALL"""
    rows = connection.execute(ask).fetchall()
    return People(
        purpose,
        sum(n for was, _, _, n in rows if was),
        sum(n for _, now, _, n in rows if now),
        {reason: sum(n for was, now, why, n in rows if was and not now and why == reason) for reason in OUT},
        {reason: sum(n for was, now, why, n in rows if now and not was and why == reason) for reason in IN},
    )
