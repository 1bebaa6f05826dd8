"""The report of a plan: what it says, what it draws, and that it can be kept."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcare.capacity import report, running
from localcare.capacity.plots import Bar, Fan, bars, fans, waterfall
from localcare.capacity.report import named, notes, sections
from localcare.capacity.report_html import html
from localcare.capacity.report_pdf import pdf
from localcare.design.drawing import Box, Drawing, Words, ticks

figures = st.floats(-1e7, 1e7)


@pytest.fixture
def computed(text):
    return running.of_text(text)


def test_every_question_has_its_finding_and_its_table(computed):
    found = sections(computed)
    assert [one.key for one in found][:2] == ["money", "emergency_admission"]
    assert all(one.finding and one.table.columns for one in found)


def test_it_says_that_people_are_synthetic_and_what_is_assumed(computed):
    page = html(computed).decode()
    assert "Synthetic people" in page
    assert "figures that went in are nobody&#39;s published figure" in page
    assert page.count(">assumed<") >= 5


def test_few_draws_are_told_on_page_and_paper(computed, text):
    assert "Only 16 draws" in html(computed).decode()
    assert "Only 16 draws" not in html(running.of_text(text.replace("draws = 16\n", ""))).decode()
    assert len(pdf(computed)) > 0


def test_a_scenario_without_interventions_shows_what_happens_if_nothing_is_done(text):
    alone = text[: text.index("[[intervention]]")] + text[text.index("[money]") :]
    computed = running.of_text(alone)
    assert (computed.plan.money.net == 0).all()
    assert "no intervention" in html(computed).decode()
    assert pdf(computed)


def _told(text, money="", beds="", draws=256):
    """What the report says first of a plan on the 484,460 people of the shipped baseline."""
    return notes(running.of_text(text.replace("draws = 16", f"draws = {draws}") + money + beds))


def _people(count):
    return f'{{ value = {count}, unit = "people", source = "assumed" }}\n'


BEDS = """[beds]
share_placed = 0.95
within_days = 1
replications = 10
site = [{ name = "Here", beds = [68], source = "assumed" }]
"""


def test_absolute_figures_are_scaled_only_as_said_and_beds_never(text):
    (silent,) = _told(text)
    assert "does not say for how many people" in silent
    assert _told(text, f"for_people = {_people(484_460)}") == []
    (scaled,) = _told(text, f"for_people = {_people(4_844_600)}")
    assert "are stated for 4,844,600 people; the baseline has 484," in scaled
    assert "times 0.1." in scaled
    assert [note[:30] for note in report._site_list(None, 484_460.0)] == ["The list of sites does not say"]
    tenth = f"for_people = {_people(4_844_600)}"  # fewer to wait for
    other = _told(text, tenth, BEDS + f"people = {_people(48_446)}", draws=16)
    assert any("beds of the sites are for 48,446 people" in note for note in other)


def test_words_of_a_scenario_are_never_markup(text):
    bad = text.replace('"A small plan"', '"<script>alert(1)</script>"')
    page = html(running.of_text(bad)).decode()
    assert "<script>" not in page


def test_the_paper_is_a_pdf_and_the_same_twice(computed):
    first = pdf(computed)
    assert first.startswith(b"%PDF-")
    assert first == pdf(computed)


@given(st.lists(st.tuples(figures, figures, figures).map(sorted), min_size=2, max_size=12))
def test_a_fan_stays_inside_its_picture(rows):
    low, middle, high = zip(*rows, strict=True)
    drawing = fans("A fan", [str(i) for i in range(len(rows))], [Fan("ours", middle, low, high)], str)
    assert all(0 <= y <= drawing.height for item in drawing.items for _, y in getattr(item, "points", ()))
    ElementTree.fromstring(drawing.svg())


@given(st.lists(st.tuples(st.text(max_size=90), figures, figures), min_size=1, max_size=8))
def test_bars_stay_inside_their_picture_whatever_their_names(rows):
    drawing = bars("Bars", [Bar(*row) for row in rows], lambda value: f"{value:.0f}")
    boxes = [item for item in drawing.items if isinstance(item, Box)]
    assert all(box.x >= 0 and box.x + box.width <= drawing.width + 2 for box in boxes)
    assert len(boxes) == len(rows)


def test_a_waterfall_ends_where_its_steps_lead():
    drawing = waterfall("W", 100, [("a", 20), ("b", -50)], "end", lambda value: f"{value:.0f}")
    first, up, down, last = (item for item in drawing.items if isinstance(item, Box))
    assert down.x == pytest.approx(last.x + last.width, abs=0.2)
    assert up.x == pytest.approx(first.x + first.width, abs=0.2)


@given(figures, st.floats(0.001, 1e7))
def test_ticks_hold_all_values_between_them(low, width):
    marks = ticks(low, low + width)
    assert marks[0] <= low + width * 1e-6
    assert marks[-1] >= low + width * (1 - 1e-6)
    assert 2 <= len(marks) <= 13


def test_words_in_a_picture_are_text():
    ElementTree.fromstring(Drawing(10, 10, 'a "b" <c>', (Words(0, 0, "<&>"),)).svg())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("intervention.rapid_response.emergency_admission.reach", "Rapid response, emergency admission: reach"),
        ("price.planned_admission", "Price: planned admission"),
    ],
)
def test_an_assumption_has_a_name_in_words(name, words):
    assert named(name) == words
