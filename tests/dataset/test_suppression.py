from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.dataset import suppression
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
    assert suppression.published({"a": count}, [], RULE) == {"a": shown}


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
    assert list(suppression.published(counts, [line], RULE).values()) == shown


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
