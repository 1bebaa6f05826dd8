"""What became of imported files: counts and reasons, never what a resource says."""

from localcare.interop.models import ImportedFile, ParkedResource
from localcare.interop.types import Outcome


def outcome_of(imported_file_id: int) -> Outcome:
    """A file's outcome as it stands now: a parked resource whose patient came since counts as mapped."""
    row = ImportedFile.objects.get(pk=imported_file_id)
    parked = ParkedResource.objects.filter(document=row.document_id)
    waiting = parked.filter(resolved_at=None).count()
    return Outcome(row.mapped + parked.count() - waiting, row.kept, waiting, row.rejected, row.findings)


def waiting_by_type() -> dict[str, int]:
    """How many resources wait for their patient, by type."""
    rows = ParkedResource.objects.filter(resolved_at=None).values_list("resource_type", flat=True)
    counts: dict[str, int] = {}
    for resource_type in rows:
        counts[resource_type] = counts.get(resource_type, 0) + 1
    return counts
