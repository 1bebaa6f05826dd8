"""Taking in an extract: a new edition and, with it, the registrations of the care store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

from localcare.access import pseudonyms
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind, Purpose
from localcare.base import audit, clock
from localcare.caseload import actions as caseload
from localcare.dataset import editions, retention
from localcare.dataset.editions import Busy, NoEdition
from localcare.intake import care_store as store
from localcare.intake import editing, extract, kept, queries, record_feed
from localcare.intake.editing import FileCount
from localcare.intake.extract import CannotIntake, Reject
from localcare.intake.people import Chosen
from localcare.intake.record_feed import RecordLoaded

__all__ = [
    "Busy",
    "CannotIntake",
    "FileCount",
    "IntakeResult",
    "NoEdition",
    "RecordLoaded",
    "Reject",
    "expire",
    "load_record",
    "pin",
    "release",
    "run",
]

PURPOSES = (Purpose.PLANNING, Purpose.RISK_STRATIFICATION)


@dataclass(frozen=True)
class IntakeResult:
    edition: str
    as_at: date
    files: tuple[FileCount, ...]
    rejects: tuple[Reject, ...]
    care_store: dict[str, int] | None  # None where it was left alone


def run(
    *,
    folder: Path,
    by: audit.Actor,
    onto: str | None = None,
    mapping: Path | None = None,
    care_store: bool = True,
    progress: Callable[[str], None] = lambda step: None,
) -> IntakeResult:
    """Take an extract folder in: a new edition, then (unless told not to) its registrations into the care store.

    With `onto` the folder holds some days' files, added to all that the edition of that id (or `current`) rests on;
    nobody's registration then ends because it is not mentioned. Without, it holds everything.
    `mapping` is the file that maps a supplier's own tables onto our shapes.
    An edition older than the current one stands beside it and leaves the care store alone.

    Good rows are taken and bad ones named in the result. Raises CannotIntake, with nothing changed, where the folder
    cannot become an edition, NoEdition where there is none of that id, and Busy while another intake runs.
    """
    given = extract.read(folder, mapping)
    keeping, threshold = _keeping(onto), settings.LINKAGE_THRESHOLD
    with editing.opened(given, settings.DATASET, _pseudonyms(), progress, keeping, threshold, _chosen()) as work:
        edition = work.make()
        with audit.transaction():
            rows = dict(edition.manifest["rows"])
            audit.record("intake.edition", by=by, edition=edition.id, onto=edition.manifest["onto"], rows=rows)
        is_newest = editions.current(settings.DATASET).id == edition.id
        loaded = None
        if care_store and is_newest:
            progress("loading registrations into the care store")
            loaded = store.load(work, by=by)
            # Who died or moved away leaves the caseload on the day we learn of it.
            caseload.close_departed(as_at=clock.today(), by=by)
    files = tuple(count for count in work.counts if not count.earlier)
    return IntakeResult(edition.id, given.as_at, files, tuple(work.rejects), loaded)


def _keeping(onto: str | None) -> editing.Keeping | None:
    if onto is None:
        return editing.Keeping(settings.KEPT) if settings.KEEP_ROWS else None
    found = editions.current(settings.DATASET) if onto == "current" else editions.named(settings.DATASET, onto)
    return editing.Keeping(settings.KEPT, found)


def load_record(
    *,
    folder: Path,
    by: audit.Actor,
    mapping: Path | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> RecordLoaded:
    """Load what an extract says of people on lists, caseloads, agendas, with tasks or emergencies, into their record.

    Loading again changes nothing. Raises CannotIntake where the folder is no extract or nobody is on a list yet.
    """
    people = record_feed.people_with_a_record(by=by)
    if not people:
        raise CannotIntake("Nobody is on a list, a caseload or an agenda yet. Run `localcare population run` first.")
    return record_feed.load_record(folder=folder, mapping=mapping, people=people, by=by, progress=progress)


def pin(*, edition: str, why: str, by: audit.Actor) -> None:
    """Keep an edition until it is released. Raises NoEdition, and Busy while an intake runs."""
    with audit.transaction():
        retention.pin(settings.DATASET, edition, why)
        audit.record("intake.edition_pinned", by=by, reason=why, edition=edition)


def release(*, edition: str, by: audit.Actor) -> bool:
    """Leave a pinned edition to the settings again; whether it was pinned. Raises Busy while an intake runs."""
    with audit.transaction():
        was_pinned = retention.release(settings.DATASET, edition)
        if was_pinned:
            audit.record("intake.edition_released", by=by, edition=edition)
    return was_pinned


def expire(*, by: audit.Actor) -> list[str]:
    """Remove the editions whose time is over by the settings, each whole, and the rows kept for them alone; their ids.

    Raises Busy while an intake runs. The entry comes before the removal: an edition never goes without a trace.
    """
    with editions.locked(settings.DATASET):
        doomed = queries.to_expire()
        with audit.transaction():
            for edition in doomed:
                audit.record("intake.edition_expired", by=by, edition=edition.id, as_at=edition.as_at.isoformat())
        for edition in doomed:
            editions.remove(edition)
        kept.sweep(settings.KEPT, settings.DATASET)
    return [edition.id for edition in doomed]


def _chosen() -> Chosen:
    """What people told their practice on its own page: it holds in the next edition before any file says it."""
    opt_outs = (ChoiceKind.TYPE_1_OPT_OUT, ChoiceKind.NATIONAL_DATA_OPT_OUT)
    return Chosen(
        opted_out=frozenset(gate.chosen_here(opt_outs, besides=store.RECORDED_BY)),
        objected=frozenset(gate.chosen_here([ChoiceKind.RISK_STRATIFICATION], besides=store.RECORDED_BY)),
    )


def _pseudonyms() -> editing.Pseudonyms:
    return editing.Pseudonyms(
        purposes=tuple(purpose.value for purpose in PURPOSES),
        pseudonymise=lambda identities, purpose: pseudonyms.pseudonymise(identities, Purpose(purpose)),
        identity=pseudonyms.identity,
        fingerprints={purpose.value: pseudonyms.fingerprint(purpose) for purpose in PURPOSES},
    )
