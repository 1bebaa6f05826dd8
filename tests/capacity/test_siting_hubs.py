"""The hub model against every set of hubs, and its rules."""

from dataclasses import replace
from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity import report_parts
from localcare.capacity.calc.hub_report import Service, five_answers
from localcare.capacity.calc.hubs import HubInputs, Rules, Site, best_plans, curve, plan, what_if
from localcare.capacity.calc.part_tables import _curve, _questions
from localcare.capacity.calc.plan_hubs import HubsAsked, sited
from localcare.capacity.report_parts import _how_sure


def place(seed=1, points=6, sites=5):
    random = np.random.default_rng(seed)
    return HubInputs(
        group="registered",
        points=tuple(f"P{n}" for n in range(points)),
        people=random.integers(100, 900, points).astype(float),
        need=random.uniform(0.5, 2, points),
        without_car=random.uniform(0.1, 0.4, points),
        fifth=random.integers(1, 6, points),
        sites=tuple(
            Site(f"S{n}", f"Site {n}", "practice", 51.0, 0.5, 1000.0 * n, across_border=n == 4) for n in range(sites)
        ),
        car=random.uniform(5, 40, (points, sites)),
        public=random.uniform(20, 90, (points, sites)),
    )


def travel(inputs, chosen):
    """Everybody's need-weighted minutes to their nearest hub of a set, added up one by one."""
    total = 0.0
    for j, people in enumerate(inputs.people):
        for table, share in ((inputs.car, 1 - inputs.without_car[j]), (inputs.public, inputs.without_car[j])):
            total += people * share * inputs.need[j] * min(table[j, i] for i in chosen)
    return total


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 6))
def test_the_best_plans_are_the_best_of_all_sets(seed, p, k):
    inputs = place(seed)
    every = sorted(travel(inputs, chosen) for chosen in combinations(range(5), p))
    plans = best_plans(inputs, Rules(p=p), k)
    assert [one.objective for one in plans] == pytest.approx(every[:k])
    assert len({one.codes for one in plans}) == len(plans)
    for one in plans:
        assert one.bound <= one.objective
        assert sum(hub.people for hub in one.hubs) == pytest.approx(inputs.people.sum())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_capacity_and_least_population_hold_and_the_cheapest_way_is_found(seed):
    inputs = place(seed, points=3, sites=3)
    people = np.concatenate([inputs.people * (1 - inputs.without_car), inputs.people * inputs.without_car])
    minutes = np.vstack([inputs.car, inputs.public]) * np.tile(inputs.need, 2)[:, None]
    least, most = 0.3 * people.sum(), 0.6 * people.sum()
    ways = []
    for chosen in combinations(range(3), 2):
        for way in product(chosen, repeat=6):
            loads = [sum(people[j] for j in range(6) if way[j] == i) for i in chosen]
            if least <= min(loads) and max(loads) <= most:
                ways.append(sum(people[j] * minutes[j, i] for j, i in enumerate(way)))
    rules = Rules(p=2, min_population=least, capacity=tuple((f"S{n}", most) for n in range(3)))
    found = plan(inputs, rules)
    if not ways:
        assert found.status == "infeasible"
        return
    assert found.objective == pytest.approx(min(ways))
    assert all(least - 1e-6 <= hub.people <= most + 1e-6 for hub in found.hubs)


def test_nobody_travels_beyond_the_limit_by_their_own_mode():
    inputs = place()
    free = plan(inputs, Rules(p=3))
    bounded = [plan(inputs, Rules(p=3, max_minutes=limit)) for limit in (free.longest, free.longest + 5)]
    assert all(one.longest <= free.longest + 5 for one in bounded)
    assert bounded[1].objective <= bounded[0].objective
    assert "no site within" in plan(inputs, Rules(p=3, max_minutes=1.0)).reason


def test_commitments_and_borders_are_kept():
    inputs = place()
    assert "S0" in plan(inputs, Rules(p=2, open=("S0",))).codes
    assert "S1" not in plan(inputs, Rules(p=4, closed=("S1",))).codes
    assert "S4" not in plan(inputs, Rules(p=4, across_border=False)).codes
    assert plan(inputs, Rules(p=1, open=("S1",), closed=("S1",))).status == "infeasible"
    with pytest.raises(ValueError, match="no candidate site XX"):
        plan(inputs, Rules(p=1, open=("XX",)))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (Rules(p=9), "9 hubs asked for and 5 sites"),
        (Rules(p=3, staff_a_hub=5, staff=14), "15 full-time staff"),
        (Rules(p=3, min_population=10_000), "3 hubs of 10000 people"),
        (Rules(p=2, budget=500), "no set of sites keeps to all rules"),
        (Rules(p=1, max_gap=0.0), "no set of sites keeps to all rules"),
    ],
)
def test_rules_that_cannot_be_kept_are_answered_in_words(rules, words):
    answer = plan(place(), rules)
    assert (answer.status, answer.hubs) == ("infeasible", ())
    assert words in answer.reason


def test_a_budget_and_a_gap_bind():
    inputs = place()
    free = plan(inputs, Rules(p=2))
    for rules in (Rules(p=2, budget=free.yearly_cost - 1), Rules(p=2, max_gap=free.fifth_gap - 1e-6)):
        bound = plan(inputs, rules)
        assert bound.status == "infeasible" or (bound.codes != free.codes and bound.objective >= free.objective)


def test_what_if_changes_only_what_is_asked():
    inputs, rules = place(), Rules(p=2)
    best = plan(inputs, rules)
    others = [site.code for site in inputs.sites if site.code not in best.codes]
    moved = what_if(inputs, rules, best.codes, moved=[(best.codes[0], others[0])])
    assert moved.codes == tuple(sorted({*best.codes[1:], others[0]}))
    assert moved.objective >= best.objective
    more = what_if(inputs, rules, best.codes, opened=others[:1])
    assert more.objective <= best.objective
    room = max(hub.people for hub in best.hubs) - 1
    busiest = max(best.hubs, key=lambda hub: hub.people).code
    capped = what_if(inputs, rules, best.codes, capped=[(busiest, room)])
    assert capped.objective >= best.objective
    assert next(hub.people for hub in capped.hubs if hub.code == busiest) <= room
    assert (
        "not everybody fits" in what_if(inputs, rules, best.codes, capped=[(code, 1.0) for code in best.codes]).reason
    )
    assert what_if(inputs, rules, best.codes, closed=best.codes).reason == "no hub is left: open one"


def test_the_curve_falls_and_answers_the_five_questions():
    inputs = place()
    rules = Rules(p=1, budget=4000, min_population=200, staff_a_hub=5, staff=15)
    open_rules = replace(rules, budget=None, min_population=None, staff=None)
    plans = curve(inputs, open_rules, range(1, 6))
    assert all(more.objective <= fewer.objective for fewer, more in pairwise(plans))
    answers = five_answers(plans, rules, minutes=plans[2].longest)
    assert answers.staffed == 3
    assert answers.accessible <= 3
    assert answers.economically == max(one.p for one in plans if one.yearly_cost <= 4000)
    assert answers.sensible == max(one.p for one in plans if min(hub.people for hub in one.hubs) >= 200)
    assert len(answers.pragmatic) <= 3
    assert five_answers(plans, open_rules, minutes=plans[2].longest).economically is None  # no budget: no answer
    assert five_answers(plans, open_rules, minutes=plans[2].longest).staffed is None
    assert five_answers(plans, open_rules, minutes=plans[2].longest).sensible is None


def asked(rules, counts=(1, 2, 3)):
    return HubsAsked("registered", counts, 3, 60, rules)


def test_the_curve_is_without_limits_and_keeps_commitments():
    inputs = place()
    bound = Rules(
        p=2, open=("S3",), max_gap=0.1, max_minutes=20, capacity=(("S0", 10.0),), min_population=1e4, budget=1
    )
    found = sited(inputs, asked(bound))
    assert [one.codes for one in found.curve] == [
        one.codes for one in curve(inputs, Rules(p=1, open=("S3",)), (1, 2, 3))
    ]
    assert found.answers.pragmatic == ()  # none of them keeps to these


def test_a_set_that_the_scenario_names_in_full_is_not_called_the_best():
    inputs = place()
    assert _how_sure(sited(inputs, asked(Rules(p=2, open=("S0", "S3"))))) == "chosen by the scenario, none sited"
    assert _how_sure(sited(inputs, asked(Rules(p=2, open=("S3",))))) == "proved the best under its rules"


def test_a_limit_that_no_number_keeps_to_is_answered_and_none_given_is_not():
    rows = {row[0]: row[1] for row in _questions(sited(place(), asked(Rules(p=2, min_population=1e9)))).rows}
    assert rows["What number of hubs makes sense for the services?"] == "none of 1 to 3"
    assert rows["How many hubs can be supported economically?"] is None


def test_the_set_that_keeps_to_every_limit_is_named():
    inputs = place()
    free = sited(inputs, asked(Rules(p=2)))
    two = free.curve[1]
    found = sited(inputs, asked(Rules(p=2, max_gap=two.fifth_gap, budget=two.yearly_cost)))
    assert found.answers.pragmatic in [one.codes for one in found.curve if one.fifth_gap <= two.fifth_gap]
    assert free.answers.pragmatic == free.curve[2].codes


def test_a_number_of_hubs_that_cannot_be_sited_says_why_and_prints_no_figure():
    shut = Rules(p=4, closed=("S0", "S1"))
    found = sited(place(), asked(shut, (4, 2, 3)))
    assert [one.p for one in found.curve if one.hubs] == [2, 3]
    table = _curve(found)
    assert table.rows[2] == (4, None, None, None, None, "", "4 hubs asked for and 3 sites may be one")
    section = report_parts._curve(found, table)
    assert "3 save" in section.finding
    assert "inf" not in section.finding + section.drawing.svg()
    none = sited(place(), asked(shut, (4,)))
    assert report_parts._curve(none, _curve(none)).finding == (
        "No number of hubs asked for can be sited: 4 hubs asked for and 3 sites may be one."
    )


def test_no_limit_is_told_as_none_given():
    told = {row[0]: row[1:] for row in _questions(sited(place(), asked(Rules(p=2)))).rows}
    assert told["How many hubs can be supported economically?"] == (
        None,
        "no limit is given: write budget under [hubs]",
    )


def test_a_service_beside_the_core_is_only_where_there_are_people_enough():
    inputs = place()
    services = (Service("core", True, 0, 1000, 10, 1), Service("rare", False, 1e9, 1000, 10, 1))
    made = plan(inputs, Rules(p=2, services=services, staff_a_hub=2))
    assert [one.services for one in made.hubs] == [("core",), ("core",)]
    assert [(one.name, one.share_within) for one in made.services] == [("core", pytest.approx(1.0)), ("rare", 0.0)]
    assert made.staff == 6
