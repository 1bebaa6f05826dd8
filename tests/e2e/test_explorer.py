"""Journey: an analyst goes from the area to a cluster's older people, looks at the map, and takes the figures along."""

import pytest
from playwright.sync_api import expect

from localcare.base import audit
from localcare.places.models import Area
from localcare.population import actions
from tests import builders
from tests.e2e.browser import check_page, sign_in_as


@pytest.fixture
def area(transactional_db, edition, tmp_path, monkeypatch):
    """A run over four practices in two clusters, of one small area."""
    builders.keep_state_in(tmp_path, monkeypatch)
    made = builders.area()
    for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
        made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
    Area.objects.create(
        lsoa11_code="E01024323", name="Maidstone 004A", district_code="E07000110", district_name="Maidstone",
        imd2015_decile=3, latitude=51.3, longitude=0.5, population_mid2017=1500,
    )  # fmt: skip
    actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_the_area_to_its_parts(open_page, area, scripts):
    page = open_page(java_script_enabled=scripts)
    checked = check_page if scripts else lambda *_: None
    sign_in_as(page, area.viewer("analyst", "99J").user_id)

    page.goto("/population/")
    page.get_by_role("link", name="Explore: any place, any cut").click()
    checked(page, "explorer-area")
    page.get_by_role("table").last.get_by_role("link", name="Tonbridge cluster").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Explore the population: Tonbridge cluster")
    page.get_by_role("link", name="Age", exact=True).click()
    page.get_by_role("table").last.get_by_role("link", name="70+").click()
    expect(page.get_by_role("navigation", name="You are here")).to_contain_text("70+")
    page.get_by_role("link", name="Group", exact=True).click()
    page.get_by_role("link", name="Spend a head", exact=True).click()
    checked(page, "explorer-groups")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as Excel workbook").click()
    assert download.value.suggested_filename == "explorer-cluster-C1-by-group-age-70+-spend_per_head-2017-03-31.xlsx"

    page.goto("/population/explorer/?by=lsoa")
    expect(page.get_by_role("img", name="Map of people")).to_be_visible()
    checked(page, "explorer-map")
    page.goto("/population/explorer/?at=nowhere:1")
    checked(page, "explorer-unknown")
