"""Bars: as long as their values, and words where there is no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.design.charts import LONGEST, Bar, bar_chart
from localcare.design.formats import pounds

TABLE = [
    # ours, other -> lengths in per cent, words
    ((400, 200), (75.0, 37.5), "£400"),
    ((None, 200), (0.0, 37.5), "not shown"),
    ((100, None), (18.75, 0.0), "£100"),
    ((0, 0), (0.0, 0.0), "£0"),
]


@pytest.mark.parametrize(("values", "lengths", "words"), TABLE)
def test_a_bar_is_as_long_as_its_value_against_the_longest(values, lengths, words):
    chart = bar_chart([Bar("Asked", *values), Bar("Longest", 400)], write=pounds, ours_name="A", other_name="B")
    drawn = chart.bars[0]
    assert ((drawn.ours_length, drawn.other_length), drawn.ours_text) == (lengths, words)


def test_nothing_to_compare_with_is_no_second_bar_and_does_not_scale():
    drawn = bar_chart([Bar("Alone", 10, 1000)], write=pounds, ours_name="A").bars[0]
    assert (drawn.ours_length, drawn.other_length, drawn.other_text) == (LONGEST, 0, "")


def test_below_zero_is_refused():
    with pytest.raises(ValueError, match="as a table"):
        bar_chart([Bar("Loss", -1)], write=pounds, ours_name="A")


@given(st.lists(st.floats(0, 1e9) | st.none(), max_size=12))
def test_no_bar_leaves_the_drawing(values):
    bars = [Bar(str(number), value) for number, value in enumerate(values)]
    assert all(0 <= b.ours_length <= LONGEST for b in bar_chart(bars, write=pounds, ours_name="A").bars)
