"""People of each age in the years of a plan, with the homes that are built."""

import numpy as np
import pytest

from localcare.capacity import forecast, published, running
from localcare.capacity.calc.growth import Forecast, Housing, growth
from localcare.capacity.calc.population import People
from localcare.capacity.calc.quantity import Quantity

FIXED = Quantity(1, 1, 1, "fixed", "", "assumed")


def _residents(old: list[float], district: str = "Maidstone") -> People:
    count = np.zeros((len(old), 1, 2, 91))
    count[:, 0, 0, 30] = 100
    count[:, 0, 1, 70] = old
    return People(tuple(range(2016, 2016 + len(old))), (district,), count)


def test_each_band_grows_as_its_people_do():
    assert growth(Forecast(_residents([100, 110, 120]), {}), 2, (0, 65), (), {}).tolist() == [[[1, 1.1], [1, 1.2]]]


def test_a_district_counts_by_its_weight():
    two = People(
        (2016, 2017), ("A", "B"), np.concatenate([_residents([100, 200]).count, _residents([100, 100]).count], 1)
    )
    assert growth(Forecast(two, {"B": 0.5}), 1, (0, 65), (), {})[0, 0, 1] == pytest.approx(250 / 150)


def test_people_of_new_homes_come_with_the_ages_of_their_district():
    """100 homes of 2 people where nobody else is added: 200 more, shared 100 to 100."""
    homes = Housing("Maidstone", 2017, (100,), FIXED, FIXED)
    values = {"housing.0.per_home": np.array([2.0, 1.0]), "housing.0.from_outside": np.array([1.0, 1.0])}
    found = growth(Forecast(_residents([100, 100, 100]), {}), 2, (0, 65), (homes,), values)
    assert found[:, :, 1].tolist() == [[2, 2], [1.5, 1.5]]


def test_homes_that_the_forecast_fills_add_nobody():
    homes = Housing("Maidstone", 2017, (4,), FIXED, FIXED)
    values = {"housing.0.per_home": np.array([2.0]), "housing.0.from_outside": np.array([1.0])}
    alone = growth(Forecast(_residents([100, 110]), {}), 1, (0, 65), (), {})
    assert (growth(Forecast(_residents([100, 110]), {}), 1, (0, 65), (homes,), values) == alone).all()


def test_the_published_forecast_is_the_estimates_and_then_grows_as_projected():
    found, projected = forecast.continued(), published.projection_2018()
    assert (found.at(2020) == published.estimates().at(2020)).all()
    here, there = found.at(2040) / found.at(2024), projected.at(2040) / projected.at(2024)
    assert np.allclose(here, there)


HOMES = """
[[people.housing]]
district = "Tonbridge and Malling"
first_year = 2017
dwellings = [4000, 4000, 4000]
people_per_dwelling = { value = 2.4, unit = "people per home", source = "assumed" }
from_outside = { value = 0.6, unit = "share", source = "assumed" }
"""


def _planned(text: str, variant: str = "published"):
    asked = text.replace('variant = "none"', f'variant = "{variant}"')
    return running.of_text(asked).plan


def test_homes_of_a_scenario_add_people_to_the_district_that_it_names(text):
    without, with_homes = _planned(text), _planned(text + HOMES)
    more = with_homes.people[:, -1].sum(1) / without.people[:, -1].sum(1) - 1
    assert (more > 0.01).all()  # 17,280 people from outside in some 480,000, less those whom the forecast has already
    assert (more < 0.04).all()


@pytest.mark.parametrize(
    ("variant", "homes", "says"),
    [
        ("none", HOMES, r"line \d+: homes need a forecast"),
        (
            "published",
            HOMES.replace("first_year = 2017", "first_year = 2018"),
            r"line \d+: homes are counted from 2017",
        ),
        ("published", HOMES.replace("Tonbridge and Malling", "Dartford"), r"line \d+, people.housing.1.district"),
    ],
)
def test_homes_that_cannot_be_counted_are_refused_with_their_line(text, variant, homes, says):
    with pytest.raises(running.BadScenario, match=says):
        _planned(text + homes, variant)


@pytest.mark.parametrize("variant", ["published", "cohort"])
def test_years_that_a_forecast_does_not_have_are_refused(baseline, text, variant):
    late = text.replace('variant = "none"', f'variant = "{variant}"').replace(
        "baseline_year = 2016", "baseline_year = 2050"
    )
    with pytest.raises(running.BadScenario, match="2050"):
        running.of_text(late)
