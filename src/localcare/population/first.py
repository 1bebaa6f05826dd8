"""What "Who to see first" needs of the run in use: candidates by pseudonym, and what is offered with which effect."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.conf import settings

from localcare.base.once import once_a_request
from localcare.population import definitions as definition_files
from localcare.population.calc import risk_groups
from localcare.population.definitions import helping
from localcare.population.definitions.helping import Effects
from localcare.population.models import ListEntry

_COLUMNS = ("pseudonym", "practice_code", "risk", "change", "suits", "fifth", "ethnic_group")


@dataclass(frozen=True)
class Candidate:
    """Somebody on a practice's list, by pseudonym; risk 0 to 1; suits: keys of the offers meant for them.

    fifth and ethnic_group are for shares of the places only: counted, never shown with a row.
    """

    pseudonym: str
    practice_code: str
    risk: float
    change: str
    suits: tuple[str, ...]
    fifth: str
    ethnic_group: str


def candidates(practice_codes: Collection[str]) -> list[Candidate]:
    """Everybody on the lists of practices but those on the palliative register, the greatest risk first."""
    rows = ListEntry.objects.filter(practice_code__in=list(practice_codes), palliative=False)
    found = rows.order_by("-risk", "rank_in_cluster", "pseudonym").values_list(*_COLUMNS)
    return [
        Candidate(p, practice, risk, change, tuple(suits.split()), fifth, ethnic)
        for p, practice, risk, change, suits, fifth, ethnic in found
    ]


def on_lists(pseudonyms: Collection[str]) -> dict[str, ListEntry]:
    """The list entries of a page's pseudonyms."""
    return {entry.pseudonym: entry for entry in ListEntry.objects.filter(pseudonym__in=list(pseudonyms))}


@once_a_request
def effects() -> Effects:
    """What is offered and expected of it: the installation's own `effects.toml`, else ours. Raises BadDefinition."""
    loaded = definition_files.usable(settings.DATA / "segmentations")
    return helping.load(loaded.conditions, settings.DATA / "effects.toml")


def group_names() -> Mapping[str, str]:
    """The words of deprivation fifths and ethnic groups."""
    test = definition_files.usable(settings.DATA / "segmentations").risk_test
    fifths = {str(n): f"fifth {n}" for n in range(1, 6)} | {"1": "most deprived fifth", "5": "least deprived fifth"}
    known = {group.key: group.label for group in test.ethnic_groups}
    return {**fifths, **known, risk_groups.NOT_KNOWN: "home area not known"}
