"""Siting against a slow twin that tries every set and every assignment."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity.calc import siting, siting_bounds
from localcare.capacity.calc.siting import covering, k_best, p_center, p_median


@st.composite
def problems(draw, points=7, sites=6, top=20):
    n, m = draw(st.integers(1, points)), draw(st.integers(1, sites))
    numbers = st.integers(0, top) if draw(st.booleans()) else st.floats(0, top, width=16)
    cost = np.array(draw(st.lists(st.lists(numbers, min_size=m, max_size=m), min_size=n, max_size=n)), float)
    demand = np.array(draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), float)
    p = draw(st.integers(1, m))
    fixed = tuple(draw(st.sets(st.integers(0, m - 1), max_size=p)))
    limit = draw(st.none() | st.floats(0, top))
    return cost, demand, p, fixed, limit


def every_set(cost, demand, p, fixed, limit, capacity=None):
    """All sets with the best way to share everybody out, cheapest first, tried one by one."""
    allowed = cost <= (np.inf if limit is None else limit)
    some = np.flatnonzero(demand > 0)
    found = []
    for chosen in combinations(range(cost.shape[1]), p):
        if not set(fixed) <= set(chosen):
            continue
        ways = [tuple(i for i in chosen if allowed[j, i]) for j in some]
        if capacity is None:
            ways = [tuple(sorted(way, key=lambda i: cost[j, i])[:1]) for j, way in zip(some, ways, strict=True)]
        travel = [
            sum(demand[j] * cost[j, i] for j, i in zip(some, way, strict=True))
            for way in product(*ways)
            if capacity is None or fits(demand[some], way, capacity)
        ]
        if travel:
            found.append(min(travel))
    return sorted(found)


def fits(demand, way, capacity):
    return all(sum(d for d, at in zip(demand, way, strict=True) if at == i) <= capacity[i] for i in set(way))


def sound(answer, cost, demand, p, fixed, limit, capacity=None):
    """Whatever is claimed holds of the set itself."""
    some = demand > 0
    assert len(answer.open_sites) == p
    assert set(fixed) <= set(answer.open_sites)
    assert set(answer.assignment[some].tolist()) <= set(answer.open_sites)
    own = cost[some, answer.assignment[some]]
    assert (own <= (np.inf if limit is None else limit)).all()
    if capacity is not None:
        assert all(demand[some][answer.assignment[some] == i].sum() <= capacity[i] for i in answer.open_sites)
    assert answer.bound <= answer.objective
    return float((demand[some] * own).sum())


@settings(max_examples=150, deadline=None)
@given(problems())
def test_p_median_is_the_cheapest_of_all_sets(problem):
    cost, demand, p, fixed, limit = problem
    everything = every_set(*problem)
    answer = p_median(cost, demand, p, fixed_open=fixed, max_cost=limit)
    if not everything:
        assert (answer.status, answer.open_sites) == ("infeasible", ())
        assert answer.reason
        return
    assert (answer.status, answer.gap) == ("optimal", 0.0)
    assert answer.objective == pytest.approx(everything[0])
    assert sound(answer, *problem) == pytest.approx(answer.objective)


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(1, 8))
def test_the_k_best_are_sorted_distinct_and_complete(problem, k):
    cost, demand, p, fixed, limit = problem
    everything = every_set(*problem)
    answers = k_best(cost, demand, p, k, fixed_open=fixed, max_cost=limit)
    if not everything:
        assert [one.status for one in answers] == ["infeasible"]
        return
    assert [one.objective for one in answers] == pytest.approx(everything[:k])
    assert len({one.open_sites for one in answers}) == len(answers)


@settings(max_examples=40, deadline=None)
@given(problems(points=5, sites=4), st.integers(1, 3), st.data())
def test_no_capacity_is_exceeded_and_the_cheapest_way_is_found(problem, k, data):
    cost, demand, p, fixed, limit = problem
    sites = cost.shape[1]
    capacity = np.array(data.draw(st.lists(st.integers(0, 20), min_size=sites, max_size=sites)), float)
    everything = every_set(*problem, capacity)
    answers = k_best(cost, demand, p, k, capacity=capacity, fixed_open=fixed, max_cost=limit)
    if not everything:
        assert [one.status for one in answers] == ["infeasible"]
        return
    assert [one.objective for one in answers] == pytest.approx(everything[:k])
    assert [sound(one, *problem, capacity) for one in answers] == pytest.approx(everything[:k])


@settings(max_examples=60, deadline=None)
@given(problems())
def test_p_center_is_the_least_of_the_worst(problem):
    cost, demand, p, fixed, limit = problem
    some = demand > 0
    worst = [
        float(cost[some][:, list(chosen)].min(axis=1).max(initial=0))
        for chosen in combinations(range(cost.shape[1]), p)
        if set(fixed) <= set(chosen)
    ]
    answer = p_center(cost, demand, p, fixed_open=fixed, max_cost=limit)
    if limit is not None and min(worst) > limit:
        assert answer.status == "infeasible"
    elif some.any():
        assert (answer.status, answer.objective) == ("optimal", min(worst))


@settings(max_examples=60, deadline=None)
@given(problems())
def test_covering_needs_the_fewest_and_reaches_the_most(problem):
    cost, demand, p, fixed, _ = problem
    within, sites = cost <= 8, range(cost.shape[1])
    some = demand > 0
    sets = [set(one) for size in range(len(sites) + 1) for one in combinations(sites, size) if set(fixed) <= set(one)]
    enough = [len(one) for one in sets if within[some][:, list(one)].any(axis=1).all()]
    fewest, most = (
        covering(cost, demand, reach=8, fixed_open=fixed),
        covering(cost, demand, p, reach=8, fixed_open=fixed),
    )
    assert fewest.status == ("optimal" if enough else "infeasible")
    assert fewest.objective == (min(enough) if enough else np.inf)
    assert most.objective == max(demand[within[:, list(one)].any(axis=1)].sum() for one in sets if len(one) == p)


@settings(max_examples=40, deadline=None)
@given(problems(), st.floats(0, 20), st.floats(0, 20))
def test_a_wider_limit_never_costs_more(problem, one, other):
    cost, demand, p, fixed, _ = problem
    narrow, wide = (
        p_median(cost, demand, p, fixed_open=fixed, max_cost=limit).objective for limit in sorted((one, other))
    )
    assert wide <= narrow


def test_a_search_that_branches_and_one_that_tries_all_sets_agree(monkeypatch):
    random = np.random.default_rng(3)
    cost = siting_bounds.problem(random.integers(1, 60, (15, 9)).astype(float), 3)
    whole = siting_bounds.search(cost, k=6, nodes=5000)
    monkeypatch.setattr(siting_bounds, "ENUMERATE_NUMBERS", 0)
    monkeypatch.setattr(siting_bounds, "FEW_SETS", 0)
    split = siting_bounds.search(cost, k=6, nodes=5000)
    assert split.nodes > 3
    assert [price for price, _ in split.sets] == [price for price, _ in whole.sets]


def test_a_search_cut_short_gives_a_bound_that_holds(monkeypatch):
    random = np.random.default_rng(5)
    task = siting_bounds.problem(random.integers(1, 60, (60, 20)).astype(float), 5)
    best = siting_bounds.search(task, nodes=5000)
    monkeypatch.setattr(siting_bounds, "ENUMERATE_NUMBERS", 0)
    monkeypatch.setattr(siting_bounds, "ROOT_ROUNDS", 3)
    short = siting_bounds.search(task, nodes=1)
    assert not short.proved
    assert short.bound <= best.sets[0][0] <= short.sets[0][0]


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("demand points x sites", {"cost": [1.0, 2.0]}),
        ("one figure for each of the 2 rows", {"demand": [1.0]}),
        ("blank or a negative", {"cost": [[1.0, -1.0], [2.0, 3.0]]}),
        ("people, 0 where nobody", {"demand": [1.0, np.inf]}),
        ("ask for 1 or more", {"p": 0}),
        ("columns of cost", {"fixed_open": [2]}),
        ("one figure for each of the 2 columns", {"capacity": [1.0]}),
        ("inf where there is no limit", {"capacity": [1.0, -1.0]}),
    ],
)
def test_wrong_shapes_and_values_are_refused_with_the_next_step(words, arguments):
    with pytest.raises(ValueError, match=words):
        p_median(**{"cost": [[1.0, 2.0], [2.0, 1.0]], "demand": [1.0, 1.0], "p": 1} | arguments)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("3 sites are to be open and there are 2", {"p": 3}),
        ("2 sites are fixed open and only 1 may be", {"fixed_open": [0, 1]}),
        ("1 demand points have no site within", {"max_cost": 0.5}),
        ("at least 2 sites are needed", {"max_cost": 1.0}),
        ("the largest 1 sites hold 1 and the demand is 2", {"capacity": [1.0, 1.0]}),
    ],
)
def test_what_cannot_be_is_answered_in_words(words, arguments):
    cost = [[0.0, 2.0], [2.0, 1.0]]
    answer = p_median(**{"cost": cost, "demand": [1.0, 1.0], "p": 1} | arguments)
    assert answer.status == "infeasible"
    assert words in answer.reason


def test_capacities_that_bind_everywhere_are_solved_as_one_programme(monkeypatch):
    monkeypatch.setattr(siting.best, "LISTED", 0)
    cost, demand = np.array([[0.0, 5, 9], [1, 4, 9], [2, 3, 9]]), np.array([4.0, 4, 4])
    answers = k_best(cost, demand, 2, 3, capacity=[8, 4, 8])
    assert [one.open_sites for one in answers] == [(0, 1), (0, 2), (1, 2)]
    assert [one.objective for one in answers] == [4 * (0 + 1 + 3), 4 * (0 + 1 + 9), 4 * (9 + 9 + 3)]
    assert all(one.status == "optimal" for one in answers)
