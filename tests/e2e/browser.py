"""What every journey asks of a page: axe finds nothing, it fits 320 pixels, it needs no script."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from playwright.sync_api import Page

PASSWORD = "long enough password"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 700}
# Only what fails is looked up and handed over: with what passes it would take four times as long.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_in_as(page: Page, user_id: int) -> None:
    """Sign in without the form: the journey that follows is not about signing in."""
    client = Client()
    client.force_login(get_user_model().objects.get(pk=user_id))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}
    page.context.add_cookies([cookie])


def check_axe(page: Page) -> None:
    """Fails naming each rule broken and where."""
    if not page.evaluate("'axe' in window"):  # half a megabyte, once a page
        page.evaluate(Axe().axe_script)
    found = page.evaluate("rules => axe.run(document, rules).then(found => found.violations)", RULES)
    faults = [f"{fault['id']}: {fault['help']}: {node['html'][:200]}" for fault in found for node in fault["nodes"]]
    assert not faults, f"{page.url}\n" + "\n".join(faults)


def check_fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    width = page.viewport_size["width"]
    wider = page.evaluate(
        "width => [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1"
        " && getComputedStyle(e).position !== 'absolute').map(e => e.outerHTML.slice(0, 120))",
        width,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url}\n" + "\n".join(wider)


def check_page(page: Page, name: str, *, opened: bool = False) -> None:
    """Accessible and fitting, wide and narrow; kept as pictures where LOCALCARE_SCREENSHOTS names a folder.

    `opened`: with all that is folded away (tables of charts, "How was this made?") unfolded, which axe passes over.
    """
    if opened:
        page.evaluate("document.querySelectorAll('main details').forEach(folded => folded.open = true)")
    for label, size in (("narrow", NARROW), ("wide", WIDE)):
        page.set_viewport_size(size)
        check_axe(page)
        check_fits(page)
        keep_picture(page, f"{name}-{label}")


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("LOCALCARE_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
