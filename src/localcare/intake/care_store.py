"""The accepted registrations, choices and agreements of an intake, handed to the rooms that keep them."""

from collections.abc import Iterator
from dataclasses import asdict

from localcare.access import actions as access
from localcare.access.types import ChoiceKind
from localcare.base import audit
from localcare.intake.editing import Editing
from localcare.patients import actions as patients
from localcare.patients.types import RegistrationRow
from localcare.places import actions as places
from localcare.places import queries as known_places

RECORDED_BY = "practice extract"
BATCH = 20_000

# Everybody of whom the extract says anything, whole: with all their registrations, of earlier parts too.
_TOLD = "identity IN (SELECT identity FROM registration WHERE row >= {first_new})"
# In the order in which a later row of one person holds over an earlier.
_ROWS = f"""
    SELECT organisation, patient_id, nhs, family_name, coalesce(given_name, ''), birth, sex_word, ethnicity,
        coalesce(language, ''), interpreter_required, address, spaced_postcode(postcode), coalesce(phone, ''),
        coalesce(lsoa11_code, ''), died_on, starts, ends
    FROM registration WHERE {_TOLD} ORDER BY starts, ends NULLS LAST, row
"""
_CHOICES = f"""
    SELECT row_number() OVER (ORDER BY starts, ends NULLS LAST, row) - 1 AS n,
        bool_or(type_1_opt_out) OVER of_person, bool_or(national_opt_out) OVER of_person,
        bool_or(objected) OVER of_person,
        last_value(sharing_consent) OVER (of_person ORDER BY starts, ends NULLS LAST, row
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
    FROM registration WHERE {_TOLD} WINDOW of_person AS (PARTITION BY identity) ORDER BY n
"""


def load(work: Editing, *, by: audit.Actor) -> dict[str, int]:
    """Load what an intake accepted into the care store; what changed, in counts. One transaction."""
    with audit.transaction():
        practices = _add_practices(work, by)
        loaded = patients.load_registrations(
            rows=_rows(work),
            as_at=work.extract.as_at,
            complete=_complete(work),
            also_there=work.connection.execute(
                "SELECT organisation, patient_id FROM rejected_registration "
                "WHERE organisation IS NOT NULL AND patient_id IS NOT NULL"
            ).fetchall(),
            by=by,
        )
        choices = access.load_choices(
            choices=list(_choices(work, loaded.patient_ids)),
            complete_for=loaded.patient_ids,
            recorded_by=RECORDED_BY,
            by=by,
        )
        agreements = access.load_agreements(agreements=_agreements(work), by=by)
    counts = {name: value for name, value in asdict(loaded).items() if name not in ("patient_ids", "suspicious")}
    counts |= {"practices_added": practices, "choices_changed": choices, "agreements": agreements}
    return counts | {"lists_cut_short": len(loaded.suspicious)}


def _add_practices(work: Editing, by: audit.Actor) -> int:
    codes = [row[0] for row in work.connection.execute("SELECT DISTINCT organisation FROM registration").fetchall()]
    known = known_places.names(codes)
    unknown = sorted(set(codes) - set(known))
    for code in unknown:
        places.add_organisation(code=code, name=f"Practice {code}", kind="practice", source="gp_patient extract", by=by)
    return len(unknown)


def _rows(work: Editing) -> Iterator[RegistrationRow]:
    found = work.connection.cursor().execute(_ROWS.format(first_new=work.rows.first_new))
    while batch := found.fetchmany(BATCH):
        for row in batch:
            yield RegistrationRow(*row)


def _complete(work: Editing) -> set[str]:
    """Practices whose whole list was read. A file refused whole may have been anybody's: then none is.

    A day's files, added to what was there, are nobody's whole list.
    """
    if work.rows.earlier or any(shape.startswith("gp_patient") for shape in work.extract.refused_shapes):
        return set()
    broken = ", ".join(map(str, work.broken_lists)) or "NULL"
    unplaced = "SELECT file FROM rejected_registration WHERE organisation IS NULL OR patient_id IS NULL"
    query = f"""SELECT organisation FROM registration GROUP BY 1
        HAVING count(*) FILTER (file IN ({broken}) OR file IN ({unplaced})) = 0"""
    return {row[0] for row in work.connection.execute(query).fetchall()}


def _choices(work: Editing, patient_ids: list[int]) -> Iterator[access.ChoiceRow]:
    """Every choice that is not the default; what is not mentioned is at its default."""
    opt_outs = (ChoiceKind.TYPE_1_OPT_OUT, ChoiceKind.NATIONAL_DATA_OPT_OUT, ChoiceKind.RISK_STRATIFICATION)
    for n, *outs, sharing in work.connection.execute(_CHOICES.format(first_new=work.rows.first_new)).fetchall():
        for kind, out in zip(opt_outs, outs, strict=True):
            if out:
                yield access.ChoiceRow(patient_ids[n], kind, "yes")
        if sharing != access.DEFAULT_CHOICES[ChoiceKind.SHARING]:
            yield access.ChoiceRow(patient_ids[n], ChoiceKind.SHARING, sharing)


def _agreements(work: Editing) -> list[access.AgreementRow]:
    found = work.connection.execute("SELECT practice, source, purpose, starts, ends FROM agreement_row").fetchall()
    return [access.AgreementRow(*row) for row in found]
