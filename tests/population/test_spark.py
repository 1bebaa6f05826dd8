"""A run on Apache Spark gives the tables that DuckDB gives: every one of them, row for row."""

import random
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from localcare.base import audit
from localcare.dataset import contract, editions, spark
from localcare.dataset.purposes import PURPOSES, SOURCES
from localcare.demo import build
from localcare.places import actions as places
from localcare.population import actions, definitions, lawful
from localcare.population.calc import comorbidity, conditions, hfrs, people, scores, segments, use
from localcare.population.calc.purpose import PLANNING, RISK
from localcare.population.definitions.scoring import Diagnoses
from tests.editions import make_edition
from tests.intake.builders import take_in
from tests.population.conftest import AS_AT, _codes, _event, _person

pyspark = pytest.importorskip(
    "pyspark.sql", reason="Apache Spark is not installed: pip install 'localcare[spark]', and Java 17"
)
pytestmark = [pytest.mark.spark, pytest.mark.django_db, pytest.mark.filterwarnings("ignore")]
# A table of 400 rows is soonest read by one task that nobody compiles.
SMALL = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
}
ICD = ["F000", "I219", "E119", "E112", "C509", "C787", "N185", "Z000"]


@pytest.fixture(scope="module", autouse=True)
def session():
    """A session that is there already, as on a platform; `dataset.spark` takes it."""
    running = pyspark.SparkSession.builder.master("local[2]").config(map=SMALL).getOrCreate()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """400 people of four practices with rows in every table, some not placed; a practice keeps two sources back."""
    chance = random.Random(3)
    people = [_person(chance, n) | {"area": chance.choice([0, 1, None]), "sex": "male"} for n in range(400)]
    seen = [n for n, person in enumerate(people) if person["observed"]]
    codes = _codes()[:-1]
    icd = [{"system": "icd10", "value": value} for value in ICD]

    def events(rows: int, **columns) -> list[dict]:
        return [_event(chance, seen) | {name: draw() for name, draw in columns.items()} for _ in range(rows)]

    spells = events(300, kind=lambda: chance.choice(["emergency", "elective", "day_case", "other"]))
    for number, spell in enumerate(spells):
        spell["discharged_on"] = spell["on"] + timedelta(days=number % 9) if number % 7 else None
    return make_edition(
        tmp_path_factory.mktemp("spark") / "dataset",
        AS_AT,
        person=people,
        code=[*codes, *icd],
        agreement=[
            {"practice": practice, "source": source, "purpose": purpose}
            for practice in range(4)
            for source in SOURCES
            for purpose in PURPOSES
            if (practice, source) not in {(1, "mental_health"), (1, "social_care")}
        ],
        observation=events(900, code=lambda: chance.randrange(len(codes))),
        medication=events(500, code=lambda: chance.randrange(len(codes))),
        gp_contact=events(900, kind=lambda: chance.choice(["gp", "nurse", "other"])),
        emergency_attendance=events(300, by_ambulance=lambda: chance.random() < 0.3),
        admission=spells,
        diagnosis=[
            {"spell": n, "person": s["person"], "on": s["on"], "position": p, "code": len(codes) + chance.randrange(8)}
            for n, s in enumerate(spells)
            for p in (1, 2)
        ],
        outpatient=events(200, attended=lambda: chance.random() < 0.8, first=lambda: chance.random() < 0.5),
        call_111=events(60),
        ambulance=events(60, conveyed=lambda: chance.random() < 0.5),
        community_contact=events(100),
        mental_health_contact=events(60),
        social_care=events(20, weekly_cost=lambda: 100.0),
    )


def test_conditions_costs_frailty_comorbidity_and_groups_on_spark_are_those_of_duckdb(everything):
    loaded = definitions.load()

    def asked(connection) -> list[pd.DataFrame]:
        tables = editions.tables(connection)
        codes = conditions.code_masks(tables["code"], loaded.conditions)
        masks = conditions.flags(tables["observation"], codes, loaded.conditions, AS_AT)
        known = people.registered(tables["person"], AS_AT).left_join(masks, "person")
        known = known.select("person", "age", "observed", mask=known.mask.fill_null(0))
        costed = use.costs(tables, known, loaded.prices, AS_AT)
        grid = loaded.segmentation("age_and_conditions")
        groups = {"band": segments.age_band(costed, grid), "group": segments.group(costed, grid, loaded.conditions)}
        frail = hfrs.score(tables["diagnosis"], tables["code"], known, replace(loaded.hfrs, from_age=0), AS_AT)
        charlson = {s.key: s.method for s in loaded.scores if isinstance(s.method, Diagnoses)}
        ill = scores.diagnosed(tables["diagnosis"], comorbidity.code_masks(tables["code"], charlson), charlson, AS_AT)
        answers = (costed.select("person", "age", "mask", "cost", **groups), frail, ill)
        return [table.to_pandas().sort_values("person", ignore_index=True).round(9) for table in answers]

    for found, wanted in zip(asked(spark.connection(everything)), asked(everything.connection()), strict=True):
        assert len(wanted)
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def test_every_table_of_a_run_on_spark_is_that_of_duckdb(everything, tmp_path):
    wanted, found = _on_both(everything)
    assert wanted.results.lost[PLANNING]["mental_health"] == [1]
    assert lawful.barred(AS_AT)[RISK]
    assert wanted.results.model
    for _ in range(2):  # a second run on a platform takes the place of the first
        found.connection.to_parquet(found.tables["coverage"], tmp_path / "coverage", mode="overwrite")
    assert len(pd.read_parquet(tmp_path / "coverage")) == 4


def test_of_a_demo_area_too_every_table_on_spark_is_that_of_duckdb(tmp_path):
    """What the demo's extracts bring: linked people, all codes, trajectories, practices that do not share."""
    build.generate(tmp_path / "area", fraction=0.005, seed=7)
    places.load_reference(by=audit.SYSTEM)
    wanted, _ = _on_both(take_in(tmp_path / "area" / "extracts", tmp_path / "dataset")[0])
    assert wanted.tables["person_result"].count().execute() > 2_000


def _on_both(edition):
    """A run on DuckDB and one on Spark, the same in every table."""
    wanted, found = (actions.compute(edition, engine=engine) for engine in ("duckdb", "spark"))
    assert set(found.tables) == set(wanted.tables)
    assert found.results.lost == wanted.results.lost
    for table in contract.load(contract.RESULTS).tables.values():
        same = _rows(wanted.tables[table.name], table)
        pd.testing.assert_frame_equal(_rows(found.tables[table.name], table), same, obj=table.name)
    return wanted, found


def _rows(expression, table: contract.Table) -> pd.DataFrame:
    """All rows in one order, money and shares to nine digits: sums of floats differ in the last."""
    names = [column.name for column in table.columns]
    rows = expression.select(names).to_pandas().round(9)
    return rows.astype({c.name: "float64" for c in table.columns if c.type.startswith(("int", "float"))}).sort_values(
        names, ignore_index=True
    )
