"""The pages of the studio: who sees them, what they show and what they keep."""

import tomllib

import pytest
from django.urls import reverse

from localcare.capacity import actions, definitions, queries
from localcare.capacity.models import Computation, State
from tests import builders
from tests.capacity.test_actions import area, mine, planner, run_waiting, small  # noqa: F401 fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def computed(planner, mine):  # noqa: F811
    actions.ask_for_computation(name="mine", by=planner)
    run_waiting()


@pytest.fixture
def signed_in(client, planner):  # noqa: F811
    builders.sign_in(client, planner)
    return client


@pytest.mark.parametrize(
    ("role", "at", "reads", "changes"),
    [
        ("commissioner", "99J", 200, 200),
        ("analyst", "99J", 200, 200),
        ("practice_manager", "G1", 200, 403),
        ("care_coordinator", "C1", 403, 403),
        ("gp", "G1", 403, 403),
    ],
)
def test_who_reads_and_who_changes(client, area, mine, role, at, reads, changes):  # noqa: F811
    builders.sign_in(client, area.viewer(role, at))
    for name in ("scenario", "assumptions"):
        assert client.get(reverse(f"capacity:{name}", args=["mine"])).status_code == reads
    for name in ("text", "fork"):
        assert client.get(reverse(f"capacity:{name}", args=["mine"])).status_code == changes


def test_the_list_tells_the_last_results_and_asks_little(signed_in, computed, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        page = builders.text(signed_in.get("/planning/"))
    assert "West Kent local care plan, 2017" in page
    assert "A small plan" in page
    assert "synthetic people" in page


def test_a_scenario_shows_each_finding_with_its_table_and_how_it_was_made(signed_in, computed):
    page = builders.text(signed_in.get("/planning/mine/"))
    sections = queries.results_of("mine")[1]["sections"]
    for section in sections:
        assert section["finding"] in page
        assert section["title"] in page
    assert page.count('nhsuk-details__summary-text">How was this made?') == len(sections)
    assert "version 2, 16 draws with seed 1" in page
    assert "Synthetic people." in page


def test_what_nobody_published_says_assumed(signed_in, mine, small):  # noqa: F811
    page = builders.text(signed_in.get("/planning/mine/assumptions/"))
    shipped = sum(price.assumed for price in definitions.prices().values())
    assert page.count(">Assumed<") == small.count(', source = "assumed') + shipped
    assert page.count('data-label="Source"') > page.count(">Assumed<")


def test_the_pyramid_is_of_the_year_asked_for(signed_in, planner, mine, small):  # noqa: F811
    text = small.replace('variant = "none"', 'variant = "published"')
    actions.save(name="mine", text=text, seen=2, by=planner)
    actions.ask_for_computation(name="mine", by=planner)
    run_waiting()
    assert "Their ages in 2019" in builders.text(signed_in.get("/planning/mine/"))
    assert "Their ages in 2017" in builders.text(signed_in.get("/planning/mine/?year=2017"))
    assert "Their ages in 2019" in builders.text(signed_in.get("/planning/mine/?year=1817"))


def test_an_assumption_halved_by_fields(signed_in, mine):  # noqa: F811
    address = "/planning/mine/assumptions/change/?of=intervention.0.claim.0.effect"
    page = builders.text(signed_in.get(f"{address}&half=yes"))
    assert 'value="0.05"' in page
    assert "assumed: half of what was assumed" in page
    values = {"seen": 2, "low": "0.05", "likely": "", "high": "0.15", "source": "assumed: half"}
    assert signed_in.post(address, values).status_code == 302
    assert (
        'effect = { low = 0.05, high = 0.15, unit = "share", source = "assumed: half" }'
        in queries.source_of("mine").text
    )
    assert signed_in.post(address, {**values, "low": "0.2", "seen": 3}).status_code == 400
    late = signed_in.post(address, {**values, "low": "0.06"})
    assert late.status_code == 409
    assert 'value="0.06"' in builders.text(late)
    assert signed_in.post(address, {**values, "high": "1.5", "seen": 3}).status_code == 400


def effects(name: str) -> dict[str, list[float]]:
    interventions = tomllib.loads(queries.source_of(name).text)["intervention"]
    return {one["label"]: [claim["effect"]["high"] for claim in one["claim"]] for one in interventions}


def test_a_whole_intervention_halved_at_one_press(signed_in, planner):  # noqa: F811
    actions.fork(of="west-kent-2017", name="half", title="Half", by=planner)
    before, about = effects("half"), "Rapid response service"
    assert about in builders.text(signed_in.get("/planning/half/assumptions/"))
    address = "/planning/half/assumptions/halve/"
    assert "as version 2" in builders.text(signed_in.post(address, {"of": about, "seen": 1}, follow=True))
    after = effects("half")
    assert after.pop(about) == pytest.approx([effect / 2 for effect in before.pop(about)])
    assert after == before
    for posted, told in (
        ({"of": about, "seen": 1}, "version 2"),
        ({"of": "Nothing", "seen": 2}, "no intervention"),
        ({"of": about, "seen": "x"}, "version 2"),
    ):
        assert told in builders.text(signed_in.post(address, posted, follow=True))
    assert effects("half")[about] == pytest.approx([0.25, 0.25])


def test_a_bad_text_is_kept_with_the_line_and_the_mend(signed_in, mine, small):  # noqa: F811
    bad = small.replace("years = 3", "years = 30")
    answer = signed_in.post("/planning/mine/text/", {"seen": 2, "text": bad})
    assert answer.status_code == 400
    assert "line" in builders.text(answer)
    assert "years = 30" in builders.text(answer)
    assert "greater than the maximum of 20" in builders.text(answer)


def test_the_later_editor_of_a_text_sees_both(signed_in, area, mine, small):  # noqa: F811
    actions.save(name="mine", text=small + "# theirs\n", seen=2, by=area.viewer("analyst", "99J"))
    answer = signed_in.post("/planning/mine/text/", {"seen": 2, "text": small + "# yours\n"})
    assert answer.status_code == 409
    assert "+# theirs" in builders.text(answer)
    assert "-# yours" in builders.text(answer)
    assert signed_in.post("/planning/mine/text/", {"seen": 3, "text": small + "# both\n"}).status_code == 302


def test_a_shipped_one_leads_to_its_fork(signed_in, planner):  # noqa: F811
    for way in ("text", "assumptions/change"):
        assert signed_in.get(f"/planning/west-kent-2017/{way}/")["Location"] == "/planning/west-kent-2017/fork/"
    made = signed_in.post("/planning/west-kent-2017/fork/", {"name": "mine", "title": "Mine"})
    assert made["Location"] == "/planning/mine/assumptions/"
    again = signed_in.post("/planning/west-kent-2017/fork/", {"name": "mine", "title": "Mine"})
    assert (again.status_code, "already" in builders.text(again)) == (400, True)


def test_files_are_those_of_the_results_and_nothing_else(signed_in, computed):
    for file, begins in (("report.pdf", b"%PDF"), ("tables.xlsx", b"PK"), ("money.csv", b"year,line")):
        answer = signed_in.get(f"/planning/mine/file/{file}")
        assert b"".join(answer.streaming_content).startswith(begins)
        assert answer["Content-Disposition"] == f'attachment; filename="mine-{file}"'
    assert signed_in.get("/planning/mine/file/scenario.toml?version=1").content.startswith(b"# The local care plan")
    for file in ("page.json", "..", "tables.json", "nothing.csv"):
        assert signed_in.get(f"/planning/mine/file/{file}").status_code == 404


def test_two_scenarios_are_compared_draw_by_draw(signed_in, computed, planner):  # noqa: F811
    actions.fork(of="mine", name="half", title="Half", by=planner)
    text = queries.source_of("half").text
    effect = 'effect = { low = 0.1, high = 0.3, unit = "share", source = "assumed" }'
    assert effect in text
    actions.save(
        name="half", text=text.replace(effect, effect.replace("0.1", "0.05").replace("0.3", "0.15")), seen=1, by=planner
    )
    actions.ask_for_computation(name="half", by=planner)
    run_waiting()
    page = builders.text(signed_in.get("/planning/compare/?a=mine&b=half"))
    assert "in 100% of the same draws" in page
    assert "At home: Emergency admissions: effect" in page
    assert signed_in.get("/planning/compare/?a=mine&b=nothing").status_code == 404


def test_what_is_under_way_is_told_and_can_be_cancelled(signed_in, mine):  # noqa: F811
    assert signed_in.post("/planning/mine/compute/").status_code == 302
    assert "Being computed" in builders.text(signed_in.get("/planning/mine/"))
    assert signed_in.post("/planning/mine/cancel/").status_code == 302
    assert Computation.objects.get().state == State.CANCELLED
    assert "was cancelled" in builders.text(signed_in.get("/planning/mine/"))


BEDS = """[beds]
share_placed = 0.95
within_days = 1
site = [
  { name = "A", beds = [3], source = "assumed" },
  { name = "B", beds = [3], source = "assumed" },
]
"""


@pytest.fixture
def with_beds(planner, mine, small):  # noqa: F811
    return actions.save(name="mine", text=small + BEDS, seen=2, by=planner)


def test_beds_of_one_site_are_changed_by_fields(signed_in, with_beds):
    address = "/planning/mine/assumptions/beds/?of=beds.site.1"
    assert 'value="3"' in builders.text(signed_in.get(address))
    values = {"seen": 3, "values": "3, 0 8", "source": "assumed: eight more"}
    assert signed_in.post(address, values).status_code == 302
    text = queries.source_of("mine").text
    assert '{ name = "A", beds = [3], source = "assumed" }' in text
    assert '{ name = "B", beds = [3, 0, 8], source = "assumed: eight more" }' in text
    late = signed_in.post(address, {**values, "values": "9"})
    assert (late.status_code, 'value="9"' in builders.text(late)) == (409, True)
    for bad in ("many", "2001", "-1", "1.5", ""):
        assert signed_in.post(address, {**values, "values": bad, "seen": 4}).status_code == 400
    assert signed_in.post(address, {**values, "source": "", "seen": 4}).status_code == 400
    assert signed_in.get("/planning/mine/assumptions/beds/?of=beds.site.9").status_code == 404


def test_a_length_of_stay_is_changed_by_fields_and_refused_beyond_its_bounds(signed_in, with_beds):
    address = "/planning/mine/assumptions/change/?of=stay.step-down"
    values = {"seen": 3, "low": "20", "likely": "22", "high": "400", "source": "assumed"}
    refused = signed_in.post(address, values)
    assert (refused.status_code, "greater than the maximum of 365" in builders.text(refused)) == (400, True)
    assert signed_in.post(address, {**values, "high": "24"}).status_code == 302
    assert "[[beds.stay]]" in queries.source_of("mine").text
    assert "Change<span" in builders.text(signed_in.get("/planning/mine/assumptions/"))
    assert signed_in.get("/planning/mine/assumptions/change/?of=beds.stay.0.days").status_code == 200
