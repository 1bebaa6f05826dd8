"""What is sealed is in no read of the record, whatever the version; what arrives marked restricted is sealed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.models import Seal
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.record import actions, queries
from localcare.record.types import NewStatement, SourceOf, reference
from tests import builders
from tests.builders import sees

pytestmark = pytest.mark.django_db
MONDAY = datetime(2017, 4, 3, 6, 10, tzinfo=UTC)
TODAY = date(2017, 4, 3)
PRACTICE, HOSPITAL = SourceOf("GP record, Hadlow", "G1", "gp"), SourceOf("Hospital")
KINDS = ("condition", "medication", "allergy", "measurement", "immunisation", "procedure", "service", "flag", "note")


@pytest.fixture(autouse=True)
def _shares(db):
    builders.agree("G1", "gp")


def add(person, number="1", *, source=PRACTICE, at=MONDAY, kind="condition", **more):
    more = {"display": f"Said {number}", "started_on": TODAY, **more}
    statement = NewStatement(patient_id=person.id, kind=kind, external_id=number, **more)
    return actions.add_statements(statements=[statement], source=source, received_at=at, by=audit.SYSTEM)


def seal(person, gp, item) -> None:
    values = {"reason": "asked", "words": "", "by": gp, "said_by": item.organisation_code}
    access.seal_item(patient_id=item.patient_id, item=item.reference, **values)


def read(viewer, person):
    return queries.of_person(gate.open_person(viewer, person.id, page="person"))


def test_the_reference_means_the_item_whatever_its_version_and_its_source_s_name(gp, nurse, margaret):
    add(margaret, status="active")
    (item,) = read(gp, margaret).items
    assert item.reference == reference(PRACTICE, "condition", "1") == "condition|G1:gp|1"
    seal(margaret, gp, item)
    add(margaret, status="resolved", source=SourceOf("GP record, renamed", "G1", "gp"), at=MONDAY + timedelta(days=1))
    (now,) = read(gp, margaret).items
    assert now.id != item.id
    assert read(nurse, margaret).items == ()
    opened = gate.open_person(nurse, margaret.id, page="person")
    assert [queries.versions_of(opened, one.id) for one in (item, now)] == [[], []]
    assert len(queries.versions_of(gate.open_person(gp, margaret.id, page="person"), now.id)) == 2


def test_references_of_two_sources_are_never_the_same():
    named_like_it = SourceOf("G1:gp")
    assert reference(PRACTICE, "note", "1") != reference(named_like_it, "note", "1")
    assert reference(HOSPITAL, "note", "1") == "note|:Hospital|1"


@pytest.mark.parametrize("kind", KINDS)
def test_is_in_no_cut_of_the_record(gp, nurse, margaret, kind):
    add(margaret, "sealed", kind=kind, display="Hidden", value="7", code="77")
    add(margaret, "open", kind=kind, display="Told", value="5", code="55")
    (item,) = (one for one in read(gp, margaret).items if one.display == "Hidden")
    seal(margaret, gp, item)
    told = read(nurse, margaret)
    assert [one.display for one in told.items] == ["Told"]
    assert "Hidden" not in repr(told)
    assert [one.display for one in told.known_since(MONDAY - timedelta(days=1))] == ["Told"]
    assert told.item(item.id) is None


def test_changes_of_many_give_only_whose_they_are_until_the_gate_decided(area, gp, nurse, margaret):
    for number in ("sealed", "open"):
        add(margaret, number, kind="encounter", category="ambulance", source=HOSPITAL)
    stranger = area.viewer("community_nurse", "C2")
    (item,) = (one for one in read(gp, margaret).items if one.external_id == "sealed")
    seal(margaret, gp, item)
    since = MONDAY - timedelta(hours=1)
    news = queries.encounters_known_since([margaret.id], since, categories=["ambulance"], happened_since=TODAY)
    assert news.patient_ids == [margaret.id]

    def numbers(viewer) -> set[str]:
        return {one.external_id for one in news.seen(gate.decisions(viewer, news.patient_ids))}

    assert (numbers(gp), numbers(nurse), numbers(stranger)) == ({"sealed", "open"}, {"open"}, set())
    assert news.seen(gate.decisions(gp, [])) == []
    assert queries.one(item.id).seen(gate.decisions(nurse, [margaret.id])) == []


class TestMarkedRestricted:
    def test_is_sealed_as_it_arrives_and_its_later_versions_stay_sealed(self, gp, nurse, margaret):
        add(margaret, restricted=True, source=HOSPITAL)
        assert read(nurse, margaret).items == ()
        assert len(read(gp, margaret).items) == 1
        add(margaret, display="Said again", source=HOSPITAL, at=MONDAY + timedelta(days=1))
        assert read(nurse, margaret).items == ()
        seal = Seal.objects.get()
        assert (seal.by_source, seal.sealed_by, seal.said_by) == (True, "Hospital", "")

    def test_what_is_known_is_sealed_once_its_source_marks_it(self, nurse, margaret):
        add(margaret, source=HOSPITAL)
        assert len(read(nurse, margaret).items) == 1
        assert add(margaret, restricted=True, source=HOSPITAL).known == 1
        assert read(nurse, margaret).items == ()

    def test_the_same_again_changes_nothing_and_lifted_stays_lifted(self, gp, nurse, margaret):
        add(margaret, restricted=True, source=HOSPITAL)
        (item,) = read(gp, margaret).items
        access.lift_seal(patient_id=margaret.id, item=item.reference, why="agreed", by=gp)
        add(margaret, restricted=True, source=HOSPITAL)
        add(margaret, restricted=True, source=HOSPITAL, display="Said again", at=MONDAY + timedelta(days=1))
        assert len(read(nurse, margaret).items) == 1
        assert AuditEntry.objects.filter(action="entries sealed as marked").count() == 1

    def test_an_id_of_any_length_is_sealed_under_the_id_that_is_stored(self, nurse, margaret):
        add(margaret, "x" * 5000, restricted=True, source=SourceOf("s" * 120))
        assert read(nurse, margaret).items == ()

    def test_a_failure_leaves_neither_statement_nor_seal(self, margaret):
        def statements():
            yield NewStatement(margaret.id, "note", "1", "Said", restricted=True)
            raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            actions.add_statements(statements=statements(), source=HOSPITAL, received_at=MONDAY, by=audit.SYSTEM)
        assert not Seal.objects.exists()


def test_a_row_corrected_to_somebody_else_is_sealed_for_whom_it_was_sealed(area, gp, nurse, margaret):
    """The refusal was Margaret's: it says nothing of somebody else, and holds when the row comes back to her."""
    keith = area.looked_after(family="Pankhurst")
    add(margaret)
    seal(margaret, gp, read(gp, margaret).items[0])
    add(keith, at=MONDAY + timedelta(days=1))
    assert len(read(nurse, keith).items) == 1
    add(margaret, at=MONDAY + timedelta(days=2))
    assert read(nurse, margaret).items == ()


def test_nothing_hidden_costs_no_more_than_one_query(margaret, django_assert_num_queries):
    add(margaret)
    with django_assert_num_queries(1):
        assert queries.of_person(sees(margaret.id, hidden=["condition|G1:gp|1"])).items == ()
