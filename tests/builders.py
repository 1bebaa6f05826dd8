"""People, practices, teams and posts for tests, made through the rooms' own actions where they exist."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from itertools import count
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Sharing, Viewer
from localcare.accounts.actions import create_user
from localcare.accounts.models import User
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.patients.models import Patient, Registration
from localcare.places.models import Membership, Organisation
from localcare.staff import actions as staff
from localcare.staff.models import Team

LONG_AGO = date(2010, 4, 1)
_numbers = count(1)


@dataclass
class Area:
    """Two clusters: Tonbridge with practices G1 and G2, Weald with G3; the area team holds the oversight."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)

    def add_organisation(self, code: str, name: str, kind: str) -> None:
        self.organisations[code] = Organisation.objects.create(code=code, name=name, kind=kind, source="test")

    def add_practice(self, code: str, name: str, cluster: str) -> None:
        """A practice and its membership of a cluster, since long ago."""
        self.add_organisation(code, name, "practice")
        member, group = self.organisations[code], self.organisations[cluster]
        Membership.objects.create(member=member, group=group, starts=LONG_AGO, source="test")

    def viewer(self, role: str, at: str) -> Viewer:
        """Somebody in a post of this role at an organisation, in its team if it has one."""
        number = next(_numbers)
        user = create_user(
            username=f"{role}{number}", name=f"{role} {number}", password=f"long enough {number}", by=audit.SYSTEM
        )
        staff.add_post(
            user_id=user.id,
            role=role,
            organisation_id=self.organisations[at].id,
            team=self.teams.get(at),
            starts=LONG_AGO,
            by=audit.SYSTEM,
        )
        return gate.viewers_of(user.id)[0]

    def looked_after(self, at: str = "C1", **patient_values) -> Patient:
        """Somebody whom the team of a cluster has a right to see."""
        person = patient(**patient_values)
        relate(person, self.teams[at])
        return person


def area() -> Area:
    made = Area()
    made.add_organisation("99J", "West Kent", "area")
    made.add_organisation("C1", "Tonbridge cluster", "cluster")
    made.add_organisation("C2", "Weald cluster", "cluster")
    made.add_practice("G1", "Hadlow Practice", "C1")
    made.add_practice("G2", "Warders Practice", "C1")
    made.add_practice("G3", "Cranbrook Practice", "C2")
    for code in ("C1", "C2"):
        organisation = made.organisations[code]
        made.teams[code] = staff.add_team(
            name=f"{organisation.name} team", organisation_id=organisation.id, by=audit.SYSTEM, phone="01632 960011"
        )
    return made


def patient(practice: str = "G1", family: str = "Ashdown", given: str = "Margaret", **more) -> Patient:
    number = next(_numbers)
    values = {
        "nhs_number": nhs_number(number),
        "birth_date": date(1935, 3, 4),
        "sex": "female",
        "family_name": family,
        "given_name": given,
    }
    made = Patient.objects.create(**{**values, **more})
    Registration.objects.create(patient=made, practice_code=practice, local_id=f"L{number}", starts=LONG_AGO)
    return made


def nhs_number(number: int) -> str:
    """The first valid number in the 999 range, which is never issued, from a counter on."""
    for candidate in range(number * 2, number * 2 + 1_000):
        digits = f"999{candidate:06d}"
        check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return digits + str(check % 11)
    raise AssertionError("unreachable: one in eleven numbers is invalid")


def relate(person: Patient, team: Team, source: str = "caseload") -> None:
    access.begin_relationship(patient_id=person.id, team_id=team.id, source=source, by=audit.SYSTEM)


def agree(practice: str, *sources: str, ends: date | None = None) -> None:
    """A practice's agreement that sources are used for direct care, since long ago."""
    rows = [access.AgreementRow(practice, source, "direct_care", LONG_AGO, ends) for source in sources]
    access.load_agreements(agreements=rows, by=audit.SYSTEM)


class EverySource(Sharing):
    """Whatever the source, it shares."""

    def allows(self, organisation_code: str, system: str) -> bool:
        return True


@dataclass(frozen=True)
class Sees:
    """Somebody's record as one sees it from whom nothing is hidden, or these items: for tests of the record itself."""

    ids: tuple[int, ...]
    hidden: frozenset[str] = frozenset()
    sharing: Sharing = field(default_factory=EverySource)


def sees(*patient_ids: int, hidden: Iterable[str] = ()) -> Sees:
    return Sees(patient_ids, frozenset(hidden))


def sign_in(client: Client, viewer: Viewer) -> None:
    client.force_login(User.objects.get(pk=viewer.user_id))


def text(response: HttpResponse) -> str:
    """What a page says, its entities as the reader sees them."""
    return unescape(response.content.decode())


def last_entry() -> AuditEntry:
    return AuditEntry.objects.latest("sequence")


def keep_state_in(folder: Path, patch: pytest.MonkeyPatch) -> None:
    """An installation of its own: all that LOCALCARE_DATA would hold."""
    for name, value in (
        ("DATA", folder),
        ("DATASET", folder / "dataset"),
        ("KEYS", folder / "keys"),
        ("KEPT", folder / "kept"),
    ):
        patch.setattr(settings, name, value)
