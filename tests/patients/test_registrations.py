"""Practices' lists into patients and registrations: one test per thing that can have happened to a person."""

from dataclasses import replace
from datetime import date

import pytest

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.patients import actions
from localcare.patients.models import FormerNhsNumber, Patient, Registration
from localcare.patients.types import RegistrationRow

pytestmark = pytest.mark.django_db

FIRST, SECOND = date(2017, 3, 31), date(2017, 4, 30)
ADA = RegistrationRow(
    practice_code="Y90001", local_id="1", nhs_number="9990000018", family_name="Archer", given_name="Ada",
    birth_date=date(1940, 5, 2), sex="female", ethnicity="A", language="", interpreter_required=False,
    address="1 High Street, Tonbridge", postcode="TN9 1AA", phone="", lsoa11_code="E01024735", died_on=None,
    starts=date(2005, 4, 1), ends=None,
)  # fmt: skip
BEN = replace(ADA, local_id="2", nhs_number="9990000026", family_name="Baker", given_name="Ben", sex="male")


def load(*rows, as_at=FIRST, complete=("Y90001",), also_there=()):
    return actions.load_registrations(rows=rows, as_at=as_at, complete=complete, also_there=also_there, by=audit.SYSTEM)


def registrations(patient_id):
    rows = Registration.objects.filter(patient_id=patient_id).order_by("starts")
    return [(row.practice_code, row.starts, row.ends) for row in rows]


def test_people_are_added_and_a_second_load_changes_nothing():
    first = load(ADA, BEN)
    assert (first.patients_added, first.registrations_added) == (2, 2)
    ada = Patient.objects.get(nhs_number="9990000018")
    assert (ada.family_name, ada.birth_date, ada.interpreter_required) == ("Archer", date(1940, 5, 2), False)
    assert first.patient_ids[0] == ada.pk
    again = load(ADA, BEN)
    assert again.patient_ids == first.patient_ids
    assert (again.patients_added, again.patients_changed, again.registrations_changed) == (0, 0, 0)
    assert [e.action for e in AuditEntry.objects.all()] == ["patients.registrations_loaded"] * 2


def test_details_and_deduction_follow_the_list():
    load(ADA)
    loaded = load(replace(ADA, postcode="TN9 9ZZ", ends=date(2017, 4, 2)), as_at=SECOND)
    assert (loaded.patients_changed, loaded.registrations_changed) == (1, 1)
    assert Patient.objects.get().postcode == "TN9 9ZZ"
    assert Registration.objects.get().ends == date(2017, 4, 2)


def test_a_move_is_one_person_with_two_registrations_and_the_later_details():
    moved = replace(ADA, practice_code="Y90002", local_id="77", starts=date(2016, 7, 1), postcode="TN17 3BK")
    loaded = load(replace(ADA, ends=date(2016, 6, 30)), moved, complete=("Y90001", "Y90002"))
    assert (loaded.patients_added, len(set(loaded.patient_ids))) == (1, 1)
    assert Patient.objects.get().postcode == "TN17 3BK"
    assert registrations(loaded.patient_ids[0]) == [
        ("Y90001", date(2005, 4, 1), date(2016, 6, 30)),
        ("Y90002", date(2016, 7, 1), None),
    ]


def test_a_death_is_kept_even_when_a_later_list_forgets_it():
    load(ADA)
    load(replace(ADA, died_on=date(2017, 4, 3)), as_at=SECOND)
    load(ADA, as_at=SECOND)
    assert Patient.objects.get().died_on == date(2017, 4, 3)


def test_a_changed_number_is_kept_as_a_former_one():
    before = load(ADA)
    changed = load(replace(ADA, nhs_number="9990000034"), as_at=SECOND)
    assert (changed.numbers_changed, changed.patients_added) == (1, 0)
    assert changed.patient_ids == before.patient_ids
    assert Patient.objects.get().nhs_number == "9990000034"
    former = FormerNhsNumber.objects.get()
    assert (former.nhs_number, former.changed_on, former.patient_id) == ("9990000018", SECOND, before.patient_ids[0])


def test_a_list_that_still_has_the_former_number_means_the_same_person():
    before = load(ADA)
    load(replace(ADA, nhs_number="9990000034"), as_at=SECOND)
    stale = load(replace(ADA, practice_code="Y90002", local_id="77"), as_at=SECOND, complete=())
    assert (stale.patient_ids, stale.patients_added) == (before.patient_ids, 0)
    assert Patient.objects.get().nhs_number == "9990000034"


def test_a_number_found_later_fills_the_blank():
    before = load(replace(ADA, nhs_number=None))
    after = load(ADA, as_at=SECOND)
    assert (after.patient_ids, Patient.objects.get().nhs_number) == (before.patient_ids, "9990000018")
    assert not FormerNhsNumber.objects.exists()


def test_one_new_number_on_two_known_registrations_is_one_person():
    load(replace(ADA, nhs_number=None), replace(ADA, nhs_number=None, practice_code="Y90002"))
    after = load(ADA, replace(ADA, practice_code="Y90002"), as_at=SECOND)
    assert len(set(after.patient_ids)) == 1
    assert {r.patient_id for r in Registration.objects.all()} == set(after.patient_ids)


def test_two_people_without_a_number_stay_two():
    loaded = load(replace(ADA, nhs_number=None), replace(BEN, nhs_number=None))
    assert len(set(loaded.patient_ids)) == 2
    assert load(replace(ADA, nhs_number=None)).patient_ids == loaded.patient_ids[:1]


def test_who_vanished_from_a_whole_list_is_no_longer_registered():
    load(ADA, BEN)
    loaded = load(ADA, as_at=SECOND)
    assert loaded.registrations_ended == 1
    assert Registration.objects.get(local_id="2").ends == SECOND


def test_nobody_vanishes_from_a_list_not_read_whole_or_a_row_rejected():
    load(ADA, BEN)
    assert load(ADA, as_at=SECOND, complete=()).registrations_ended == 0
    assert load(ADA, as_at=SECOND, also_there=[("Y90001", "2")]).registrations_ended == 0


def test_a_list_that_lost_a_tenth_is_taken_to_be_cut_short():
    people = [replace(ADA, local_id=str(n), nhs_number=None) for n in range(30)]
    load(*people)
    loaded = load(*people[:5], as_at=SECOND)
    assert (loaded.registrations_ended, loaded.suspicious) == (0, ("Y90001",))
    assert Registration.objects.filter(ends=None).count() == 30


def test_new_patients_can_still_be_added_one_by_one():
    load(ADA)
    assert Patient.objects.create(family_name="Later", sex="female").pk not in (None, Patient.objects.earliest("pk").pk)
