"""The words of a list: reasons, use, groups, as a clinician reads them. From the definitions, never invented here."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from localcare.population import definitions as definition_files
from localcare.population.definitions import Definitions
from localcare.population.lists import LIST_SEGMENTATION

USE = {
    "emergency_admissions": "emergency admissions",
    "emergency_attendances": "A&E attendances",
    "planned_admissions": "planned admissions",
    "outpatient_attendances": "outpatient attendances",
    "gp_contacts": "GP practice contacts",
}


def reasons(given: Iterable[Mapping[str, Any]]) -> list[str]:
    """Reasons as phrases in their order: "3 emergency admissions in 12 months", "heart failure and COPD"."""
    labels = {p.key: p.label for p in _definitions().risk.predictors}
    conditions = [_lower(_definitions().conditions[r["value"]].label) for r in given if r["key"] == "condition"]
    phrases: list[str] = []
    for r in given:
        if r["key"] != "condition":
            phrases.append(_singular(labels[r["key"]].format(value=r["value"]), r["value"]))
        elif conditions:
            phrases.append(_and(conditions))
            conditions = []
    return phrases


def use(counts: Mapping[str, int]) -> list[str]:
    """What somebody used in 12 months, in the fixed order of `USE`, without what they did not use."""
    return [_singular(f"{counts[key]} {label}", counts[key]) for key, label in USE.items() if counts.get(key)]


def group(key: str) -> str:
    """The label of a group of the lists' segmentation."""
    return groups().get(key, key)


def groups() -> dict[str, str]:
    """Groups of the lists' segmentation, key -> label, in their order."""
    return {g.key: g.label for g in _definitions().segmentation(LIST_SEGMENTATION).groups}


def reason_kinds() -> dict[str, str]:
    """What may be a reason: key of a predictor or condition -> label without a number."""
    risk = _definitions().risk
    plain = {p.key: _capital(p.label.replace("{value}", "").strip()) for p in risk.predictors if p.reason}
    return {**plain, "age": "Age", **{key: _definitions().conditions[key].label for key in risk.conditions}}


def _definitions() -> Definitions:
    return definition_files.usable(settings.DATA / "segmentations")


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _singular(phrase: str, number: int) -> str:
    return re.sub(r"s( in 12 months)?$", r"\1", phrase) if number == 1 else phrase


def _lower(label: str) -> str:
    return lowered(label)


def lowered(label: str) -> str:
    """A label within a sentence: "heart failure", but "COPD" and "A&E attendances"."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
