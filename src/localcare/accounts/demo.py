"""The logins that a demo lists on its sign-in page."""

import json

from django.conf import settings


def logins() -> dict:
    """Users and their password from `demo.json` in the data folder; empty outside demo mode or before it is built."""
    path = settings.DATA / "demo.json"
    if settings.MODE != "demo" or not path.exists():
        return {}
    return json.loads(path.read_text("utf-8"))
