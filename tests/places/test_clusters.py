import csv
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Delaunay

import localcare.places
from localcare.places.calc.clusters import group_by_geography, kilometres
from localcare.places.calc.list_sizes import scale_lists

DATA = Path(localcare.places.__file__).parent / "data"


def table(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ((51.0, 0.0), (51.0, 0.0), 0),
        ((51.0, 0.0), (52.0, 0.0), 111.2),
        ((60.0, 0.0), (60.0, 1.0), 55.6),  # a degree of longitude is half as wide there
    ],
)
def test_kilometres(a, b, km):
    assert kilometres(a, b) == pytest.approx(km, abs=0.01)


def test_nearest_centre_where_the_sizes_allow_it():
    practices = {"P1": (51.0, 0.0), "P2": (51.1, 0.0), "P3": (51.9, 0.0), "P4": (52.0, 0.0)}
    centres = {"south": (51.0, 0.0), "north": (52.0, 0.0)}
    lists = dict.fromkeys(practices, 10)
    grouped = group_by_geography(practices, lists, centres, smallest=10, largest=30)
    assert grouped == {"P1": "south", "P2": "south", "P3": "north", "P4": "north"}


def test_no_grouping_keeps_to_the_limits():
    with pytest.raises(ValueError, match="no grouping has clusters of 8 to 9 people"):
        group_by_geography({"P1": (51.0, 0.0)}, {"P1": 10}, {"c": (51.0, 0.0)}, smallest=8, largest=9)


def cheapest(practices, lists, centres, smallest, largest):
    """The oracle: every grouping there is, and the least distance of those that keep to the limits."""
    codes, costs = list(practices), []
    for chosen in product(centres, repeat=len(codes)):
        sizes = [sum(lists[c] for c, n in zip(codes, chosen, strict=True) if n == name) for name in centres]
        if all(smallest <= size <= largest for size in sizes):
            costs.append(cost(practices, lists, centres, dict(zip(codes, chosen, strict=True))))
    return min(costs, default=None)


def cost(practices, lists, centres, grouped):
    return sum(lists[code] * kilometres(practices[code], centres[name]) for code, name in grouped.items())


point = st.tuples(st.integers(5100, 5200), st.integers(0, 100)).map(lambda p: (p[0] / 100, p[1] / 100))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(point, st.integers(1, 20)), min_size=2, max_size=6), st.lists(point, min_size=2, max_size=2))
def test_no_grouping_is_cheaper(given_practices, given_centres):
    practices = {f"P{i}": where for i, (where, _) in enumerate(given_practices)}
    lists = {f"P{i}": people for i, (_, people) in enumerate(given_practices)}
    centres = {"a": given_centres[0], "b": given_centres[1]}
    least = cheapest(practices, lists, centres, 5, 40)
    if least is None:
        with pytest.raises(ValueError, match="no grouping"):
            group_by_geography(practices, lists, centres, smallest=5, largest=40)
    else:
        grouped = group_by_geography(practices, lists, centres, smallest=5, largest=40)
        assert cost(practices, lists, centres, grouped) == pytest.approx(least, rel=1e-6, abs=1e-6)


@pytest.fixture(scope="module")
def west_kent():
    """Points and scaled lists of the 60 practices, and their cluster of 2017 as shipped."""
    grouped = {row["member"]: row["group"] for row in table("memberships") if row["group"].startswith("WK17")}
    points = {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in table("sites")}
    published = {
        row["organisation"]: int(row["registered"])
        for row in table("list_sizes")
        if row["as_at"] == "2017-03-31" and row["organisation"] in grouped
    }
    lists = scale_lists(published, total=484_460, largest=19_739, smallest=2_056)
    return {code: points[code] for code in grouped}, lists, grouped


def test_the_lists_of_west_kent_are_as_the_document_states(west_kent):
    _, lists, _ = west_kent
    assert (len(lists), sum(lists.values())) == (60, 484_460)
    assert (max(lists.values()), min(lists.values())) == (19_739, 2_056)


def test_every_cluster_of_2017_is_of_the_published_size(west_kent):
    _, lists, grouped = west_kent
    sizes = {name: sum(lists[c] for c in grouped if grouped[c] == name) for name in set(grouped.values())}
    assert len(sizes) == 7
    assert all(46_000 <= size <= 82_500 for size in sizes.values()), sizes


def test_the_shipped_grouping_is_what_the_rule_gives(west_kent):
    points, lists, grouped = west_kent
    centres = {row["cluster"]: points[row["practice"]] for row in table("cluster_centres_2017")}
    assert group_by_geography(points, lists, centres, smallest=46_000, largest=82_500) == grouped


def test_every_cluster_of_2017_is_in_one_piece(west_kent):
    """Walking only between neighbours (an edge of the Delaunay triangulation), each cluster is reached from one."""
    points, _, grouped = west_kent
    places = sorted(set(points.values()))
    by_place = {place: {grouped[code] for code in points if points[code] == place} for place in places}
    neighbours = {place: set() for place in places}
    for corners in Delaunay(places).simplices:
        for one, other in product(corners, repeat=2):
            neighbours[places[one]].add(places[other])
    for cluster in set(grouped.values()):
        own = {place for place in places if cluster in by_place[place]}
        reached, waiting = set(), [min(own)]
        while waiting:
            place = waiting.pop()
            reached.add(place)
            waiting += (neighbours[place] & own) - reached
        assert reached == own, cluster


def test_own_grouping_is_labelled_so():
    rows = [row for row in table("organisations") if row["code"].startswith("WK17")]
    assert len(rows) == 7
    assert all("our own grouping" in row["source"] for row in rows)
    assert all(date.fromisoformat(row["opened"]) == date(2017, 1, 1) for row in rows)
