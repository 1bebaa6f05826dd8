"""Editions compared, pinned and expired: who came and went and why, what was audited, what stays."""

import json
from collections import Counter
from datetime import date

import pytest

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.cli.main import main
from localcare.dataset.comparing import compare
from localcare.dataset.editions import NoEdition, current, list_editions
from localcare.intake import actions, queries
from localcare.population.models import Run
from tests.builders import nhs_number
from tests.editions import make_edition
from tests.intake.builders import EVERYTHING, extract_folder, take_in

# Of practice A (the first), B, C (never agrees) and D (agrees from the second edition on).
A, B, C, D = "Y90001", "Y90002", "Y90003", "Y90004"
STORIES = [
    # where and how the person stands in each edition; why they went or came for planning, and for risk stratification
    ({}, {}, None, None),
    ({}, {"date_of_death": "2017-04-02"}, "-died", "-died"),
    ({}, {"registration_end_datetime": "2017-04-02"}, "-left", "-left"),
    ({}, None, "-left", "-left"),
    ({}, {"organisation": C, "registration_start_datetime": "2017-04-02"}, "-moved", "-moved"),
    ({"organisation": B}, {"organisation": B}, "-agreement_ended", None),
    ({}, {"type_1_opt_out": "true"}, "-choice", None),
    ({}, {"is_national_data_opted_in": "false"}, "-choice", None),
    ({}, {"risk_stratification_objection": "true"}, None, "-choice"),
    ({}, {"sharing_consent": "objected"}, None, None),
    (None, {}, "+joined", "+joined"),
    ({"registration_end_datetime": "2016-01-01"}, {"registration_start_datetime": "2017-04-01"}, "+joined", "+joined"),
    ({"date_of_death": "2017-01-01"}, {}, "+corrected", "+corrected"),
    ({"organisation": C}, {"registration_start_datetime": "2017-04-02"}, "+moved", "+moved"),
    ({"organisation": D}, {"organisation": D}, "+agreement_began", "+agreement_began"),
    ({"type_1_opt_out": "true"}, {}, "+choice_withdrawn", None),
    ({"risk_stratification_objection": "true"}, {}, None, "+choice_withdrawn"),
    ({"organisation": C}, {"organisation": C}, None, None),
]


def people(side: int) -> list[dict]:
    stories = [(n, story[side]) for n, story in enumerate(STORIES)]
    return [
        {"patient_id": str(n), "nhs_number": nhs_number(n), "postcode": "", **story}
        for n, story in stories
        if story is not None
    ]


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    agreed = [row for row in EVERYTHING if row["practice"] == A]
    of_b = [{**row, "practice": B, "ends": "2017-04-01" if row["purpose"] == "planning" else ""} for row in agreed]
    of_d = [{**row, "practice": D, "starts": "2017-04-01"} for row in agreed]
    agreements = [*agreed, *of_b, *of_d]
    observed = [{"observation_id": str(n), "patient_id": str(n)} for n in range(3)]
    days = ("2017-03-31", "2017-04-02")
    for n, day in enumerate(days):
        folder_in = extract_folder(
            folder / day, as_at=day, gp_patient=people(n), agreements=agreements, gp_observation=observed[: 2 + n]
        )
        take_in(folder_in, folder / "dataset")
    return compare(*list_editions(folder / "dataset"))


@pytest.mark.parametrize(("purpose", "column"), [("planning", 2), ("risk_stratification", 3)])
def test_everybody_who_came_or_went_is_counted_under_the_reason(two, purpose, column):
    (found,) = [people for people in two.people if people.purpose == purpose]
    told = {f"-{why}": n for why, n in found.out.items() if n} | {f"+{why}": n for why, n in found.joined.items() if n}
    assert told == Counter(story[column] for story in STORIES if story[column])
    assert found.after == found.before - sum(found.out.values()) + sum(found.joined.values())


def test_tables_sources_coverage_and_agreements_stand_side_by_side(two):
    assert two.tables["person"] == (17, 17)
    assert two.sources["gp_observation"]["rows_in"] == (2, 3)
    assert two.coverage["gp"]["practices_planning"] == (2, 2)
    assert (B, "gp", "planning", "ended") in two.agreements
    assert (D, "acute", "risk_stratification", "began") in two.agreements


def test_other_keys_tell_nothing_of_people(tmp_path):
    first, second = (make_edition(tmp_path, day) for day in ("2017-03-30", "2017-03-31"))
    manifest = json.loads((second.folder / "manifest.json").read_text()) | {"key_fingerprints": {"planning": "other"}}
    (second.folder / "manifest.json").write_text(json.dumps(manifest))
    assert compare(first, list_editions(tmp_path)[1]).people == ()


@pytest.fixture
def four(tmp_path, settings, db):
    """Four editions; a run rests on the second, the first is pinned, the last is in use, one may stay."""
    settings.DATASET, settings.KEEP_EDITIONS, settings.KEEP_EDITION_DAYS = tmp_path, 1, 0
    for day in ("2017-03-28", "2017-03-29", "2017-03-30", "2017-03-31"):
        extract = extract_folder(tmp_path / day, as_at=day)
        take_in(extract, tmp_path)
    made = list_editions(tmp_path)
    for n in (0, 1):
        Run.objects.create(
            name=f"run-{n}", edition=made[n].id, as_at=made[n].as_at, made_at=audit.clock.now(), definitions="",
            coverage={}, model={}, lost={},
        )  # fmt: skip
    actions.pin(edition=made[0].id, why="year end", by=audit.SYSTEM)
    return made


def test_what_expires_goes_whole_and_on_record_and_what_is_needed_stays(four):
    assert [line.expires for line in queries.listed()] == [False, False, True, False]
    assert actions.expire(by=audit.SYSTEM) == [four[2].id]
    assert not four[2].folder.exists()
    assert [line.id for line in queries.listed()] == [four[n].id for n in (0, 1, 3)]
    assert actions.expire(by=audit.SYSTEM) == []
    entries = AuditEntry.objects.filter(action__startswith="intake.edition").order_by("sequence")
    assert [(e.action, audit.detail(e)["edition"]) for e in entries] == [
        ("intake.edition_pinned", four[0].id),
        ("intake.edition_expired", four[2].id),
    ]


def test_a_released_edition_expires_unless_the_run_in_use_rests_on_it(four):
    assert actions.release(edition=four[0].id, by=audit.SYSTEM)
    assert not actions.release(edition=four[1].id, by=audit.SYSTEM)
    assert actions.expire(by=audit.SYSTEM) == [four[0].id, four[2].id]
    assert AuditEntry.objects.filter(action="intake.edition_released").count() == 1


def test_the_list_tells_date_size_coverage_runs_and_state(four):
    first, *_, last = queries.listed()
    assert (first.as_at, first.people, first.coverage, first.runs, first.pinned) == (
        date(2017, 3, 28), 1, 1.0, ("run-0",), "year end"
    )  # fmt: skip
    assert (first.in_use, last.in_use, last.rows > 0) == (False, True, True)
    with pytest.raises(NoEdition, match=first.id):
        actions.pin(edition="1999", why="none", by=audit.SYSTEM)


def test_the_commands_say_the_same(four, settings, capsys):
    assert main(["intake", "editions", "list", "--json"]) == 0
    assert [line["id"] for line in json.loads(capsys.readouterr().out)] == [edition.id for edition in four]
    assert main(["intake", "editions", "compare", four[0].id, four[3].id, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["people"][0]["before"] == 1
    assert main(["intake", "editions", "expire", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"would_expire": [four[2].id]}
    assert main(["intake", "editions", "pin", four[2].id, "--why", "an evaluation rests on it"]) == 0
    assert main(["intake", "editions", "compare", four[0].id, four[3].id]) == 0
    assert main(["intake", "editions", "list"]) == 0
    assert main(["intake", "editions", "expire"]) == 0
    assert current(settings.DATASET).id == four[3].id
    assert len(list_editions(settings.DATASET)) == 4
    assert main(["intake", "editions", "release", "1999"]) == 0
    assert main(["intake", "editions", "pin", "1999", "--why", "none"]) == 2
