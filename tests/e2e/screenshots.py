"""Pictures of a running installation, wide and at 320 pixels:

python -m tests.e2e.screenshots http://127.0.0.1:8000 USER PASSWORD FOLDER / /caseload/ /population/
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.browser import ARGUMENTS, NARROW, WIDE, sign_in


def main(site: str, user: str, password: str, folder: str, *paths: str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(base_url=site, viewport=WIDE)
        sign_in(page, user, password)
        for path in paths or ("/",):
            page.goto(path)
            for label, size in (("wide", WIDE), ("narrow", NARROW)):
                page.set_viewport_size(size)
                name = f"{path.strip('/').replace('/', '-') or 'home'}-{label}.png"
                page.screenshot(path=Path(folder) / name, full_page=True)
                print(name)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
