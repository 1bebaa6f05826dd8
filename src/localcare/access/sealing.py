"""Writes of seals: an item is sealed by the person's practice or as its source marks it; the practice lifts a seal."""

from collections.abc import Sequence
from dataclasses import dataclass

from localcare.access import queries, seals
from localcare.access.calc.seals import MARKED, REASONS
from localcare.access.models import Seal
from localcare.access.types import Capability, Purpose, Viewer
from localcare.base import audit, clock


@dataclass(frozen=True)
class Marked:
    """An item that arrived marked restricted. `said_by`: the source's organisation code, empty if not known."""

    patient_id: int
    item: str
    said_by: str


def seal_item(*, patient_id: int, item: str, said_by: str, reason: str, words: str, by: Viewer) -> None:
    """Seal one item, through all its versions, from everybody but the person's practice and who said it.

    `item` is the record's reference of it, `patient_id` whose it is. Sealing what is sealed changes nothing. Raises
    Refused for anybody but a clinician of the person's practice, ValueError for a missing reason.
    """
    _require(by, patient_id)
    if reason not in REASONS:
        raise ValueError("Choose a reason.")
    if reason == "other" and not words.strip():
        raise ValueError("Say in a few words why.")
    with audit.transaction():
        seal, sealed = Seal.objects.get_or_create(
            patient_id=patient_id,
            item=item,
            by_source=False,
            lifted_at=None,
            defaults={
                "said_by": said_by,
                "reason": reason,
                "words": words.strip(),
                "sealed_at": clock.now(),
                "sealed_by": by.signature,
            },
        )
        if sealed:
            _audit("entry sealed", by, patient_id, REASONS[reason], [seal.pk])


def lift_seal(*, patient_id: int, item: str, why: str, by: Viewer) -> None:
    """Lift every seal on one item, the source's too, of every record linked as the person's. The seal stays as history.

    Lifting what is lifted changes nothing. Raises Refused for anybody but a clinician of the person's practice,
    ValueError without words.
    """
    _require(by, patient_id)
    if not why.strip():
        raise ValueError("Say in a few words why the seal is lifted.")
    with audit.transaction():
        standing = Seal.objects.filter(patient_id__in=queries.same_person(patient_id), item=item, lifted_at=None)
        lifted = list(standing.select_for_update().values_list("pk", flat=True))
        if lifted:
            now = clock.now()
            Seal.objects.filter(pk__in=lifted).update(lifted_at=now, lifted_by=by.signature, lifted_why=why.strip())
            _audit("seal lifted", by, patient_id, "", lifted)


def seal_as_marked(*, items: Sequence[Marked], source: str, by: audit.Actor) -> int:
    """Seal items that arrived marked restricted, as their source says; how many.

    A source that repeats itself says nothing new: what it marked before is not sealed again, so that what the person's
    practice lifted since stays lifted.
    """
    with audit.transaction():
        patients = {one.patient_id for one in items}
        known = Seal.objects.filter(patient_id__in=patients, by_source=True).values_list("patient_id", "item")
        said = set(known)
        new = {(m.patient_id, m.item): m for m in items if (m.patient_id, m.item) not in said}
        now = clock.now()
        Seal.objects.bulk_create(
            Seal(
                patient_id=m.patient_id,
                item=m.item,
                said_by=m.said_by,
                by_source=True,
                reason=MARKED,
                sealed_at=now,
                sealed_by=source,
            )
            for m in new.values()
        )
        if new:
            ids = sorted({m.patient_id for m in new.values()})
            audit.record("entries sealed as marked", by=by, patient_ids=ids, source=source, entries=len(new))
    return len(new)


def _require(by: Viewer, patient_id: int) -> None:
    seals.require_own_practice(by, queries.decision_on(by, patient_id, Capability.SEAL_ITEM))


def _audit(action: str, by: Viewer, patient_id: int, reason: str, ids: Sequence[int]) -> None:
    # What was written stays with the seal: here its words could tell what the seal hides.
    audit.record(
        action, by=by.actor, patient_ids=[patient_id], purpose=Purpose.DIRECT_CARE, reason=reason, seals=list(ids)
    )
