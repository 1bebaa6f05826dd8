"""What happened to people in periods: the same as the slow twin, by pseudonym, and among people alike."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from localcare.population import definitions, outcomes
from localcare.population.calc import outcomes as calc
from localcare.terminology import codelists
from tests import builders
from tests.editions import make_edition

UNTIL = date(2017, 3, 31)
PRICES = definitions.load().prices
CUTS = [date(2017, 1, 1), date(2017, 2, 1), date(2017, 3, 15)]


def day(n):
    return date(2016, 12, 20) + timedelta(days=n)


KINDS = {"emergency": None, "elective": "elective", "day_case": "day_case", "other": "other_admission"}
lives = st.fixed_dictionaries(
    {
        "registered_from": st.integers(-100, 60).map(day),
        "registered_to": st.none() | st.integers(20, 120).map(day),
        "died_on": st.none() | st.integers(20, 120).map(day),
    }
)
stays = st.tuples(st.integers(0, 3), st.integers(0, 101), st.none() | st.integers(0, 40), st.sampled_from(list(KINDS)))
visits = st.tuples(st.integers(0, 3), st.integers(0, 101))


class Tables:
    """Literal rows as Ibis tables, without the cost of an edition an example."""

    @staticmethod
    def of(people, spells, seen):
        import ibis

        made = {
            "person": [{"person": i, **life} for i, life in enumerate(people)],
            "admission": spells,
            "emergency_attendance": seen,
        }
        schemas = {
            "person": {"person": "int32", "registered_from": "date", "registered_to": "date", "died_on": "date"},
            "admission": {"person": "int32", "on": "date", "discharged_on": "date", "kind": "string"},
            "emergency_attendance": {"person": "int32", "on": "date"},
        }
        return {
            name: ibis.memtable([tuple(row[c] for c in schemas[name]) for row in rows], schema=schemas[name])
            for name, rows in made.items()
        }


@hypothesis_settings(max_examples=25)
@given(st.lists(lives, min_size=4, max_size=4), st.lists(stays, max_size=8), st.lists(visits, max_size=6))
def test_the_same_as_counting_day_by_day(people, spells, seen):
    spells = [
        {"person": p, "on": day(on), "discharged_on": None if n is None else day(on) + timedelta(days=n), "kind": kind}
        for p, on, n, kind in spells
    ]
    seen = [{"person": p, "on": day(on)} for p, on in seen]
    found = calc.happened(Tables.of(people, spells, seen), [2, 0, 3], CUTS, UNTIL, PRICES)
    years, amounts = slow(people, spells, seen, [2, 0, 3])
    assert np.allclose(found.years, years)
    for name in calc.OUTCOMES:
        assert np.allclose(found.amounts[name], amounts[name]), name


def slow(people, spells, seen, asked):
    days = [UNTIL - timedelta(days=n) for n in range((UNTIL - CUTS[0]).days + 1)]
    years = np.zeros((len(asked), len(CUTS)))
    for row, p in enumerate(asked):
        for d in days:
            gone = any(end is not None and end <= d for end in (people[p]["registered_to"], people[p]["died_on"]))
            years[row, period(d)] += (people[p]["registered_from"] <= d and not gone) / 365.25
    amounts = {name: np.zeros(years.shape) for name in calc.OUTCOMES}
    for kind, rows in (("stay", spells), ("visit", seen)):
        for event in rows:
            if event["person"] in asked and CUTS[0] <= event["on"] <= UNTIL:
                cell = asked.index(event["person"]), period(event["on"])
                for name, value in (stay(event) if kind == "stay" else visit()).items():
                    amounts[name][cell] += value * (years[cell] > 0) * counts(people[event["person"]], event["on"])
    return years, amounts


def counts(life, on):
    """Registered and alive, or dying on that day."""
    left, died = (life[end] or date.max for end in ("registered_to", "died_on"))
    return life["registered_from"] <= on and (on < min(left, died) or on == died <= left)


def test_what_happened_before_registration_or_after_leaving_does_not_count_and_the_day_of_death_does():
    life = {"registered_from": date(2017, 1, 10), "registered_to": None, "died_on": None}
    people = [life, life | {"registered_to": date(2017, 1, 20)}, life | {"died_on": date(2017, 1, 20)}]
    seen = [{"person": p, "on": date(2017, 1, n)} for p in range(3) for n in (9, 10, 19, 20, 21)]
    found = calc.happened(Tables.of(people, [], seen), [0, 1, 2], CUTS[:1], UNTIL, PRICES)
    assert found.amounts["attendances"][:, 0].tolist() == [4, 2, 3]


def period(d):
    return max(i for i, cut in enumerate(CUTS) if cut <= d)


def visit():
    return {"attendances": 1, "pounds": PRICES["emergency_attendance"]}


def stay(event):
    nights = ((event["discharged_on"] or UNTIL) - event["on"]).days
    if event["kind"] != "emergency":
        return {"pounds": PRICES[KINDS[event["kind"]]]}
    return {
        "admissions": 1,
        "nights": nights,
        "pounds": PRICES["emergency_long" if nights > 1 else "emergency_short"],
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Twelve women alike; the first two were taken on in December, the third in March, practice 1 shares nothing."""
    folder = tmp_path_factory.mktemp("data") / "dataset"
    stays = [{"person": p, "on": date(2017, 1, 20), "discharged_on": date(2017, 1, 23)} for p in (0, 5)]
    people = [{"practice": 1 if n == 11 else 0, "observed": n != 10} for n in range(12)]
    agreements = [
        {"practice": p, "source": source, "purpose": purpose}
        for p in (0, 1)
        for source in ("gp", "acute")
        for purpose in ("planning", "risk_stratification")
        if (p, source) != (1, "acute")
    ]
    made = make_edition(folder, UNTIL, person=people, admission=stays, agreement=agreements)
    return made, folder


@pytest.fixture
def opened(made, monkeypatch):
    edition, folder = made
    builders.keep_state_in(folder.parent, monkeypatch)
    assert folder == settings.DATASET
    with outcomes.source(SimpleNamespace(edition=edition.id, as_at=UNTIL)) as found:
        yield found


def name(n):
    return f"risk_stratification-{n}"


def test_by_pseudonym_in_the_order_asked_and_nothing_of_those_not_seen(opened):
    found = outcomes.of_pseudonyms(opened, [name(5), "unknown", name(10), name(11), name(0)], [date(2017, 1, 1)])
    assert found.amounts["admissions"][:, 0].tolist() == [1, 0, 0, 0, 1]
    assert found.amounts["nights"][:, 0].tolist() == [3, 0, 0, 0, 3]
    assert (found.years[:, 0] > 0).tolist() == [True, False, False, False, True]


def test_people_alike_are_those_not_yet_taken_on_followed_from_the_next_month(opened):
    days = {name(0): date(2016, 12, 5), name(1): date(2016, 12, 31), name(2): date(2017, 3, 2)}
    found = outcomes.alike(opened, ["G82000", "G82001"], days)
    assert found.person[found.reached].tolist() == [0, 1]
    assert sorted(found.person[~found.reached].tolist()) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert len(set(found.stratum.tolist())) == 1
    assert np.allclose(found.years, 90 / 365.25)
    assert found.amounts["admissions"][found.reached].sum() == 1


def test_people_who_used_more_before_are_not_alike(opened):
    found = outcomes.alike(opened, ["G82000"], {name(3): date(2017, 2, 10)})
    before = {int(p): int(s) for p, s in zip(found.person, found.stratum, strict=True)}
    assert before[0] == before[5] != before[3] == before[4]


def test_conditions_are_those_recorded_before_the_month_whatever_became_of_somebody(tmp_path, monkeypatch):
    builders.keep_state_in(tmp_path, monkeypatch)
    told = [(0, date(2016, 5, 1)), (1, date(2016, 5, 1)), (2, date(2017, 2, 5))]
    edition = make_edition(
        tmp_path / "dataset",
        UNTIL,
        person=[{"died_on": date(2017, 3, 10)}, {}, {}, {}],
        code=[{"value": min(codelists.codes("hypertension"))}],
        observation=[{"person": p, "code": 0, "on": on} for p, on in told],
    )
    with outcomes.source(SimpleNamespace(edition=edition.id, as_at=UNTIL)) as opened:
        found = outcomes.alike(opened, ["G82000"], {name(0): date(2017, 2, 10)})
    stratum = dict(zip(found.person.tolist(), found.stratum.tolist(), strict=True))
    assert found.person[found.reached].tolist() == [0]
    assert stratum[0] == stratum[1] != stratum[2] == stratum[3]


def test_nobody_to_follow_where_all_were_taken_on_in_the_last_month(opened):
    assert outcomes.alike(opened, ["G82000"], {name(0): date(2017, 3, 2)}) is None
