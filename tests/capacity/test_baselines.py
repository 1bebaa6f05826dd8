"""A baseline from a run: people and their use, estimated for those not seen, protected, written and read back."""

import json
from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity import baselines, definitions
from localcare.capacity.calc.baseline import Observed, estimated, protected
from localcare.dataset.runs import RunFolder
from localcare.dataset.suppression import Rule
from tests.editions import make_edition

USE = [
    *("gp_contact_gp", "gp_contact_nurse", "gp_contact_other", "emergency_attendance", "emergency_short"),
    *("emergency_long", "day_case", "elective", "outpatient", "call_111", "ambulance_conveyed"),
    *("ambulance_not_conveyed", "community_contact", "mental_health_contact", "social_care"),
]
AS_AT = date(2017, 3, 31)


@pytest.fixture
def run(tmp_path):
    """Twenty people of 77 in two practices, each with one A&E attendance, and twenty children not seen among forty."""
    old = [{"person": i, "practice": i % 2, "birth_year": 1940} for i in range(20)]
    young = [{"person": 20 + i, "practice": i % 2, "birth_year": 2010, "observed": i < 20} for i in range(40)]
    gone = [{"person": 60, "practice": 0, "birth_year": 1940, "died_on": date(2016, 5, 1)}]
    make_edition(
        tmp_path, AS_AT, person=[*old, *young, *gone],
        practice=[{"practice": 0, "ods_code": "G1"}, {"practice": 1, "ods_code": "G2"}],
        admission=[
            {"spell": 0, "person": 0, "on": date(2016, 12, 1), "discharged_on": date(2016, 12, 31), "bed_days": 30},
            {"spell": 1, "person": 1, "on": date(2017, 3, 21), "bed_days": None},
            {"spell": 2, "person": 2, "on": date(2015, 12, 1), "discharged_on": date(2015, 12, 9), "bed_days": 8},
            {"spell": 3, "person": 3, "on": date(2016, 12, 1), "discharged_on": date(2016, 12, 10), "bed_days": 9,
             "kind": "elective"},
        ],
    )  # fmt: skip
    edition = next(path for path in (tmp_path / "editions").iterdir() if path.is_dir())
    folder = tmp_path / "runs" / f"{edition.name}-run-1"
    folder.mkdir(parents=True)
    seen = [*range(20), *range(20, 40)]
    groups = {person: "dementia" if person < 20 else "mostly_healthy" for person in seen}
    with duckdb.connect() as connection:
        for table, rows in {
            "segment": [("age_and_conditions", person, groups.get(person)) for person in range(60)],
            "coverage": [("G1", "C1"), ("G2", "C2")],
        }.items():
            columns = {"segment": 'segmentation, person, "group"', "coverage": "ods_code, cluster"}[table]
            values = ", ".join(str(row).replace("None", "NULL") for row in rows)
            connection.execute(f"COPY (SELECT * FROM (VALUES {values}) t({columns})) TO '{folder / table}.parquet'")
        used = ", ".join(f"{int(name == 'emergency_attendance')} AS {name}" for name in USE)
        connection.execute(f"COPY (SELECT range AS person, {used} FROM range(20)) TO '{folder}/person_use.parquet'")
    (folder / "manifest.json").write_text(json.dumps({"edition": edition.name, "as_at": "2017-03-31"}))
    return tmp_path, RunFolder(folder)


def test_people_and_use_of_a_run(run):
    folder, _ = run
    baseline = baselines.latest(folder, Rule(), synthetic=True)
    at = {key: i for i, key in enumerate(baseline.settings)}
    old, child = baseline.age_from.index(75), baseline.age_from.index(0)
    dementia, healthy = (baseline.groups.index(key) for key in ("dementia", "mostly_healthy"))
    assert baseline.people[old, dementia] == 20
    assert baseline.people[child, healthy] == 40  # twenty seen, twenty more of whom nothing is known
    assert baseline.use[old, dementia, at["emergency_attendance"]] == 20
    assert baseline.use[old, dementia, at["emergency_bed_day"]] == 40  # 30 nights, and 10 of the spell that goes on
    assert baseline.use[old, dementia, at["planned_bed_day"]] == 10  # nine, rounded
    assert baseline.practices == ("G1", "G2")
    assert baseline.clusters == ("C1", "C2")
    assert baseline.practice_people[:, old].tolist() == [10, 10]


def test_what_is_written_is_read_back(run, tmp_path):
    baseline = baselines.latest(run[0], Rule(), synthetic=True)
    baselines.written(baseline, tmp_path / "out")
    again = definitions.load_baseline(tmp_path / "out")
    assert (again.people == baseline.people).all()
    assert (again.use == baseline.use).all()
    assert (again.practice_people == baseline.practice_people).all()
    assert (again.label, again.as_at, again.synthetic) == (baseline.label, baseline.as_at, True)


def test_an_age_that_nobody_is_seen_of_is_refused():
    observed = Observed(np.array([[5.0], [0.0]]), np.zeros((2, 1, 1)), {"G1": np.array([5.0, 3.0])})
    with pytest.raises(ValueError, match="age band 2 is observed"):
        estimated(observed)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 200)), min_size=1, max_size=12))
def test_no_small_count_is_handed_on(cells):
    rule = Rule()
    people = np.array([[float(p)] for p, _ in cells])
    use = np.array([[[float(u)]] for _, u in cells])
    shown, used = protected(people, use, small=rule.small, rounded=rule.rounded, middle=4)
    assert all(n in (0, 4) or (n >= 10 and n % 5 == 0) for n in (*shown.ravel(), *used.ravel()))
    assert (used[people < rule.below] == 0).all()
