"""What two scenarios assume differently, and how far they lie apart."""

import tomllib

import numpy as np
import pytest

from localcare.capacity.calc.differences import apart, differences


def test_only_what_differs_is_told_and_with_its_source(text):
    other = text.replace("value = 0.5, unit", "value = 0.25, unit").replace('name = "small"', 'name = "other"')
    found = differences(tomllib.loads(text), tomllib.loads(other))
    assert [(one.about, one.left, one.right) for one in found] == [
        ("intervention: at_home: claim: emergency_admission: reach", "0.5 (assumed)", "0.25 (assumed)")
    ]


def test_a_site_goes_by_its_name():
    left, right = ({"beds": {"site": [{"name": "Tonbridge", "beds": [n]}]}} for n in (14, 22))
    assert [one.about for one in differences(left, right)] == ["beds: site: Tonbridge: beds"]


def test_what_one_does_not_have_is_empty_on_its_side(text):
    without = text.replace(
        '[[trend]]\nsetting = "emergency_admission"\ngrowth = { low = 0, high = 0.02, '
        'unit = "share a year", source = "assumed" }\n',
        "trend = []\n",
        1,
    )
    content = {**tomllib.loads(text), "trend": []}
    assert without != text
    found = {one.about: one for one in differences(tomllib.loads(text), content)}
    assert found["trend: emergency_admission: growth"].right == ""


def test_draws_are_compared_one_by_one():
    # Draw by draw the second is 1 less, though the draws themselves lie far apart.
    first = np.array([5.0, *range(0, 1000, 10)])
    found = apart(first, first - 1)
    assert (found.median, found.low, found.high, found.share_below) == (-1, -1, -1, 1)
    with pytest.raises(ValueError, match="different numbers"):
        apart(first, first[:-1])
