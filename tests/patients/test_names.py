"""A person is found by their family name however it is typed, and by the index of their birth date."""

from datetime import date

import pytest
from django.db import connection

from localcare.patients import queries
from localcare.patients.models import Patient
from localcare.patients.names import folded, possible_family_names
from tests import builders

BORN = date(1935, 3, 4)


@pytest.mark.parametrize("typed", ["O'Neill", "O\N{RIGHT SINGLE QUOTATION MARK}NEILL", "o neill", "Oneill"])
def test_one_name_in_many_spellings(typed):
    assert folded(typed) == "oneill"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Núñez", "nunez"),
        ("Łukasz", "lukasz"),
        ("Sørensen", "sorensen"),
        ("Strauß", "strauss"),
        ("Smith-Jones", "smithjones"),
    ],
)
def test_accents_and_hyphens(written, plain):
    assert folded(written) == plain


@pytest.mark.parametrize(
    ("typed", "possible"),
    [
        ("Van der Berg", {"vanderberg", "derberg", "berg"}),
        ("De Souza, Ana", {"desouza", "souza"}),
        ("Ashdown", {"ashdown"}),
        ("", set()),
        ("-", set()),
    ],
)
def test_which_words_may_be_the_family_name(typed, possible):
    assert possible_family_names(typed) == possible


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("family", "typed"),
    [
        ("Van der Berg", "Johanna van der berg"),
        ("VAN DER BERG", "Vanderberg"),
        ("De Souza", "de souza, Ana"),
        ("Núñez-García", "NUNEZ GARCIA"),
        ("O'Neill", "o\N{RIGHT SINGLE QUOTATION MARK}neill"),
        ("Nunez", "Núñez"),
    ],
)
def test_both_sides_are_folded(family, typed):
    person = builders.patient(family=family)
    builders.patient(family="Other")
    builders.patient(family=family, birth_date=date(1935, 3, 5))
    assert queries.ids_by_name_and_birth(typed, BORN) == [person.id]


@pytest.mark.django_db
def test_the_search_uses_the_index_of_birth_dates():
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Patient.objects.filter(birth_date=BORN).values_list("id", "family_name").explain()
    assert "found_by_birth_date" in plan
