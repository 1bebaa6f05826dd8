"""A small baseline and a small scenario."""

from datetime import date

import numpy as np
import pytest

from localcare.capacity import definitions
from localcare.capacity.calc.baseline import Baseline

SCENARIO = """
schema = 1
name = "small"
title = "A small plan"
purpose = "For tests"
[horizon]
baseline_year = 2016
years = 3
draws = 16
[baseline]
file = "west-kent-synthetic"
[people]
variant = "none"
growth_error = { value = 0, unit = "share a year", source = "assumed" }
health = { low = -0.01, high = 0.01, unit = "share a year", source = "assumed" }
[[trend]]
setting = "emergency_admission"
growth = { low = 0, high = 0.02, unit = "share a year", source = "assumed" }
[[intervention]]
key = "at_home"
label = "Care at home"
phase = [0.5, 1, 1]
[intervention.investment]
yearly = { value = 1000, unit = "pounds", source = "assumed" }
once = { value = 100, unit = "pounds", source = "assumed" }
parallel_years = 1
pay_share = 0.5
[[intervention.claim]]
setting = "emergency_admission"
age_from = [65]
reach = { value = 0.5, unit = "share", source = "assumed" }
effect = { low = 0.1, high = 0.3, unit = "share", source = "assumed" }
replaced_by = "community_contact"
replaced = { value = 2, unit = "contacts for each", source = "assumed" }
[money]
price_year = "2016/17"
release = [0.5, 1]
release_source = "assumed"
discount = 0.035
discount_source = "The Green Book"
"""


@pytest.fixture
def baseline() -> Baseline:
    keys = tuple(setting.key for setting in definitions.settings())
    use = np.arange(2 * 2 * len(keys), dtype=float).reshape(2, 2, len(keys)) * 10
    return Baseline(
        "Small", date(2017, 3, 31), True, (0, 65), ("ill", "well"), keys,
        np.array([[10.0, 100.0], [30.0, 60.0]]), use,
        ("G1", "G2"), ("C1", "C2"), np.array([[60.0, 40.0], [50.0, 50.0]]),
    )  # fmt: skip


@pytest.fixture
def text() -> str:
    return SCENARIO
