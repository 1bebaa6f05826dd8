"""The shell around every page: open pages, errors, headers."""

import pytest
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.test import Client


@pytest.mark.parametrize("path", ["/healthz", "/help", "/made", "/accessibility"])
def test_open_to_everybody(client, db, path):
    assert client.get(path).status_code == 200


def test_nothing_is_loaded_from_elsewhere_and_no_page_is_kept(client, db):
    headers = client.get("/help").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "private, no-store"


def test_unknown_address_says_where_to_start(client, db):
    response = client.get("/no-such-page")
    assert response.status_code == 404
    assert b"There is no page at this address" in response.content


def test_a_form_without_its_token_says_what_to_do(db):
    user = get_user_model().objects.create_user("nurse", password="long enough password", name="Ann Other")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    response = client.post("/account/logout/")
    assert response.status_code == 403
    assert b"Your answers were not sent" in response.content


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_error_pages_need_no_request_and_no_store(name):
    page = render_to_string(name)
    assert 'id="maincontent"' in page
    assert "<h1>" in page
