from datetime import date

import pytest

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.patients import actions, nhs_numbers
from localcare.patients.models import FormerNhsNumber, LocalIdentifier, Patient
from localcare.patients.types import Described, Mismatch

pytestmark = pytest.mark.django_db
NUMBER, OTHER_NUMBER = "9990000018", "9990000026"


def find_or_add(source="Trust", **fields):
    fields = {"family_name": "Marsh", "birth_date": date(1940, 5, 1)} | fields
    return actions.find_or_add(person=Described(**fields), source=source, by=audit.SYSTEM)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("999 000 0018", NUMBER),
        ("9990000018", NUMBER),
        ("9990000019", None),  # check digit
        ("0000000000", None),
        ("999000001", None),
        ("", None),
        ("$nhs-number", None),
    ],
)
def test_nhs_numbers(text, answer):
    assert nhs_numbers.normalised(text) == answer


def test_the_nhs_number_finds_a_person_whatever_the_sender():
    first = find_or_add(nhs_number=NUMBER, local_ids=("Patient/1",))
    assert find_or_add(source="GP", nhs_number="999 000 0018", local_ids=("Patient/900",)) == first
    assert [e.action for e in AuditEntry.objects.all()] == ["patients.register_from_message"]


def test_a_former_nhs_number_still_finds_them():
    patient = find_or_add(nhs_number=NUMBER)
    FormerNhsNumber.objects.create(patient_id=patient, nhs_number=OTHER_NUMBER, changed_on=date(2016, 1, 1))
    assert find_or_add(nhs_number=OTHER_NUMBER) == patient


def test_without_an_nhs_number_the_senders_own_name_counts_and_only_for_that_sender():
    first = find_or_add(local_ids=("Patient/1", "mrn|77"))
    assert find_or_add(local_ids=("Patient/1",)) == first
    assert find_or_add(source="Elsewhere", local_ids=("Patient/1",)) != first


def test_the_number_0000000000_joins_nobody():
    one = find_or_add(nhs_number="0000000000", local_ids=("Patient/1",))
    two = find_or_add(nhs_number="0000000000", local_ids=("Patient/2",))
    assert one != two
    assert set(Patient.objects.values_list("nhs_number", flat=True)) == {None}


def test_a_number_learnt_later_is_filled_in_and_a_second_number_is_another_person():
    patient = find_or_add(local_ids=("Patient/1",))
    assert find_or_add(local_ids=("Patient/1",), nhs_number=NUMBER) == patient
    assert Patient.objects.get(pk=patient).nhs_number == NUMBER
    assert find_or_add(local_ids=("Patient/1",), nhs_number=OTHER_NUMBER) != patient


def test_a_message_fills_blanks_and_overwrites_nothing():
    patient = find_or_add(nhs_number=NUMBER, postcode="TN1 1AA")
    find_or_add(nhs_number=NUMBER, postcode="ZZ9 9ZZ", died_on=date(2017, 3, 1))
    row = Patient.objects.get(pk=patient)
    assert (row.postcode, row.died_on) == ("TN1 1AA", date(2017, 3, 1))
    assert AuditEntry.objects.filter(action="patients.fill_blanks").count() == 1


def test_contradiction_in_name_and_birth_date_is_refused_and_changes_nothing():
    find_or_add(nhs_number=NUMBER)
    with pytest.raises(Mismatch, match="somebody else"):
        find_or_add(nhs_number=NUMBER, family_name="Field", birth_date=date(1980, 1, 1), local_ids=("Patient/9",))
    assert Patient.objects.count() == 1
    assert not LocalIdentifier.objects.exists()


def test_a_new_name_or_a_corrected_birth_date_alone_is_the_same_person():
    patient = find_or_add(nhs_number=NUMBER)
    assert find_or_add(nhs_number=NUMBER, family_name="Hill") == patient
    assert find_or_add(nhs_number=NUMBER, birth_date=date(1941, 5, 1)) == patient


def test_nobody_named():
    with pytest.raises(Mismatch, match="names no person"):
        find_or_add(nhs_number="0000000000")


def test_identify_leaves_out_the_unknown_and_the_ambiguous():
    one = find_or_add(nhs_number=NUMBER, local_ids=("Patient/1", "mrn|1"))
    find_or_add(nhs_number=OTHER_NUMBER, local_ids=("Patient/1",))
    names = ["nhs:999 000 0018", "mrn|1", "Patient/1", "Patient/404", "nhs:0000000000"]
    assert actions.identify(names=names, source="Trust") == {"nhs:999 000 0018": one, "mrn|1": one}
    assert actions.identify(names=["mrn|1"], source="Elsewhere") == {}
