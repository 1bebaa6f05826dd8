"""Which copy is in use, and how old it is."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from localcare.base import clock
from localcare.outage.calc.age import age
from localcare.outage.types import CannotCopy, Copy, Notice

CURRENT, STORE, ABOUT = "current", "care.sqlite3", "copy.json"


def copy_in_use(standby: Path | None = None) -> Copy:
    """The copy that a server started now would serve. Raises CannotCopy where there is none."""
    folder = ((standby or settings.STANDBY) / CURRENT).resolve()
    try:
        about = json.loads((folder / ABOUT).read_text("utf-8"))
        return Copy(folder, datetime.fromisoformat(about["as_at"]))
    except (OSError, ValueError, KeyError) as error:
        raise CannotCopy(
            f"There is no whole outage copy in {standby or settings.STANDBY}. Make one while the care store answers: "
            "localcare outage prepare"
        ) from error


def notice() -> Notice | None:
    """What every page says while the copy is served; None on the site itself."""
    if not settings.OUTAGE:
        return None
    as_at = _as_at(settings.OUTAGE_COPY)
    told = age(as_at, clock.now(), old=timedelta(hours=settings.OUTAGE_OLD_HOURS))
    return Notice(as_at, told.words, told.warning)


@cache
def _as_at(folder: Path) -> datetime:
    return datetime.fromisoformat(json.loads((folder / ABOUT).read_text("utf-8"))["as_at"])
