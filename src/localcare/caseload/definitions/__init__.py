"""The definitions of caseload, as data."""

import tomllib
from functools import cache
from importlib import resources

from localcare.caseload.calc.changed import ADMISSIONS, ATTENDANCES, CONDITION, RISK, Rule


@cache
def changed() -> Rule:
    """What counts as changed since a decision or the order of an evaluation (`changed.toml`)."""
    text = resources.files("localcare.caseload.definitions").joinpath("changed.toml").read_text("utf-8")
    rows = tomllib.loads(text)
    labels = {key: rows[key]["label"] for key in (RISK, ADMISSIONS, ATTENDANCES, CONDITION)}
    return Rule(rows[RISK]["by"], rows[ADMISSIONS]["by"], rows[ATTENDANCES]["by"], labels)
