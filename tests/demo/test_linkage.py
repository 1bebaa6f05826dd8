"""The area's dirt has causes that its truth names, and linkage stays right in spite of them."""

import duckdb
import pytest
from bench import linkage

from localcare.demo import kin


@pytest.fixture(scope="module")
def judged(area_folder):
    return linkage.judge(area_folder / "extracts", area_folder / "truth", unregistered=0.1)


def test_hardly_anybody_is_linked_wrongly_even_where_one_in_ten_is_not_registered(judged):
    *_, (shape, _, registered, *found, missed) = linkage.by_source(judged, 0.999)
    right, wrong = sum(found[0::2]), sum(found[1::2])
    assert shape == "all"
    assert right + wrong > 10_000
    assert wrong / (right + wrong) < 0.0005
    assert right / registered > 0.99
    assert missed < 0.01 * registered


def test_another_registered_persons_number_hardly_ever_links_and_the_right_one_hardly_ever_is_refused(judged):
    mixed = judged.execute("""
        SELECT count(*), count(*) FILTER (found_by = 'number'), count(*) FILTER (found_by <> 'nobody' AND NOT hit)
        FROM judged WHERE contains(cause, 'number of somebody else here') AND holder_registered""").fetchall()[0]
    assert mixed[0] > 50
    assert mixed[1] <= 0.05 * mixed[0]
    assert mixed[2] <= 0.05 * mixed[0]
    right, refused = judged.execute("""
        SELECT count(*), count(*) FILTER (contradicted) FROM judged WHERE bears_own AND registered""").fetchall()[0]
    assert refused <= 0.0005 * right


def test_the_model_finds_people_whom_the_rule_leaves_and_nobody_wrongly(judged):
    right, wrong = judged.execute(
        "SELECT count(*) FILTER (hit), count(*) FILTER (NOT hit) FROM judged WHERE found_by = 'model' AND sure >= 0.999"
    ).fetchall()[0]
    assert right > 20
    assert wrong == 0


def test_every_cause_comes_with_every_row_that_has_it(area_folder):
    extracts = area_folder / "extracts"
    rows = duckdb.sql(f"""
        SELECT cause, r.nhs_number IS NULL, r.nhs_number <> t.nhs_number::VARCHAR, r.postcode IS NULL,
            p.family_name = r.family_name, p.given_name = r.given_name, p.date_of_birth = r.date_of_birth,
            p.postcode = r.postcode
        FROM read_csv('{extracts}/mental_health_contact.*csv', all_varchar = true) r
        JOIN '{area_folder}/truth/links/mental_health_contact.parquet' t ON r.contact_id = t.contact_id::VARCHAR
        JOIN (SELECT DISTINCT ON (nhs_number) * FROM read_csv('{extracts}/gp_patient.csv', all_varchar = true)) p
            ON p.nhs_number = t.nhs_number::VARCHAR
    """).fetchall()
    seen = set()
    for cause, missing, wrong, no_postcode, family, given, birth, postcode in rows:
        causes = set(cause.split(", ")) if cause else set()
        seen |= causes
        assert missing == ("number missing" in causes)
        assert bool(wrong) == bool(
            causes & {"number mistyped", "number of nobody here", "number of somebody else here"}
        )
        assert family or causes & {"family name misspelt", "former family name"}
        assert given or "given name in another spelling" in causes
        assert birth or causes & {"day and month changed over", "birth ten years early", "birth days late"}
        assert postcode or causes & {"another postcode", "postcode missing"}
        assert not no_postcode or causes & {"postcode missing", "another postcode"}
    assert {"number missing", "number mistyped", "number of nobody here", "number of somebody else here"} <= seen
    assert {"another postcode", "postcode missing"} <= seen
    assert {"given name in another spelling", "family name misspelt", "former family name"} <= seen


def test_some_share_a_home_with_somebody_easily_mistaken_for_them(area_folder):
    homes = duckdb.sql(f"""
        SELECT kin, count(DISTINCT p.nhs_number), max(homes) FROM (
            SELECT *, count(DISTINCT address_line_1 || postcode || family_name) OVER (PARTITION BY nhs_number) AS homes
            FROM read_csv('{area_folder}/extracts/gp_patient.csv', all_varchar = true)) p
        JOIN '{area_folder}/truth/people.parquet' t ON p.nhs_number = t.nhs_number::VARCHAR GROUP BY 1""").fetchall()
    assert {kind for kind, people, _ in homes if people} == set(kin.KINDS)
