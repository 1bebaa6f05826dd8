"""Options on weighted criteria, and how far their order hangs on the weights."""

import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from localcare.capacity import definitions
from localcare.capacity.calc.appraisal import (
    Appraisal,
    Criterion,
    Option,
    dominated,
    ranking,
    room_of_weights,
    shares_of_wins,
)
from localcare.capacity.calc.quantity import Quantity


def score(low: float, likely: float | None = None, high: float | None = None) -> Quantity:
    likely = low if likely is None else likely
    return Quantity(low, likely, likely if high is None else high, "triangular", "points", "a test")


def appraisal(weights, scores) -> Appraisal:
    criteria = tuple(Criterion(f"c{n}", weight, "?", "a test") for n, weight in enumerate(weights))
    options = tuple(Option(name, tuple(score(s) for s in line)) for name, line in zip("ABCDEF", scores, strict=False))
    return Appraisal(criteria, options)


small = st.integers(2, 4).flatmap(
    lambda criteria: st.tuples(
        st.lists(st.integers(1, 9), min_size=criteria, max_size=criteria),
        st.lists(st.lists(st.integers(0, 9), min_size=criteria, max_size=criteria), min_size=2, max_size=5),
    )
)


def best_at(scores, weights) -> set[int]:
    points = [sum(s * w for s, w in zip(line, weights, strict=True)) for line in scores]
    return {n for n, own in enumerate(points) if own >= max(points) - 1e-9}


class TestRanking:
    @given(small)
    def test_places_are_those_of_counting_who_has_more(self, given):
        weights, scores = given
        points = [sum(w * s for w, s in zip(weights, line, strict=True)) for line in scores]
        for line in ranking(appraisal(weights, scores)):
            own = points["ABCDEF".index(line.option)]
            assert line.points == pytest.approx(own / sum(weights))
            assert line.place == 1 + sum(other > own for other in points)


class TestSharesOfWins:
    def test_with_two_criteria_the_share_is_where_the_lines_cross(self):
        """A has 10 w, B has 5 (1 - w) + 5 w = 5: A wins where w is above one half; with 8 above 0.8."""
        assert shares_of_wins(appraisal([1, 1], [[10, 0], [5, 5]]), seed=1)["A"] == pytest.approx(0.5, abs=0.02)
        assert shares_of_wins(appraisal([1, 1], [[10, 0], [8, 8]]), seed=1)["A"] == pytest.approx(0.2, abs=0.02)

    @settings(max_examples=20, deadline=None)
    @given(small)
    def test_shares_add_up_and_a_dominated_option_never_wins_alone(self, given):
        made = appraisal(*given)
        shares = shares_of_wins(made, seed=1, count=500)
        assert sum(shares.values()) == pytest.approx(1)
        for name, others in dominated(made).items():
            assert shares[name] <= max(shares[other] for other in others) + 1e-12

    def test_alike_options_share_evenly_and_the_seed_decides(self):
        made = appraisal([1, 1], [[3, 4], [3, 4]])
        assert shares_of_wins(made, seed=1) == {"A": 0.5, "B": 0.5}
        other = appraisal([1, 1], [[10, 0], [5, 5]])
        assert shares_of_wins(other, seed=1) == shares_of_wins(other, seed=1) != shares_of_wins(other, seed=2)

    def test_weights_near_the_stated_ones_move_less(self):
        made = appraisal([3, 1], [[10, 0], [5, 5]])
        assert shares_of_wins(made, seed=1, around=1)["A"] == 1
        assert shares_of_wins(made, seed=1)["A"] < shares_of_wins(made, seed=1, around=2)["A"]
        with pytest.raises(ValueError, match="2 for half to double"):
            shares_of_wins(made, seed=1, around=0.5)

    def test_a_score_with_a_range_may_lose_unless_certain(self):
        criterion = Criterion("c", 1, "?", "a test")
        made = Appraisal((criterion,), (Option("A", (score(2, 6, 10),)), Option("B", (score(5),))))
        assert 0.5 < shares_of_wins(made, seed=1)["A"] < 1
        assert shares_of_wins(made, seed=1, certain=True)["A"] == 1


class TestRoomOfWeights:
    @settings(max_examples=60, deadline=None)
    @given(small)
    def test_inside_the_best_stays_best_and_outside_the_named_option_has_more(self, given):
        weights, scores = given
        made = appraisal(weights, scores)
        first = min(best_at(scores, made.weights))
        for room in room_of_weights(made):
            c = int(room.criterion[1:])
            others = np.delete(made.weights, c) / (1 - made.weights[c])
            for share in np.linspace(0, 1, 41):
                at = np.insert(others * (1 - share), c, share)
                if room.least + 1e-9 < share < room.most - 1e-9:
                    assert first in best_at(scores, at)
                elif share < room.least - 1e-6 or share > room.most + 1e-6:
                    assert first not in best_at(scores, at)

    def test_the_narrowest_criterion_comes_first_and_names_who_wins_instead(self):
        """A: 10 w1 + 0; B: 5. Of weight 0.6 on the first, A wins down to 0.5."""
        made = appraisal([6, 4], [[10, 0], [5, 5]])
        rooms = {room.criterion: room for room in room_of_weights(made)}
        assert (rooms["c0"].least, rooms["c0"].below) == (pytest.approx(0.5), "B")
        assert (rooms["c0"].most, rooms["c0"].above) == (1, None)
        assert (rooms["c1"].most, rooms["c1"].above) == (pytest.approx(0.5), "B")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("weights", "scores", "told"),
        [
            ([1], [[1]], "add at least doing nothing"),
            ([0, 0], [[1, 2], [2, 1]], "give at least one a weight above 0"),
            ([1, 1], [[1, 2], [2]], "B has 1 scores: give one for each of 2"),
            ([-1, 2], [[1, 2], [2, 1]], "give 0 or more"),
        ],
    )
    def test_with_what_to_do(self, weights, scores, told):
        with pytest.raises(ValueError, match=told):
            appraisal(weights, scores)

    def test_two_options_of_one_name(self):
        with pytest.raises(ValueError, match="name them apart"):
            Appraisal((Criterion("c", 1, "?", ""),), (Option("A", (score(1),)), Option("A", (score(2),))))


def test_the_five_questions_of_2017_are_criteria_whose_weights_and_scores_are_called_assumed():
    content = tomllib.loads((definitions.SCENARIOS / "west-kent-2017.toml").read_text("utf-8"))
    criteria = content["appraisal"]["criterion"]
    assert len(criteria) == 5
    assert all("page 42; weight assumed" in one["source"] for one in criteria)
    scores = [score for option in content["appraisal"]["option"] for score in option["scores"].values()]
    assert len(scores) == 15
    assert all(score["source"].startswith("assumed") for score in scores)
