"""A run on Apache Spark gives the tables that DuckDB gives: every one of them, row for row."""

import random
from datetime import timedelta

import pandas as pd
import pytest

from localcare.dataset import contract
from localcare.population import actions
from tests.editions import make_edition
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
    """400 people of four practices with rows in every table; some known to have died, to have left, or not placed."""
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


def test_every_table_of_a_run_on_spark_is_that_of_duckdb(everything, tmp_path):
    wanted, found = (actions.compute(everything, engine=engine) for engine in ("duckdb", "spark"))
    assert set(found.tables) == set(wanted.tables)
    for table in contract.load(contract.RESULTS).tables.values():
        same = _rows(wanted.tables[table.name], table)
        pd.testing.assert_frame_equal(_rows(found.tables[table.name], table), same, obj=table.name)
    found.connection.to_parquet(found.tables["coverage"], tmp_path / "coverage")
    assert len(pd.read_parquet(tmp_path / "coverage")) == 4


def _rows(expression, table: contract.Table) -> pd.DataFrame:
    """All rows in one order, money and shares to nine digits: sums of floats differ in the last."""
    names = [column.name for column in table.columns]
    rows = expression.select(names).to_pandas().round(9)
    return rows.astype({c.name: "float64" for c in table.columns if c.type.startswith(("int", "float"))}).sort_values(
        names, ignore_index=True
    )
