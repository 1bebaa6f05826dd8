"""A demo empties only what a demo of the same folder made."""

import json

import pytest

from localcare.demo import site
from tests import builders

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
