"""The trends of the shipped plan are the documents' growths without what more and older people explain of them."""

import numpy as np
import pytest

from localcare.capacity import definitions, forecast, published

STATED = {  # setting: growth as printed, over how many years, the residents it is held against
    "emergency_attendance": (1.114, 2, (2013, 2015)),
    "emergency_admission": (1.049, 2, (2013, 2015)),
    "emergency_bed_day": (1.049 * 7.4 / 6.8, 2, (2013, 2015)),
    "ambulance": (1.043, 2, (2013, 2015)),
    "gp_practice": (1.15, 4, (2011, 2015)),
}


@pytest.mark.parametrize("setting", STATED)
def test_a_trend_leaves_out_what_the_plans_own_people_bring(setting):
    baseline = definitions.load_baseline(definitions.BASELINES / "west-kent-synthetic")
    stated, years, (first, last) = STATED[setting]
    rates = baseline.use[..., baseline.settings.index(setting)].sum(1) / baseline.people.sum(1)
    by_people = residents(baseline, last) @ rates / (residents(baseline, first) @ rates)
    beyond = (stated / by_people) ** (1 / years) - 1
    scenario = definitions.load_scenario(definitions.SCENARIOS / "west-kent-2017.toml", baseline)
    trend = scenario.trend[setting]
    assert trend.high == pytest.approx(beyond, abs=0.00005)
    assert f"{by_people - 1:.1%} by more and older people" in trend.source


def residents(baseline, year):
    known = published.estimates()
    counted = np.array([forecast.shares().get(place, 1.0) for place in known.places])[:, None]
    return np.add.reduceat((known.at(year).sum(1) * counted).sum(0), list(baseline.age_from))
