"""Who is offered which words, and where they are."""

from types import SimpleNamespace

import pytest

from localcare.access.roles import roles
from localcare.access.types import Capability
from localcare.design import navigation, paging


def test_at_most_six_words_and_every_capability_exists_or_waits_for_its_room():
    assert len(navigation.ENTRIES) <= 6
    known = {str(capability) for capability in Capability}
    assert {name for entry in navigation.ENTRIES for name in entry.capabilities} - known <= {"see_planning"}


@pytest.fixture
def pages(monkeypatch):
    addresses = {"web:today": "/", "caseload:index": "/caseload/", "population:index": "/population/"}
    monkeypatch.setattr(navigation, "address", addresses.get)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("care_coordinator", ["Today", "Caseload", "Population"]),
        ("practice_manager", ["Today", "Population"]),
        ("community_nurse", ["Today", "Caseload"]),
        ("privacy_officer", ["Today"]),
    ],
)
def test_each_role_sees_its_words_as_far_as_there_are_pages(pages, role, words):
    capabilities = roles()[role].capabilities
    viewer = SimpleNamespace(can=lambda name: name in capabilities)
    assert [item.label for item in navigation.navigation(viewer, "/elsewhere")] == words


@pytest.mark.parametrize(
    ("path", "current"), [("/", "Today"), ("/caseload/", "Caseload"), ("/caseload/7/", "Caseload"), ("/help", None)]
)
def test_the_word_of_this_page_is_marked(pages, path, current):
    viewer = SimpleNamespace(can=lambda name: True)
    marked = [item.label for item in navigation.navigation(viewer, path) if item.current]
    assert marked == ([current] if current else [])


@pytest.mark.parametrize(
    ("asked", "first", "last", "before", "after"),
    [
        ("", 1, 25, "", "?age=70&page=2"),
        ("&page=2", 26, 50, "?age=70&page=1", "?age=70&page=3"),
        ("&page=99", 51, 60, "?age=70&page=2", ""),
        ("&page=nonsense", 1, 25, "", "?age=70&page=2"),
    ],
)
def test_paging_keeps_filters_in_the_address(rf, asked, first, last, before, after):
    page = paging.page_of(rf.get(f"/people?age=70{asked}"), list(range(60)))
    assert (page.first, page.last, page.before, page.after) == (first, last, before, after)


def test_two_lists_of_a_page_turn_each_by_itself(rf):
    request = rf.get("/oversight?page=2")
    asked = paging.page_of(request, list(range(60)), name="page_of_requests")
    assert (asked.first, asked.after) == (1, "?page=2&page_of_requests=2")
    assert paging.with_query(rf.get("/oversight?page=2&page_of_requests=2"), who="7") == "?who=7"


def test_changing_a_filter_returns_to_the_first_page(rf):
    request = rf.get("/people?age=70&page=3")
    assert paging.with_query(request, sex="female") == "?age=70&sex=female"
    assert paging.with_query(request, age=None) == "?"
