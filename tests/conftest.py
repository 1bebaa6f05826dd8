"""Fixtures of every test. State lies in a folder of its own; the clock stands at one moment."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings as hypothesis_settings

import tests.installation  # noqa: F401  first of ours: it names the folder
from tests import builders

# The same examples every time, and no example fails for being slow.
hypothesis_settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis_settings.load_profile("steady")

MONDAY_MORNING = datetime(2017, 4, 3, 8, 0, tzinfo=UTC)


def pytest_addoption(parser):
    parser.addoption("--areas", type=int, default=1, help="how many made-up areas of few people to attack, a question")


@pytest.fixture(autouse=True)
def _clock_stands(monkeypatch):
    """Monday 3 April 2017, 9am in London, unless a test moves it with `clock_at`."""
    monkeypatch.setattr("localcare.base.clock.now", lambda: MONDAY_MORNING)


@pytest.fixture
def clock_at(monkeypatch):
    def move(moment: datetime) -> None:
        monkeypatch.setattr("localcare.base.clock.now", lambda: moment)

    return move


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """The real hash is slow on purpose; no test depends on that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def area(db):
    return builders.area()


@pytest.fixture
def margaret(area):
    """Margaret Ashdown of the practice G1, whom the Tonbridge cluster's team looks after."""
    return area.looked_after()


@pytest.fixture
def gp(area):
    return area.viewer("gp", "G1")


@pytest.fixture
def coordinator(area):
    return area.viewer("care_coordinator", "C1")


@pytest.fixture
def nurse(area):
    return area.viewer("community_nurse", "C1")


@pytest.fixture
def sign_in(client, area):
    """Signs somebody in, in a post of a role at an organisation; gives the viewer."""

    def signed_in(role, at):
        viewer = area.viewer(role, at)
        builders.sign_in(client, viewer)
        return viewer

    return signed_in


@pytest.fixture
def as_viewer(client):
    """The browser, signed in as a viewer."""

    def signed_in(viewer):
        builders.sign_in(client, viewer)
        return client

    return signed_in
