"""Every address of sign-in and accounts: answers in our layout, open only where it must be."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import get_resolver

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_authenticate",
    "socialaccount_login_cancelled",
    "openid_connect_login",
    "openid_connect_callback",
}
ARGUMENTS = {"key": "abc", "uidb36": "1", "provider_id": "cis2"}
PASSWORD = "long enough password"
GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")


def account_routes(patterns=None, prefix="/"):
    """(name, address) of every page below /account/, arguments filled in."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        text = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from account_routes(pattern.url_patterns, text)
        elif text.startswith("/account/") and pattern.name:
            plain = text.replace("^", "").replace("$", "")
            yield pattern.name, GROUP.sub(lambda group: ARGUMENTS[group[1]], plain)


ROUTES = dict(account_routes())


@pytest.fixture
def user(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return get_user_model().objects.create_user("coordinator", password=PASSWORD, name="Ann Other")


def assert_ours(response):
    assert b'class="lc-main" id="maincontent"' in response.content


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_signed_in_every_page_is_in_our_layout(client, user, name):
    client.login(username="coordinator", password=PASSWORD)
    response = client.get(ROUTES[name], follow=True)
    assert response.status_code in {200, 401, 403, 404}
    assert_ours(response)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_signed_out_only_what_signing_in_needs_is_open(client, db, name):
    response = client.get(ROUTES[name])
    asks_to_sign_in = response.status_code == 302 and response.headers["Location"].startswith("/account/login/")
    closed = b"Accounts are opened for you" in response.content
    assert asks_to_sign_in or closed or name in OPEN
    if not asks_to_sign_in and response.status_code == 200:
        assert_ours(response)
