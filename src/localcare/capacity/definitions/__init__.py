"""Scenarios, settings and prices: reading them, and refusing what cannot be computed with the line to mend."""

from localcare.capacity.definitions.files import (
    BASELINES,
    SCENARIOS,
    Setting,
    at_line,
    content_of,
    districts,
    load_baseline,
    load_scenario,
    located,
    prices,
    read_scenario,
    schema,
    settings,
    shipped,
    text_of,
)
from localcare.capacity.definitions.lines import line_of

__all__ = [
    "BASELINES",
    "SCENARIOS",
    "Setting",
    "at_line",
    "content_of",
    "districts",
    "line_of",
    "load_baseline",
    "load_scenario",
    "located",
    "prices",
    "read_scenario",
    "schema",
    "settings",
    "shipped",
    "text_of",
]
