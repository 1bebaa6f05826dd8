"""How far to believe a projection."""

import numpy as np
import pytest

from localcare.capacity import forecast, published
from localcare.capacity.calc.population import AGES, People
from localcare.capacity.calc.population_check import (
    backtest,
    compare,
    covered,
    drift,
    explain,
    implied_base,
    without_moves,
)
from localcare.capacity.calc.population_project import observed_uncertainty, project, project_draws
from localcare.capacity.calc.population_rates import estimate


class TestBacktest:
    def test_figures_are_those_of_the_page(self):
        seen = backtest(published.estimates(), first=2011, base=2016, last=2023)
        assert (round(seen.mape(), 1), round(seen.mape(unchanged=True), 1)) == (2.2, 10.2)
        assert round(seen.mean_error(), 1) == -1.5

    def test_errors_are_of_what_came(self):
        seen = backtest(published.estimates(), first=2011, base=2016, last=2023)
        line = seen.of(band="85 and over", place="E07000111").misses[0]
        assert (line.actual, line.unchanged) == (4263, 3562)
        assert line.error_percent == pytest.approx(100 * (line.projected - 4263) / 4263)
        assert line.unchanged_error_percent == pytest.approx(100 * (3562 - 4263) / 4263)

    def test_nothing_after_the_base_year_enters(self):
        residents = published.estimates()
        later = residents.count.copy()
        later[7:12] *= 9  # 2018 to 2022
        other = People(residents.years, residents.places, later)
        assert backtest(residents, first=2011, base=2016, last=2023) == backtest(
            other, first=2011, base=2016, last=2023
        )

    def test_a_year_that_nobody_estimated_is_refused(self):
        with pytest.raises(ValueError, match="choose a year from 2011 to 2023"):
            backtest(published.estimates(), first=2011, base=2016, last=2024)

    def test_people_who_live_as_the_rates_say_are_not_missed(self):
        residents = published.estimates()
        moves = without_moves(estimate(residents))
        as_said = project(residents.at(2023), 2023, 2033, moves).people
        assert backtest(as_said, first=2023, base=2028, last=2033).mape() < 1

    def test_ranges_hold_about_as_much_as_they_say(self):
        """Meant to hold 80 of 100; from 2016 they held 80 in 2023, from 2015 85, from 2019 45 (see the page)."""
        residents = published.estimates()
        known = residents.between(2011, 2016)
        rates = estimate(known)
        uncertainty = observed_uncertainty(known, rates, drift=drift(known))
        drawn = project_draws(known.at(2016), 2016, 2023, rates, uncertainty, seed=1, count=256)
        assert 0.65 <= covered(drawn, residents.at(2023)) <= 0.95

    def test_too_few_years_show_no_error(self):
        with pytest.raises(ValueError, match="five years or more"):
            drift(published.estimates().between(2011, 2014))


class TestForecastOf2017:
    def test_the_base_of_a_stated_growth(self):
        to_2020, to_2035 = implied_base(2_803, 22), implied_base(18_048, 144)
        assert (round(2_803 / 0.22), round(18_048 / 1.44)) == (12_741, 12_533)
        assert to_2020.least < to_2035.least < 12_533 < to_2035.most < to_2020.most

    def test_a_gap_is_of_the_base_and_of_the_growth(self):
        gap = explain(100, 200, 90, 150)
        assert (gap.from_base, gap.from_growth, gap.total) == (-20, -30, -50)

    def test_stated_figures_stand_beside_every_source_that_has_the_year(self):
        count = np.full((1, 1, 2, AGES), 1.0)
        one, other = People((2015,), ("A",), count), People((2035,), ("A",), 2 * count)
        (line,) = compare(
            {("85 and over", 2015): (7.0, "page 14")},
            {"then": one, "later": other},
            groups={"85 and over": (85, 90)},
            weights={"A": 0.5},
        )
        assert (line.stated, line.others) == (7.0, {"then": 6.0, "later": None})

    def test_residents_of_2015_with_59_percent_of_sevenoaks_are_near_the_stated(self):
        stated = published.stated_2017()
        residents = published.estimates().total(2015, weights=stated["registered"]["share"])
        assert residents == pytest.approx(stated["forecast"]["residents"]["2015"], rel=0.005)
        assert published.estimates().total(2015) > 1.09 * stated["forecast"]["residents"]["2015"]

    def test_every_stated_figure_stands_with_its_page_and_the_gaps_add_up(self):
        lines = {(line.what, line.year): line for line in forecast.comparison()}
        assert [round(line.stated) for line in lines.values()] == [476_497, 562_040, 12_533, 15_336, 30_581]
        assert all("page 1" in line.stated_source for line in lines.values())
        oldest = lines[forecast.OLDEST, 2035]
        gap = forecast.gap(forecast.OLDEST, 2035, forecast.PUBLISHED)
        assert gap.total == pytest.approx(oldest.others[forecast.PUBLISHED] - oldest.stated)
        assert (round(-gap.from_base), round(-gap.from_growth)) == (950, 6_444)

    def test_a_gap_to_a_source_without_the_year_is_refused(self):
        with pytest.raises(ValueError, match="choose a year from"):
            forecast.gap(forecast.EVERYBODY, 2035, forecast.ESTIMATED)

    def test_people_in_all_are_held_against_what_ons_projected_from_2018(self):
        lines = forecast.totals_of_2023()
        assert [round(line.published) for line in lines] == [179_594, 123_115, 137_111, 120_153]
        assert sum(line.estimated for line in lines) == 557_677
        assert sum(line.unchanged for line in lines) == 534_225
