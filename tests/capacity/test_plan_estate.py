"""Buildings and options of a scenario: read, refused with the line, computed, told in tables, report and page."""

from datetime import date

import numpy as np
import pytest

from localcare.capacity import definitions, page_data, running
from localcare.capacity.calc import estate, parts
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.calc.scenario import quantity
from localcare.capacity.hub_inputs import default_rules
from localcare.capacity.report import sections
from localcare.capacity.report_html import html
from localcare.capacity.report_pdf import pdf

ESTATE = """
[estate]
aim = { value = 0.8, unit = "share", source = "assumed" }
session_minutes = { value = 210, unit = "minutes", source = "assumed" }
weeks = { value = 50, unit = "weeks a year", source = "assumed" }
[[estate.site]]
name = "North"
tenure = "leased"
condition = "B"
lease_ends = "2018-06-30"
rooms = [{ kind = "clinic room", number = 2, sessions_each = 10, sessions_used = 12 }]
source = "a survey"
[[estate.site]]
name = "South"
tenure = "leased"
condition = "unknown"
utilised = { value = 0.34, unit = "share", source = "a study" }
source = "a study"
[[estate.room_use]]
kind = "clinic room"
setting = "community_contact"
share = { low = 0.4, likely = 0.5, high = 0.6, unit = "share", source = "assumed" }
minutes = { value = 30, unit = "minutes", source = "assumed" }
[[estate.development]]
name = "Field"
first_year = 2018
finished = [40, 40]
source = "the district council"
[[estate.contribution]]
reference = "R1"
development = "Field"
place = "E07000110"
levy = "S106"
homes = 100
trigger = 80
pounds = 1000
purpose = "rooms"
spend_by = "2019-12-31"
source = "the agreement"
"""
OPTIONS = """
[appraisal]
[[appraisal.criterion]]
name = "near"
weight = 3
question = "Is it near?"
source = "weight assumed"
[[appraisal.criterion]]
name = "cheap"
weight = 1
question = "Is it cheap?"
source = "weight assumed"
[[appraisal.option]]
name = "One hub"
scores = { near = { value = 2, unit = "points", source = "assumed" }, cheap = { low = 6, likely = 8, high = 10, unit = "points", source = "assumed" } }
[[appraisal.option]]
name = "Two hubs"
scores = { near = { value = 6, unit = "points", source = "assumed" }, cheap = { value = 4, unit = "points", source = "ours" } }
"""  # noqa: E501 tables inline
TEXT_END = ESTATE + OPTIONS
OPTION = 'name = "One hub"\nscores = { near = { value = 6'


@pytest.fixture
def computed(text):
    return running.of_text(text + TEXT_END)


def table(computed, name):
    return next(one for one in computed.tables if one.name == name)


def test_rooms_are_for_contacts_beyond_those_of_the_baseline_year(computed):
    """Twin: the functions that `estate` has for one year, at the likeliest."""
    plan, (need,) = computed.plan, computed.parts.estate.needs
    s = plan.baseline.settings.index("community_contact")
    for year in range(len(plan.scenario.years)):
        more = plan.account.planned[0, year, :, :, s].sum() - plan.baseline.use[..., s].sum()
        assert more > 0
        sessions = estate.sessions_needed(more * 0.5, 30, weeks=50, session_minutes=210)
        assert need.sessions[0, year] == pytest.approx(sessions)
        assert need.rooms[0, year] == estate.rooms_needed(sessions, sessions_each=10, aim=0.8)
    assert need.placed.by_site["North"] == pytest.approx(min(4, need.sessions[0, -1]))
    placed = sum(need.placed.by_site.values()) + need.placed.without_room
    assert placed == pytest.approx(need.sessions[0, -1])


def test_a_second_use_of_one_kind_finds_the_rooms_that_the_first_left(text):
    again = ESTATE[ESTATE.index("[[estate.room_use]]") : ESTATE.index("[[estate.development]]")]
    first, second = running.of_text(text + ESTATE + again).parts.estate.needs
    assert np.allclose(first.sessions, second.sessions)  # of one name, so of the same draws
    taken = first.placed.by_site.get("North", 0) + second.placed.by_site.get("North", 0)
    assert taken <= 4 + 1e-9


def test_sites_say_what_is_known_of_them_and_what_is_not(computed):
    north, south = table(computed, "estate_sites").rows
    assert north[:8] == ("North", "leased", "2018-06-30", "B", 2, 20.0, 0.6, pytest.approx(0.2))
    assert south[:7] == ("South", "leased", "not known", "unknown", None, None, 0.34)
    assert [site.name for site in computed.parts.estate.ending] == ["North"]
    finding = next(one.finding for one in sections(computed) if one.key == "estate_sites")
    assert "Leases that end within the plan's years: North (30 June 2018)" in finding
    assert "Leased until nobody knows when: South" in finding
    assert "least of South: 34%, where 80% could be" in finding


def test_developers_money_falls_due_with_its_homes_and_goes_back(computed):
    """Eighty homes by March 2019; unspent by the end of that year, so gone by March 2020."""
    rows = {row[0]: row[1:] for row in table(computed, "estate_money").rows}
    assert rows == {
        "2017/18": (1000, 0, 0, 1000, 0),
        "2018/19": (1000, 0, 1000, 0, 0),
        "2019/20": (1000, 0, 0, 0, 1000),
    }


def test_options_are_ranked_with_what_the_order_hangs_on(computed):
    """Two hubs: (3 x 6 + 4) / 4; one hub: (3 x 2 + 8) / 4, first where nearness has less than half of the weight."""
    rows = table(computed, "options").rows
    assert [row[:3] for row in rows] == [(1, "Two hubs", 5.5), (2, "One hub", 3.5)]
    assert sum(row[3] for row in rows) == pytest.approx(1)
    weights = {row[0]: row[1:] for row in table(computed, "options_weights").rows}
    assert weights["near"] == (0.75, pytest.approx(0.5), 1.0, "One hub", "none")
    finding = next(one.finding for one in sections(computed) if one.key == "options")
    assert "Two hubs has most points (5.5)" in finding
    assert "3 of 4 scores are assumed: the order is no finding about the area" in finding


def test_everything_that_went_in_stands_among_the_assumptions(computed):
    rows = {row[0]: row for row in table(computed, "assumptions").rows}
    assert rows["estate.South.utilised"][2] == 0.34
    assert rows["estate.North.clinic room"][7] == "a survey"
    assert rows["estate.contribution.R1"][2] == "1000, 100, 80, 0"
    assert rows["appraisal.near.weight"][6] == "assumed"
    assert rows["appraisal.One hub.cheap"][1:4] == (6, 8, 10)


def test_page_report_and_paper_show_them(computed):
    keys = {
        "estate_sites",
        "estate_rooms",
        "estate_placed",
        "estate_money",
        "options",
        "options_scores",
        "options_weights",
    }
    assert keys <= {one["key"] for one in page_data.of(computed)["sections"]}
    page = html(computed).decode()
    assert "Leased until nobody knows when" in page
    assert pdf(computed).startswith(b"%PDF-")


def test_the_estate_of_2017_is_in_the_shipped_plan():
    path = definitions.SCENARIOS / "west-kent-2017.toml"
    content = definitions.content_of(definitions.text_of(path), path.name)
    baseline = running.baseline_named("west-kent-synthetic")
    wanted = parts.asked(content, quantity, age_from=baseline.age_from, groups=baseline.groups, rules=default_rules())
    names = [site.name.split()[0] for site in wanted.estate.sites]
    assert names == ["Sevenoaks", "Tonbridge", "Edenbridge", "Hawkhurst"]
    assert {name: share.likely for name, share in wanted.estate.utilised.items()} == {
        "Sevenoaks Community Hospital": 0.34
    }
    assert [site.name for site in estate.leases_unknown(wanted.estate.sites)] == ["Tonbridge Cottage Hospital"]
    assert len(wanted.appraisal.options) == 3


@pytest.mark.parametrize(
    ("good", "bad", "where", "says"),
    [
        ("sessions_used = 12", "sessions_used = 21", "rooms = ", "21 sessions used of 20 a week"),
        ('lease_ends = "2018-06-30"', 'lease_ends = "2018-13-30"', "lease_ends", "is no day: write it as 2020-03-31"),
        ('tenure = "leased"\ncondition = "B"', 'tenure = "owned"\ncondition = "B"', "lease_ends", "give the tenure as"),
        ('name = "South"', 'name = "North"', '[[estate.site]]\nname = "North"\ntenure = "leased"\ncondition = "unk',
         "North stands there twice"),
        ("rooms = [", 'utilised = { value = 0.3, unit = "share", source = "x" }\nrooms = [', "utilised",
         "leave out utilised, which the rooms tell"),
        ('development = "Field"', 'development = "Wood"', "development = ", "write [[estate.development]] for it"),
        ("trigger = 80", "trigger = 101", "trigger", "give a trigger from 0 to all"),
        ('levy = "S106"', 'levy = "S107"', "levy", "'S107' is not one of"),
        ("minutes = { value = 30,", "minutes = { value = 3000,", "minutes = { value = 3000", "3000 is greater than"),
        ("scores = { near = { value = 2,", "scores = { far = { value = 2,", "scores = { far", "no criterion far"),
        (', cheap = { value = 4, unit = "points", source = "ours" }', "", "scores = { near = { value = 6",
         "Two hubs has no score for cheap"),
        ('name = "Two hubs"', 'name = "One hub"', OPTION, "two options are called One hub"),
        ('name = "cheap"', 'name = "near"', 'name = "near"\nweight = 1', "name them apart"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_line(text, good, bad, where, says):
    whole = (text + TEXT_END).replace(good, bad)
    line = whole[: whole.index(where)].count("\n") + 1
    with pytest.raises(BadScenario) as refused:
        running.checked(whole, name="small.toml")
    assert says in str(refused.value)
    assert f"line {line}" in str(refused.value)


def test_a_scenario_without_them_says_nothing_of_them(text):
    plain = running.of_text(text)
    assert not [one.name for one in plain.tables if one.name.startswith(("estate", "options"))]
    none = ESTATE[: ESTATE.index("[[estate.room_use]]")]
    bare = {one.key: one.finding for one in sections(running.of_text(text + none))}
    assert "write [[estate.room_use]]" in bare["estate_rooms"]
    assert "write [[estate.contribution]]" in bare["estate_money"]


def test_a_lease_of_a_day_before_the_plan_is_no_longer_told_as_ending(text):
    found = running.of_text(text + ESTATE.replace("2018-06-30", "2017-03-31")).parts.estate
    assert found.ending == ()
    assert found.asked.sites[0].lease_ends == date(2017, 3, 31)
