"""Under which pseudonyms patients stand on lists: today, or ever."""

from collections.abc import Collection, Mapping

from localcare.access import pseudonyms
from localcare.access.types import OpenPerson
from localcare.base import clock
from localcare.patients import queries as patients


def list_pseudonyms(practice_code: str, patient_ids: Collection[int]) -> dict[str, int]:
    """Pseudonym for risk stratification -> patient id, of those registered with the practice. Names nobody.

    A person who changed their NHS number has a pseudonym for each number.
    """
    linked = patients.linked_ids(patient_ids, clock.today())
    return _pseudonyms(practice_code, {i: patient_id for patient_id, ids in linked.items() for i in ids})


def list_pseudonyms_ever(patient_ids: Collection[int]) -> dict[int, list[str]]:
    """Every pseudonym for risk stratification that patients ever had, by patient id. Names nobody.

    For sums over people who are followed: whoever died or left is among them. Linked patients have all of each other's.
    """
    linked = patients.linked_ids(patient_ids, clock.today())
    known = patients.ever_known_as({i for ids in linked.values() for i in ids})
    of: dict[int, list[str]] = {}
    for pseudonym, one in pseudonyms.of_identities(known).items():
        of.setdefault(one.patient_id, []).append(pseudonym)
    return {i: [pseudonym for j in ids for pseudonym in of.get(j, ())] for i, ids in linked.items()}


def list_pseudonyms_of(person: OpenPerson) -> list[str]:
    """Under which pseudonyms an opened person may stand on the list of their practice."""
    if not person.practice_code or not person.registered:
        return []
    return list(_pseudonyms(person.practice_code, dict.fromkeys(person.ids, person.id)))


def _pseudonyms(practice_code: str, asked: Mapping[int, int]) -> dict[str, int]:
    known = patients.identities(asked, clock.today(), practice_code)
    return {p: asked[one.patient_id] for p, one in pseudonyms.of_identities(known).items()}
