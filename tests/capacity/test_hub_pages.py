"""Hubs tried on a map: what an address answers, what is refused with the way on, what is kept in the scenario."""

import re
import tomllib
from urllib.parse import parse_qs, urlsplit

import pytest

from localcare.base import audit
from localcare.capacity import actions, queries
from localcare.places import actions as places
from tests import builders
from tests.capacity.test_actions import area, mine, planner, run_waiting, small  # noqa: F401 fixtures

pytestmark = pytest.mark.django_db

HUBS = '[hubs]\ngroup = "registered"\nhubs = 2\ncounts = [2]\nminutes = 60\n'
TRIED = "hub=G82083&hub=G82137&beyond=30"
PAGE = "/planning/mine/hubs/"


@pytest.fixture
def hubs(planner, mine, small):  # noqa: F811
    """A scenario of one's own with two hubs, at version 3."""
    places.load_reference(by=audit.SYSTEM)
    return actions.save(name="mine", text=small + HUBS, seen=2, by=planner)


@pytest.fixture
def signed_in(client, planner):  # noqa: F811
    builders.sign_in(client, planner)
    return client


def hubs_of(name="mine"):
    return tomllib.loads(queries.source_of(name).text)["hubs"]


def test_the_own_choice_is_shown_with_its_map_and_tables_and_little_is_asked(
    signed_in, hubs, django_assert_max_num_queries
):
    signed_in.get(PAGE)
    with django_assert_max_num_queries(20):
        page = builders.text(signed_in.get(PAGE))
    assert "as the scenario chooses" in page
    assert 'aria-label="Map of the hubs and their catchments' in page
    assert "1 to 25 of 77 sites" in page
    assert "Keep this in the scenario" not in page


@pytest.mark.parametrize(
    ("change", "leads_to"),
    [
        ("away=G82083", {"hub": ["G82137"], "beyond": ["30"]}),
        ("to=G82099", {"hub": ["G82083", "G82099", "G82137"], "beyond": ["30"]}),
        ("away=G82083&to=G82099", {"hub": ["G82099", "G82137"], "beyond": ["30"]}),
        ("at=G82083&people=60000", {"hub": ["G82083", "G82137"], "cap": ["G82083:60000"], "beyond": ["30"]}),
        ("cap=G82083:1&at=G82083&people=", {"hub": ["G82083", "G82137"], "beyond": ["30"]}),
    ],
)
def test_each_change_leads_to_an_address_of_its_own(signed_in, hubs, change, leads_to):
    answer = signed_in.get(f"{PAGE}?{TRIED}&{change}")
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query) == leads_to


def test_a_tried_set_is_held_against_the_own_choice(signed_in, hubs):
    page = builders.text(signed_in.get(f"{PAGE}?{TRIED}&cap=G82083:60000"))
    assert "than with the scenario's own choice" in page
    assert "Capacity exceeded" in page
    assert "takes 60,000" in page
    assert "Keep this in the scenario" in page
    fewer = builders.text(signed_in.get(f"{PAGE}?{TRIED.replace('beyond=30', 'beyond=10')}"))
    assert "travel longer than 10 minutes" in fewer
    assert "Nobody travels longer than 240 minutes" in builders.text(signed_in.get(f"{PAGE}?beyond=240"))


def test_tables_are_in_the_order_asked_for(signed_in, hubs):
    def costs(order):
        page = builders.text(signed_in.get(f"{PAGE}?{TRIED}&order={order}"))
        table = page[page.index('nhsuk-u-visually-hidden">Sites that are no hub') :]
        return [int(cost.replace(",", "")) for cost in re.findall(r"£([\d,]+)</td>", table)]

    assert costs("site-cost") == sorted(costs("site-cost"))
    assert costs("-site-cost") == sorted(costs("-site-cost"), reverse=True)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (f"{TRIED}&away=G82099", "That site cannot be chosen here"),
        (f"{TRIED}&to=nowhere", "That site cannot be chosen here"),
        (f"{TRIED}&at=G82083&people=many", "Write the people as a figure"),
        (f"{TRIED}&at=G82083&people=-1", "from 0 to 10,000,000"),
        (f"{TRIED}&people=5000", "Choose the hub that takes so many"),
        ("hub=G82083&away=G82083", "That is the last hub"),
        ("hub=nowhere", "There is no site nowhere"),
        ("beyond=nan", "Minutes go from 1 to 240"),
        (f"{TRIED}&cap=G82083:x", "from 0 to 10,000,000"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_the_way_on(signed_in, hubs, asked, says):
    answer = signed_in.get(f"{PAGE}?{asked}")
    assert answer.status_code == 400
    assert says in builders.text(answer)
    assert "There is a problem" in builders.text(answer)


def test_what_is_kept_is_the_next_version_and_the_scenarios_own_choice(signed_in, hubs):
    answer = signed_in.post(f"{PAGE}keep/?{TRIED}&cap=G82083:300000", {"seen": 3})
    assert answer["Location"] == "/planning/mine/"
    assert (hubs_of()["open"], hubs_of()["hubs"]) == (["G82083", "G82137"], 2)
    assert hubs_of()["capacity"] == [{"site": "G82083", "people": 300000}]
    assert queries.source_of("mine").number == 4
    assert "as the scenario chooses" in builders.text(signed_in.get(PAGE))


def test_the_later_of_two_keeps_what_was_tried_and_sees_both(signed_in, hubs, area, small):  # noqa: F811
    actions.save(name="mine", text=small + HUBS + "# theirs\n", seen=3, by=area.viewer("analyst", "99J"))
    late = signed_in.post(f"{PAGE}keep/?{TRIED}", {"seen": 3})
    assert late.status_code == 409
    assert "Nothing of yours is lost" in builders.text(late)
    assert 'name="seen" value="4"' in builders.text(late)
    assert signed_in.post(f"{PAGE}keep/?{TRIED}", {"seen": 4}).status_code == 302
    assert "# theirs\n" in queries.source_of("mine").text
    assert hubs_of()["open"] == ["G82083", "G82137"]


def test_a_set_that_breaks_a_rule_is_answered_without_it_and_not_kept(signed_in, hubs, planner, small):  # noqa: F811
    actions.save(name="mine", text=small + HUBS + "budget = 1500000\n", seen=3, by=planner)
    dear = "hub=G82083&hub=G82137&hub=G82205&hub=G82099"
    page = builders.text(signed_in.get(f"{PAGE}?{dear}"))
    assert "the budget is 1500000" in page
    assert "It cannot be kept as it is" in page
    assert "Keep this in the scenario" not in page
    refused = signed_in.post(f"{PAGE}keep/?{dear}", {"seen": 4})
    assert (refused.status_code, "These hubs break a rule" in builders.text(refused)) == (400, True)
    assert queries.source_of("mine").number == 4


def test_rules_that_take_a_computation_are_told_and_the_best_without_them_shown(signed_in, hubs, planner, small):  # noqa: F811
    actions.save(name="mine", text=small + HUBS + "budget = 1500000\n", seen=3, by=planner)
    page = builders.text(signed_in.get(PAGE))
    assert "compute the scenario to have it" in page
    assert "is the best set without its rules" in page


@pytest.mark.parametrize(("budget", "says"), [(4_000_000, "as the scenario chooses"), (1_500_000, "was found when it")])
def test_a_choice_that_takes_long_to_find_is_the_computed_one(signed_in, hubs, planner, small, budget, says):  # noqa: F811
    actions.save(name="mine", text=small + HUBS + f"budget = {budget}\n", seen=3, by=planner)
    actions.ask_for_computation(name="mine", by=planner)
    run_waiting()
    page = builders.text(signed_in.get(PAGE))
    assert "compute the scenario to have it" not in page
    assert says in page


def test_a_shipped_or_locked_one_leads_to_its_fork_with_what_was_tried(signed_in, hubs, planner):  # noqa: F811
    actions.lock(name="mine", by=planner)
    assert "Fork the scenario to keep this" in builders.text(signed_in.get(f"{PAGE}?{TRIED}"))
    fork = signed_in.post(f"{PAGE}keep/?{TRIED}", {"seen": 3})["Location"]
    assert fork == f"/planning/mine/fork/?{TRIED}"
    made = signed_in.post(fork, {"name": "yours", "title": "Yours"})
    assert made["Location"] == f"/planning/yours/hubs/?{TRIED}"


def test_who_reads_tries_and_cannot_keep(client, hubs, area):  # noqa: F811
    builders.sign_in(client, area.viewer("practice_manager", "G1"))
    page = builders.text(client.get(f"{PAGE}?{TRIED}"))
    assert "than with the scenario's own choice" in page
    assert "Keep this" not in page
    assert client.post(f"{PAGE}keep/?{TRIED}", {"seen": 3}).status_code == 403


def test_only_looked_at_the_address_to_keep_shows_what_is_tried(signed_in, hubs):
    assert signed_in.get(f"{PAGE}keep/?{TRIED}")["Location"] == f"{PAGE}?{TRIED}"


def test_a_scenario_without_hubs_says_how_to_have_some(signed_in, mine):  # noqa: F811
    assert "This scenario sites no hubs" in builders.text(signed_in.get(PAGE))


PARTS = """[beds]
share_placed = 0.95
within_days = 1
replications = 10
site = [{ name = "A", beds = [4], source = "assumed" }]
[staff]
posts_per_bed = { value = 1.5, unit = "posts", source = "assumed" }
redeployed = { value = 0.5, unit = "share", source = "assumed" }
occupancy = { value = 0.9, unit = "share", source = "assumed" }
[[staff.segment]]
name = "four or more conditions"
age_from = [75, 85]
groups = ["conditions_4_plus"]
share = { value = 0.5, unit = "share", source = "assumed" }
"""


def test_two_are_compared_with_their_beds_staff_and_hubs(signed_in, hubs, planner, small):  # noqa: F811
    tenth = '[money]\nfor_people = { value = 4844600, unit = "people", source = "assumed" }\n'  # fewer to wait for
    text = small.replace("[money]\n", tenth) + HUBS + "min_population = 4600\n" + PARTS
    actions.save(name="mine", text=text, seen=3, by=planner)
    actions.fork(of="mine", name="moved", title="Moved", by=planner)
    signed_in.post(f"/planning/moved/hubs/keep/?{TRIED}", {"seen": 1})
    for name in ("mine", "moved"):
        actions.ask_for_computation(name=name, by=planner)
    run_waiting()
    page = builders.text(signed_in.get("/planning/compare/?a=mine&b=moved"))
    assert "only Moved has" in page
    assert page.count("Beds needed in the last year") == 1
    assert "Posts: nurse" in page
    assert "not there" not in page[: page.index("What they assume differently")]
    assert "not paired" not in page
    csv = builders.text(signed_in.get("/planning/compare/figures.csv?a=mine&b=moved"))
    assert csv.startswith("part,figure,unit,first_median")
    beds = next(line for line in csv.splitlines() if line.startswith("Beds,Beds needed"))
    assert beds.endswith(",0.0,0.0,0.0")  # nothing about the beds differs: draw by draw they are the same
    assert signed_in.get("/planning/compare/tables.xlsx?a=mine&b=moved").content.startswith(b"PK")
    assert signed_in.get("/planning/compare/tables.xlsx?a=mine&b=nothing").status_code == 404
    without_parts = builders.text(signed_in.get("/planning/compare/?a=mine&b=mine"))
    assert "Both have the same 2 hubs" in without_parts
