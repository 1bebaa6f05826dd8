"""A demo lists its logins on the sign-in page; nothing else ever does."""

import json

import pytest

from localcare.accounts import demo

LOGINS = {
    "password": "let me look around",
    "users": [
        {"username": "gp", "name": "Sam Lee", "role": "GP", "organisation": "Hadlow Practice", "try": "Your list"}
    ],
}


@pytest.fixture
def built(settings, tmp_path):
    settings.DATA = tmp_path
    (tmp_path / "demo.json").write_text(json.dumps(LOGINS), "utf-8")


def test_a_demo_lists_its_logins(client, db, settings, built):
    settings.MODE = "demo"
    page = client.get("/account/login/?login=gp").content.decode()
    for words in ("Sam Lee, GP", "Hadlow Practice", "Your list", "let me look around", 'value="gp"'):
        assert words in page


@pytest.mark.parametrize("mode", ["development", "production"])
def test_nothing_is_listed_outside_demo_mode(client, db, settings, built, mode):
    settings.MODE = mode
    assert "let me look around" not in client.get("/account/login/").content.decode()


def test_a_demo_not_built_yet_lists_nothing(settings, tmp_path):
    settings.MODE, settings.DATA = "demo", tmp_path
    assert demo.logins() == {}
