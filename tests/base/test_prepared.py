"""A prepared read answers as the query set it was made from, composes its SQL once, and takes only comparisons."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from localcare.base.models import AuditEntry
from localcare.base.prepared import in_all, prepared
from localcare.patients.models import Patient, Registration

BORN = date(1940, 5, 1)
pytestmark = pytest.mark.django_db


def born_between(first: date, last: date) -> QuerySet:
    return Patient.objects.filter(birth_date__gte=first, birth_date__lte=last).order_by("id")


def named(names: Collection[str]) -> QuerySet:
    return Patient.objects.filter(family_name__among=names).order_by("id").values_list("id", "birth_date")


def registered(ids: Collection[int], on: date) -> QuerySet:
    rows = Registration.objects.filter(patient_id__among=ids).filter(Q(ends=None) | Q(ends__gte=on))
    return rows.select_related("patient").order_by("patient_id")


def entries_before(moment: datetime) -> QuerySet:
    return AuditEntry.objects.filter(at__lt=moment).values_list("sequence", "at")


def how_many(born: date) -> QuerySet:
    old = Q(birth_date__lt=born)
    return in_all(Patient.objects.filter(sex="male"), Count("pk"), Count("pk", filter=old))


@pytest.fixture
def people() -> list[Patient]:
    found = [
        Patient.objects.create(family_name=f"O'Ne\"il {n % 3}, {{}}", sex="male", birth_date=BORN + timedelta(days=n))
        for n in range(9)
    ]
    for n, patient in enumerate(found):
        ends = None if n % 2 else date(2017, 1, n + 1)
        Registration.objects.create(
            patient=patient, practice_code="G1", local_id=str(n), starts=date(2010, 1, 1), ends=ends
        )
    for n in range(3):
        at = datetime(2017, 4, n + 1, 12, tzinfo=UTC)
        AuditEntry.objects.create(sequence=n, at=at, canonical=b"", previous_hash=b"", hash=b"")
    return found


def cases(people: list[Patient]) -> list[tuple]:
    ids = [p.id for p in people]
    return [
        (born_between, (BORN, BORN + timedelta(days=3))),
        (born_between, (BORN + timedelta(days=3), BORN + timedelta(days=30))),
        (born_between, (BORN + timedelta(days=30), BORN)),
        (named, (["O'Ne\"il 0, {}", "nobody"],)),
        (named, ([],)),
        (named, ({"O'Ne\"il 2, {}"},)),
        (registered, (ids, date(2017, 1, 4))),
        (registered, (set(ids[:2]), date(2020, 1, 1))),
        (registered, ([], date(2020, 1, 1))),
        (entries_before, (datetime(2017, 4, 2, 13, tzinfo=UTC),)),
        (entries_before, (datetime(2017, 4, 1, 12, 0, 0, 1, tzinfo=UTC),)),
        (how_many, (BORN + timedelta(days=2),)),
    ]


def test_answers_as_the_query_set_does(people):
    for build, values in cases(people):
        read = prepared(build)
        assert read(*values) == list(build(*values)), (build.__name__, values)
        assert read(*values) == read(*values)


def test_one_composition_serves_every_value(people):
    composed = []

    @prepared
    def read(first: date) -> QuerySet:
        composed.append(first)
        return Patient.objects.filter(birth_date=first)

    assert [[p.id for p in read(BORN + timedelta(days=n))] for n in range(9)] == [[p.id] for p in people]
    assert len(composed) == 1


def test_related_rows_come_with_it(people):
    with CaptureQueriesContext(connection) as asked:
        found = prepared(registered)([p.id for p in people], date(2016, 1, 1))
        assert [r.patient.family_name for r in found] == [p.family_name for p in people]
    assert len(asked) == 1


def test_values_may_be_named(people):
    read = prepared(born_between)
    assert read(last=BORN, first=BORN) == read(BORN, BORN) == people[:1]


def test_none_is_not_looked_for():
    with pytest.raises(ValueError, match="cannot look for None: 'last'"):
        prepared(born_between)(BORN, None)


def test_a_value_left_out_is_an_error():
    with pytest.raises(TypeError, match="first, last"):
        prepared(born_between)(BORN)


def test_a_value_cannot_choose_the_shape_of_the_query():
    @prepared
    def read(first: date) -> QuerySet:
        return Patient.objects.filter(birth_date=first) if first else Patient.objects.all()

    with pytest.raises(TypeError, match="composed once"):
        read(BORN)
