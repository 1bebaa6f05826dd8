"""The model card: nothing small is shown, few people give words instead of figures, and what was found is told."""

from dataclasses import asdict
from types import SimpleNamespace

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.dataset import runs
from localcare.dataset.suppression import Rule
from localcare.design.calibration import Point, calibration_chart
from localcare.population import actions, model_card, queries
from localcare.population.models import Run
from tests import builders
from tests.builders import text
from tests.population.test_risk_trial import CLUSTERS, LOADED, QUICK, _people, risk_trial

pytestmark = pytest.mark.django_db
SLOPES = ((0.85, 0.7, 0.99), (1.0, 0.9, 1.1), (0.8, 0.75, 0.85), (1.2, 1.15, 1.25), (None, None, None))
TABLES = {"risk_test": "groups", "risk_top": "tops", "risk_plot": "plot"}


@pytest.fixture(scope="module")
def trial():
    late = _people(8_000, 8)
    groups = {
        "sex": ["male" if n % 2 else "female" for n in range(8_000)],
        "ethnic_group": ["black" if n % 1_600 < 2 else "not_recorded" for n in range(8_000)],
        "cluster": [f"C{CLUSTERS[p]}" for p in late["practice"].tolist()],
    }
    arrays = {part: risk_trial.np.array(keys) for part, keys in groups.items()}
    return risk_trial.trial(_people(8_000, 7), late, arrays, CLUSTERS, QUICK, compare=True)


@pytest.fixture
def made(trial):
    """A run that holds this trial."""
    told = {"later_period": True, "parts": 4, "practices_fitted": 12, "practices_tested": 4, "people_fitted": 6_001}
    told |= {"people_tested": 2_003, "comparison": asdict(trial.comparison)}
    return SimpleNamespace(
        run=SimpleNamespace(
            model={"fitted": True, "trial": told},
            coverage={
                "P1": {"may_be_scored": 9, "observed": 10},
                "P2": {"may_be_scored": 0, "observed": 10},
                "P3": {"may_be_scored": 0, "observed": 10},
            },
            lost={"risk_stratification": {"acute": ["P3"], "social_care": ["P1"]}},
        ),
        folder=SimpleNamespace(rows=lambda table: list(getattr(trial, TABLES[table]))),
        definitions=LOADED,
        rule=Rule(8, 5),
    )


def test_no_count_from_1_to_7_and_none_that_is_not_rounded(made):
    more = model_card.more(made)
    rows = [*model_card.rows(made), *more["top"], *more["plot"]]
    counts = [row[key] for row in rows for key in ("people", "outcomes") if row[key] is not None]
    assert counts
    assert all(n == 0 or (n >= 8 and n % 5 == 0) for n in counts)
    assert more["trial"]["people_fitted"] == 6_000


def test_a_small_group_gets_words_and_another_is_hidden_with_it(made):
    found = {(r["outcome"], r["part"], r["group"]): r for r in model_card.rows(made) if r["model"] == "logistic"}
    few, most = found["admission", "ethnic_group", "black"], found["admission", "ethnic_group", "not_recorded"]
    # Both groups add up to everybody: with one hidden, the other must be.
    assert (few["outcomes"], most["outcomes"]) == (None, None)
    assert (few["c"], model_card.within(few, "slope")) == (None, "too few")
    assert most["c_low"] < most["c"] < most["c_high"]


def test_findings_in_words(made):
    rows, more = model_card.rows(made), model_card.more(made)
    test = LOADED.risk_test
    assert "calibration slope 0.99" in model_card.finding(rows, test)
    assert "1 group has too few people to say." in model_card.finding_of_groups(rows, test)
    assert "did not earn its place" in model_card.finding_of_comparison(more["trial"])
    assert "The 5% at highest risk had" in model_card.finding_of_top(more["top"], 0.05)
    assert "not enough data" in model_card.finding([], test)
    assert "not enough data" in model_card.finding_of_top([], 0.05)
    assert "not tried" in model_card.finding_of_comparison({"comparison": None})


def test_a_group_outside_the_bounds_is_named_and_whether_chance_may_have_put_it_there():
    row = {"outcome": "crisis", "model": "logistic", "part": "age_band", "label": "85 and over"}
    rows = [row | dict(zip(("slope", "slope_low", "slope_high"), one, strict=True)) for one in SLOPES]
    told = model_card.outside(rows, LOADED.risk_test)
    assert [words.rpartition("). ")[2] for words in told] == [
        "The interval reaches into the bounds: chance may have put it outside.",
        "Not by chance: the risks of these people are told too far apart, the highest too high.",
        "Not by chance: the risks of these people are told too close together.",
    ]
    assert told[0].startswith("Crisis, age, 85 and over: 0.85 (0.70 to 0.99)")


def test_slopes_outside_the_bounds_are_told_beside_what_chance_alone_would_put_there():
    row = {"outcome": "crisis", "model": "logistic", "part": "age_band", "label": "85 and over"}
    rows = [row | dict(zip(("slope", "slope_low", "slope_high"), one, strict=True)) for one in SLOPES]
    assert model_card.finding_of_chance(rows, LOADED.risk_test) == (
        "Of 4 slopes of both outcomes 3 lie outside 0.9 to 1.1. "
        "Were every slope truly 1, chance alone would put about 0.2 of them there. "
        "The interval of 3 leaves 1 out; chance alone would do that in about 0."
    )
    assert model_card.finding_of_chance(rows[:1], LOADED.risk_test).startswith("Of 1 slopes of both outcomes 1 lies")
    assert model_card.finding_of_chance(rows[4:], LOADED.risk_test) == ""


def test_practices_without_a_score_are_named_with_the_reason(made):
    assert [(r["practice"], r["why"]) for r in model_card.more(made)["practices_without_a_score"]] == [
        ("P2", "has no agreement for risk stratification"),
        ("P3", "shares only some of the data that the score needs"),
    ]


def test_what_the_top_holds_never_grows_less(made):
    held = [r["held"] for r in model_card.more(made)["top"] if (r["outcome"], r["model"]) == ("admission", "logistic")]
    assert held == sorted(held)
    assert len(held) == 4


@pytest.mark.parametrize("row", model_card.benchmarks(), ids=lambda row: row["model"])
def test_every_published_figure_has_a_source_and_is_none_recalled(row):
    assert all(row[key] for key in ("model", "population", "outcome", "horizon", "metric", "value", "citation"))
    assert "recalled" not in " ".join(row.values())


def test_a_point_of_a_true_risk_lies_on_the_line_and_a_hidden_one_is_not_drawn():
    chart = calibration_chart([Point(0.2, 0.2, 0.1, 0.3), Point(0.1, None)])
    (point,) = chart.points
    assert point.x - 44 == pytest.approx(276 - point.y, abs=0.2)
    assert point.top < point.y < point.bottom
    assert [tick.text for tick in chart.up] == ["0%", "10%", "20%", "30%"]
    assert calibration_chart([]).points == ()
    with pytest.raises(ValueError, match="from 0 to 1"):
        calibration_chart([Point(0.2, 1.2)])


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("data"), patch)
        area = builders.area()
        for number in range(4):
            area.add_practice(f"G8200{number}", f"Practice G8200{number}", "C1")
        actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
        yield area
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("role", "at", "status"),
    [
        ("analyst", "99J", 200),
        ("gp", "G82000", 200),
        ("practice_nurse", "G82000", 403),
        ("privacy_officer", "99J", 403),
    ],
)
def test_the_page_by_role(client, area, sign_in, role, at, status):
    sign_in(role, at)
    assert client.get("/population/model/").status_code == status


def test_without_a_test_the_page_says_why_and_still_names_practices_without_a_score(client, area, sign_in):
    sign_in("analyst", "99J")
    page = text(client.get("/population/model/"))
    assert "too few practices to leave one out" in page
    assert "QAdmissions" in page


def test_with_a_test_the_page_tells_it(client, area, sign_in, made, monkeypatch):
    rows = runs.RunFolder.rows
    given = made.folder.rows
    monkeypatch.setattr(runs.RunFolder, "rows", lambda f, t, *a: given(t) if t in TABLES else rows(f, t, *a))
    run = queries.current_run()
    Run.objects.filter(id=run.id).update(model=run.model | made.run.model)
    sign_in("analyst", "99J")
    page = text(client.get("/population/model/"))
    assert "calibration slope 0.99" in page
    assert "did not earn its place" in page
    assert "Were every slope truly 1, chance alone would put" in page
    assert "too few" in page
    assert "<circle" in client.get("/population/model/").content.decode()


def test_before_the_first_run_the_page_says_what_to_wait_for(client, area, sign_in):
    Run.objects.all().delete()
    sign_in("analyst", "99J")
    assert "no figures yet" in text(client.get("/population/model/"))
