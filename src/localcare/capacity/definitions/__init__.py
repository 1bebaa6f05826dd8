"""Scenarios, settings and prices: reading them, and refusing what cannot be computed with the line to mend."""

from localcare.capacity.definitions.files import (
    BASELINES,
    SCENARIOS,
    Setting,
    content_of,
    load_baseline,
    load_scenario,
    read_scenario,
    settings,
    shipped,
    text_of,
)

__all__ = [
    "BASELINES",
    "SCENARIOS",
    "Setting",
    "content_of",
    "load_baseline",
    "load_scenario",
    "read_scenario",
    "settings",
    "shipped",
    "text_of",
]
