"""Someone who has every published report asks with every pair of filters: no small count follows exactly."""

from collections import defaultdict
from itertools import combinations, product

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.population import actions, queries, reports
from tests import builders

pytestmark = pytest.mark.django_db
# report, the columns that say which cell a row is, its counts
REPORTS = (
    ("segments", ("age_band", "group"), ("people",)),
    ("conditions", ("register",), ("on_register", "denominator")),
    ("use", ("activity",), ("people",)),
    ("risk", (), ("registered", "listed")),
    ("coverage", (), ("registered", "observed", "may_be_scored")),
)
LEVELS = ("area", "cluster", "practice")


@pytest.fixture
def cells(edition, monkeypatch, tmp_path):
    """Every count of every report at every level: (report, cell, count, unit) to what is published."""
    builders.keep_state_in(tmp_path, monkeypatch)
    made = builders.area()
    for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
        made.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
    reports._protected_cells.cache_clear()
    reports._protected_registers.cache_clear()
    with transaction.atomic():
        actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
        yield {
            (name, tuple(row[key] for key in keys), count, row.get("unit", "area")): row[count]
            for name, keys, counts in REPORTS
            for level in LEVELS
            for row in queries.report(name, level).rows
            for count in counts
        }
        transaction.set_rollback(True)
    reports._protected_cells.cache_clear()
    reports._protected_registers.cache_clear()


WITHIN = {
    "area": frozenset({"G82000", "G82001", "G82002", "G82003"}),
    "C1": frozenset({"G82000", "G82001"}),
    "C2": frozenset({"G82002", "G82003"}),
    **{f"G8200{n}": frozenset({f"G8200{n}"}) for n in range(4)},
}


def test_no_pair_of_filters_gives_a_small_count_exactly(cells):
    """Filters are a cell in some units. One taken from another leaves what is in neither: never a known small count."""
    table = defaultdict(dict)
    for (name, cell, count, unit), shown in cells.items():
        table[name, cell, count][unit] = shown
    assert sum(shown is None for shown in cells.values()) > 50
    for key, by_unit in table.items():
        assert by_unit.keys() == WITHIN.keys()
        for left, right in _pairs(by_unit):
            low, high = _difference(left, right, by_unit)
            exact = low == high and 0 < low < 8
            assert not exact, (key, left, right, low)


def _pairs(by_unit):
    """Every pair of sets of published units of which one holds the other."""
    shown = [unit for unit, count in by_unit.items() if count is not None]
    sets = [s for n in (1, 2, 3) for s in combinations(shown, n) if _apart(s)]
    for left, right in product(sets, [*sets, ()]):
        if _practices(right) < _practices(left):
            yield left, right


def _apart(units) -> bool:
    return sum(len(WITHIN[unit]) for unit in units) == len(_practices(units))


def _practices(units) -> frozenset:
    return frozenset().union(*(WITHIN[unit] for unit in units)) if units else frozenset()


def _difference(left, right, by_unit) -> tuple[int, int]:
    """The least and the most the difference can be: a count shown as 20 is 18 to 22, as 0 it is 0 (1 to 7 are not)."""
    lows, highs = zip(*((max(8, by_unit[u] - 2), by_unit[u] + 2) if by_unit[u] else (0, 0) for u in left), strict=True)
    taken = [((max(8, by_unit[u] - 2), by_unit[u] + 2) if by_unit[u] else (0, 0)) for u in right]
    return max(0, sum(lows) - sum(h for _, h in taken)), sum(highs) - sum(low for low, _ in taken)


def test_what_is_published_of_practices_compared_is_rounded_and_of_many(cells):
    rows = queries.report("variation", "practice").rows
    shown = [row for row in rows if row["ratio"] is not None]
    assert len(shown) > 5
    assert any(row["ratio"] is None and row["unit"] == "G82000" for row in rows)
    assert all(row["people"] % 5 == 0 and row["people"] >= 10 for row in shown)
    assert all(row["amount"] % 5 == 0 for row in shown if row["measure"] == "number")
    assert all(row[key] is None for row in rows if row["ratio"] is None for key in ("people", "amount", "expected"))
