"""Journey: a planner new to scenarios forks one, moves a hub, halves an effect, computes, reads, compares, prints."""

import re

import pytest
from playwright.sync_api import expect

from localcare.base import audit
from localcare.capacity import actions, background, queries
from localcare.capacity.models import Computation, State
from localcare.places import actions as places
from tests import builders
from tests.e2e.browser import check_page, sign_in_as


@pytest.fixture
def area(transactional_db, tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    made = builders.area()
    places.load_reference(by=audit.SYSTEM)  # the shipped plan sites its hubs among the area's own places
    return made


@pytest.fixture
def quick_plan(monkeypatch):
    """The shipped plan with few draws: a journey is about its pages, and its full draws take most of a minute each."""
    text = queries.shipped_text("west-kent-2017")
    few = re.sub(
        r"^draws = \d+", "draws = 16", re.sub(r"^replications = \d+", "replications = 10", text, flags=re.M), flags=re.M
    )
    assert few.count("replications = 10\n") == few.count("draws = 16\n") == 1
    monkeypatch.setattr(queries, "shipped_texts", lambda: {"west-kent-2017": few})


def the_worker_works():
    for one in Computation.objects.filter(state=State.WAITING).order_by("id"):
        assert background.compute.call(one.pk) == State.DONE


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_planner_moves_a_hub_halves_an_effect_and_prints_the_report(open_page, area, quick_plan, scripts):
    # Given the shipped plan of 2017, computed, and a planner signed in
    planner = area.viewer("commissioner", "99J")
    actions.ask_for_computation(name="west-kent-2017", by=planner)
    the_worker_works()
    page = open_page(java_script_enabled=scripts)
    checked = check_page if scripts else lambda *_: None
    sign_in_as(page, planner.user_id)
    page.goto("/")
    page.get_by_role("link", name="Planning").click()
    expect(page.get_by_role("table", name="Scenarios")).to_contain_text("synthetic people")
    checked(page, "planning-list")

    # When she forks it, moves a hub on the map and halves an effect
    page.get_by_role("link", name="Fork West Kent local care plan, 2017").click()
    checked(page, "planning-fork")
    page.get_by_label("What is it called?").fill("Half the effect of rapid response")
    page.get_by_label("What is its short name?").fill("half-rapid-response")
    page.get_by_role("button", name="Fork").click()
    checked(page, "planning-assumptions")
    page.get_by_role("link", name="Move, open or close hubs").click()
    expect(page.get_by_text("as the scenario chooses")).to_be_visible()
    page.get_by_label("Site", exact=True).select_option(index=1)
    page.get_by_label("Takes at most so many people").fill("many")
    page.get_by_role("button", name="Cap it").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    checked(page, "planning-hubs-refused")
    page.get_by_label("Close", exact=True).select_option(index=1)
    page.get_by_label("Open", exact=True).select_option(index=1)
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("than with the scenario's own choice")).to_be_visible()
    checked(page, "planning-hubs")
    page.get_by_role("button", name="Keep this in the scenario").click()
    expect(page.get_by_text("Kept as version 2")).to_be_visible()
    page.get_by_role("link", name="Change assumptions").click()
    page.get_by_role("link", name="Change beds of Tonbridge").click()
    page.get_by_label("How many, year by year?").fill("some")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    checked(page, "planning-beds-refused")
    page.goto("/planning/half-rapid-response/assumptions/")
    page.get_by_role("link", name="Halve Rapid response service, Emergency admissions").click()
    checked(page, "planning-change")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_role("heading", name="Being computed")).to_be_visible()
    checked(page, "planning-computing")
    the_worker_works()
    page.reload()

    # Then its results stand there, told apart from the original draw by draw, and its report can be printed
    expect(page.get_by_role("heading", name="What it saves and costs")).to_be_visible()
    checked(page, "planning-results")
    page.get_by_role("navigation", name="Year").get_by_role("link", name="2020", exact=True).click()
    expect(page.get_by_role("heading", name="Their ages in 2020")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as PDF").click()
    assert download.value.suggested_filename == "half-rapid-response-report.pdf"
    page.get_by_role("link", name="Compare", exact=True).click()
    expect(page.get_by_text("of the same draws")).to_be_visible()
    expect(page.get_by_role("heading", name="Beds, staff and hubs")).to_be_visible()
    checked(page, "planning-compare")
    page.goto("/planning/half-rapid-response/text/")
    checked(page, "planning-text")
