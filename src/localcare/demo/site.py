"""The data folder of a demo: emptied before it is built again, marked until it is whole."""

import json
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from localcare.base import clock
from localcare.dataset import editions
from localcare.demo.folders import remove

MARK = "demo.json"
SITE = "site.toml"
# The demo lives in the days of its data: the Monday after the Friday of its extracts.
FIRST_DAY = date(2017, 4, 3)
# The store goes before its journal: one that lost its journal would be older than what it once promised.
STORE = ("care.sqlite3", "care.sqlite3-wal", "care.sqlite3-shm")
MADE_BY_DEMO = (*STORE, "extracts", "truth", "dataset/runs", "documents", "messages", "keys", "static", "secret_key")


class NotADemo(Exception):
    """The data folder or database holds something else; the message says what to do."""


def prepare(data: Path) -> None:
    """Empty the folder and the store of an earlier demo, mark it as being built, and bring the store up to date.

    Raises NotADemo where there is an installation that no demo made.
    """
    mark = data / MARK
    if not _made_here(mark) and _holds_an_installation(data):
        raise NotADemo(
            f"{data} holds an installation that is no demo. Name another folder with LOCALCARE_DATA, "
            "and another database if DATABASE_URL is set."
        )
    _write(mark, json.dumps({"complete": False, "store": _store()}))
    _empty(data)
    offset = (FIRST_DAY - timezone.now().astimezone(clock.LONDON).date()).days
    _write(data / SITE, f'LOCALCARE_MODE = "demo"\nLOCALCARE_CLOCK_OFFSET_DAYS = {offset}\n')
    # This process read its settings before the site had any.
    settings.MODE, settings.CLOCK_OFFSET_DAYS = "demo", offset
    call_command("migrate", verbosity=0)


def finish(data: Path, logins: dict) -> None:
    """Let earlier editions go and say that the demo is whole, with the logins the sign-in page lists."""
    editions.keep_current(settings.DATASET)
    _write(data / MARK, json.dumps({"complete": True, "store": _store(), **logins}, indent=2))


def _made_here(mark: Path) -> bool:
    """Did a demo of this folder make the store in use? A mark says nothing of another database."""
    return mark.exists() and json.loads(mark.read_text("utf-8")).get("store") == _store()


def _store() -> str:
    given = connection.settings_dict
    return ":".join(str(part) for part in (connection.vendor, given["HOST"], given["PORT"], given["NAME"]))


def _holds_an_installation(data: Path) -> bool:
    if "patients_patient" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM patients_patient LIMIT 1")
        return cursor.fetchone() is not None


def _empty(data: Path) -> None:
    if connection.vendor == "sqlite":
        connection.close()
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    for name in MADE_BY_DEMO:
        remove(data / name)
    _keep_edition(settings.DATASET)


def _keep_edition(dataset: Path) -> None:
    """The edition in use stays until the demo's own takes over; one dated later would never give way."""
    try:
        if editions.current(dataset).as_at < FIRST_DAY:
            editions.keep_current(dataset)
            return
    except editions.NoEdition:
        pass
    remove(dataset / "editions")


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
