"""The one place that audits a refusal: with whom it was about, once."""

from collections.abc import Collection

from localcare.access.types import Basis, Refused
from localcare.base import audit

REFUSED = "refused"
LONGEST_PAGE = 60  # of an audit entry


def record_refusal(refused: Refused, *, by: audit.Actor, page: str, patient_ids: Collection[int] = ()) -> None:
    """Audit a refusal, unless that has been done; `patient_ids` where the refusal does not know whom it is about.

    Call it outside the transaction that the refusal ends, or the entry would end with it.
    """
    if refused.recorded:
        return
    write(by=by, page=page, patient_ids=refused.patient_ids or tuple(patient_ids), basis=refused.decision.basis)
    refused.recorded = True


def write(*, by: audit.Actor, page: str, patient_ids: Collection[int], basis: Basis) -> None:
    """The entry of a refusal."""
    with audit.transaction():
        audit.record(REFUSED, by=by, patient_ids=tuple(patient_ids), page=page[:LONGEST_PAGE], basis=basis)
