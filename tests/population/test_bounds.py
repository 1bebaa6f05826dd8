"""What figures could be, were those not seen known: the lowest and the highest, beside the truth and the estimate."""

from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from localcare.base import audit
from localcare.population import actions, bounds, explorer, queries
from localcare.population.calc.bounds import Age, highest_spend, people
from localcare.population.explorer import Question
from tests import builders
from tests.builders import text
from tests.population.computing import computed

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def area(edition, django_db_setup, django_db_blocker, tmp_path_factory):
    """A run over four practices of a hundred people; the fourth does not share."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("bounds"), patch)
        made = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        actions.put_in_use(edition, computed(edition), by=audit.SYSTEM)
        yield made
        transaction.set_rollback(True)


HOW = st.sampled_from(["priced", "unpriced", "not seen"])
PERSON = st.tuples(st.sampled_from(["in", "out"]), HOW, st.integers(0, 9))


@given(st.lists(PERSON, max_size=30))
def test_the_truth_lies_within_the_bounds_whatever_is_not_seen(everybody):
    """Against the whole truth, known here: no one costs more than 9."""
    inside = [(how, pounds) for where, how, pounds in everybody if where == "in"]
    seen = [how for how, _ in inside if how != "not seen"]
    missing = [sum(1 for _, how, _ in everybody if how == kind) for kind in ("not seen", "unpriced")]
    low, high = people(len(seen), missing[0])
    assert low <= len(inside) <= high
    spent = sum(pounds for how, pounds in inside if how == "priced")
    assert spent <= sum(pounds for _, pounds in inside) <= highest_spend(spent, len(seen), [Age(*missing, 9)])


def test_the_estimate_of_each_group_lies_within_its_bounds(area):
    told = [row for level in ("area", "cluster", "practice") for row in queries.report("segments", level).rows]
    shown = [row for row in told if row["people_high"] is not None]
    assert len(shown) > 20
    assert all(row["people_low"] == row["people_observed"] for row in shown)
    assert all(row["people_low"] <= row["people"] <= row["people_high"] for row in shown)
    assert all(row["spend_low"] <= row["spend"] <= row["spend_high"] for row in shown if row["spend_high"] is not None)
    assert all(row["people_high"] is None for row in told if row["people"] is None)


def test_the_whole_of_the_area_is_at_most_everybody_registered(area):
    answer = explorer.ask(queries.made(), Question(by="age"))
    assert answer.whole["people_low"] == 300
    assert 400 <= answer.whole["people_high"] <= 400 + 5 * len(answer.rows)
    assert sum(row["people_high"] for row in answer.rows) == answer.whole["people_high"]
    assert "people_high" not in explorer.ask(queries.made(), Question(by="district")).whole


def test_where_some_spend_is_not_shared_the_lowest_is_less_than_what_is_shown(area):
    of = queries.made()
    all_shared = explorer.ask(of, Question(by="age")).whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of.run, "lost", {"planning": {"acute": ["G82000"]}})
        bounds._missing.cache_clear()
        some = explorer.ask(of, Question(by="age")).whole
        share = bounds.spend_share(of, "age_and_conditions")
    bounds._missing.cache_clear()
    assert all_shared["spend_low"] == all_shared["spend"]
    assert some["spend_low"] < some["spend"] < some["spend_high"]
    assert share < bounds.spend_share(of, "age_and_conditions")
    assert all(low <= high for low, high in pairwise([some["spend_low"], some["spend"], some["spend_high"]]))


def test_the_explorer_shows_them_under_how_was_this_made(area, client, sign_in):
    sign_in("analyst", "99J")
    page = text(client.get("/population/explorer/?by=age"))
    assert "Lowest and highest that these figures can be" in page
    assert "300 to 4" in page
    assert "page 31, note 11" in page
    assert "Lowest and highest" not in text(client.get("/population/explorer/?by=district"))
