"""A result is cited by what it was made of: another input, another citation."""

from dataclasses import replace

import numpy as np
import pytest

from localcare.capacity import inputs
from localcare.capacity.inputs import cited, digest_of, inputs_table


def test_every_packaged_figure_the_text_and_the_baseline_are_named(baseline, text):
    rows = inputs_table(text, baseline).rows
    assert [row[0] for row in rows[:2]] == ["scenario", "baseline"]
    packaged = {row[1] for row in rows if row[0] == "packaged"}
    assert {"prices.toml", "practice_lists.csv", "residents_estimated_2011_2023.csv"} <= packaged
    assert {len(row[2]) for row in rows} == {64}


@pytest.mark.parametrize(
    "changed",
    [
        {"label": "Another"},
        {"people": np.array([[10.0, 100.0], [30.0, 61.0]])},
        {"clusters": ("C1", "C1")},
        {"practice_people": np.array([[60.0, 41.0], [50.0, 50.0]])},
    ],
)
def test_another_baseline_is_another_digest(baseline, changed):
    assert digest_of(replace(baseline, **changed)) != digest_of(baseline)


def test_the_same_inputs_are_cited_alike_and_others_are_not(baseline, text, monkeypatch):
    def citation(of_text):
        return cited("A small plan", "small", inputs_table(of_text, baseline))

    assert citation(text) == citation(text)
    assert citation(text).startswith("A small plan (small), computed with Localcare ")
    assert citation(text + "\n") != citation(text)
    before = citation(text)
    monkeypatch.setattr(inputs, "_packaged", lambda: (("prices.toml", "0" * 64),))
    assert citation(text) != before
