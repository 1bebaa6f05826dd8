"""The population run: from an edition to results and practices' lists, whole or not at all."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
from django.conf import settings
from ibis import ir
from ibis.backends.sql import SQLBackend

from localcare.access import queries as gate
from localcare.base import audit, clock
from localcare.dataset import editions, runs, spark
from localcare.dataset.editions import Edition
from localcare.places import queries as places
from localcare.population import definitions as definition_files
from localcare.population import deprivation, held, lawful
from localcare.population.calc import cases, pipeline, risk_groups
from localcare.population.calc import queries as query_texts
from localcare.population.calc.purpose import RISK
from localcare.population.calc.risk_groups import CLUSTER
from localcare.population.calc.risk_trial import Trial
from localcare.population.definitions import Definitions, helping
from localcare.population.lists import LIST_SEGMENTATION
from localcare.population.models import GoneEntry, ListEntry, Run

PALLIATIVE = "palliative_care"
MEMORY = "3GB"


@dataclass(frozen=True)
class Computed:
    """What a run found, not yet in use; its tables are bound to the open connection."""

    results: pipeline.Results
    tables: Mapping[str, ir.Table]
    practices: Mapping[int, str]
    tenths: Mapping[int, int]
    definitions: Definitions
    connection: SQLBackend


# What computes a run, by its name; both take the same expressions.
ENGINES: Mapping[str, Callable[[Edition], SQLBackend]] = {
    "duckdb": lambda edition: edition.connection(memory_limit=MEMORY),
    "spark": spark.connection,
}


def run(edition: Edition, *, by: audit.Actor, compare: bool = False, engine: str = "duckdb") -> Run:
    """Compute the edition and put its results and lists in use.

    `compare`: try gradient boosting beside the model, and the model without each of its sources.

    `engine` is one of `ENGINES`. Raises BadDefinition, BrokenContract, Busy while another
    run is made here and, for Spark, `spark.NoSpark`.
    """
    with runs.locked(settings.DATASET):
        computed = compute(edition, compare=compare, engine=engine)
        try:
            return put_in_use(edition, computed, by=by)
        finally:
            if engine == "duckdb":  # a Spark session may be a platform's, and is left running
                computed.connection.disconnect()


def compute(edition: Edition, *, compare: bool = False, engine: str = "duckdb") -> Computed:
    """Compute the edition with the installation's definitions; writes nothing."""
    loaded = definition_files.load(settings.DATA / "segmentations")
    connection = ENGINES[engine](edition)
    tables = editions.tables(connection)
    if wrong := cases.failing(loaded, ibis.duckdb.connect()):
        raise definition_files.BadDefinition("; ".join(wrong))
    practices, clusters = _clusters(tables["practice"], edition.as_at)
    numbers = {code: i for i, code in enumerate(sorted(set(clusters.values())))}
    tenths = _tenths(tables["area"], edition.as_at)
    results = pipeline.compute(
        tables,
        loaded,
        {p: numbers[c] for p, c in clusters.items()},
        edition.as_at,
        predict=settings.RISK_SCORE,
        compare=compare,
        tenths=tenths,
        barred=lawful.barred(edition.as_at),
    )
    named = {
        **results.tables,
        "coverage": _named(results.tables["coverage"], practices, clusters),
        "risk_test": _with_codes(results.tables["risk_test"], {str(i): code for code, i in numbers.items()}),
    }
    return Computed(results, named, practices, tenths, loaded, connection)


def put_in_use(edition: Edition, computed: Computed, *, by: audit.Actor) -> Run:
    """Write the results, swap them in whole, and replace the lists, in one audited transaction.

    A run killed before the end of the transaction leaves the earlier run and its lists in use.
    Raises BrokenContract.
    """
    name = f"{edition.id}-run-{_next_number()}"
    fingerprint = computed.definitions.fingerprint
    sources = lawful.told(edition.as_at, computed.results.lost, computed.definitions)
    manifest = {"run": name, "edition": edition.id, "as_at": edition.as_at, "definitions": fingerprint}
    manifest |= {"sources": sources, "segmentations": held.shapes(computed.definitions)}
    told = query_texts.queries(computed.tables)
    folder = runs.write(settings.DATASET, name, computed.tables, manifest, told)
    pseudonyms = _pseudonyms(computed.connection.table("pseudonym"), folder)
    watched = _watched(computed, folder)
    with audit.transaction():
        gate.hold_choices()
        made_at = clock.now()
        made = Run.objects.create(
            name=name,
            edition=edition.id,
            as_at=edition.as_at,
            made_at=made_at,
            definitions=fingerprint,
            coverage={row["ods_code"]: _without(row, "ods_code", "practice") for row in folder.rows("coverage")},
            model=_model(computed.results) | {"sources": sources, "thin": _thin(computed)},
            lost=_lost(computed.results.lost, computed.practices),
        )
        before = {row["pseudonym"]: row for row in ListEntry.objects.values(*KEPT)}
        ListEntry.objects.all().delete()
        risks = {pseudonym: row["risk"] for pseudonym, row in before.items()}
        withdrawn = gate.withdrawn()
        listed = _entries(made, folder, pseudonyms, risks, computed.definitions, watched)
        entries = [entry for entry in listed if entry.pseudonym not in withdrawn]
        ListEntry.objects.bulk_create(entries, batch_size=2000)
        left = set(before) - {entry.pseudonym for entry in entries} - withdrawn
        scored = _scored(computed.connection.table("pseudonym"), folder, left)
        _keep_gone(made, [row for pseudonym, row in before.items() if pseudonym in scored])
        audit.record("population.run", by=by, run=name, edition=edition.id, listed=len(entries))
    runs.keep_only(settings.DATASET, set(Run.objects.order_by("-id").values_list("name", flat=True)[:2]))
    return made


KEPT = tuple(f.attname for f in GoneEntry._meta.fields if f.attname not in ("id", "run_id"))


def _keep_gone(made: Run, rows: list[dict[str, Any]]) -> None:
    """Those of the run before who are on no list now, in place of those kept before."""
    GoneEntry.objects.all().delete()
    GoneEntry.objects.bulk_create([GoneEntry(run=made, **row) for row in rows], batch_size=2000)


def _scored(pseudonym: ir.Table, folder: runs.RunFolder, among: set[str]) -> set[str]:
    """Those of the pseudonyms whose people were scored: still here, and still content to be."""
    asked = ibis.memtable([(p,) for p in sorted(among)], schema={"pseudonym": "string"})
    of_purpose = pseudonym.filter(pseudonym.purpose == RISK).select("person", "pseudonym")
    found = of_purpose.inner_join(asked, "pseudonym").select("person", "pseudonym").to_pandas()
    names = dict(zip(found["person"].tolist(), found["pseudonym"].tolist(), strict=True))
    rows = folder.rows(
        "person_result", "risk IS NOT NULL AND person IN (SELECT unnest($people))", {"people": list(names)}
    )
    return {names[row["person"]] for row in rows}


def _next_number() -> int:
    last = Run.objects.order_by("-id").values_list("id", flat=True).first()
    return (last or 0) + 1


def _clusters(practice: ir.Table, as_at: date) -> tuple[dict[int, str], dict[int, str]]:
    """The ODS code of each practice of the edition, and its cluster's; without one, its own is its cluster."""
    codes = {int(row.practice): row.ods_code for row in practice.to_pandas().itertuples()}
    groups = places.cluster_table(as_at)
    return codes, {p: groups[code].code if code in groups else code for p, code in codes.items()}


def _tenths(area: ir.Table, as_at: date) -> dict[int, int]:
    """The tenth of deprivation of each area of the edition of which it is known, by the index of its day."""
    known = deprivation.tenths(as_at)
    return {int(r.area): known[r.lsoa11_code] for r in area.to_pandas().itertuples() if r.lsoa11_code in known}


def _named(coverage: ir.Table, practices: Mapping[int, str], clusters: Mapping[int, str]) -> ir.Table:
    rows = [(p, code, clusters[p]) for p, code in practices.items()]
    names = ibis.memtable(rows, schema={"practice": "int16", "ods_code": "string", "cluster": "string"})
    return coverage.inner_join(names, "practice").select(*coverage.columns, "ods_code", "cluster")


def _with_codes(tested: ir.Table, codes: Mapping[str, str]) -> ir.Table:
    """The same rows, clusters by their code instead of the run's own number."""
    rows = tested.to_pandas()
    cluster = rows["part"] == CLUSTER
    rows.loc[cluster, "group"] = rows.loc[cluster, "group"].map(codes)
    return ibis.memtable(rows, schema=tested.schema())


def _pseudonyms(pseudonym: ir.Table, folder: runs.RunFolder) -> dict[int, str]:
    listed = [row["person"] for row in folder.rows("list_entry")]
    people = ibis.memtable([(p,) for p in listed], schema={"person": "int32"})
    of_purpose = pseudonym.filter(pseudonym.purpose == RISK).select("person", "pseudonym")
    found = of_purpose.inner_join(people, "person").select("person", "pseudonym").to_pandas()
    return dict(zip(found["person"].tolist(), found["pseudonym"].tolist(), strict=True))


def _model(results: pipeline.Results) -> dict[str, Any]:
    model = results.model
    if model is None:
        return {"fitted": False, "why": results.why_no_model}
    kept = {key: getattr(model, key) for key in ("people", "outcomes", "practices", "intercept")}
    bands = [asdict(band) for band in model.bands]
    assessment = asdict(model.assessment) if model.assessment else None
    return {"fitted": True, **kept, "bands": bands, "assessment": assessment, "trial": _trial(results.trial)}


def _thin(computed: Computed) -> dict[str, str]:
    """Practices, by code, in which a feed of the score is too thin, and which."""
    return {computed.practices[practice]: why for practice, why in computed.results.thin.items()}


def _trial(trial: Trial | None) -> dict[str, Any] | None:
    """How the model was tested, and what came of the comparison; the figures are in the results' tables."""
    if trial is None:
        return None
    kept = ("later_period", "parts", "practices_fitted", "practices_tested", "people_fitted", "people_tested")
    return {
        **{key: getattr(trial, key) for key in kept},
        "comparison": asdict(trial.comparison) if trial.comparison else None,
        "losses": [asdict(loss) for loss in trial.losses],
    }


def _lost(lost: Mapping[str, Mapping[str, list[int]]], practices: Mapping[int, str]) -> dict[str, dict[str, list[str]]]:
    return {
        purpose: {source: sorted(practices[p] for p in numbers) for source, numbers in by_source.items()}
        for purpose, by_source in lost.items()
    }


def _without(row: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key not in keys}


def _watched(computed: Computed, folder: runs.RunFolder) -> dict[int, tuple[str, str]]:
    """Deprivation fifth and ethnic group of everybody listed, so that places are shared out fairly."""
    listed = np.array(sorted(row["person"] for row in folder.rows("list_entry")), dtype=np.int32)
    if not len(listed):
        return {}
    tables, nothing = computed.connection, np.zeros(len(listed), dtype=np.int32)
    columns = {"person": listed, "practice": nothing, "age": nothing}
    fifths = {area: (tenth + 1) // 2 for area, tenth in computed.tenths.items()}  # two tenths each
    found = risk_groups.groups(tables.table("person"), columns, fifths, {}, computed.definitions.risk_test)
    pairs = zip(found[risk_groups.FIFTH].tolist(), found[risk_groups.ETHNIC].tolist(), strict=True)
    return dict(zip(listed.tolist(), pairs, strict=True))


def _entries(
    made: Run,
    folder: runs.RunFolder,
    pseudonyms: Mapping[int, str],
    before: Mapping[str, float],
    loaded: Definitions,
    watched: Mapping[int, tuple[str, str]],
) -> Iterator[ListEntry]:
    effects = helping.load(loaded.conditions, settings.DATA / "effects.toml")
    listed = folder.rows("list_entry")
    named = {"people": [row["person"] for row in listed]}
    among = "person IN (SELECT unnest($people))"
    people = {row["person"]: row for row in folder.rows("person_result", among, named)}
    in_grid = folder.rows("segment", f"segmentation = '{LIST_SEGMENTATION}' AND {among}", named)
    groups = {row["person"]: row["group"] for row in in_grid}
    by_number = {row["practice"]: row for row in folder.rows("coverage")}
    palliative = loaded.conditions[PALLIATIVE].flag
    for row in listed:
        person, practice = people[row["person"]], by_number[row["practice"]]
        pseudonym, reasons = pseudonyms[row["person"]], json.loads(row["reasons"])
        yield ListEntry(
            run=made,
            practice_code=practice["ods_code"],
            cluster_code=practice["cluster"],
            pseudonym=pseudonym,
            rank_in_practice=row["rank_in_practice"],
            rank_in_cluster=row["rank_in_cluster"],
            risk=row["risk"],
            age=person["age"],
            sex=person["sex"],
            group=groups[row["person"]],
            reasons=reasons,
            reason_keys=_keys(reasons),
            use=json.loads(row["use"]),
            palliative=bool(person["mask"] & palliative),
            suits="".join(f" {key}" for key in effects.suiting(person["age"], person["mask"])) + " ",
            fifth=watched[row["person"]][0],
            ethnic_group=watched[row["person"]][1],
            change=_change(row["risk"], before.get(pseudonym), loaded.risk.change_of_risk),
        )


def _keys(reasons: list[dict[str, Any]]) -> str:
    return "".join(f" {r['value'] if r['key'] == 'condition' else r['key']} " for r in reasons)


def _change(risk: float, before: float | None, step: float) -> str:
    """New on the list, or risk up or down by at least a step since the last run."""
    if before is None:
        return ListEntry.Change.NEW
    if abs(risk - before) < step:
        return ListEntry.Change.SAME
    return ListEntry.Change.UP if risk > before else ListEntry.Change.DOWN
