"""Journeys: a practice manager's dashboard and its files; bands for a co-ordinator; variation and the model card."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from localcare.base import audit
from localcare.population import actions, expected
from localcare.population import definitions as definition_files
from tests import builders
from tests.e2e.browser import check_page, sign_in_as

OWN = "G82000"


@pytest.fixture
def area(transactional_db, edition, tmp_path, monkeypatch):
    """A run over four practices in two clusters, with its edition beside it."""
    builders.keep_state_in(tmp_path, monkeypatch)
    monkeypatch.setattr(expected, "FEWEST", 1)
    made = builders.area()
    for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
        made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
    actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
    (tmp_path / "dataset" / "editions").mkdir()
    (tmp_path / "dataset" / "editions" / edition.id).symlink_to(edition.folder)
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_managers_dashboard_and_the_hundred(open_page, area, scripts):
    page = open_page(java_script_enabled=scripts)
    checked = check_page if scripts else lambda *_: None
    sign_in_as(page, area.viewer("practice_manager", OWN).user_id)
    page.goto("/population/")
    page.get_by_role("link", name="Practice dashboard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Practice dashboard: Practice G82000")
    checked(page, "dashboard-own")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download registers as Excel workbook").click()
    assert download.value.suggested_filename == "registers-2017-03-31.xlsx"
    page.get_by_role("link", name="The hundred people who cost most").click()
    expect(page.get_by_role("table", name="The people who cost most")).to_contain_text("Person ")
    checked(page, "costliest-own")
    page.get_by_role("navigation", name="Places").get_by_role("link", name="West Kent").click()
    expect(page.get_by_role("heading", name="In bands of 20 or more")).to_be_visible()
    checked(page, "costliest-area")
    for address, name in (
        ("", "explorer-own"),
        ("&by=setting", "explorer-own-settings"),
        ("&age=70%2B&sex=female", "explorer-own-narrowed"),
        ("&group=dementia&condition=asthma", "explorer-too-fine"),
    ):
        page.goto(f"/population/explorer/?at=practice:{OWN}{address}")
        for details in page.locator("details > summary").all() if scripts else ():
            details.click()
        checked(page, name)


def test_everybody_elses_dashboard_and_the_pages_beside_it(open_page, area):
    page = open_page()
    sign_in_as(page, area.viewer("care_coordinator", "C1").user_id)
    for address, name in (
        ("practice/", "dashboard-cluster"),
        (f"practice/?at=practice:{OWN}", "dashboard-outside"),
        (f"practice/costliest/?at=practice:{OWN}", "costliest-outside"),
        ("practice/?at=practice:nowhere", "dashboard-unknown"),
        ("measures/", "measures-cluster"),
        ("measures/?at=area:&measure=emergency_attendances", "measures-parts"),
        (f"measures/?at=practice:{OWN}&measure=emergency_admissions_copd", "measures-too-few"),
        ("measures/?measure=nonsense", "measures-unknown"),
        ("variation/", "variation"),
        ("variation/?indicator=spend&by=age_sex", "variation-age-sex"),
        ("model/", "model"),
        ("quality/", "quality-cluster"),
        (f"quality/?at=practice:{OWN}", "quality-practice"),
        ("quality/?at=practice:G82003", "quality-not-sharing"),
        ("quality/?at=area:", "quality-area"),
    ):
        page.goto(f"/population/{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_page(page, name)


def switched_off(settings, monkeypatch):
    settings.RISK_SCORE = False


def too_few_to_assess(settings, monkeypatch):
    load = definition_files.load

    def strict(*folders):
        loaded = load(*folders)
        return replace(loaded, risk=replace(loaded.risk, fewest_outcomes_to_assess=10**6))

    monkeypatch.setattr(definition_files, "load", strict)


@pytest.mark.parametrize("why", [switched_off, too_few_to_assess])
def test_the_risk_score_where_there_is_none_to_tell_of(open_page, area, edition, settings, monkeypatch, why):
    why(settings, monkeypatch)
    actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
    page = open_page()
    sign_in_as(page, area.viewer("gp", OWN).user_id)
    for address in ("population/model/", "population/how-made/", f"lists/{OWN}/", f"lists/{OWN}/first/"):
        page.goto(f"/{address}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_page(page, f"{address.strip('/').replace('/', '-')}-{why.__name__}")


def test_pages_before_the_first_run(open_page, transactional_db):
    made = builders.area()
    page = open_page()
    sign_in_as(page, made.viewer("practice_manager", "G1").user_id)
    for address in (
        "practice",
        "practice/costliest",
        "variation",
        "model",
        "quality",
        "explorer",
        "registers",
        "how-made",
    ):
        page.goto(f"/population/{address}/")
        check_page(page, f"{address.replace('/', '-')}-empty")
