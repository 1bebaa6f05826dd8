"""The fast calculations against their slow twins, on generated histories."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from localcare.dataset import contract
from localcare.population import definitions
from localcare.population.calc import cells, cms, estimate, hfrs, people, risk, segments, use
from localcare.population.calc import conditions as condition_calc
from localcare.terminology import codelists
from tests.population import twins
from tests.population.twins import History

AS_AT = date(2017, 3, 31)
LOADED = definitions.load()
# One code that a single list holds, a pair that resolves, codes of two conditions at once, and one that nobody counts.
CODES = [
    *(min(codelists.codes(c.diagnosed[0])) for c in LOADED.conditions.all),
    *(min(codelists.codes(c.resolved[0])) for c in LOADED.conditions.all if c.resolved),
    min(codelists.codes("myocardial_infarction") & codelists.codes("chd"), default="22298006"),
    "999999999",
]
ICD = ["F000", "F009", "W190", "I500", "N390"]

# Days that lie on both sides of each window's edge come up often.
EDGES = [date(2017, 3, 31), date(2017, 4, 1), date(2016, 3, 31), date(2016, 4, 1), date(2015, 3, 31), date(2012, 3, 31)]


def _everyone(seed: int) -> list[History]:
    """Ninety small histories: drawn in plain Python, for a Hypothesis strategy of them costs more than the test."""
    draw = random.Random(seed)

    def day() -> date:
        return draw.choice(EDGES) if draw.random() < 0.4 else date(2011, 1, 1) + timedelta(days=draw.randrange(2340))

    def some(make: Callable[[], Any], most: int = 3) -> list:
        return [make() for _ in range(draw.randint(0, most))]

    def spell() -> tuple:
        on, nights = day(), draw.choice([None, 0, 1, 2, 30])
        left = None if nights is None else on + timedelta(days=nights)
        kind = draw.choice(["emergency", "elective", "day_case", "other"])
        return on, left, kind, tuple(some(lambda: draw.choice(ICD)))

    def person() -> History:
        return History(
            born=(draw.choice([1920, 1942, 1947, 1951, 1952, 1999, 2001, 2017]), draw.randint(1, 12)),
            sex=draw.choice(["female", "male", "not_known"]),
            practice=draw.randint(0, 2),
            tenth=draw.choice([None, 1, 2, 3, 10]),
            registered=(draw.choice([date(2000, 1, 1), day()]), draw.choice([None, None, day()])),
            died_on=draw.choice([None, None, day()]),
            entries=some(lambda: (day(), draw.choice(CODES)), 8),
            medicines=some(lambda: (day(), draw.choice(CODES))),
            spells=some(spell),
            gp_contacts=some(lambda: (day(), draw.choice(["gp", "nurse", "other"]))),
            attendances=some(day),
            outpatients=some(lambda: (day(), draw.random() < 0.5)),
            mental_health=some(day),
            ambulances=some(lambda: (day(), draw.random() < 0.5)),
            services=some(lambda: (day(), draw.choice([None, day()]), draw.choice([None, 70.0, 350.0])), 2),
        )

    return [
        person() if draw.random() < 0.85 else History(practice=draw.randint(0, 2), observed=False) for _ in range(40)
    ]


seeds = st.integers(0, 2**32)
slowly = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])


@slowly
@given(seeds)
def test_conditions_scores_segments_and_use_are_those_of_the_twins(seed):
    everyone = _everyone(seed)
    tables = _tables(everyone)
    registered = people.registered(tables["person"], AS_AT)
    masks = condition_calc.flags(
        tables["observation"], condition_calc.code_masks(tables["code"], LOADED.conditions), LOADED.conditions, AS_AT
    )
    known = registered.left_join(masks, "person").select(*registered.columns, "mask")
    known = known.mutate(mask=known.mask.fill_null(0))
    known = known.mutate(cms=cms.score(known.mask, LOADED.cms), n=condition_calc.count(known.mask, LOADED.conditions))
    found = {row.person: row for row in known.to_pandas().itertuples()}
    assert set(found) == {i for i, person in enumerate(everyone) if twins.is_registered(person, AS_AT)}
    for i, row in found.items():
        person = everyone[i]
        assert row.age == twins.age(person, AS_AT)
        held = {c.key for c in LOADED.conditions.named(row.mask)}
        assert held == twins.conditions(person, LOADED, AS_AT)
        assert row.n == twins.long_term(person, LOADED, AS_AT)
        assert row.cms == pytest.approx(twins.cms(person, LOADED, AS_AT))
    any_age = replace(LOADED.hfrs, from_age=0)
    frail = hfrs.score(tables["diagnosis"], tables["code"], known, any_age, AS_AT)
    tenths = ibis.memtable(
        [(i, person.tenth) for i, person in enumerate(everyone)], schema={"person": "int32", "tenth": "int8"}
    )
    whole = known.left_join(frail, "person").select(*known.columns, "hfrs")
    whole = whole.inner_join(tenths, "person").select(*whole.columns, "tenth")
    for segmentation in LOADED.segmentations:
        _check_segments(everyone, segments.segment(whole, segmentation, LOADED.conditions), segmentation)
    _check_hfrs(everyone, hfrs.score(tables["diagnosis"], tables["code"], known, LOADED.hfrs, AS_AT))
    used = use.use(tables, known, LOADED.prices, AS_AT)
    _check_use(everyone, used)
    alone = use.costs(tables, known, LOADED.prices, AS_AT).to_pandas().set_index("person")["cost"]
    assert alone.to_dict() == pytest.approx(used.to_pandas().set_index("person")["cost"].to_dict())
    _check_registers(everyone, condition_calc.registers(known, LOADED.conditions))


def _check_segments(everyone, found, segmentation):
    rows = found.to_pandas()
    assert rows["person"].is_unique
    for row in rows.itertuples():
        person = everyone[row.person]
        one = twins.segment(person, segmentation, LOADED, AS_AT)
        assert len(one) == 1
        group = None if isinstance(row.group, float) else row.group
        assert (row.age_band, group) == (one[0][0], one[0][1] if person.observed else None)


def _check_hfrs(everyone, found):
    scores = {row.person: row.hfrs for row in found.to_pandas().itertuples()}
    wanted = {i: twins.hfrs(p, LOADED, AS_AT) for i, p in enumerate(everyone) if twins.is_registered(p, AS_AT)}
    assert scores == pytest.approx({i: score for i, score in wanted.items() if score is not None})


def _check_use(everyone, found):
    rows = found.to_pandas().to_dict("records")
    assert {r["person"] for r in rows} == {
        i for i, p in enumerate(everyone) if p.observed and twins.is_registered(p, AS_AT)
    }
    for row in rows:
        person = everyone[row["person"]]
        wanted = twins.use(person, LOADED, AS_AT)
        assert {name: row[name] for name in wanted} == pytest.approx(wanted)
        assert row["cost"] == pytest.approx(twins.cost(person, LOADED, AS_AT), abs=0.01)


def _check_registers(everyone, found):
    seen = [p for p in everyone if p.observed and twins.is_registered(p, AS_AT)]
    for row in found.to_pandas().itertuples():
        condition = LOADED.conditions[row.condition]
        there = [p for p in seen if p.practice == row.practice and twins.age(p, AS_AT) >= condition.from_age]
        on_it = [p for p in there if twins.has(p, condition, AS_AT)]
        assert (row.on_register, row.denominator) == (len(on_it), len(there))


@slowly
@given(seeds)
def test_predictors_know_only_the_past_and_the_outcome_only_what_came_after(seed):
    everyone = _everyone(seed)
    start = people.months_before(AS_AT, 12)
    tables = _tables(everyone)
    registered = people.registered(tables["person"], start)
    masks = condition_calc.flags(
        tables["observation"], condition_calc.code_masks(tables["code"], LOADED.conditions), LOADED.conditions, start
    )
    who = risk.eligible(registered, LOADED.risk)
    found = risk.features(tables, who, masks, LOADED.conditions, LOADED.risk, start).to_pandas()
    came = risk.outcomes(tables, who, AS_AT, 12).to_pandas().to_dict("records")
    wanted = {
        i: twins.predictors(person, LOADED, start)
        for i, person in enumerate(everyone)
        if twins.is_registered(person, start) and person.observed and twins.age(person, start) >= 18
    }
    assert {row["person"]: {k: row[k] for k in wanted[row["person"]]} for row in found.to_dict("records")} == wanted
    for row in came:
        person = everyone[row["person"]]
        later = [s for s in person.spells if start < s[0] <= AS_AT and s[2] == "emergency"]
        died = person.died_on is not None and start < person.died_on <= AS_AT
        assert (row["admissions"], row["crisis"]) == (len(later), bool(later) or died)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["female", "male"]),
            st.integers(0, 99),
            st.sampled_from([None, "ill", "well", "frail"]),
        ),
        min_size=1,
        max_size=40,
    ).filter(lambda rows: any(group for _, _, group in rows))
)
def test_estimated_groups_add_up_to_everybody_and_are_those_of_the_twin(rows):
    people_of = [(sex, age, "old" if age >= 70 else "young", group) for sex, age, group in rows]
    strata = [
        estimate.Stratum("s", 0, band, min(age // 5, 18), sex, group, 1, 100.0 if group else 0.0)
        for sex, age, band, group in people_of
    ]
    cube = cells.cells(strata)
    assert sum(cell.people for cell in cube) == pytest.approx(len(rows))
    assert sum(cell.people_observed for cell in cube) == sum(1 for _, _, group in rows if group)
    assert sum(cell.spend for cell in cube) == pytest.approx(100 * len(rows))
    totals: dict[str, float] = {}
    for cell in cube:
        totals[cell.group] = totals.get(cell.group, 0) + cell.people
    assert totals == pytest.approx(twins.groups(people_of))


def _tables(everyone: Sequence[History]) -> dict[str, ibis.Table]:
    """The tables of an edition from histories, in memory, by the contract's types."""
    numbers: dict[tuple[str, str], int] = {}

    def code(system: str, value: str) -> int:
        return numbers.setdefault((system, value), len(numbers))

    rows: dict[str, list[tuple]] = {name: [] for name in contract.load().tables}
    for i, p in enumerate(everyone):
        rows["person"].append(
            (
                i,
                p.practice,
                None,
                *p.born,
                p.sex,
                "A",
                None,
                *p.registered,
                p.died_on,
                p.observed,
                p.risk_stratification,
            )
        )
        rows["observation"] += [(i, on, code("snomedct", value), None) for on, value in p.entries]
        rows["observation"] += [(i, on, code("snomedct", name), value) for on, name, value in p.values]
        rows["medication"] += [(i, on, code("dmd", value)) for on, value in p.medicines]
        rows["gp_contact"] += [(i, on, kind, "surgery") for on, kind in p.gp_contacts]
        rows["emergency_attendance"] += [(i, on, "01", False, False) for on in p.attendances]
        rows["outpatient"] += [(i, on, "300", True, attended) for on, attended in p.outpatients]
        rows["mental_health_contact"] += [(i, on, "A06") for on in p.mental_health]
        rows["ambulance"] += [(i, on, conveyed) for on, conveyed in p.ambulances]
        rows["social_care"] += [(i, on, ended, "care", weekly) for on, ended, weekly in p.services]
        for on, left, kind, icd in p.spells:
            spell = len(rows["admission"])
            rows["admission"].append((spell, i, on, left, "21", kind, None, "RWF"))
            rows["diagnosis"] += [(spell, i, on, n, code("icd10", value)) for n, value in enumerate(icd, 1)]
    rows["code"] = [(number, *key) for key, number in numbers.items()]
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for name, table in contract.load().tables.items():
        columns = ", ".join(f'"{c.name}" {c.duckdb_type}' for c in table.columns)
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
        if rows[name]:
            marks = ", ".join("?" for _ in table.columns)
            connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows[name])
    backend = ibis.duckdb.from_connection(connection)
    return {name: backend.table(name) for name in contract.load().tables}
