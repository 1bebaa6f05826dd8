"""The places read from the shipped files are those that a load puts into the store."""

from datetime import date

import pytest
from django.db import DatabaseError
from django.forms import model_to_dict

from localcare.places import queries, shipped


def test_the_files_give_what_the_store_holds(reference):
    for read, stored in ((shipped.areas(), queries.areas()), (shipped.sites(), queries.sites())):
        assert [_plain(one) for one in read] == [_plain(one) for one in stored]
    for as_at in (date(2016, 10, 1), date(2017, 3, 31), date(2020, 1, 1)):
        assert shipped.list_sizes(as_at) == queries.list_sizes(as_at)


def _plain(one):
    found = {key: value for key, value in model_to_dict(one).items() if key not in ("id", "organisation")}
    owner = getattr(one, "organisation", None)
    return found | {"organisation": owner.code if owner else None}


def test_a_plan_stands_on_what_was_loaded(reference):
    assert not queries.ground(date(2017, 3, 31)).shipped


def test_without_a_store_the_shipped_files_are_read(monkeypatch):
    """No mark: this test reaches no store."""

    def none():
        raise DatabaseError("no such table: places_area")

    monkeypatch.setattr(queries, "areas", none)
    found = queries.ground(date(2017, 3, 31))
    assert found.shipped
    assert (len(found.areas), len(found.list_sizes)) == (309, 60)


@pytest.mark.django_db
def test_where_nothing_was_loaded_the_shipped_files_are_read():
    assert queries.ground(date(2017, 3, 31)).shipped
