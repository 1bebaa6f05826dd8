"""Reads of patients, for `access` alone: everybody else receives people from `access.queries`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from localcare.base.prepared import prepared
from localcare.patients.models import FormerNhsNumber, Patient, Registration, SamePerson


@dataclass(frozen=True)
class Standing:
    """Where a patient is or was last registered, and every patient linked as the same person."""

    patient_id: int
    ids: tuple[int, ...]
    practice_code: str | None
    registered: bool


@dataclass(frozen=True)
class PatientDetails(Standing):
    """The same with the patient."""

    patient: Patient


def details(patient_ids: Collection[int], on: date) -> dict[int, PatientDetails]:
    """Details by patient id, as on a day. Unknown ids are left out."""
    known = patients(patient_ids)
    return {i: PatientDetails(**vars(s), patient=known[i]) for i, s in standings(list(known), on).items()}


def patients(patient_ids: Collection[int]) -> dict[int, Patient]:
    """Patients by id. Unknown ids are left out; nobody asked for, no query."""
    return {patient.id: patient for patient in _patients(patient_ids)} if patient_ids else {}


@prepared
def _patients(ids: Collection[int]) -> QuerySet[Any]:
    return Patient.objects.filter(id__among=ids)


def standings(patient_ids: Collection[int], on: date) -> dict[int, Standing]:
    """Where each patient stands on a day, by id, in two queries and without reading who they are."""
    linked = linked_ids(patient_ids, on)
    everybody = {i for ids in linked.values() for i in ids}
    registrations: dict[int, list[tuple[bool, date, str]]] = {}
    for patient_id, code, starts, ends in _registrations(everybody, on):
        registrations.setdefault(patient_id, []).append((ends is None or ends >= on, starts, code))
    return {i: _standing(i, ids, [r for j in ids for r in registrations.get(j, ())]) for i, ids in linked.items()}


@prepared
def _registrations(ids: Collection[int], on: date) -> QuerySet[Any]:
    rows = Registration.objects.filter(patient_id__among=ids, starts__lte=on).order_by("starts", "id")
    return rows.values_list("patient_id", "practice_code", "starts", "ends")


def _standing(patient_id: int, ids: tuple[int, ...], registrations: Sequence[tuple[bool, date, str]]) -> Standing:
    """Of the present registrations the latest to start, else of the past ones."""
    current, _, code = max(registrations, key=lambda r: r[:2], default=(False, None, None))
    return Standing(patient_id, ids, code, current)


def linked_ids(patient_ids: Collection[int], on: date) -> dict[int, tuple[int, ...]]:
    """For each patient, itself first and then every patient linked to it on a day, however long the chain."""
    groups = {i: {i} for i in patient_ids}
    frontier = set(patient_ids)
    while frontier:
        pairs = _links(frontier, on)
        before = {i: len(group) for i, group in groups.items()}
        for group in groups.values():
            for pair in pairs:
                if group & set(pair):
                    group.update(pair)
        if all(len(group) == before[i] for i, group in groups.items()):
            break
        frontier = {i for group in groups.values() for i in group}
    return {i: (i, *sorted(group - {i})) for i, group in groups.items()}


@prepared
def _links(ids: Collection[int], on: date) -> QuerySet[Any]:
    in_force = Q(starts__lte=on) & (Q(ends=None) | Q(ends__gt=on))
    rows = SamePerson.objects.filter(in_force).filter(Q(patient_id__among=ids) | Q(same_as_id__among=ids))
    return rows.values_list("patient_id", "same_as_id")


def ids_by_nhs_number(nhs_number: str) -> list[int]:
    """Patients who have, or had, this NHS number."""
    current = Patient.objects.filter(nhs_number=nhs_number).values_list("id", flat=True)
    former = FormerNhsNumber.objects.filter(nhs_number=nhs_number).values_list("patient_id", flat=True)
    return list(dict.fromkeys([*current, *former]))


def ids_by_name_and_birth(family_name: str, birth_date: date) -> list[int]:
    """Patients of this family name, whatever its case, born on this day."""
    found = Patient.objects.filter(family_name__iexact=family_name.strip(), birth_date=birth_date)
    return list(found.values_list("id", flat=True)[:50])


def ids_registered(practice_code: str, on: date) -> QuerySet:
    """The ids of those registered with a practice on a day, as a query to ask within another."""
    rows = Registration.objects.filter(practice_code=practice_code, starts__lte=on)
    return rows.filter(Q(ends=None) | Q(ends__gte=on)).values("patient_id")


def ids_linked(on: date) -> set[int]:
    """Every patient who is linked to another as the same person on a day."""
    rows = SamePerson.objects.filter(starts__lte=on).filter(Q(ends=None) | Q(ends__gt=on))
    return {i for pair in rows.values_list("patient_id", "same_as_id") for i in pair}


def registered_with(
    practice_code: str, on: date, among: Collection[int] | None = None
) -> list[tuple[int, str | None, str]]:
    """(patient id, NHS number, the practice's local id) of everybody registered with a practice on a day.

    `among` narrows it to some patients. Former NHS numbers give a row each, after the present one.
    """
    if among is None:
        rows = _registered(on).filter(practice_code=practice_code, patient__died_on=None)
        found = list(rows.values_list("patient_id", "patient__nhs_number", "local_id"))
        changed: Iterable[tuple[int, str]] = FormerNhsNumber.objects.values_list("patient_id", "nhs_number")
    else:
        # A few people are found by their ids; asked for the practice too, a store may read its whole list.
        here = {i: local_id for i, local_id, code in _local_ids(among, on) if code == practice_code}
        found = [(i, number, here[i]) for i, number in _numbers(here)]
        changed = _former_numbers(here)
    local = {patient: local_id for patient, _, local_id in found}
    return found + [(patient, number, local[patient]) for patient, number in changed if patient in local]


def _registered(on: date) -> QuerySet[Registration]:
    return Registration.objects.filter(starts__lte=on).filter(Q(ends=None) | Q(ends__gte=on))


@prepared
def _local_ids(ids: Collection[int], on: date) -> QuerySet[Any]:
    return _registered(on).filter(patient_id__among=ids).values_list("patient_id", "local_id", "practice_code")


@prepared
def _numbers(ids: Collection[int]) -> QuerySet[Any]:
    return Patient.objects.filter(id__among=ids, died_on=None).values_list("id", "nhs_number")


@prepared
def _former_numbers(ids: Collection[int]) -> QuerySet[Any]:
    return FormerNhsNumber.objects.filter(patient_id__among=ids).values_list("patient_id", "nhs_number")
