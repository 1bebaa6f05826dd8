"""People shared out to small areas and practices, of new homes, and in segments; registered and resident people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity import forecast, published
from localcare.capacity.calc.population import AGES, whole
from localcare.capacity.calc.population_housing import Homes, extra_people, growth, homes_table
from localcare.capacity.calc.population_places import (
    FIVE_YEARS,
    bridge,
    fit,
    list_growth,
    practices,
    registered,
    small_areas,
)
from localcare.capacity.calc.population_project import arrivals, project
from localcare.capacity.calc.population_rates import estimate
from localcare.capacity.calc.population_segments import people_by_segment, segments, shifted


def fitted_by_hand(seed, rows, columns):
    """The slow twin: one cell after the other, until it settles."""
    table = [list(map(float, line)) for line in seed]
    for _ in range(500):
        for r, line in enumerate(table):
            total = sum(line)
            table[r] = [cell * rows[r] / total for cell in line]
        for c in range(len(columns)):
            total = sum(line[c] for line in table)
            for line in table:
                line[c] *= columns[c] / total
    return np.array(table)


class TestSharingOut:
    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(2, 4))
    def test_fitting_is_that_of_the_twin(self, seed, rows, columns):
        random = np.random.default_rng(seed)
        start = random.uniform(0.5, 10, (rows, columns))
        row_sums, column_sums = random.uniform(1, 50, rows), random.uniform(1, 50, columns)
        row_sums *= column_sums.sum() / row_sums.sum()
        assert fit(start, row_sums, column_sums) == pytest.approx(
            fitted_by_hand(start, row_sums, column_sums), rel=1e-6
        )

    @pytest.mark.parametrize(
        ("seed", "rows", "columns", "told"),
        [
            ([[1, 1]], [2], [1, 2], "scale the rows to the columns first"),
            ([[0, 1]], [2], [1, 1], "column 0 should have 1 people but none to begin with"),
            ([[1, 1]], [-2], [-1, -1], "give numbers of 0 or more"),
        ],
    )
    def test_sums_that_cannot_be_met_are_refused(self, seed, rows, columns, told):
        with pytest.raises(ValueError, match=told):
            fit(np.array(seed), np.array(rows, dtype=float), np.array(columns, dtype=float))

    def test_small_areas_add_up_to_their_district_and_keep_their_share(self):
        _, districts, ages = published.small_areas()
        assert ages.shape == (309, len(FIVE_YEARS))
        projected = published.projection_2018().at(2035)
        for row, place in enumerate(published.projection_2018().places):
            here = ages[[district == place for district in districts]]
            made = small_areas(here, projected[row])
            assert made.sum(0) == pytest.approx(projected[row])
            assert made.sum((1, 2)) / made.sum() == pytest.approx(here.sum(1) / here.sum())
            assert (made >= 0).all()
            shown = whole(np.moveaxis(made, 0, -1), projected[row])
            assert (shown.sum(-1) == projected[row]).all()

    def test_an_area_that_grows_besides_has_more_and_the_district_as_many(self):
        _, districts, ages = published.small_areas()
        here = ages[[district == "E07000111" for district in districts]]
        residents = published.projection_2018().at(2030)[1]
        more = np.ones(len(here))
        more[0] = 1.5
        plain, made = small_areas(here, residents), small_areas(here, residents, growth=more)
        assert made[0].sum() > 1.4 * plain[0].sum()
        assert made.sum(0) == pytest.approx(plain.sum(0))

    def test_practices_add_up_by_age_and_keep_their_lists(self):
        found = published.practice_lists()
        everyone = registered(published.estimates().at(2023), found.lists[-1].sum(), published.estimates().at(2016))
        made = practices(found.lists[-1], found.shares, everyone)
        assert made.sum(0) == pytest.approx(everyone)
        assert made.sum((1, 2)) / made.sum() == pytest.approx(found.lists[-1] / found.lists[-1].sum())
        assert found.lists[-1].sum() == 484_265

    def test_an_older_practice_stays_older(self):
        found = published.practice_lists()
        everyone = registered(published.estimates().at(2023), 484_265, published.estimates().at(2016))
        older = practices(found.lists[-1], found.shares, everyone)[..., 65:].sum((1, 2)) / found.lists[-1]
        assert older[found.shares[:, 2].argmax()] > 1.5 * np.median(older)

    def test_all_small_areas_and_practices_of_a_year_add_up(self):
        residents = forecast.model(2016, 2026)
        areas, made = forecast.by_small_area(residents, 2026)
        assert (len(areas), made.sum()) == (309, pytest.approx(residents.total(2026)))
        codes, lists = forecast.by_practice(residents, 2026)
        assert len(codes) == 61
        assert lists.sum(0) == pytest.approx(forecast.registered_people(residents, 2026))
        grown = residents.total(2026, weights=forecast.shares()) / residents.total(2016, weights=forecast.shares())
        assert lists.sum() == pytest.approx(484_460 * grown)

    def test_lists_are_not_carried_back(self):
        with pytest.raises(ValueError, match="choose a later year"):
            forecast.by_practice(published.estimates(), 2016)

    def test_a_list_carries_its_growth_on_for_a_while_then_holds_it(self):
        lists = np.array([[100.0, 100], [110, 100], [121, 100], [133.1, 100]])
        ahead = list_growth(lists, years=[1, 5, 20], carried=5)
        own = np.log((133.1 / 233.1) / 0.5) / 3
        assert np.log(ahead[:, 0]) == pytest.approx([own, 3 * own, 3 * own])

    def test_one_year_of_lists_shows_no_growth(self):
        with pytest.raises(ValueError, match="give two or more"):
            list_growth(np.ones((1, 3)), years=[1])


class TestRegisteredAndResident:
    def test_the_bridge_ends_at_the_registered_people_and_every_sum_is_of_the_lines_before(self):
        stated = published.stated_2017()["registered"]
        residents = {"E07000110": 167_000.0, "E07000111": 118_000.0}
        lines = bridge(
            residents,
            stated["share"],
            stated["people"],
            names={"E07000111": "Sevenoaks"},
            sources={"residents": "a", "share": "b", "registered": "c"},
        )
        so_far = 0.0
        for line in lines:
            if line.sums:
                assert line.people == pytest.approx(so_far)
            else:
                so_far += line.people
        assert lines[-1].people == 484_460
        assert [line.people for line in lines if line.what.startswith("of Sevenoaks")] == pytest.approx(
            [-118_000 * 0.406]
        )


class TestHomes:
    def test_homes_that_the_growth_fills_add_nobody(self):
        assert (extra_people(np.array([[10.0]] * 3), np.array([[30.0]] * 3), per_home=2.4, from_outside=1) == 0).all()

    def test_only_people_beyond_the_growth_come_and_only_those_from_outside(self):
        homes, projected = np.array([[100.0], [0.0], [50.0]]), np.array([[40.0], [40.0], [40.0]])
        added = extra_people(homes, projected, per_home=2.0, from_outside=0.5)
        assert added[:, 0].tolist() == [80.0, 0.0, 10.0]
        assert extra_people(homes * 3, projected, per_home=2.0, from_outside=0.5).sum() == 0.5 * (900 - 120)

    def test_where_people_get_fewer_no_home_means_nobody_more(self):
        homes, shrinking = np.array([[0.0], [10.0], [0.0]]), np.array([[-50.0], [-50.0], [20.0]])
        assert extra_people(homes, shrinking, per_home=2.0, from_outside=1.0)[:, 0].tolist() == [0, 20, 0]

    def test_each_draw_has_its_own_people_per_home(self):
        added = extra_people(
            np.array([[100.0]]), np.zeros((2, 1, 1)), per_home=np.array([2.0, 3.0]), from_outside=np.array([0.5, 1.0])
        )
        assert added[:, 0, 0].tolist() == [100.0, 300.0]

    def test_people_of_homes_are_in_the_projection_once(self):
        residents = published.estimates()
        rates = estimate(residents)
        plain = project(residents.at(2023), 2023, 2030, rates)
        planned = (Homes("E07000110", 2026, 4000, "a test"), Homes("E07000110", 2026, 1000, "a test"))
        homes = homes_table(planned, rates.places, plain.people.years)
        extra = extra_people(homes, growth(plain.people.count), per_home=2.4, from_outside=1.0)
        made = project(residents.at(2023), 2023, 2030, rates, extra=extra)
        more = made.people.count.sum((2, 3)) - plain.people.count.sum((2, 3))
        grown = growth(plain.people.count)[:3, 0].sum()
        assert more[3] == pytest.approx([12_000 - grown, 0, 0, 0], rel=0.02, abs=1e-6)
        assert arrivals(rates).sum((1, 2)) == pytest.approx(np.ones(4))

    @pytest.mark.parametrize("line", [Homes("E0", 2026, 1, ""), Homes("A", 2020, 1, ""), Homes("A", 2026, -1, "")])
    def test_homes_of_another_place_or_year_or_below_zero_are_refused(self, line):
        with pytest.raises(ValueError, match="give"):
            homes_table((line,), ("A",), (2025, 2026))


class TestSegments:
    @pytest.fixture
    def ageing(self):
        """Two segments: the share of ill people rises with age in a straight line."""
        count = np.zeros((2, 2, AGES))
        count[1] = np.arange(AGES)
        count[0] = 100 - count[1]
        return segments(("well", "ill"), count)

    def test_segments_of_a_year_add_up_to_its_people(self, ageing):
        residents = published.projection_2018()
        for healthier in (-1.0, 0.0, 2.5):
            made = people_by_segment(residents.count, ageing, base_year=2017, first=2024, healthier=healthier)
            assert made.sum(-1) == pytest.approx(residents.count.sum((1, 2, 3)))

    def test_illness_that_begins_later_moves_people_to_the_well(self, ageing):
        residents = published.projection_2018()
        kept, later, earlier = (
            people_by_segment(residents.count, ageing, base_year=2024, first=2024, healthier=years)
            for years in (0, 1, -1)
        )
        assert (later[0] == kept[0]).all()
        assert (later[1:, 1] < kept[1:, 1]).all()
        assert (earlier[1:, 1] > kept[1:, 1]).all()

    def test_a_shift_takes_the_shares_of_younger_people_from_55_on(self, ageing):
        moved = shifted(ageing, 1.5).share[1, 0]
        assert moved[80] == pytest.approx(0.785)
        assert moved[54] == pytest.approx(0.54)
        assert moved[55] == pytest.approx(0.55)

    def test_kept_shares_are_people_counted_one_age_after_the_other(self, ageing):
        residents = published.projection_2018().at(2030)
        ill = sum(residents[:, sex, age].sum() * age / 100 for sex in range(2) for age in range(AGES))
        made = people_by_segment(residents[None], ageing, base_year=2017, first=2030)
        assert made[0, 1] == pytest.approx(ill)

    def test_an_age_of_nobody_takes_the_shares_of_the_nearest(self):
        count = np.zeros((2, 2, AGES))
        count[0, :, 40] = 3
        count[1, :, 50] = 3
        share = segments(("a", "b"), count).share
        assert share[0, 0, [0, 45, 46, 90]].tolist() == [1, 1, 0, 0]

    @pytest.mark.parametrize(
        ("count", "told"),
        [
            (np.ones((2, 2, 90)), "give .segments, sexes, ages."),
            (-np.ones((2, 2, AGES)), "0 or more"),
            (np.zeros((2, 2, AGES)), "count the segments of both sexes"),
        ],
    )
    def test_a_wrong_table_is_refused(self, count, told):
        with pytest.raises(ValueError, match=told):
            segments(("a", "b"), count)
