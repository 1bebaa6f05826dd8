"""Phones of the practices of the demo: the published reference holds none."""

import csv
import io

from localcare.base import clock
from localcare.places import queries as places

# Ofcom keeps 01632 960000 to 960999 for drama.
FIRST = 960_100


def of_practices() -> bytes:
    """A file of organisations that brings each practice's phone, as an area would bring its own."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["code", "name", "kind", "phone", "source"])
    for number, practice in enumerate(places.practices(clock.today()), FIRST):
        table.writerow([practice.code, practice.name, practice.kind, f"01632 {number}", practice.source])
    return out.getvalue().encode()
