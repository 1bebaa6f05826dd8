"""The stranger's folder taken in, run and recorded, once for the module, by an installation that has no `demo`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction

from localcare.base import audit
from localcare.dataset import editions
from localcare.dataset.editions import Edition
from localcare.intake import actions as intake
from localcare.places import actions as places
from localcare.places.models import Organisation
from localcare.population import actions as population
from localcare.population import reports, segment_report
from localcare.staff import actions as staff
from tests import builders
from tests.builders import Area
from tests.conftest import MONDAY_MORNING

EXTRACTS = Path(__file__).parent / "extracts"
CLUSTER = "V1"
PLACES = {
    "organisations": b"""code,name,kind
V,Three Villages,area
V1,Three Villages cluster,cluster
Y90001,Hadlow Practice,practice
Y90002,Cranbrook Practice,practice
Y90003,Yalding Practice,practice
""",
    "memberships": b"""member,group,starts
Y90001,V1,2010-04-01
Y90002,V1,2010-04-01
Y90003,V1,2010-04-01
""",
}


@dataclass(frozen=True)
class Village:
    """What stands after intake, run and record, and the people who work there."""

    edition: Edition
    area: Area
    run: population.Run


@pytest.fixture(scope="module")
def village(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Village]:
    _forget()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        folder = tmp_path_factory.mktemp("village")
        builders.keep_state_in(folder, patch)
        patch.setattr("localcare.base.clock.now", lambda: MONDAY_MORNING)
        without_demo(patch)
        yield _take_in(folder / "dataset")
        transaction.set_rollback(True)
    _forget()


def without_demo(patch: pytest.MonkeyPatch) -> None:
    """From here on `demo` cannot be imported."""
    for name in {"localcare.demo", *(name for name in sys.modules if name.startswith("localcare.demo."))}:
        patch.setitem(sys.modules, name, None)


def _take_in(dataset: Path) -> Village:
    assert places.load(PLACES, by=audit.SYSTEM, source="a stranger").rejects == ()
    intake.run(folder=EXTRACTS, by=audit.SYSTEM)
    edition = editions.current(dataset)
    run = population.run(edition, by=audit.SYSTEM)
    intake.load_record(folder=EXTRACTS, by=audit.SYSTEM)
    area = Area({o.code: o for o in Organisation.objects.all()})
    area.teams[CLUSTER] = staff.add_team(
        name="Three Villages cluster team", organisation_id=area.organisations[CLUSTER].id, by=audit.SYSTEM
    )
    return Village(edition, area, run)


def _forget() -> None:
    """Rolled back, a run's number is given again: nothing may be remembered of it."""
    segment_report._protected_cells.cache_clear()
    reports._protected_registers.cache_clear()


@pytest.fixture
def area(village) -> Area:
    return village.area
