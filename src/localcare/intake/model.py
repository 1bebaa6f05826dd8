"""The model of probabilistic linkage: what is compared (`linkage.toml`), what is learnt, and the score of a pair.

Splink computes it, on a DuckDB of its own in memory. Tables given and returned are Arrow tables; both sides have the
columns of `COLUMNS`, text, empty where nothing is known. No randomness: the same tables give the same scores.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pyarrow as pa

COLUMNS = ("number", "valid", "birth", "birth_year", "sex", "postcode", "practice", "family", "given")
FREQUENCIES = ("family", "given")
ROWS, PEOPLE = "incoming", "registered"  # Splink takes the first by name as the left side
Parameters = dict[tuple[str, str], float]  # by comparison and label of the level


@dataclass(frozen=True)
class Level:
    label: str
    sql: str = "ELSE"
    m: float | None = None
    u: float | None = None
    frequency: bool = False
    contradicts: bool = False


@dataclass(frozen=True)
class Comparison:
    name: str
    unknown: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Definition:
    """`linkage.toml`: comparisons, the pairs compared at all, and how few are too few to learn from."""

    comparisons: tuple[Comparison, ...]
    blocking: tuple[tuple[str, ...], ...]
    fewest_people: int
    fewest_pairs: int
    sample_people: int
    sample_pairs: int
    registered_share: float


@cache
def definition() -> Definition:
    raw = tomllib.loads(files("localcare.intake").joinpath("linkage.toml").read_text("utf-8"))
    comparisons = tuple(_comparison(**spec) for spec in raw.pop("comparison"))
    return Definition(comparisons, tuple(map(tuple, raw.pop("blocking"))), **raw)


def _comparison(name: str, levels: list[dict[str, Any]], unknown: str = "false") -> Comparison:
    return Comparison(name, f"{name}_l IS NULL OR {name}_r IS NULL OR {unknown}", tuple(Level(**x) for x in levels))


def frequencies(people: pa.Table) -> dict[str, pa.Table]:
    """How common each family and given name is among the registered."""
    connection = duckdb.connect()
    connection.register("people", people)
    return {
        name: connection.sql(f"""
            SELECT {name}, count(*) / sum(count(*)) OVER () AS tf_{name} FROM people
            WHERE {name} IS NOT NULL GROUP BY {name}
        """).to_arrow_table()
        for name in FREQUENCIES
    }


def learn_u(people: pa.Table) -> Parameters:
    """How often two different people reach each level: every pair of one half of `people` with the other.

    A level that no pair reaches gets 3 over the number of pairs, the upper end of its 95% interval ("rule of three").
    """
    half = len(people) // 2
    never = 3 / (half * (len(people) - half))
    linker = _linker(people.slice(0, half), people.slice(half), frequencies(people), {}, {}, never=never)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=float(len(people)) ** 2, min_count_per_level=None, num_chunks=1
    )
    return _learnt(linker, "u_probability")


def learn_m(rows: pa.Table, people: pa.Table, pairs: pa.Table) -> Parameters:
    """How often a row about a person reaches each level: of `pairs` (unique_id_l of rows, unique_id_r of people)."""
    linker = _linker(rows, people, frequencies(people), {}, {}, never=1e-6)
    labels = pairs.append_column("source_dataset_l", pa.array([ROWS] * len(pairs)))
    labels = labels.append_column("source_dataset_r", pa.array([PEOPLE] * len(pairs)))
    known = linker.table_management.register_table(labels, "known_pairs")
    linker.training.estimate_m_from_pairwise_labels(known.physical_name)
    return _learnt(linker, "m_probability")


def score(
    rows: pa.Table, people: pa.Table, frequency: dict[str, pa.Table], m: Parameters, u: Parameters, prior: float
) -> pa.Table:
    """Each pair compared: `row`, `person` (their unique_id), `weight` (log2 of the odds), `contradicted`.

    `prior` is the probability that a row and a person taken at random belong together.
    """
    linker = _linker(rows, people, frequency, m, u, prior=prior)
    pairs = linker.inference.predict(warning_mode="never").as_duckdbpyrelation()
    contradicted = " OR ".join(_contradicted(c) for c in definition().comparisons if c.levels[-1].contradicts)
    return pairs.project(
        f"unique_id_l AS row, unique_id_r AS person, match_weight AS weight, ({contradicted}) AS contradicted"
    ).to_arrow_table()


def _contradicted(comparison: Comparison) -> str:
    agree = " OR ".join(f"({level.sql})" for level in comparison.levels[:-1])
    return f"NOT ({comparison.unknown} OR {agree})"


def _linker(
    rows: pa.Table,
    people: pa.Table,
    frequency: dict[str, pa.Table],
    m: Parameters,
    u: Parameters,
    *,
    prior: float = 1e-6,
    never: float = 1e-6,
) -> Any:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # takes a second, and few commands link

    api = DuckDBAPI(duckdb.connect())
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[_for_splink(c, m, u, never) for c in definition().comparisons],
        blocking_rules_to_generate_predictions=[block_on(*keys) for keys in definition().blocking],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,
        linker_uid="localcare",
    )
    sides = [api.register(rows, dataset_display_name=ROWS), api.register(people, dataset_display_name=PEOPLE)]
    linker = Linker(sides, settings, log_level=None)
    for name, table in frequency.items():
        linker.table_management.register_term_frequency_lookup(api.register(table), name)
    return linker


def _for_splink(comparison: Comparison, m: Parameters, u: Parameters, never: float) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [{"sql_condition": comparison.unknown, "is_null_level": True}]
    for level in comparison.levels:
        at = comparison.name, level.label
        levels.append(
            {
                "sql_condition": level.sql,
                "label_for_charts": level.label,
                "m_probability": level.m or m.get(at, never),
                "u_probability": level.u or u.get(at, never),
                "fix_m_probability": level.m is not None,
                "fix_u_probability": level.u is not None,
            }
            | ({"tf_adjustment_column": comparison.name} if level.frequency else {})
        )
    return {"output_column_name": comparison.name, "comparison_levels": levels}


def _learnt(linker: Any, which: str) -> Parameters:
    model = linker.misc.save_model_to_json(None)
    return {
        (comparison["output_column_name"], level["label_for_charts"]): level[which]
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    }
