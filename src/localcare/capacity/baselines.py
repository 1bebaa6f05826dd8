"""A baseline from a run and its edition, aggregated and protected; its folder written and read."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import ibis
import numpy as np
from ibis import ir

from localcare.capacity.calc.baseline import Array, Baseline, Observed, estimated, protected
from localcare.capacity.definitions import Setting, settings
from localcare.dataset import editions, runs
from localcare.dataset.editions import Edition
from localcare.dataset.runs import RunFolder
from localcare.dataset.suppression import Rule

SEGMENTATION = "age_and_conditions"
AGE_FROM = (0, 16, 45, 65, 75, 85)


def latest(dataset: Path, rule: Rule, *, synthetic: bool) -> Baseline:
    """The baseline of a dataset folder's latest run. Raises NoRun, NoEdition, or ValueError as `of_run` does."""
    run = runs.latest(dataset)
    return of_run(run, editions.named(dataset, run.manifest["edition"]), rule, synthetic=synthetic)


def of_run(run: RunFolder, edition: Edition, rule: Rule, *, synthetic: bool) -> Baseline:
    """The baseline of a run on its edition: a year of use until the edition's date.

    Counts below the rule's stand at the middle of what they may be; everything is counted over the whole area, so that
    no practice's figure stands in it but its people by age. Raises ValueError where an age band is not observed.
    """
    connection = ibis.duckdb.connect()
    tables = {name: connection.read_parquet(edition.path(name)) for name in ("person", "practice", "admission")}
    tables |= {name: connection.read_parquet(run.path(name)) for name in ("segment", "person_use", "coverage")}
    people = _people(tables, edition.as_at)
    rows = _use(people, tables, edition.as_at).execute()
    groups = tuple(sorted(rows["group"].unique()))
    observed = Observed(
        _grid(rows, groups, ["people"])[..., 0],
        _grid(rows, groups, [setting.key for setting in settings()]),
        _registered(people),
    )
    whole, use = estimated(observed)
    middle = rule.below / 2
    whole, use = protected(whole, use, small=rule.small, rounded=rule.rounded, middle=middle)
    clusters = _clusters(tables["coverage"])
    shown, _ = protected(
        np.stack(list(observed.registered.values())),
        np.zeros((len(observed.registered), len(AGE_FROM), 0)),
        small=rule.small,
        rounded=rule.rounded,
        middle=middle,
    )
    return Baseline(
        label=f"Edition {edition.id}",
        as_at=edition.as_at,
        synthetic=synthetic,
        age_from=AGE_FROM,
        groups=groups,
        settings=tuple(setting.key for setting in settings()),
        people=whole,
        use=use,
        practices=tuple(observed.registered),
        clusters=tuple(clusters[practice] for practice in observed.registered),
        practice_people=shown,
    )


def _people(tables: Mapping[str, ir.Table], as_at: date) -> ir.Table:
    """Registered people alive on a day: person, ods_code, age_from, group (null: not observed)."""
    person, practice, segment = tables["person"], tables["practice"], tables["segment"]
    months = as_at.year * 12 + as_at.month - person.birth_year.cast("int32") * 12 - person.birth_month
    here = person.filter(person.registered_to.isnull() & person.died_on.isnull())
    aged = here.select("person", "practice", age=(months // 12).cast("int32"))
    band = ibis.cases(*[(aged.age >= start, start) for start in reversed(AGE_FROM)], else_=0)
    aged = aged.select("person", "practice", age_from=band)
    named = aged.inner_join(practice.select("practice", "ods_code"), "practice").select(
        "person", "ods_code", "age_from"
    )
    mine = segment.filter(segment.segmentation == SEGMENTATION).select("person", "group")
    return named.left_join(mine, "person").select("person", "ods_code", "age_from", "group")


def _use(people: ir.Table, tables: Mapping[str, ir.Table], as_at: date) -> ir.Table:
    """People seen and their use by age band and group."""
    use, nights = tables["person_use"], _nights(tables["admission"], as_at)
    seen = people.filter(people.group.notnull())
    joined = seen.left_join(use, "person").drop("person_right").left_join(nights, "person").drop("person_right")
    sums = {setting.key: _sum(joined, setting) for setting in settings()}
    return joined.group_by("age_from", "group").agg(people=joined.count(), **sums).order_by("age_from", "group")


def _sum(joined: ir.Table, setting: Setting) -> ir.Value:
    columns = setting.columns or tuple(f"nights_{kind}" for kind in setting.nights_of)
    return sum((joined[column].sum().fill_null(0) for column in columns), ibis.literal(0)).cast("float64")


def _nights(admission: ir.Table, as_at: date) -> ir.Table:
    """Nights in hospital of spells that began in the year before a day, by kind; those still there until that day."""
    year = admission.filter(
        (admission.on > ibis.literal(as_at - timedelta(days=365))) & (admission.on <= ibis.literal(as_at))
    )
    until = year.discharged_on.fill_null(ibis.literal(as_at))
    nights = ibis.coalesce(year.bed_days, until.delta(year.on, unit="day").cast("int32"))
    counted = year.mutate(nights=nights)
    kinds = sorted({kind for setting in settings() for kind in setting.nights_of})
    return counted.group_by("person").agg(
        **{f"nights_{kind}": counted.nights.sum(where=counted.kind == kind) for kind in kinds}
    )


def _grid(rows, groups: tuple[str, ...], columns: list[str]) -> Array:
    """Rows by age band and group as ages x groups x columns; nought where there is no row."""
    grid = np.zeros((len(AGE_FROM), len(groups), len(columns)))
    for row in rows.to_dict("records"):
        grid[AGE_FROM.index(row["age_from"]), groups.index(row["group"])] = [row[column] for column in columns]
    return grid


def _registered(people: ir.Table) -> dict[str, Array]:
    """People of each practice by age band, in order of code."""
    rows = people.group_by("ods_code", "age_from").agg(people=people.count()).order_by("ods_code").execute()
    found: dict[str, Array] = {}
    for row in rows.to_dict("records"):
        ages = found.setdefault(row["ods_code"], np.zeros(len(AGE_FROM)))
        ages[AGE_FROM.index(row["age_from"])] = row["people"]
    return found


def _clusters(coverage: ir.Table) -> dict[str, str]:
    return {
        row["ods_code"]: row["cluster"] for row in coverage.select("ods_code", "cluster").execute().to_dict("records")
    }


def written(baseline: Baseline, folder: Path) -> None:
    """Write a baseline's folder: `baseline.toml`, `use.csv`, `practices.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "baseline.toml").write_text(_head(baseline), "utf-8")
    (folder / "use.csv").write_text(_use_csv(baseline), "utf-8")
    (folder / "practices.csv").write_text(_practices_csv(baseline), "utf-8")


def _head(baseline: Baseline) -> str:
    return (
        "# People and a year of their use, aggregated: counts of 1 to 7 stand at 4, others are rounded to 5.\n"
        f'version = 1\nlabel = "{baseline.label}"\nas_at = "{baseline.as_at}"\n'
        f"synthetic = {str(baseline.synthetic).lower()}\n"
    )


def _use_csv(baseline: Baseline) -> str:
    rows: list[list[object]] = [["age_from", "group", "people", *baseline.settings]]
    for i, age in enumerate(baseline.age_from):
        for j, group in enumerate(baseline.groups):
            rows.append([age, group, *(f"{n:.0f}" for n in (baseline.people[i, j], *baseline.use[i, j]))])
    return _csv(rows)


def _practices_csv(baseline: Baseline) -> str:
    rows: list[list[object]] = [["ods_code", "cluster", *(f"from_{age}" for age in baseline.age_from)]]
    for code, cluster, people in zip(baseline.practices, baseline.clusters, baseline.practice_people, strict=True):
        rows.append([code, cluster, *(f"{n:.0f}" for n in people)])
    return _csv(rows)


def _csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
