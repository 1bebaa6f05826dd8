"""People by year, place, sex and age: read, carried forward, drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from localcare.capacity import published
from localcare.capacity.calc.population import AGES, People, banded, people, pyramid, whole
from localcare.capacity.calc.population_check import drift
from localcare.capacity.calc.population_project import (
    Uncertainty,
    observed_uncertainty,
    project,
    project_draws,
    step,
    variant,
)
from localcare.capacity.calc.population_rates import Rates, estimate
from localcare.capacity.calc.quantity import Quantity

PLACES = ("A", "B")
SHAPE = (2, 2, AGES)


def some(low: float, high: float, shape: tuple[int, ...]) -> st.SearchStrategy[np.ndarray]:
    return st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).uniform(low, high, shape))


def rates_of(seed: int) -> Rates:
    random = np.random.default_rng(seed)
    joining, leaving = random.uniform(0, 50, SHAPE), random.uniform(0, 1, SHAPE)
    joining[..., 0] = leaving[..., 0] = 0
    return Rates(PLACES, random.uniform(0, 1, (2, AGES)), joining, leaving, random.uniform(0, 0.2, 2), 0.48)


def nobody_moves(dying: float = 0.0) -> Rates:
    return Rates(PLACES, np.full((2, AGES), dying), np.zeros(SHAPE), np.zeros(SHAPE), np.zeros(2), 0.5)


def one_year_cohort_by_cohort(opening: np.ndarray, rates: Rates) -> np.ndarray:
    """The slow twin: each cohort of each place by hand."""
    closing = np.zeros(SHAPE)
    for place in range(2):
        for sex in range(2):
            for age in range(AGES):
                survivors = opening[place, sex, age] * (1 - rates.dying[sex, age])
                closing[place, sex, min(age + 1, AGES - 1)] += survivors
            for age in range(1, AGES):
                living = closing[place, sex, age]
                closing[place, sex, age] = (
                    living - living * rates.leaving[place, sex, age] + rates.joining[place, sex, age]
                )
        mothers = sum(opening[place, 0, age] + closing[place, 0, age] for age in range(15, 45)) / 2
        closing[place, 0, 0] = mothers * rates.children[place] * rates.girls
        closing[place, 1, 0] = mothers * rates.children[place] * (1 - rates.girls)
    return closing


class TestCarryingForward:
    @settings(max_examples=25, deadline=None)
    @given(some(0, 3000, SHAPE), st.integers(0, 2**32 - 1))
    def test_is_that_of_the_twin_and_people_are_conserved(self, opening, seed):
        rates = rates_of(seed)
        made = step(opening, rates)
        assert made.closing == pytest.approx(one_year_cohort_by_cohort(opening, rates))
        account = opening.sum((1, 2)) + made.births.sum(1) - made.deaths.sum((1, 2)) + made.moved.sum((1, 2))
        assert made.closing.sum((1, 2)) == pytest.approx(account)
        assert (made.closing >= 0).all()

    @settings(max_examples=10, deadline=None)
    @given(some(0, 3000, SHAPE))
    def test_without_deaths_moves_and_births_everybody_is_a_year_older(self, opening):
        closing = project(opening, 2020, 2023, nobody_moves()).people.at(2023)
        assert (closing[..., 3:90] == opening[..., :87]).all()
        assert closing[..., 90] == pytest.approx(opening[..., 87:].sum(-1))
        assert (closing[..., :3] == 0).all()

    def test_the_account_of_every_year_closes(self):
        residents = published.estimates()
        made = project(residents.at(2023), 2023, 2043, estimate(residents), improvement=0.5)
        totals = made.people.count.sum((2, 3))
        assert totals[1:] == pytest.approx(totals[:-1] + made.births - made.deaths + made.moved)

    def test_rates_give_back_the_mean_year_they_were_estimated_from(self):
        residents = published.estimates().between(2011, 2012)
        closing = project(residents.at(2011), 2011, 2012, estimate(residents)).people.at(2012)
        assert closing[..., 1:] == pytest.approx(residents.at(2012)[..., 1:])
        assert closing[..., 0].sum(1) == pytest.approx(residents.at(2012)[..., 0].sum(1), rel=0.01)

    def test_people_who_come_besides_are_in_the_account_by_the_ages_of_those_who_come(self):
        residents = published.estimates()
        rates = estimate(residents)
        extra = np.array([[100.0, 0, 0, 0]])
        with_them = project(residents.at(2023), 2023, 2024, rates, extra=extra).moved
        without = project(residents.at(2023), 2023, 2024, rates).moved
        assert with_them - without == pytest.approx(extra)

    def test_a_last_year_before_the_first_is_refused(self):
        with pytest.raises(ValueError, match="choose a last year after the first"):
            project(np.zeros(SHAPE), 2020, 2020, nobody_moves())


@pytest.fixture(scope="module")
def observed():
    residents = published.estimates()
    rates = estimate(residents)
    return residents.at(2023), rates, observed_uncertainty(residents, rates, drift=drift(residents))


class TestUncertainty:
    def test_the_variants_lie_in_order_and_the_principal_is_the_projection(self, observed):
        base, rates, uncertainty = observed
        low, principal, high = (
            variant(base, 2023, 2035, rates, uncertainty, which) for which in ("low", "principal", "high")
        )
        assert low.people.total(2035) < principal.people.total(2035) < high.people.total(2035)
        plain = project(base, 2023, 2035, rates, improvement=uncertainty.mortality.likely)
        assert (plain.people.count == principal.people.count).all()

    def test_draws_are_the_same_again_begin_alike_and_widen(self, observed):
        base, rates, uncertainty = observed
        drawn = project_draws(base, 2023, 2030, rates, uncertainty, seed=7, count=32)
        again = project_draws(base, 2023, 2030, rates, uncertainty, seed=7, count=32)
        assert (drawn.count == again.count).all()
        assert (drawn.count >= 0).all()
        low, _, high = drawn.range(drawn.count.sum((2, 3, 4), dtype=float))
        assert high[0] == low[0]
        assert (np.diff(high - low) > 0).all()

    def test_a_draw_of_certain_things_is_the_projection(self, observed):
        base, rates, _ = observed
        sure = Quantity(1, 1, 1, "fixed", "multiple", "a test")
        none = Quantity(0, 0, 0, "fixed", "% a year", "a test")
        certain = Uncertainty(sure, none, dict.fromkeys(rates.places, sure))
        drawn = project_draws(base, 2023, 2026, rates, certain, seed=1, count=2)
        assert drawn.of(1).count == pytest.approx(project(base, 2023, 2026, rates).people.count, rel=1e-5)

    def test_every_draw_of_each_place_has_a_stream_of_its_own(self, observed):
        base, rates, uncertainty = observed
        wider = {**uncertainty.joining, rates.places[0]: Quantity(0, 1, 3, "triangular", "multiple", "a test")}
        changed = Uncertainty(uncertainty.children, uncertainty.mortality, wider, uncertainty.drift)
        one, other = (project_draws(base, 2023, 2025, rates, u, seed=1, count=8) for u in (uncertainty, changed))
        assert (one.count[:, :, 1:] == other.count[:, :, 1:]).all()
        assert (one.count[:, 1:, 0] != other.count[:, 1:, 0]).any()

    def test_nobody_coming_has_no_range_to_read(self):
        empty = People((2020, 2021), PLACES, np.ones((2, *SHAPE)))
        with pytest.raises(ValueError, match="give its range of arrivals by hand"):
            observed_uncertainty(empty, nobody_moves())


class TestReading:
    def rows(self):
        return [
            (place, year, sex, [1.0] * AGES) for place in "AB" for year in (2020, 2021) for sex in ("female", "male")
        ]

    def test_all_rows_make_people(self):
        assert people(self.rows(), name="t.csv").total(2021) == 4 * AGES

    @pytest.mark.parametrize(
        ("mend", "told"),
        [
            (lambda rows: rows[:-1], "has no row of B, 2021, male .1 rows missing.: add it"),
            (lambda rows: [r for r in rows if r[1] == 2020] + [("A", 2022, "male", [1] * AGES)], "A, 2021, female"),
            (lambda rows: [*rows, rows[0]], "twice: keep one row"),
            (lambda rows: [("A", 2020, "female", [1.0] * 90), *rows[1:]], "has 90 ages: give 91"),
            (lambda rows: [("A", 2020, "female", [1.0] * 90 + [-1]), *rows[1:]], "age 90: -1 people; give a number"),
            (lambda rows: [("A", 2020, "other", [1.0] * AGES), *rows[1:]], "one of female and male"),
            (lambda rows: [], "has no rows"),
        ],
    )
    def test_a_gap_is_refused_with_what_to_do(self, mend, told):
        with pytest.raises(ValueError, match=told):
            people(mend(self.rows()), name="t.csv")

    def test_a_year_that_is_not_there_is_refused(self):
        with pytest.raises(ValueError, match="choose a year from 2011 to 2023"):
            published.estimates().at(2024)

    @pytest.mark.parametrize(
        ("residents", "year", "place", "total"),
        [  # sums of the published single years, read from the source beside the package
            (published.estimates, 2023, None, 557_677),
            (published.estimates, 2015, None, 522_322),
            (published.projection_2018, 2035, None, 595_062),
            (published.projection_2018, 2043, "E07000110", 203_569),
        ],
    )
    def test_published_figures_are_those_of_the_source(self, residents, year, place, total):
        weights = {p: float(p == place) for p in residents().places} if place else None
        assert residents().total(year, weights=weights) == total

    def test_ages_of_the_published_projection_add_up_to_its_components(self):
        for (district, year), of_year in published.components_2018().items():
            if year >= 2024:
                row = published.projection_2018().places.index(district)
                assert published.projection_2018().at(year)[row].sum() == pytest.approx(of_year["people"], abs=60)

    def test_the_published_components_close(self):
        table = published.components_2018()
        for (district, year), of_year in table.items():
            if year > 2018:
                before = table[district, year - 1]["people"]
                change = of_year["births"] - of_year["deaths"] + of_year["net_migration"] + of_year["other"]
                assert before + change == pytest.approx(of_year["people"], abs=10)


class TestShowing:
    @given(hnp.arrays(float, st.integers(1, 30), elements=st.floats(0, 1e5)))
    def test_whole_numbers_add_up_and_are_within_one(self, values):
        shown = whole(values)
        assert shown.sum() == np.rint(values.sum())
        assert (np.abs(shown - values) <= 1).all()

    def test_whole_numbers_to_another_total(self):
        assert whole(np.array([1.4, 1.4, 0.2]), 4).tolist() == [2, 2, 0]
        with pytest.raises(ValueError, match="scale the parts"):
            whole(np.array([1.0, 1.0]), 9)

    def test_a_pyramid_adds_up_every_year(self):
        residents = published.projection_2018()
        shown = pyramid(residents)
        for row, year in enumerate(residents.years):
            assert shown.female[row].sum() + shown.male[row].sum() == residents.total(year)
        assert shown.largest == max(shown.female.max(), shown.male.max())

    def test_a_pyramid_of_a_place_is_its_own(self):
        residents = published.estimates()
        assert (pyramid(residents, "E07000111").female[0] == residents.at(2011)[1, 0]).all()
        with pytest.raises(ValueError, match="choose one of E07000110"):
            pyramid(residents, "E07")

    def test_bands_hold_both_ends(self):
        assert banded(np.arange(AGES, dtype=float), {"a": (0, 1), "b": (89, 90)}).tolist() == [1, 179]
