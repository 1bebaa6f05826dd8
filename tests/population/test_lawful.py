"""A run uses no row of a source that lacks its purpose, says which it left out, and what that cost the score."""

import ast
import inspect
import json
import re
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import transaction

from localcare.base import audit
from localcare.dataset import contract, runs
from localcare.dataset.purposes import SOURCES
from localcare.population import actions, definitions, lawful, lists, model_card, queries
from localcare.population.calc import pipeline, purpose, risk, risk_sources
from tests import builders
from tests.population.test_risk_trial import LOADED, _people

pytestmark = pytest.mark.django_db
WITHDRAWN = """
[references]
letter = "A letter"
[[permission]]
source = "{}"
purpose = "risk_stratification"
allowed = false
reference = "letter"
why = "support was withdrawn"
"""


@pytest.mark.parametrize("barred", [{"acute"}, {"social_care", "community"}, set(SOURCES), set()])
def test_no_row_of_a_barred_source_can_be_read(edition, barred):
    tables = {name: edition.table(name) for name in contract.load().tables}
    seen = purpose.permitted(tables, purpose.RISK, barred)
    of_source = {t.name: t.source for t in contract.load().tables.values() if t.source}
    rows = {name: seen.tables[name].count().execute() for name in of_source}
    assert all(rows[name] == 0 for name, source in of_source.items() if source in barred)
    held = {name for name, source in of_source.items() if source not in barred and tables[name].count().execute()}
    assert all(rows[name] > 0 for name in held)
    assert not barred & set(seen.lost)


@pytest.fixture(scope="module")
def without_gp(edition, django_db_setup, django_db_blocker, tmp_path_factory):
    """A run where general practice data may not serve risk stratification."""
    folder = tmp_path_factory.mktemp("data")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(folder, patch)
        (folder / "purposes.toml").write_text(WITHDRAWN.format("gp"))
        yield actions.run(edition, by=audit.SYSTEM)
        transaction.set_rollback(True)


def test_a_run_says_which_sources_it_did_not_use_and_what_the_score_lost(without_gp):
    rows = {(row["purpose"], row["source"]): row for row in without_gp.model["sources"]}
    assert set(rows) == {(p, s) for p in ("planning", "risk_stratification") for s in SOURCES}
    used = {source for (why, source), row in rows.items() if why == "risk_stratification" and row["used"]}
    assert used == {"acute"}
    gone = rows["risk_stratification", "gp"]
    assert (gone["why"], gone["reference"]) == ("support was withdrawn", "A letter")
    assert {"gp_contacts", "medicines", "heart_failure"} <= set(gone["predictors_lost"])
    assert all(row["used"] for (why, _), row in rows.items() if why == "planning")
    manifest = json.loads((settings.DATASET / "runs" / without_gp.name / "manifest.json").read_text())
    assert manifest["sources"] == without_gp.model["sources"]
    assert "gp" in lists.how_lists_are_made().left_out
    assert queries.report("model").more["sources"] == [rows["risk_stratification", source] for source in SOURCES]


def test_no_predictor_of_a_barred_source_has_a_coefficient(without_gp):
    folder = runs.named(settings.DATASET, without_gp.name)
    terms = {row["predictor"] for row in folder.rows("risk_model")}
    assert terms
    assert not terms & {p.key for p in LOADED.risk.predictors if p.source == "gp"}
    assert not terms & set(LOADED.risk.conditions)


def test_what_planning_may_not_see_does_not_change_the_score(edition, tmp_path, monkeypatch):
    """The score learns from conditions and is asked with them, also where planning may not use data of practices."""
    scored = []
    for purpose_barred in ("", "planning"):
        builders.keep_state_in(tmp_path / (purpose_barred or "all"), monkeypatch)
        (tmp_path / (purpose_barred or "all")).mkdir()
        if purpose_barred:
            withdrawn = WITHDRAWN.format("gp").replace("risk_stratification", "planning")
            (settings.DATA / "purposes.toml").write_text(withdrawn)
        computed = actions.compute(edition)
        with closing(computed.connection.con):
            rows = computed.tables["person_result"].select("person", "risk").order_by("person").to_pandas()
            scored.append(rows.dropna())
    assert len(scored[0]) > 100
    assert scored[0].equals(scored[1])


def test_without_hospital_data_there_is_no_score_and_the_run_says_why(edition, tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    (tmp_path / "purposes.toml").write_text(WITHDRAWN.format("acute"))
    computed = actions.compute(edition)
    with closing(computed.connection.con):
        assert computed.results.model is None
        assert "Hospital data may not be used" in computed.results.why_no_model
        assert computed.tables["list_entry"].count().execute() == 0


def test_a_file_of_purposes_that_cannot_be_used_stops_the_run_before_it_begins(edition, tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    (tmp_path / "purposes.toml").write_text("nonsense")
    with pytest.raises(actions.definition_files.BadDefinition, match=r"purposes\.toml"):
        actions.compute(edition)


def test_nobody_computes_without_saying_which_sources_are_barred():
    with pytest.raises(TypeError, match="barred"):
        pipeline.compute({}, definitions.load(), {}, date(2023, 1, 1))


def test_the_how_to_for_a_platform_scores_by_the_same_law_as_the_command():
    page = (Path(__file__).parents[2] / "docs/how-to/run-on-spark.md").read_text("utf-8")
    [code] = [part for part in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if "pipeline.compute" in part]
    [call] = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Call) and "compute" in ast.unparse(n.func)]
    given = {keyword.arg for keyword in call.keywords}
    assert {"barred", "tenths"} <= given
    bound = inspect.signature(pipeline.compute).bind(*call.args, **dict.fromkeys(given))
    assert len(bound.args) == 4
    assert "purposes.barred(" in code


def test_what_a_source_gives_the_score_is_measured_by_leaving_it_out():
    # Admissions before (hospital) and heart failure (general practice) both raise the risk of these people.
    learn, ask = _people(6_000, 7), _people(6_000, 8)

    def told(chosen):
        people = risk.design(learn, chosen, LOADED.conditions), risk.design(ask, chosen, LOADED.conditions)
        return risk.score(risk.fit(learn, people[0], learn["admissions"] > 0, chosen), people[1], ask["age"])

    losses = risk_sources.losses(told(LOADED.risk), ask["admissions"] > 0, told, LOADED)
    found = {loss.source: loss for loss in losses}
    assert set(found) == {"gp", "acute"}
    assert max(found["acute"].change.high, found["gp"].change.high) < 0
    assert "emergency_admissions" in found["acute"].predictors
    assert (found["acute"].conditions, found["gp"].conditions) == (0, len(LOADED.risk.conditions))
    said = model_card.finding_of_losses({"losses": [as_kept(loss) for loss in losses]})
    assert "without hospital data (4 predictors fewer) c changes by -0." in said
    assert "--compare" in model_card.finding_of_losses(None)


def as_kept(loss: risk_sources.Loss) -> dict:
    return {**vars(loss), "change": vars(loss.change)}


def test_leaving_out_is_the_same_as_fitting_without():
    learn, ask = _people(4_000, 1), _people(4_000, 2)
    less = risk_sources.narrowed(LOADED.risk, ["gp"])
    assert [p.key for p in less.predictors] == [p.key for p in LOADED.risk.predictors if p.source != "gp"]
    happened = learn["admissions"] > 0
    model = risk.fit(learn, risk.design(learn, less, LOADED.conditions), happened, less)
    told = risk.score(model, risk.design(ask, less, LOADED.conditions), ask["age"])
    ask["mask"] = np.zeros_like(ask["mask"])
    assert (told == risk.score(model, risk.design(ask, less, LOADED.conditions), ask["age"])).all()
    assert lawful.LABELS.keys() == set(SOURCES)
