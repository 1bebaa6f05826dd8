"""Rows outside the owning practice: everybody in a class of at least k, or nobody; what an attacker may try."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.dataset.pseudonymous import classes

AGES, SEXES = tuple(range(60, 100)), ("female", "male", "not_known")
PEOPLE = st.lists(st.tuples(st.sampled_from(AGES), st.sampled_from(SEXES)), max_size=120)


@given(PEOPLE, st.integers(2, 12))
def test_everybody_is_in_one_class_of_at_least_k_or_nobody_is(people, k):
    found = classes(people, (AGES, SEXES), k)
    members = sorted(i for one in found for i in one.members)
    assert members == (list(range(len(people))) if len(people) >= k else [])
    assert all(len(one.members) >= k for one in found)
    assert all(value in allowed for one in found for i in one.members
               for value, allowed in zip(people[i], one.values, strict=True))  # fmt: skip


@given(PEOPLE, st.integers(2, 12))
def test_whoever_knows_age_and_sex_of_somebody_is_left_with_k_rows_or_more(people, k):
    """The attack: ask of every age and sex which rows may be that person; fewer than k would point at somebody."""
    found = classes(people, (AGES, SEXES), k)
    for known in product(AGES, SEXES):
        fitting = sum(
            len(one.members) for one in found if all(v in allowed for v, allowed in zip(known, one.values, strict=True))
        )
        assert fitting == 0 or fitting >= k


@given(PEOPLE, st.integers(2, 12))
def test_every_age_and_sex_belongs_to_exactly_one_class(people, k):
    """So no class tells that nobody of some age is there, and no two classes can be subtracted."""
    found = classes(people, (AGES, SEXES), k)
    for known in product(AGES, SEXES) if found else ():
        assert sum(all(v in allowed for v, allowed in zip(known, one.values, strict=True)) for one in found) == 1


def test_as_fine_as_k_allows():
    people = [(age, "female") for age in (70, 70, 80, 80)] + [(70, "male")] * 2
    cut = classes(people, ((70, 80), ("female", "male")), 2)
    assert [(one.values, len(one.members)) for one in cut] == [
        (((70,), ("female",)), 2),
        (((70,), ("male",)), 2),
        (((80,), ("female", "male")), 2),
    ]


def test_a_value_out_of_its_domain_is_refused():
    with pytest.raises(ValueError, match="stand in no domain"):
        classes([(70, "unheard")] * 10, ((70,), ("female",)))
