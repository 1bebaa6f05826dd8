"""A demo empties only what a demo of the same folder made, and keeps its edition until the next takes over."""

import json

import pytest

from localcare.dataset.editions import NoEdition, current, list_editions
from localcare.demo import site
from tests import builders
from tests.editions import make_edition

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("mark", [None, {"complete": True}, {"complete": True, "store": "postgresql:db:5432:real"}])
def test_people_whom_no_demo_of_this_folder_made_are_left_alone(tmp_path, mark, monkeypatch):
    builders.patient()
    monkeypatch.setattr(site, "_empty", lambda data: pytest.fail("the store would have been emptied"))
    if mark is not None:
        (tmp_path / site.MARK).write_text(json.dumps(mark))
    with pytest.raises(site.NotADemo, match="no demo"):
        site.prepare(tmp_path)


def test_the_mark_of_a_finished_demo_names_its_store(tmp_path):
    site.finish(tmp_path, {"users": []})
    assert site._made_here(tmp_path / site.MARK)


def test_the_edition_in_use_stays_until_the_demos_own_takes_over(tmp_path):
    make_edition(tmp_path, "2016-03-31", person=[{}])
    before = make_edition(tmp_path, "2017-03-31", person=[{}])
    site._keep_edition(tmp_path)
    assert list_editions(tmp_path) == [before] == [current(tmp_path)]


def test_an_edition_dated_after_the_demo_goes_for_it_would_never_give_way(tmp_path):
    make_edition(tmp_path, "2018-03-31", person=[{}])
    site._keep_edition(tmp_path)
    with pytest.raises(NoEdition):
        current(tmp_path)
