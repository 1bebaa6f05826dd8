"""Reads of seals: which items of people's records are sealed, and every seal a person ever had."""

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from localcare.access.calc.seals import Sealed
from localcare.access.models import Seal
from localcare.access.types import Basis, Capability, Decision, OpenPerson, Refused, Viewer
from localcare.base.prepared import prepared

OWN_PRACTICE_ONLY = Decision(
    False, Basis.ROLE, "Only a clinician of the person's own practice seals entries or lifts a seal. Ask the practice."
)
_FIELDS = tuple(Sealed.__dataclass_fields__)


def standing(ids: Collection[int]) -> dict[int, list[Sealed]]:
    """Standing seals by patient, in one query."""
    found: dict[int, list[Sealed]] = {}
    for row in _standing(ids):
        seal = Sealed(*row)
        found.setdefault(seal.patient_id, []).append(seal)
    return found


@prepared
def _standing(ids: Collection[int]) -> QuerySet[Any]:
    rows = Seal.objects.filter(patient_id__among=ids, lifted_at=None)
    return rows.order_by("sealed_at", "id").values_list(*_FIELDS)


def seals_of(viewer: Viewer, person: OpenPerson) -> list[Sealed]:
    """Every seal of an opened person, lifted ones too, the latest first. Raises Refused beyond their own practice."""
    require_own_practice(viewer, person.decision)
    rows = Seal.objects.filter(patient_id__in=person.ids).order_by("-sealed_at", "-id")
    return [Sealed(*row) for row in rows.values_list(*_FIELDS)]


def require_own_practice(viewer: Viewer, decision: Decision) -> None:
    """Raises Refused for anybody but those of the person's own practice whose role seals."""
    if not decision.allowed:
        raise Refused(decision)
    if decision.basis is not Basis.REGISTERED or not viewer.can(Capability.SEAL_ITEM):
        raise Refused(OWN_PRACTICE_ONLY)
