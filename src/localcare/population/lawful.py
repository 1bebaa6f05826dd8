"""Which sources a run may use for which purpose, by law, agreement and definition; told with the run."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from localcare.dataset import purposes
from localcare.dataset.purposes import PURPOSES, SOURCES, Permission
from localcare.population.calc.purpose import RISK
from localcare.population.definitions import BadDefinition, Definitions
from localcare.population.models import Run

NOT_ASKED = "allowed, but no predictor of the score needs it"
LABELS = {
    "gp": "General practice",
    "acute": "Hospital",
    "nhs111": "NHS 111",
    "ambulance": "Ambulance",
    "community": "Community services",
    "mental_health": "Mental health services",
    "social_care": "Social care",
}
Row = dict[str, Any]


def permissions() -> tuple[Permission, ...]:
    """Ours, and the installation's own in their stead. Raises BadDefinition for a file that cannot be used."""
    try:
        return purposes.load(settings.DATA / "purposes.toml")
    except purposes.BadPurposes as error:
        raise BadDefinition(str(error)) from error


def barred(as_at: date) -> dict[str, frozenset[str]]:
    """The sources that may not serve each purpose on a day. Raises BadDefinition."""
    held = permissions()
    return {purpose: purposes.barred(held, purpose, as_at) for purpose in PURPOSES}


def told(as_at: date, lost: Mapping[str, Mapping[str, Sequence[int]]], loaded: Definitions) -> list[Row]:
    """For each purpose and source: used or not, why, after which reference, practices that did not agree."""
    held = permissions()
    return [
        _row(purpose, purposes.standing(held, purpose, as_at)[source], lost.get(purpose, {}), loaded)
        for purpose in PURPOSES
        for source in SOURCES
    ]


def _row(purpose: str, standing: purposes.Standing, lost: Mapping[str, Sequence[int]], loaded: Definitions) -> Row:
    needed = purpose != RISK or standing.source in loaded.risk.allowed
    return {
        "purpose": purpose,
        "source": standing.source,
        "label": LABELS[standing.source],
        "used": standing.lawful and needed,
        "why": standing.why if needed or not standing.lawful else NOT_ASKED,
        "reference": standing.reference,
        "practices_without_agreement": len(lost.get(standing.source, ())),
        "predictors_lost": [] if standing.lawful or purpose != RISK else _predictors(standing.source, loaded),
    }


def _predictors(source: str, loaded: Definitions) -> list[str]:
    of_source = [p.key for p in loaded.risk.predictors if p.source == source]
    return of_source + (list(loaded.risk.conditions) if source == loaded.risk.conditions_source else [])


def not_used_for_risk(run: Run) -> dict[str, str]:
    """The sources that the run's score did not use, and why."""
    rows = run.model.get("sources", [])
    return {row["source"]: row["why"] for row in rows if row["purpose"] == RISK and not row["used"]}
