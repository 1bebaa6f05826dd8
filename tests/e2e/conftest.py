"""A real browser (Debian's Chromium) against the real site. Every page a test opens is watched: a request to
anywhere else, a script error or something the content policy blocked fails the test."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from localcare.design import frontend
from tests.e2e.browser import ARGUMENTS, WIDE
from tests.population.conftest import edition as edition  # a small area with a past, for the pages of population

# Playwright's synchronous interface keeps an event loop in this thread; Django would refuse its store there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if "/e2e/" in str(item.path):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    frontend.build()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium on this machine; install Debian's package `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, live_server) -> Iterator:
    """Opens a watched page in a session of its own: `open_page()`, `open_page(java_script_enabled=False)`."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def opened(**options) -> Page:
        context = browser.new_context(base_url=live_server.url, **{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: None if r.url.startswith((live_server.url, "data:")) else faults.append(r.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" and "status of" not in m.text else None)
        page.set_default_timeout(15_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


@pytest.fixture
def plain_page(open_page) -> Page:
    """A page with scripts off."""
    return open_page(java_script_enabled=False)
