"""Beds, staff and hubs of a plan: fed by the plan's own activity, adding up, within their limits."""

import re

import numpy as np
import pytest

from localcare.base import audit
from localcare.capacity import hub_inputs, running
from localcare.capacity.calc import plan_beds, travel, workforce
from localcare.capacity.calc.beds import stresses, west_kent
from localcare.capacity.calc.beds.system import day_shares
from localcare.capacity.calc.part_tables import _beds
from localcare.capacity.calc.refusal import BadScenario
from localcare.capacity.calc.workforce_2017 import TASKS
from localcare.capacity.report import notes, sections
from localcare.capacity.report_parts import rings
from localcare.places.actions import load_reference
from tests.capacity.conftest import SCENARIO

PARTS = """
[beds]
share_placed = 0.95
within_days = 1
replications = 10
site = [{ name = "Here", beds = [40], source = "assumed" }, { name = "There", beds = [28, 0], source = "assumed" }]

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
HUBS = """
[hubs]
group = "resident"
hubs = 2
counts = [1, 2]
sets = 3
minutes = 60
"""


WHOLE = SCENARIO + PARTS


@pytest.fixture(scope="module")
def computed():
    return running.of_text(WHOLE)


def test_beds_follow_the_plans_admissions_and_people(computed):
    plan = computed.plan
    beds = computed.parts.beds
    old = np.asarray(plan.baseline.age_from) >= 65
    setting = plan.baseline.settings.index("emergency_admission")
    expected = plan.account.planned[0, 1, old, :, setting].sum() / plan.baseline.use[old, :, setting].sum()
    streams = {stream.name: stream for stream in beds.system.streams}
    assert streams["step-down"].growth[1] == pytest.approx(expected)
    assert streams["step-up"].growth == (1, 1, 1)  # nobody ages in this scenario
    assert {place.place for place in beds.planned.outcome.places if place.kind == "site"} == {"Here", "There"}


def test_arrivals_and_default_slots_are_scaled_and_beds_are_not():
    tenth = WHOLE.replace("[beds]", 'for_people = { value = 4844600, unit = "people", source = "assumed" }\n[beds]')
    system = running.of_text(tenth).parts.beds.system
    first = west_kent.west_kent()
    assert system.streams[0].a_year.likely == pytest.approx(first.streams[0].a_year.likely / 10, rel=0.001)
    assert [one.slots for one in system.services] == [(20,), (3,), (2,)]
    assert [site.beds for site in system.sites] == [(40,), (28, 0)]


def test_the_plans_own_draws_reach_the_beds(computed):
    """Row by row: the assumption's draw times the growth of a draw of the plan; the same luck if nothing is done."""
    plan, system = computed.plan, computed.parts.beds.system
    old = np.asarray(plan.baseline.age_from) >= 65
    setting = plan.baseline.settings.index("emergency_admission")
    before = plan.baseline.use[old, :, setting].sum()
    found = {
        case: plan_beds.expected(plan, system, use, 40)["step-down"]
        for case, use in (("plan", plan.account.planned), ("nothing", plan.account.nothing_done))
    }
    for row in (0, 7, 20):
        draw = 1 + row % 16
        growth = [
            use[draw, 2, old, :, setting].sum() / before for use in (plan.account.planned, plan.account.nothing_done)
        ]
        first = found["plan"][row, 2] / growth[0]
        assert found["nothing"][row, 2] == pytest.approx(first * growth[1])
        assert 620 <= first <= 740
    assert len({round(float(ratio), 6) for ratio in (found["plan"] / found["nothing"])[:, 2]}) > 10


def test_fewer_people_come_with_the_plan_than_if_nothing_is_done(computed):
    beds = computed.parts.beds
    planned, nothing = (case.outcome.wait("step-down", 2).came.median for case in (beds.planned, beds.nothing_done))
    assert planned < nothing
    step_up = [case.outcome.wait("step-up", 2) for case in (beds.planned, beds.nothing_done)]
    assert step_up[0].came == step_up[1].came  # the same people by chance


def test_what_goes_wrong_with_beds_makes_waits_longer(computed):
    told = {label: outcome.wait("step-down", 0) for label, outcome in computed.parts.beds.stresses}
    assert [*told] == ["As planned", *(one.label for one in stresses.STRESSES)]
    planned = told.pop("As planned")
    assert all(one.delayed.median >= planned.delayed.median for one in told.values())
    said = next(section for section in sections(computed) if section.key == "beds_stresses").finding
    assert "most with the largest site closed" in said


def test_a_board_reads_first_how_many_are_placed_in_time_and_what_it_would_take(computed):
    """On 40 beds, where the beds of 2017 were 68, few are; the ranges are those of the tables."""
    beds = computed.parts.beds
    (said,) = (note for note in notes(computed) if "community beds" in note)
    first, last = (beds.planned.outcome.wait("step-down", year).within for year in (0, 2))
    assert said.startswith("With 40 community beds")
    assert f"the model places {last.median:.0%} ({last.low:.0%} to {last.high:.0%}) of those who wait" in said
    assert f"within a day; in 2017/18 {first.median:.0%}" in said
    need = next(one.places for one in beds.planned.needs if (one.place, one.year) == ("beds", 2))
    assert f"For 95% it would take {need.median:.0f} ({need.low:.0f} to {need.high:.0f}) beds" in said
    needs = {one.place: one.places.median for one in beds.planned.needs if one.year == 2}
    for service in beds.system.services:
        if service.name in ("support at home", "long-term care assessment"):
            assert (f"{service.slots[-1]} slots of {service.name}" in said) == (needs[service.name] > service.slots[-1])


def test_each_case_changes_what_it_says():
    system = stresses.last_year(west_kent.west_kent())
    given = {one.name: np.full((1, 1), 100.0) for one in system.streams}
    by_key = {one.key: stresses.stressed(system, given, one) for one in stresses.STRESSES}
    assert by_key["longer_stays"][0].streams[2].stay.likely == pytest.approx(system.streams[2].stay.likely * 1.1)
    assert [site.beds for site in by_key["site_closed"][0].sites] == [(0,), (14,), (18,), (14,)]
    assert [one.slots for one in by_key["fewer_slots"][0].services] == [(160,), (25,), (17,)]
    winter, more = by_key["hard_winter"]
    shares = [day_shares(one, stream, 0) for one, stream in ((system, system.streams[2]), (winter, winter.streams[2]))]
    january = slice(275, 306)  # from 1 April
    assert (more["step-down"] * shares[1][january]).sum() / (100 * shares[0][january]).sum() == pytest.approx(
        4 / 3, rel=0.01
    )
    assert (more["step-down"] * shares[1][:200]).sum() / (100 * shares[0][:200]).sum() == pytest.approx(1, rel=0.01)


def test_beds_added_to_a_site_draw_nobody_to_it():
    sites = (
        'site = [{ name = "Tonbridge", beds = [14], source = "x" }, { name = "Hawkhurst", beds = [22], source = "x" }]'
    )
    ours = re.sub(r"site = \[.*\]", sites, WHOLE)
    for text in (ours, ours.replace("beds = [14]", "beds = [54]")):
        assert running.checked(text).wanted.beds.nearest == {}
        shares = plan_beds.nearest_of(running.checked(text).wanted.beds)
        assert [one.likely for one in shares.values()] == pytest.approx([14 / 36, 22 / 36])
    said = ours.replace(
        'name = "Tonbridge"', 'name = "Tonbridge", nearest = { value = 0.3, unit = "share", source = "x" }'
    )
    with pytest.raises(BadScenario, match=r"line \d+: give nearest to every site, 1 in all"):
        running.checked(said)
    both = said.replace(
        'name = "Hawkhurst"', 'name = "Hawkhurst", nearest = { value = 0.7, unit = "share", source = "x" }'
    )
    assert plan_beds.frame(running.checked(both).wanted.beds, 2016, 3).streams[2].sites == (0.3, 0.7)


def test_placed_in_time_follows_the_level_asked_for(computed):
    longer = running.of_text(WHOLE.replace("within_days = 1", "within_days = 5")).parts.beds
    day, five = (one.planned.outcome.wait("step-down", 2).within.median for one in (computed.parts.beds, longer))
    assert day < five
    waits = next(table for table in _beds(computed.plan, longer) if table.name == "beds_waits")
    assert "within 5 days" in waits.says
    visits = next(table for table in computed.tables if table.name == "beds_visits")
    assert {row[2] for row in visits.rows} == {"support at home", "rapid response"}
    assert all(row[5] <= row[4] <= row[6] for row in visits.rows)


def test_a_closed_site_holds_nobody(computed):
    closed = computed.parts.beds.planned.outcome.place("There", 2)
    assert (closed.offered, closed.people.median) == (0, 0)


def test_staff_is_the_same_person_by_person(computed):
    """Twin: posts of one cluster, one role, one draw, task by task."""
    from localcare.capacity.calc import workforce
    from localcare.capacity.calc.workforce_2017 import ROLES, TASKS

    plan, staff = computed.plan, computed.parts.staff
    baseline = plan.baseline
    cluster = staff.clusters[0]
    mine = baseline.practice_people[[one == cluster for one in baseline.clusters]].sum(0)
    ages = [baseline.age_from.index(age) for age in (75, 85)]
    group = baseline.groups.index("conditions_4_plus")
    people = sum(baseline.people[a, group] * 0.5 * mine[a] / baseline.practice_people[:, a].sum() for a in ages)
    likeliest = workforce.likeliest(workforce.assumptions(ROLES, TASKS))
    needs = workforce.needs({cluster: {"four or more conditions": people}}, ROLES, TASKS, likeliest)
    assert staff.posts[0, 0, 0].tolist() == pytest.approx([need.posts for need in needs])


def test_wards_release_no_more_posts_than_the_beds_they_save(computed):
    plan, staff = computed.plan, computed.parts.staff
    nights = [plan.baseline.settings.index(key) for key in ("emergency_bed_day", "planned_bed_day")]
    saved = (plan.account.nothing_done - plan.account.planned)[..., nights].sum((2, 3, 4)) / 365 / 0.9
    assert np.allclose(staff.released, saved * 1.5 * 0.5)


SUPPLY = """
[[staff.supply]]
role = "nurse"
bands = [1, 1]
leaving = [0.1, 0.5]
joining = 1
recruited = 2
source = "assumed"
"""


@pytest.fixture(scope="module")
def supplied():
    return running.of_text(SCENARIO + PARTS[PARTS.index("[staff]") :] + SUPPLY)


def test_posts_missing_are_those_needed_less_those_there(supplied):
    """Supply by hand: 0.9 stay of the first band, a fifth of them grows older; 0.5 of the second stay; one joins."""
    staff = supplied.parts.staff
    (nurse,) = staff.gaps
    assert nurse.filled[0] == pytest.approx(0.9 + 0.5 + 1)
    needed = staff.posts[..., staff.roles.index("nurse")].sum(2)
    assert np.allclose(nurse.needed, needed)
    assert np.allclose(nurse.gap, np.maximum(needed - np.array(nurse.filled), 0))
    rows = [row for row in _table(supplied, "staff_gap").rows if row[0] == "2017/18"]
    balance = workforce.balance((needed[0, 0],), (nurse.filled[0],), 48_000)[0]
    assert rows[0][1:6] == ("nurse", pytest.approx(balance.needed), nurse.filled[0], 0, pytest.approx(balance.gap))
    assert nurse.cost[0, 0] == pytest.approx(balance.cost_needed - balance.cost_filled)
    leaving = (0.1 + 0.5) / 12
    assert balance.gap > 0
    assert nurse.months[0] == pytest.approx(3 + balance.gap / (2 - leaving))
    drawn = next(section for section in sections(supplied) if section.key == "staff_gap")
    assert "nurse" in drawn.finding
    assert drawn.drawing


def test_who_there_is_may_be_left_unsaid_and_then_the_report_says_so(computed):
    assert _table(computed, "staff_gap").rows == ()
    said = next(section for section in sections(computed) if section.key == "staff_gap")
    assert "does not say who there is" in said.finding


def test_staff_is_held_against_what_is_published(supplied):
    checks = {row[0]: row for row in _table(supplied, "staff_checks").rows}
    assert round(checks["registered people for each whole-time GP, as the plan of 2017 states"][1]) == 2_125
    assert checks["the same as published, year ending March 2017"][1] == pytest.approx(483_975 / 222.5)
    teams = checks["teams of 40,000 (50,000 to 30,000) people in the area"]
    assert teams[1:4] == pytest.approx((484_464 / 40_000, 484_464 / 50_000, 484_464 / 30_000))
    staff = supplied.parts.staff
    nurses = np.median(staff.posts[1:, 0, :, staff.roles.index("nurse")].sum(1))
    assert checks["nurse: posts of such a team for 40,000 people by this need"][1] == pytest.approx(
        nurses * 40_000 / 484_464
    )


def test_what_moves_the_posts_is_told_widest_first(supplied):
    rows = _table(supplied, "staff_drivers").rows
    widths = [abs(row[5] - row[4]) for row in rows]
    assert widths == sorted(widths, reverse=True)
    assert rows[0][4] != rows[0][5]


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        ("leaving = [0.1, 0.5]", "leaving = [0.1]", r"line \d+: 2 age bands and 1 rates of leaving"),
        ('role = "nurse"', 'role = "cook"', r"line \d+, staff.supply.1.role"),
        (SUPPLY, SUPPLY + SUPPLY, r"line \d+: nurse stands there twice"),
    ],
)
def test_a_supply_that_does_not_fit_is_refused_with_its_line(good, bad, says):
    with pytest.raises(BadScenario, match=says):
        running.checked((WHOLE + SUPPLY).replace(good, bad))


def _table(computed, name):
    return next(table for table in computed.tables if table.name == name)


def test_each_part_has_its_sections_and_assumptions(computed):
    keys = [section.key for section in sections(computed)]
    assert {"beds", "staff", "staff_area"} <= set(keys)
    assumed = next(table for table in computed.tables if table.name == "assumptions")
    names = {row[0] for row in assumed.rows}
    assert {"beds.step-down.stay", "staff.four or more conditions.share", "staff.GP/cost"} <= names


def _rows(computed):
    table = next(table for table in computed.tables if table.name == "assumptions")
    return {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}


def test_every_figure_of_a_plan_stands_with_its_value_and_source(computed):
    rows = _rows(computed)
    assert len(rows) == len(next(table for table in computed.tables if table.name == "assumptions").rows)
    for row in rows.values():
        assert all(row[key] not in (None, "") for key in ("low", "likely", "high", "unit", "source")), row
        assert row["basis"] == ("assumed" if "assumed" in row["source"].lower() else row["basis"])
    assert rows["money.discount"]["likely"] == 0.035
    assert rows["money.release"]["likely"] == "0.5, 1"
    assert rows["intervention.at_home.phase"]["likely"] == "0.5, 1, 1"
    assert rows["investment.at_home.parallel_years"]["likely"] == 1
    assert rows["investment.at_home.pay_share"]["basis"] == "assumed"
    assert rows["people.health.from_age"]["likely"] == 65
    assert rows["stress.half_benefit.benefit"]["likely"] == 0.5
    assert "emergency_bed_day" in next(name for name in rows if name.startswith("activity."))


def test_every_figure_of_the_bed_model_stands_there(computed):
    rows = _rows(computed)
    for stream in west_kent.streams():
        assert rows[f"beds.{stream.name}.people a year"]["likely"] == stream.a_year.likely
        assert rows[f"beds.{stream.name}.stay"]["high"] == stream.stay.high
        assert rows[f"beds.{stream.name}.stay.spread"]["likely"] == stream.spread
        for onward in stream.onward:
            assert rows[f"beds.{stream.name}.then {onward.to}"]["likely"] == onward.share.likely
    assert rows["beds.support at home.slots"]["likely"] == "200"
    assert rows["beds.month"]["likely"].count(",") == 11
    assert rows["beds.Here.beds"]["basis"] == "assumed"
    assert rows["beds.share_placed"]["basis"] == "chosen"
    for task in TASKS:
        assert rows[f"staff.{task.name}/{task.segment}/skills"]["basis"] == "assumed"


def test_sites_without_a_bed_at_all_are_refused():
    with pytest.raises(BadScenario, match="line"):
        running.of_text(WHOLE.replace("beds = [40]", "beds = [0]").replace("beds = [28, 0]", "beds = [0]"))


def test_an_age_that_the_baseline_does_not_have_is_refused_with_its_line():
    with pytest.raises(BadScenario, match=r"line \d+: 70 is not among the baseline's age_from"):
        running.of_text(WHOLE.replace("age_from = [75, 85]", "age_from = [70]"))


def test_an_unknown_group_is_refused_with_its_line():
    with pytest.raises(BadScenario, match=r"line \d+: frail is not among"):
        running.of_text(WHOLE.replace('["conditions_4_plus"]', '["frail"]'))


@pytest.mark.django_db
def test_hubs_are_sited_and_drawn(text):
    load_reference(by=audit.SYSTEM)
    computed = running.of_text(text + HUBS)
    found = computed.parts.hubs
    assert [len(one.hubs) for one in found.best] == [2, 2, 2]
    assert [one.objective for one in found.best] == sorted(one.objective for one in found.best)
    assert found.curve[0].minutes > found.curve[1].minutes
    rows = _rows(computed)
    assert {f"hubs.{name}" for name in hub_inputs.ASSUMED} <= rows.keys()
    assert {f"hubs.travel.{name}" for name in travel.MODEL} <= rows.keys()
    assert all(rows[f"hubs.{one.name}.cost"]["likely"] == one.yearly_cost for one in hub_inputs.SERVICES)
    assert (rows["hubs.min_population"]["likely"], rows["hubs.minutes"]["basis"]) == (46_000, "chosen")
    drawn = next(section.drawing for section in sections(computed) if section.key == "hubs")
    assert all(hub.name in drawn.svg().replace("&#x27;", "'") for hub in found.best[0].hubs)


@pytest.mark.django_db
def test_a_site_that_is_no_candidate_is_refused_with_its_line(text):
    load_reference(by=audit.SYSTEM)
    wrong = HUBS.replace("sets = 3", 'open = ["X1"]')
    with pytest.raises(BadScenario, match=r"line \d+: no candidate site X1"):
        running.of_text(text + wrong)


def test_an_outline_is_read_ring_by_ring():
    assert list(rings("M1 2l3 0 0 4zM10 10l1-1z")) == [[(1, 2), (4, 2), (4, 6)], [(10, 10), (11, 9)]]


def test_what_is_not_asked_is_not_computed(text):
    computed = running.of_text(text)
    assert (computed.parts.beds, computed.parts.staff, computed.parts.hubs) == (None, None, None)


STAY = '[[beds.stay]]\nstream = "step-down"\ndays = { value = 10, unit = "days", source = "our own count" }\n'


def test_a_length_of_stay_that_the_scenario_gives_is_the_one_simulated_and_told():
    asked = running.checked(WHOLE + STAY).wanted.beds
    streams = {one.name: one for one in plan_beds.frame(asked, 2016, 3).streams}
    assert streams["step-down"].stay.likely == 10
    assert streams["step-up"].stay == next(one.stay for one in west_kent.streams() if one.name == "step-up")
    assert dict(plan_beds.assumptions(asked))["beds.step-down.stay"].source == "our own count"


def test_more_numbers_of_beds_than_there_are_years_are_refused_with_the_line():
    bad = WHOLE.replace("beds = [40]", f"beds = [{', '.join(['40'] * 40)}]")
    with pytest.raises(
        BadScenario, match=r"line \d+.*Here has 40 numbers for \d+ years; give at most one for each year"
    ):
        running.checked(bad)


def test_a_stay_twice_or_beyond_its_bounds_is_refused_with_its_line():
    with pytest.raises(BadScenario, match=r"line \d+.*stands there twice"):
        running.checked(WHOLE + STAY + STAY)
    for bad in ("value = 0,", "value = 366,"):
        with pytest.raises(BadScenario, match=r"line \d+"):
            running.checked(WHOLE + STAY.replace("value = 10,", bad))
