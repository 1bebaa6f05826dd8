import random
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.dataset import differencing, suppression
from localcare.dataset.suppression import Line, Rule

RULE = Rule()


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, 0),
        (1, None),
        (7, None),
        (0.4, None),
        (7.9, None),
        (8, 10),
        (12, 10),
        (12.5, 15),
        (13, 15),
        (484_460, 484_460),
    ],
)
def test_a_count_alone(count, shown):
    assert differencing.published({"a": count}, [], RULE) == {"a": shown}


@pytest.mark.parametrize(
    ("parts", "total", "shown"),
    [
        # one small part: the smallest of the others goes with it
        ([3, 20, 40], 63, [None, None, 40, 65]),
        # two small parts protect one another
        ([3, 5, 40], 48, [None, None, 40, 50]),
        # nothing small: nothing goes
        ([8, 20, 40], 68, [10, 20, 40, 70]),
        # a zero protects nothing while there is a count above it
        ([3, 0, 40], 43, [None, 0, None, 45]),
        # all but the small part are zero: then the total is small too
        ([3, 0, 0], 3, [None, 0, 0, None]),
    ],
)
def test_a_total_and_its_parts(parts, total, shown):
    counts = dict(enumerate([*parts, total]))
    line = Line(len(parts), tuple(range(len(parts))))
    assert list(differencing.published(counts, [line], RULE).values()) == shown


def test_a_sum_everybody_knows_protects_like_a_published_one():
    hidden = suppression.suppressed({"a": 3, "b": 30, "c": 50}, [Line(None, ("a", "b", "c"))], RULE)
    assert hidden == {"a", "b"}


def test_two_rings_joined_by_one_cell_do_not_leave_that_cell_open():
    # Rows and columns each hide two or more, yet the cell that joins the two rings would follow from the sums.
    table = dict.fromkeys(product(range(4), range(4)), 50)
    ring = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3)]
    table |= dict.fromkeys([*ring, (1, 2)], 2)
    hidden = suppression.suppressed(table, _margins(4, 4), RULE)
    assert (1, 2) in hidden
    assert not _solved({key for key in hidden if table[key] == 2}, hidden, _margins(4, 4))


@pytest.mark.parametrize(
    ("count", "denominator", "rate"), [(20, 40, 0.5), (None, 40, None), (20, None, None), (0, 40, 0.0), (0, 0, None)]
)
def test_a_rate_follows_its_denominator(count, denominator, rate):
    assert suppression.rate(count, denominator) == rate


def test_money_does_not_give_the_exact_count_away():
    spend, a_head = suppression.money(total=123_456.78, people=12, rule=RULE)
    assert a_head == 10_288
    assert spend == 10 * 10_288
    assert suppression.money(0, 0, RULE) == (0, 0)


@pytest.mark.parametrize(
    ("largest", "dominated"),
    [((50, 10), False), ((51, 1), True), ((45, 40), False), ((45, 41), True), ((), False)],
)
def test_one_or_two_people_must_not_make_up_most_of_a_sum(largest, dominated):
    assert RULE.dominated(100, largest) == dominated


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_told_by_sums_no_fewer_are_called_dominated_than_by_the_two_largest(amounts):
    told = sum(amounts), max(amounts, default=0), sum(amount**2 for amount in amounts)
    assert RULE.concentrated(*told) >= RULE.dominated(told[0], sorted(amounts, reverse=True))


def test_many_alike_are_not_called_dominated():
    assert not RULE.concentrated(8 * 30, 30, 8 * 30**2)
    assert not RULE.concentrated(0, 0, 0)


@given(st.lists(st.booleans(), min_size=48, max_size=48), st.booleans())
def test_the_quick_way_finds_what_elimination_finds(hidden, known):
    """Cubes of 4 x 4 x 3 with all their margins, any of whose cells and two-way margins may be suppressed."""
    cells = list(product(range(4), range(4), range(3)))
    lines = cube_lines(4, 4, 3)
    unknown = [cell for cell, gone in zip(cells, hidden, strict=True) if gone]
    unknown += [] if known else [(r, "all", c) for r, _, c in unknown[:6]]
    unknown = list(dict.fromkeys(unknown))
    around = [line for line in lines if any(key in unknown for key in line.counts)]
    if unknown:
        assert suppression.solvable_at_size(unknown, around) == suppression.solvable(unknown, around)


def test_a_large_cube_gives_no_small_count_away():
    chance = random.Random(3)
    cells = {cell: chance.choice([0, 3, 6, 20, 50, 90]) for cell in product(range(12), range(6), range(4))}
    lines = cube_lines(12, 6, 4)
    counts = dict(cells)
    for key in {line.total for line in lines}:
        counts[key] = sum(
            n for cell, n in cells.items() if all(k in ("all", i) for k, i in zip(key, cell, strict=True))
        )
    hidden = suppression.suppressed(counts, lines, RULE)
    small = {key for key, count in counts.items() if 0 < count < 8}
    unknown = sorted(hidden, key=str)
    assert small <= hidden
    assert len(unknown) > suppression.BY_ELIMINATION
    assert not suppression.solvable(unknown, [line for line in lines if hidden.intersection(line.counts)]) & small


def cube_lines(*sizes: int) -> list[Line]:
    """The sums of a cube along each of its ways, and of its margins along theirs; `all` stands for a sum."""
    return [
        Line((*key[:way], "all", *key[way + 1 :]), tuple((*key[:way], i, *key[way + 1 :]) for i in range(size)))
        for way, size in enumerate(sizes)
        for key in product(*([*range(other), "all"] if at != way else ["all"] for at, other in enumerate(sizes)))
    ]


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.integers(1, 4).flatmap(
            lambda columns: st.lists(
                st.sampled_from([0, 0, 1, 2, 3, 7, 8, 9, 15, 60]), min_size=rows * columns, max_size=rows * columns
            ).map(lambda cells: (rows, columns, cells))
        )
    ),
    st.booleans(),
)
def test_no_small_count_follows_from_published_sums(table, known_rows):
    rows, columns, cells = table
    counts = {(r, c): cells[r * columns + c] for r, c in product(range(rows), range(columns))}
    lines = _margins(rows, columns)
    counts |= {line.total: sum(counts[part] for part in line.parts) for line in lines}
    lines += [Line("all", tuple(("row", r) for r in range(rows)))]
    counts["all"] = sum(cells)
    if known_rows:
        lines += [Line(None, tuple((r, c) for c in range(columns))) for r in range(rows)]
    hidden = suppression.suppressed(counts, lines, RULE)
    small = {key for key, count in counts.items() if 0 < count < 8}
    assert small <= hidden
    open_to_all = _solved(small, hidden, lines)
    # What sums known to everybody give away with everything else hidden cannot be protected, and only that.
    assert all(_beside(key, lines) <= hidden for key in open_to_all)
    assert known_rows or not open_to_all


def _margins(rows: int, columns: int) -> list[Line]:
    along = [Line(("row", r), tuple((r, c) for c in range(columns))) for r in range(rows)]
    return along + [Line(("column", c), tuple((r, c) for r in range(rows))) for c in range(columns)]


def _beside(key, lines) -> set:
    return {other for line in lines if key in line.counts for other in line.counts}


def _solved(wanted: set, hidden: set, lines: list[Line]) -> set:
    """The slow twin: exact elimination; a count is solved if some row of the reduced equations holds it alone."""
    order = sorted(hidden, key=str)
    rows = []
    for line in lines:
        row = [Fraction(line.parts.count(key)) - (line.total == key) for key in order]
        if any(row):
            rows.append(row)
    reduced: list[list[Fraction]] = []
    for column in range(len(order)):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        reduced = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in reduced] + [pivot]
    alone = {order[next(i for i, value in enumerate(row) if value)] for row in reduced if sum(map(bool, row)) == 1}
    return alone & wanted
