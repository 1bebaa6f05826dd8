"""Run as a program, on an outage copy as its server is: asks for pages and prints what they say, as JSON.

`python -m tests.outage.served` (with LOCALCARE_OUTAGE=on) reads from standard input the moment, and for each visit a
user id and the address, with what is sent there if anything.
"""

import json
import sys
from datetime import datetime
from html import unescape

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from localcare.accounts.models import User  # noqa: E402
from localcare.base import clock  # noqa: E402


def visit(user_id: int | None, address: str, sent: dict | None = None) -> dict:
    client = Client()
    if user_id:
        client.force_login(User.objects.get(pk=user_id))
    answer = client.get(address) if sent is None else client.post(address, sent, follow=True)
    return {"status": answer.status_code, "text": unescape(answer.content.decode())}


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    moment = datetime.fromisoformat(asked["at"])
    clock.now = lambda: moment
    settings.ALLOWED_HOSTS = ["testserver"]
    json.dump([visit(*one) for one in asked["visits"]], sys.stdout)
