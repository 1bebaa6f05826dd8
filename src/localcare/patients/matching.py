"""Which patient a message means: the same NHS number, or the same sender's own name for them."""

from collections.abc import Iterable, Sequence
from typing import Any

from localcare.base import audit
from localcare.patients import nhs_numbers
from localcare.patients.models import FormerNhsNumber, LocalIdentifier, Patient
from localcare.patients.types import Described, Mismatch

NHS_PREFIX = "nhs:"
_BLANK_FILLED = ("given_name", "birth_date", "address", "postcode", "phone", "language", "died_on")


def find_or_add(*, person: Described, source: str, by: audit.Actor) -> int:
    """The id of the patient a source describes; added when nobody is known by these names.

    A valid NHS number decides; without one the sender's own names do. What is known stays as it is: a message only
    fills blanks (the practice's registration is the authority). Raises Mismatch when birth date and family name both
    contradict the patient found, or when the description names nobody.
    """
    number = nhs_numbers.normalised(person.nhs_number)
    if not number and not person.local_ids:
        raise Mismatch("names no person: it has neither a valid NHS number nor an identifier of the sender")
    with audit.transaction():
        patient = _find(number, person.local_ids, source)
        if patient is None:
            patient = _add(person, number, source, by)
        else:
            _check(patient, person)
            _fill_blanks(patient, person, number, source, by)
        LocalIdentifier.objects.bulk_create(
            [LocalIdentifier(patient=patient, source=source, value=value[:300]) for value in person.local_ids],
            ignore_conflicts=True,
        )
    return patient.pk


def identify(*, names: Iterable[str], source: str) -> dict[str, int]:
    """Patient ids by name, `nhs:9990000018` or one of the source's own; names of nobody or of two are left out."""
    wanted = list(dict.fromkeys(names))
    numbers = {name: number for name in wanted if (number := _number_in(name))}
    by_number = _by_number(numbers.values())
    answer = {name: next(iter(ids)) for name, ids in _by_local_id(wanted, source).items() if len(ids) == 1}
    answer.update({name: by_number[number] for name, number in numbers.items() if number in by_number})
    return answer


def _number_in(name: str) -> str | None:
    return nhs_numbers.normalised(name.removeprefix(NHS_PREFIX)) if name.startswith(NHS_PREFIX) else None


def _by_number(numbers: Iterable[str]) -> dict[str, int]:
    wanted = list(numbers)
    answer = dict(FormerNhsNumber.objects.filter(nhs_number__in=wanted).values_list("nhs_number", "patient_id"))
    for patient in Patient.objects.filter(nhs_number__in=wanted).only("pk", "nhs_number"):
        answer[str(patient.nhs_number)] = patient.pk
    return answer


def _by_local_id(names: Sequence[str], source: str) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    rows = LocalIdentifier.objects.filter(source=source, value__in=[name[:300] for name in names])
    for value, patient_id in rows.values_list("value", "patient_id"):
        found.setdefault(value, set()).add(patient_id)
    return found


def _find(number: str | None, local_ids: Sequence[str], source: str) -> Patient | None:
    if number:
        found = _by_number([number]).get(number)
        if found:
            return Patient.objects.get(pk=found)
    known = _by_local_id(local_ids[:1], source)
    candidates = Patient.objects.filter(pk__in={pk for ids in known.values() for pk in ids})
    if number:
        # A person known under another number is another person until somebody links the two.
        candidates = candidates.filter(nhs_number=None)
    return candidates.first() if candidates.count() == 1 else None


def _check(patient: Patient, person: Described) -> None:
    other_birth_date = person.birth_date and patient.birth_date and person.birth_date != patient.birth_date
    other_name = person.family_name.casefold() != patient.family_name.casefold()
    if other_birth_date and other_name:
        raise Mismatch(
            "is known as somebody else: both family name and birth date differ. Ask the sender which is right"
        )


def _add(person: Described, number: str | None, source: str, by: audit.Actor) -> Patient:
    patient = Patient.objects.create(
        nhs_number=number,
        family_name=_fit("family_name", person.family_name),
        sex=person.sex,
        **{name: _fit(name, getattr(person, name)) for name in _BLANK_FILLED},
    )
    audit.record("patients.register_from_message", by=by, patient_ids=[patient.pk], source=source)
    return patient


def _fill_blanks(patient: Patient, person: Described, number: str | None, source: str, by: audit.Actor) -> None:
    filled = [name for name in _BLANK_FILLED if getattr(person, name) and not getattr(patient, name)]
    for name in filled:
        setattr(patient, name, _fit(name, getattr(person, name)))
    if number and not patient.nhs_number and not FormerNhsNumber.objects.filter(nhs_number=number).exists():
        patient.nhs_number = number
        filled.append("nhs_number")
    if filled:
        patient.save(update_fields=filled)
        audit.record("patients.fill_blanks", by=by, patient_ids=[patient.pk], source=source, fields=filled)


def _fit(name: str, value: Any) -> Any:
    length = getattr(Patient._meta.get_field(name), "max_length", None)
    return value[:length] if isinstance(value, str) and length else value
