"""The served front end: NHS.UK frontend and htmx from their npm packages, with every outside request taken out.

`python -m localcare.design.frontend` (run by `make install` and `localcare serve`) fills `static/vendor`.
"""

import re
import shutil
import sys
from pathlib import Path

ROOM = Path(__file__).resolve().parent
SERVED = ROOM / "static" / "vendor"
PACKAGES = ROOM.parents[2] / "node_modules"
FILES = {
    "nhsuk-frontend.css": "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css",
    "nhsuk-frontend.js": "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js",
    "htmx.js": "htmx.org/dist/htmx.min.js",
}
IMAGES = "nhsuk-frontend/dist/nhsuk/assets/images"
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_SOURCE_MAP = re.compile(r"/[/*]# sourceMappingURL=\S+( \*/)?")


class NotInstalled(Exception):
    """The npm packages are absent; the message says what to run."""


def served_text(text: str) -> str:
    """A style sheet or script as we serve it: no font from an outside host, pictures beside it, no source map."""
    text = _FONT_FACE.sub("", text).replace("Frutiger W01", "Arial").replace("url(/assets/images/", "url(images/")
    return _SOURCE_MAP.sub("", text)


def build(packages: Path = PACKAGES, served: Path = SERVED) -> bool:
    """Fill `served` from the npm packages; True if anything changed. Raises NotInstalled without them."""
    sources = {name: packages / path for name, path in FILES.items()}
    if not all(source.exists() for source in sources.values()):
        if all((served / name).exists() for name in FILES):
            return False
        raise NotInstalled("The front-end packages are not installed. Run `npm ci` in the project's folder.")
    wanted = {name: served_text(source.read_text("utf-8")) for name, source in sources.items()}
    if all((served / name).exists() and (served / name).read_text("utf-8") == text for name, text in wanted.items()):
        return False
    served.mkdir(parents=True, exist_ok=True)
    for name, text in wanted.items():
        (served / name).write_text(text, "utf-8")
    shutil.copytree(packages / IMAGES, served / "images", dirs_exist_ok=True)
    return True


if __name__ == "__main__":
    try:
        build()
    except NotInstalled as error:
        sys.exit(str(error))
