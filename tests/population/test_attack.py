"""Someone who has every published report asks with every pair of filters: no small count follows exactly."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, product

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.dataset import differencing, suppression
from localcare.dataset.suppression import Rule
from localcare.population import actions, explorer, family, queries, reports, segment_report, use_report
from localcare.population.explorer import Question, ways
from localcare.population.explorer_protect import Tables
from localcare.population.family import REGISTERED
from tests import builders
from tests.population import small_areas
from tests.population.attack import Attacker

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


UNITS = (("area", ""), ("cluster", "C1"), ("cluster", "C2"), *(("practice", f"G8200{n}") for n in range(3)))


@pytest.fixture(scope="module")
def made(edition, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[reports.Made]:
    """A run over four practices, the first two in one cluster; the last does not share. Everybody lives in one area."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        builders.keep_state_in(tmp_path_factory.mktemp("data"), patch)
        area = builders.area()
        for number, cluster in enumerate(("C1", "C1", "C2", "C2")):
            area.add_practice(f"G8200{number}", f"Practice G8200{number}", cluster)
        _forget()
        run = actions.put_in_use(edition, actions.compute(edition), by=audit.SYSTEM)
        yield reports.made(run or queries.current_run())
        transaction.set_rollback(True)
    _forget()


def _forget() -> None:
    """What was made of a run of an earlier test, whose number this one has."""
    for held in (segment_report._protected_cells, reports._protected_registers, use_report._protected):
        held.cache_clear()
    family.protected.cache_clear()


@pytest.fixture
def cells(made):
    """Every count of every report at every level: (report, cell, count, unit) to what is published."""
    return {
        (name, tuple(row[key] for key in keys), count, row.get("unit", "area")): row[count]
        for name, keys, counts in REPORTS
        for level in LEVELS
        for row in queries.report(name, level).rows
        for count in counts
    }


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


def traits(made, grid="age_and_conditions") -> list[dict[str, object]]:
    """Of each observed person what the explorer tells apart, worked out person by person."""
    placed = {r["person"]: r for r in made.folder.rows("segment", f"segmentation = '{grid}'")}
    flags = {c.key: c.flag for c in made.definitions.conditions.all}
    found = []
    for row in made.folder.rows("person_result"):
        if row["observed"]:
            code, cluster = made.practices[row["practice"]]
            group = placed[row["person"]]
            has = {f"condition:{key}": bool(row["mask"] & flag) for key, flag in flags.items()}
            found.append(
                {"practice": code, "cluster": cluster, "age": group["age_band"], "group": group["group"]}
                | {"sex": row["sex"], **has}
            )
    return found


def everything_asked(made, names) -> dict[tuple, int | None]:
    """The published count of every place and cut that an answer on these dimensions tells, as part or as whole."""
    values = explorer.values(made, Question())
    found: dict[tuple, int | None] = {}
    whats = [dict(zip(some, chosen, strict=True)) for n in range(len(names) + 1) for some in combinations(names, n)
             for chosen in product(*(_values_of(values, name) for name in some))]  # fmt: skip
    for unit, what in product(UNITS, whats):
        where = tuple(sorted(tuple(name.split(":")) if ":" in name else (name, value) for name, value in what.items()))
        for by in {"cluster", "practice", *names} & set(ways(unit, where)):
            answer = explorer.ask(made, Question(unit, by, where))
            found[unit, tuple(sorted(what.items()))] = answer.whole["people"]
            for row in answer.rows:
                at, cut = ((by, row["part"]), what) if by in REGISTERED else (unit, {**what, by: row["part"]})
                found[at, tuple(sorted(cut.items()))] = row["people"]
    return found


def _values_of(values, name) -> list:
    return [True] if ":" in name else list(values[name])


def attacker(made, names, half=2) -> Attacker:
    """Who has every answer of explorer and reports on these dimensions, and the list sizes that everybody has."""
    values = explorer.values(made, Question())
    every = [[True, False] if ":" in name else list(values[name]) for name in names]
    people = dict.fromkeys(product((unit[1] for unit in UNITS[3:]), *every), 0)
    for one in traits(made):
        people[one["practice"], *(one[name] for name in names)] += 1
    found = Attacker(people, half=half)
    lies_in = dict(made.practices.values())

    def among(unit, cut) -> list[tuple]:
        held = dict(cut)
        return [
            (practice, *chosen)
            for practice, *chosen in people
            if unit[1] in ("", practice, lies_in[practice])
            and all(held.get(name, value) == value for name, value in zip(names, chosen, strict=True))
        ]

    for (unit, cut), shown in everything_asked(made, names).items():
        found.learn(among(unit, cut), shown)
    if set(names) == {"age", "group"}:
        for level in LEVELS:
            for row in queries.report("segments", level).rows:
                cut = (("age", row["age_band"]), ("group", row["group"]))
                found.learn(among((level, row.get("unit", "")), cut), row["people_observed"])
    for unit in UNITS:
        found.know(among(unit, ()))
    return found


FAMILIES = (
    ("age", "group"),
    ("age", "sex"),
    ("group", "sex"),
    ("condition:hypertension", "age"),
    ("condition:hypertension", "sex"),
    ("condition:diabetes", "age"),
)


@pytest.mark.parametrize("names", FAMILIES, ids=str)
def test_no_two_answers_and_no_sum_of_them_gives_a_small_count(made, names):
    """Places and their parts, every pair of filters, practice against cluster against area, explorer against report."""
    known = attacker(made, names)
    assert any(known.truth(groups) in range(1, 8) for groups in known.answers)
    assert known.exact() == []


def test_registered_observed_and_scored_taken_from_each_other_give_no_small_count(made, monkeypatch):
    """The three lie within each other, and list sizes are known to everybody. Here few are unseen, or not scored."""
    rows = [
        row | {"registered": 100, "observed": observed, "may_be_scored": scored}
        for row, observed, scored in zip(made.folder.rows("coverage"), (95, 100, 93, 98), (88, 97, 40, 98), strict=True)
    ]
    kept = type(made.folder).rows
    monkeypatch.setattr(
        type(made.folder), "rows", lambda self, table, *more: rows if table == "coverage" else kept(self, table, *more)
    )
    people = {}
    for row in rows:
        code = row["ods_code"]
        scored, observed = row["may_be_scored"], row["observed"]
        people |= {
            (code, "scored"): scored,
            (code, "seen"): observed - scored,
            (code, "unseen"): row["registered"] - observed,
        }
    known = Attacker(people)
    within = {"registered": ("scored", "seen", "unseen"), "observed": ("scored", "seen"), "may_be_scored": ("scored",)}
    for level in LEVELS:
        for row in queries.report("coverage", level).rows:
            inside = WITHIN[row.get("unit", "area")]
            for count, kinds in within.items():
                known.learn([(code, kind) for code in inside for kind in kinds], row[count])
            known.know([(code, kind) for code in inside for kind in within["registered"]])
    assert known.exact() == []


@pytest.mark.parametrize("question", small_areas.QUESTIONS, ids=lambda question: question.__name__)
def test_no_report_of_a_small_area_gives_a_small_count_exactly(question):
    """Registers, scores, measures and use of nine practices that hold few people, those left out among them."""
    assert small_areas.leaks(question, range(15)) == []


def test_the_attack_on_a_small_area_succeeds_without_the_guard(monkeypatch):
    monkeypatch.setattr(differencing, "narrowed", lambda *_: set())
    assert small_areas.leaks(small_areas.scores, range(10)) != []


@pytest.fixture
def unrounded(made, settings):
    """The same run with figures shown to the last person, so that only suppression protects."""
    settings.ROUND_TO = 1
    _forget()
    yield queries.made()
    _forget()


def test_the_attack_succeeds_once_only_single_counts_are_protected(unrounded, monkeypatch):
    monkeypatch.setattr(suppression, "suppressed", lambda counts, _lines, rule, _also=(): frozenset(
        key for key, count in counts.items() if rule.small(count)))  # fmt: skip
    monkeypatch.setattr(differencing, "narrowed", lambda *_: set())
    assert attacker(unrounded, ("age", "group"), half=0).exact() != []


@pytest.mark.parametrize("guarded", [True, False])
def test_five_clusters_of_8_and_two_of_1_are_found_out_without_the_guard_and_not_with_it(monkeypatch, guarded):
    """A plain table by place: five of 10 and a total of 40 leave nothing but 1 and 1."""
    clusters = tuple(("cluster", f"C{n}") for n in range(7))
    people = {
        (unit, age): (30 if n > 4 else 50) if age == "b" else 1 if n > 4 else 8
        for n, unit in enumerate(clusters)
        for age in "ab"
    }

    def among(unit, cut) -> list[tuple]:
        return [key for key in people if unit in (("area", ""), key[0]) and key[1] in dict(cut).get("age", "ab")]

    if not guarded:
        monkeypatch.setattr(differencing, "narrowed", lambda *_: set())
    area = ("area", "")
    tables = Tables({"age": ("a", "b")}, {area: clusters}, lambda *at: sum(people[k] for k in among(*at)), Rule())
    known = Attacker(people)
    for unit, cut in product((area, *clusters), ((), (("age", "a"),), (("age", "b"),))):
        known.learn(
            among(unit, cut), None if tables.hidden(unit, cut) else Rule().rounded(known.truth(among(unit, cut)))
        )
    assert (known.exact() == []) == guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_three_clusters_of_12_and_one_of_7_are_found_out_without_the_guard_and_not_with_it(monkeypatch, guarded):
    """12, 12, 12 and 7 are 43: shown as 10, 10, 10, suppressed and 45 they leave nothing but 7."""
    clusters, values = tuple(("cluster", f"C{n}") for n in range(4)), {"age": ("a", "b"), "sex": ("c", "d")}
    people = dict.fromkeys(product(clusters, "ab", "cd"), 50)
    people |= {(c, "a", "c"): 12 for c in clusters} | {(clusters[0], "a", "c"): 7}

    def among(unit, cut) -> list[tuple]:
        wanted = {"age": "ab", "sex": "cd"} | dict(cut)
        here = [key for key in people if unit in (("area", ""), key[0])]
        return [key for key in here if key[1] in wanted["age"] and key[2] in wanted["sex"]]

    if not guarded:
        monkeypatch.setattr(differencing, "narrowed", lambda *_: set())
    area = ("area", "")
    tables = Tables(values, {area: clusters}, lambda unit, cut: sum(people[key] for key in among(unit, cut)), Rule())
    known = Attacker(people)
    for unit, names in product((area, *clusters), ((), ("age",), ("sex",), ("age", "sex"))):
        for cut in (tuple(zip(names, chosen, strict=True)) for chosen in product(*(values[name] for name in names))):
            groups = among(unit, cut)
            known.learn(groups, None if tables.hidden(unit, cut) else Rule().rounded(known.truth(groups)))
    assert known.exact() == ([] if guarded else [(frozenset({(clusters[0], "a", "c")}), 7)])
