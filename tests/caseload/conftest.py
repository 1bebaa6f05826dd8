"""Lists as a population run leaves them."""

from datetime import timedelta

import pytest

from localcare.access import pseudonyms
from localcare.access.types import Purpose
from localcare.base import links
from localcare.population.models import GoneEntry, ListEntry, Run
from tests.conftest import MONDAY_MORNING


@pytest.fixture(autouse=True)
def _a_person_has_a_page():
    """The person page belongs to a higher room, which fills the link when it is there."""
    if "person" in links.unfilled():
        links.fill("person", "caseload:entry")


class Lists:
    """A run and its list entries, one person after another."""

    def __init__(self):
        self.run = Run.objects.create(
            name="test-run",
            edition="2017-04-01",
            as_at=(MONDAY_MORNING - timedelta(days=2)).date(),
            made_at=MONDAY_MORNING - timedelta(hours=6),
            definitions="0123456789abcdef",
            coverage={
                code: {"cluster": cluster, "registered": 2000, "observed": 2000, "may_be_scored": 2000}
                for code, cluster in (("G1", "C1"), ("G2", "C1"), ("G3", "C2"))
            },
            model={"fitted": True, "people": 4000, "outcomes": 300, "practices": 3, "assessment": None},
            lost={},
        )

    def add(self, person, practice="G1", cluster="C1", **more) -> ListEntry:
        rank = ListEntry.objects.filter(practice_code=practice).count() + 1
        ranks = {
            "rank_in_practice": rank,
            "rank_in_cluster": ListEntry.objects.filter(cluster_code=cluster).count() + 1,
        }
        named = {"practice_code": practice, "cluster_code": cluster, "pseudonym": pseudonym(person)}
        values = {**_row(rank), "sex": person.sex, **ranks, **named, **more}
        return ListEntry.objects.create(run=self.run, **values)

    def fill(self, until: int) -> None:
        """The list of G1 goes on until so many rows; nobody in the store stands behind them."""
        start = ListEntry.objects.filter(practice_code="G1").count() + 1
        ListEntry.objects.bulk_create(
            ListEntry(
                **_row(rank),
                run=self.run,
                practice_code="G1",
                cluster_code="C1",
                pseudonym=f"{rank:06x}{0:058}",
                rank_in_practice=rank,
                rank_in_cluster=rank,
            )
            for rank in range(start, until + 1)
        )

    def gone(self, person, practice="G1", cluster="C1") -> GoneEntry:
        """Somebody on the list of the run before."""
        row = self.add(person, practice, cluster)
        kept = {f.attname: getattr(row, f.attname) for f in GoneEntry._meta.fields if f.attname != "id"}
        row.delete()
        return GoneEntry.objects.create(**kept)


def _row(rank: int) -> dict:
    """What the list tells of somebody, unless a test says otherwise."""
    return {
        "risk": 1 / (1 + rank),
        "age": 82,
        "sex": "female",
        "group": "conditions_4_plus",
        "reasons": [{"key": "emergency_admissions", "value": 3}, {"key": "condition", "value": "heart_failure"}],
        "reason_keys": " emergency_admissions heart_failure ",
        "use": {"emergency_admissions": 3, "gp_contacts": 1},
        "change": "same",
        "suits": " care_planning ",
    }


def pseudonym(person) -> str:
    return pseudonyms.pseudonymise([person.nhs_number], Purpose.RISK_STRATIFICATION)[0]


@pytest.fixture
def lists(db):
    return Lists()
