"""States of the pages on a run that no journey comes by, unfolded: models compared, a query, bounds, questions too
fine, practices that are not seen, results taken away."""

import shutil
from itertools import groupby
from operator import itemgetter

import pytest
from django.conf import settings
from playwright.sync_api import expect

from localcare.base import audit
from localcare.places.models import Area
from localcare.population import actions, queries, variation
from tests import builders
from tests.e2e.browser import check_page, sign_in_as
from tests.population.conftest import with_a_past

PRACTICES = 12
OWN, NOT_SHARING, NOT_LOADED = "G82000", "G82003", "G1"
# For whoever sees everything: the address, and what tells that it is the state meant.
ALL = (
    ("explorer/", "explorer-bounds", "no lower and no higher than"),
    ("explorer/?by=setting", "explorer-settings", "For 1,000 people"),
    ("explorer/?by=lsoa&show=spend_per_head", "explorer-map-spend", "Not shown, too few people"),
    ("explorer/?group=dementia&condition=asthma", "explorer-crossed", "groups and conditions are not crossed"),
    ("practice/?at=area:", "dashboard-area", "choose a cluster or a practice"),
    ("measures/?measure=emergency_attendances", "measures-unfolded", "for 1,000"),
    (f"practice/costliest/?at=practice:{NOT_SHARING}", "costliest-nobody", "Nobody's use is seen here."),
    ("variation/?indicator=conditions", "variation-drawn", "Each dot is a practice"),
    ("quality/?at=area:", "quality-unfolded", "What has arrived"),
    ("model/", "model-compared", "5%, boosting"),
    ("how-made/", "how-made-full", "What each table of this run"),
)
OF_A_PRACTICE = (
    (OWN, "practice/", "at most one in twenty is so by chance"),
    (OWN, "variation/?indicator=spend", "Practice G82000 (yours)"),
    (NOT_SHARING, "", "Your practice does not share for planning"),
    (NOT_SHARING, "explorer/", "Your practice does not share for planning"),
    (NOT_SHARING, "practice/", "Your practice does not share for planning"),
    (NOT_LOADED, "", "Your practice is not in this edition of the data"),
    (NOT_LOADED, "explorer/", "Your practice is not in this edition of the data"),
)


@pytest.fixture
def area(transactional_db, tmp_path, monkeypatch):
    """A run over twelve practices in two clusters, enough to compare; boosting was tried beside the model."""
    edition = with_a_past(tmp_path, practices=PRACTICES, admissions=4000)
    builders.keep_state_in(tmp_path, monkeypatch)
    made = builders.area()
    for number in range(PRACTICES):
        made.add_practice(f"G8200{number}", f"Practice G8200{number}", "C1" if number < PRACTICES / 2 else "C2")
    Area.objects.create(
        lsoa11_code="E01024323", name="Maidstone 004A", district_code="E07000110", district_name="Maidstone",
        imd2015_decile=3, latitude=51.3, longitude=0.5, population_mid2017=1500,
    )  # fmt: skip
    actions.put_in_use(edition, actions.compute(edition, compare=True), by=audit.SYSTEM)
    return made


def test_pages_on_a_run(open_page, area, monkeypatch):
    page = open_page()
    sign_in_as(page, area.viewer("analyst", "99J").user_id)
    for address, name, tells in ALL:
        page.goto(f"/population/{address}")
        expect(page.locator("main")).to_contain_text(tells)
        check_page(page, name, opened=True)
    with monkeypatch.context() as patch:
        patch.setattr(variation, "_standing", lambda figures, step: "above")
        page.goto("/population/variation/?indicator=conditions")
        expect(page.locator("main")).to_contain_text("lie above what their list")
        check_page(page, "variation-above", opened=True)
    query_of_run(page)
    practices_that_are_not_seen(open_page, area)
    results_taken_away(page)


def query_of_run(page) -> None:
    """The longest there is, which reads a step, and one that is not there."""
    known = queries.queries_of_run()
    table = max((name for name, one in known.items() if one.steps), key=lambda name: len(known[name].text))
    page.goto(f"/population/how-made/{table}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"The query of {table}")
    check_page(page, "query")
    page.goto("/population/how-made/nothing/")
    check_page(page, "query-unknown")


def practices_that_are_not_seen(open_page, area) -> None:
    for code, pages in groupby(OF_A_PRACTICE, key=itemgetter(0)):
        page = open_page()
        sign_in_as(page, area.viewer("practice_manager", code).user_id)
        for _, address, tells in pages:
            page.goto(f"/population/{address}")
            expect(page.locator("main")).to_contain_text(tells)
            check_page(page, f"{code}-{address.partition('/')[0] or 'spend'}", opened=True)


def results_taken_away(page) -> None:
    shutil.rmtree(settings.DATASET / "runs")
    page.goto("/population/practice/")
    expect(page.locator("main")).to_contain_text("There are no figures yet.")
    check_page(page, "results-taken-away")
