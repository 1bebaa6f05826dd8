"""Reads of patients, for `access` alone: everybody else receives people from `access.queries`."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from localcare.base.prepared import prepared
from localcare.patients.models import FormerNhsNumber, Patient, Registration, SamePerson
from localcare.patients.names import folded, possible_family_names
from localcare.patients.nhs_numbers import normalised

__all__ = ["folded", "normalised", "possible_family_names"]


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


def ids_by_nhs_number(nhs_number: str, birth_date: date) -> list[int]:
    """Patients born on a day who have, or had, this NHS number, however it is spaced."""
    known = ids_ever_known_by(re.sub(r"[\s-]", "", nhs_number))
    return list(Patient.objects.filter(id__in=known, birth_date=birth_date).values_list("id", flat=True))


def ids_ever_known_by(nhs_number: str) -> list[int]:
    """Patients who have, or had, this NHS number, ten digits without spaces."""
    current = Patient.objects.filter(nhs_number=nhs_number).values_list("id", flat=True)
    former = FormerNhsNumber.objects.filter(nhs_number=nhs_number).values_list("patient_id", flat=True)
    return list(dict.fromkeys([*current, *former]))


def ids_by_name_and_birth(name: str, birth_date: date) -> list[int]:
    """Patients born on this day whose family name is the name typed, or its last words; folded alike on both sides."""
    wanted = possible_family_names(name)
    born = Patient.objects.filter(birth_date=birth_date).order_by("id").values_list("id", "family_name")
    return [i for i, family_name in born if folded(family_name) in wanted][:50]


@dataclass(frozen=True)
class Identity:
    """What suppliers know a registered patient by."""

    patient_id: int
    nhs_number: str | None
    practice_code: str
    local_id: str


def registered_with(practice_code: str, on: date) -> list[Identity]:
    """Everybody registered with a practice on a day. Former NHS numbers give an identity each, after the present."""
    rows = _registered(on).filter(practice_code=practice_code, patient__died_on=None)
    found = {i: Identity(i, number, practice_code, local) for i, number, local in rows.values_list(*_KNOWN_BY)}
    return _with_former(found, FormerNhsNumber.objects.values_list("patient_id", "nhs_number"))


def identities(patient_ids: Collection[int], on: date, practice_code: str | None = None) -> list[Identity]:
    """The same of some patients, wherever they are registered or with one practice. Those who left or died stay out."""
    # Found by their ids, the practice compared here: asked for both, a store may read the practice's whole list.
    rows = _local_ids(patient_ids, on)
    where = {i: (code, local_id) for i, local_id, code in rows if practice_code in (None, code)}
    found = {i: Identity(i, number, *where[i]) for i, number in _numbers(where)}
    return _with_former(found, _former_numbers(found))


def ever_known_as(patient_ids: Collection[int]) -> list[Identity]:
    """All that suppliers ever knew some patients by: each NHS number, and each practice's own id without a number."""
    registrations = Registration.objects.filter(patient_id__in=list(patient_ids))
    found = [Identity(i, None, code, own) for i, code, own in registrations.values_list(*_REGISTERED_BY)]
    present = Patient.objects.filter(id__in=list(patient_ids)).exclude(nhs_number=None)
    former = FormerNhsNumber.objects.filter(patient_id__in=list(patient_ids))
    numbers = [*present.values_list("id", "nhs_number"), *former.values_list("patient_id", "nhs_number")]
    return found + [Identity(i, number, "", "") for i, number in numbers]


_REGISTERED_BY = ("patient_id", "practice_code", "local_id")
_KNOWN_BY = ("patient_id", "patient__nhs_number", "local_id")


def _with_former(found: Mapping[int, Identity], former: Iterable[tuple[int, str]]) -> list[Identity]:
    return [*found.values(), *(replace(found[i], nhs_number=number) for i, number in former if i in found)]


def _registered(on: date) -> QuerySet[Registration]:
    return Registration.objects.filter(starts__lte=on).filter(Q(ends=None) | Q(ends__gte=on))


@prepared
def _local_ids(ids: Collection[int], on: date) -> QuerySet[Any]:
    rows = _registered(on).filter(patient_id__among=ids).order_by("starts", "id")
    return rows.values_list("patient_id", "local_id", "practice_code")


@prepared
def _numbers(ids: Collection[int]) -> QuerySet[Any]:
    return Patient.objects.filter(id__among=ids, died_on=None).values_list("id", "nhs_number")


@prepared
def _former_numbers(ids: Collection[int]) -> QuerySet[Any]:
    return FormerNhsNumber.objects.filter(patient_id__among=ids).values_list("patient_id", "nhs_number")
