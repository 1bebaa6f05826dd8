from datetime import date
from pathlib import Path

import duckdb
import ibis
import pytest

from localcare.dataset import contract, document, editions
from localcare.dataset.editions import (
    BrokenContract,
    Busy,
    EditionWriter,
    NoEdition,
    current,
    keep_current,
    list_editions,
    named,
)
from tests.editions import make_edition, write_edition

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("file", [contract.EDITIONS, contract.RESULTS])
def test_every_column_that_measures_has_a_unit(file):
    loaded = contract.load(file)
    columns = [(table.name, column) for table in loaded.tables.values() for column in table.columns]
    assert [(name, c.name) for name, c in columns if c.type.startswith("float") and not c.unit] == []
    counts = [(name, c.name) for name, c in columns if c.name in ("people", "observed", "bed_days") and not c.unit]
    assert [pair for pair in counts if loaded.tables[pair[0]].column(pair[1]).type != "bool"] == []


@pytest.mark.parametrize("name", ["dataset", "results", "purposes"])
def test_the_reference_page_is_up_to_date(name):
    command = f"python -m localcare.dataset.document {name} > docs/reference/{name}.md"
    assert (ROOT / f"docs/reference/{name}.md").read_text("utf-8") == document.page(name), command


def test_an_edition_reads_back_what_was_written(tmp_path):
    made = make_edition(
        tmp_path,
        "2017-03-31",
        person=[{}, {"sex": "male", "practice": 1}],
        code=[{"value": "44054006"}],
        observation=[
            {"person": 1, "on": date(2016, 2, 1), "code": 0, "value": 7.5},
            {"person": 0, "on": date(2015, 1, 1), "code": 0},
        ],
    )
    assert (made.id, made.as_at, made.manifest["rows"]["person"]) == ("2017-03-31-test", date(2017, 3, 31), 2)
    assert made.table("person").sex.execute().tolist() == ["female", "male"]
    assert made.duckdb_connection().execute("SELECT person, value FROM observation").fetchall() == [(0, None), (1, 7.5)]


def test_a_question_composed_once_is_answered_by_every_edition(tmp_path):
    person = editions.unbound()["person"]
    asked = ibis.to_sql(person.filter(person.sex == "male").count().name("n"), dialect="duckdb")
    for men, women in ((1, 0), (2, 1)):
        people = [{"sex": "male"}] * men + [{"sex": "female"}] * women
        with make_edition(tmp_path / str(men), "2017-03-31", person=people).duckdb_connection() as connection:
            assert connection.execute(asked).fetchall() == [(men,)]


def test_an_open_edition_reads_no_other_file(tmp_path):
    (tmp_path / "other.csv").write_text("a\n1\n")
    connection = make_edition(tmp_path / "data", "2017-03-31", person=[{}]).duckdb_connection()
    with pytest.raises(duckdb.PermissionException):
        connection.execute(f"SELECT * FROM read_csv('{tmp_path}/other.csv')")
    with pytest.raises(duckdb.Error):
        connection.execute("SET enable_external_access = true")


def test_the_newest_edition_is_current_even_if_an_older_one_comes_later(tmp_path):
    with pytest.raises(NoEdition, match="intake run"):
        current(tmp_path)
    for day in ("2016-03-31", "2017-03-31", "2015-03-31"):
        make_edition(tmp_path, day)
    assert current(tmp_path).as_at == date(2017, 3, 31)
    assert [edition.as_at.year for edition in list_editions(tmp_path)] == [2015, 2016, 2017]
    assert named(tmp_path, "2016-03-31-test").as_at == date(2016, 3, 31)
    with pytest.raises(NoEdition, match="2015-03-31-test"):
        named(tmp_path, "1999")


def test_only_the_edition_in_use_is_kept(tmp_path):
    keep_current(tmp_path)
    make_edition(tmp_path, "2016-03-31", person=[{}])
    newest = make_edition(tmp_path, "2017-03-31", person=[{}])
    keep_current(tmp_path)
    assert list_editions(tmp_path) == [newest] == [current(tmp_path)]


def test_the_same_edition_again_changes_nothing(tmp_path):
    made = make_edition(tmp_path, "2017-03-31", person=[{}])
    before = made.path("person").stat().st_ino
    make_edition(tmp_path, "2017-03-31", person=[{}])
    assert made.path("person").stat().st_ino == before
    assert [path.name for path in made.folder.parent.iterdir() if path.name.startswith(".un")] == []


PERSON = {"person": 0, "practice": 0, "area": None, "birth_year": 1950, "birth_month": 6, "sex": "male"}
PERSON |= {"ethnicity": "A", "language": None, "registered_from": date(2000, 1, 1), "registered_to": None}
PERSON |= {"died_on": None, "observed": True, "risk_stratification": True}
PRACTICE = {"practice": 0, "ods_code": "G82001", "planning_agreement": True, "risk_stratification_agreement": True}


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ([PERSON | {"sex": None}], "person.sex: 1 nulls"),
        ([PERSON, PERSON], "not numbered from 0 to 1"),
        ([PERSON | {"person": 1}], "not numbered from 0 to 0"),
        ([PERSON | {"practice": 5}], "points beyond table practice"),
    ],
)
def test_a_broken_contract_leaves_the_previous_edition(tmp_path, person, fault):
    before = make_edition(tmp_path, "2016-03-31", person=[{}])
    with pytest.raises(BrokenContract, match=fault):
        write_edition(tmp_path, date(2017, 3, 31), {"person": person, "practice": [PRACTICE]})
    assert current(tmp_path) == before
    assert sorted(path.name for path in (tmp_path / "editions").iterdir()) == [".lock", before.id, "current"]


def test_two_writers_at_once_are_refused(tmp_path):
    with EditionWriter(tmp_path, "x", date(2017, 3, 31)), pytest.raises(Busy, match="Wait"):
        EditionWriter(tmp_path, "y", date(2017, 3, 31)).__enter__()


def test_a_missing_table_is_a_broken_contract(tmp_path):
    with EditionWriter(tmp_path, "x", date(2017, 3, 31)) as writer, pytest.raises(BrokenContract, match="not written"):
        writer.finish({})


def test_a_repeated_key_is_a_fault():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT 0::INT person, 'planning' purpose, 'x' pseudonym FROM range(2)")
    assert contract.faults(connection, contract.load().tables["pseudonym"], "t") == [
        'pseudonym: 1 repeated keys ("person", "purpose")'
    ]
    connection.execute("CREATE TABLE wrong AS SELECT 'a' area")
    assert "the contract has" in contract.faults(connection, contract.load().tables["area"], "wrong")[0]
