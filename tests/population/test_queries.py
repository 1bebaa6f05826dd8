"""What every table of a run was computed by: kept with the run, told by its page, the same when asked again."""

import re
from collections.abc import Iterator

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.dataset import contract
from localcare.population import actions, queries
from tests import builders
from tests.builders import text
from tests.population.computing import computed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def folder(edition, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator:
    """The results of a run in use."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        data = tmp_path_factory.mktemp("data")
        builders.keep_state_in(data, patch)
        run = actions.put_in_use(edition, computed(edition), by=audit.SYSTEM)
        yield actions.runs.named(data / "dataset", run.name)
        transaction.set_rollback(True)


def test_every_table_has_its_query_and_every_step_it_reads_has_one(folder):
    known = queries.queries_of_run()
    assert set(known) >= set(contract.load(contract.RESULTS).tables)
    assert {"people", "conditions"} <= set(known["register"].steps) | set(known["people"].steps) | {"conditions"}
    assert known["register"].steps == ("people",)
    assert known["arrived"].steps == ("feeds_arrived",)
    assert "condition" not in known["cube"].steps  # a column of that name is no table read
    assert not [name for name, query in known.items() if "ibis_" in query.text]


def test_asked_again_of_the_edition_a_query_gives_the_table(folder, edition):
    """Of a table that is SQL alone: the feeds, through the step it reads."""
    connection = edition.duckdb_connection()
    for step in (*queries.queries_of_run()["arrived"].steps, "arrived"):
        connection.execute(f"CREATE VIEW {step} AS {folder.queries[step]}")
    asked = connection.execute("SELECT * FROM arrived")
    columns = [column[0] for column in asked.description]
    found = [dict(zip(columns, row, strict=True)) for row in asked.fetchall()]
    wanted = folder.rows("arrived")
    assert sorted(map(str, found)) == sorted(map(str, wanted))
    assert wanted


def test_no_query_names_a_person(folder):
    told = "\n".join(query.text for query in queries.queries_of_run().values())
    assert not re.findall(r"[0-9a-f]{40,}|\b999[0-9]{7}\b", told)


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [("analyst", "99J", 200), ("practice_manager", "G1", 200), ("community_nurse", "C1", 403)],
)
def test_the_page_by_role(folder, client, sign_in, role, at, status):
    sign_in(role, at)
    answer = client.get("/population/how-made/register/")
    assert answer.status_code == status
    listed = "/population/how-made/register/" in text(client.get("/population/how-made/"))
    assert listed == (status == 200)
    if status == 200:
        assert "The query of register" in text(answer)
        assert 'href="/population/how-made/people/"' in text(answer)
        assert client.get("/population/how-made/nothing/").status_code == 404
