"""Sections as data, their content, and comparing words."""

import pytest
from hypothesis import given
from hypothesis.strategies import text

from localcare.careplans.calc import compare
from localcare.careplans.calc.sections import as_text, cleaned, sections


def test_the_sections_of_the_plan_and_their_order():
    assert list(sections()) == [
        "what_matters",
        "important_people",
        "communicate",
        "support",
        "goals",
        "actions",
        "worse",
    ]
    assert all(section.source for section in sections().values())


@pytest.mark.parametrize(
    ("section", "given", "kept"),
    [
        ("what_matters", {"words": "  My garden \r\nand the cat  "}, {"words": "My garden\nand the cat"}),
        ("what_matters", {}, {"words": ""}),
        ("worse", {"rows": [{"id": "a", "sign": "", "do": " ", "ring": ""}]}, {"rows": []}),
        (
            "goals",
            {"rows": [{"id": "a", "goal": "Walk to the shop", "who": ""}, {"id": "b", "progress": "reached"}]},
            {"rows": [{"id": "a", "goal": "Walk to the shop", "progress": "not_yet", "who": ""}]},
        ),
    ],
)
def test_content_is_tidied(section, given, kept):
    assert cleaned(sections()[section], given) == kept


@pytest.mark.parametrize("row", [{"goal": "Walk", "progress": "sometimes"}, {"goal": "Walk", "colour": "blue"}])
def test_what_a_section_does_not_have_is_refused(row):
    with pytest.raises(ValueError):
        cleaned(sections()["goals"], {"rows": [row]})


def test_rows_as_text():
    content = {"rows": [{"id": "a", "goal": "Walk to the shop", "progress": "going_well", "who": ""}]}
    assert as_text(sections()["goals"], content) == "What I want: Walk to the shop. How it goes: Going well."


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("I like tea", "I like tea", [("same", "I like tea")]),
        ("", "I like tea", [("added", "I like tea")]),
        ("I like tea.", "", [("taken", "I like tea.")]),
        (
            "I like strong tea now",
            "I like weak tea now",
            [("same", "I like "), ("taken", "strong "), ("added", "weak "), ("same", "tea now")],
        ),
    ],
)
def test_words_added_and_taken_away(before, after, pieces):
    assert [(p.kind, p.text) for p in compare.words(before, after)] == pieces


@given(text(alphabet="ab \n", max_size=30), text(alphabet="ab \n", max_size=30))
def test_both_texts_can_be_put_together_again_from_the_pieces(before, after):
    pieces = compare.words(before, after)
    assert "".join(p.text for p in pieces if p.kind != "added") == before
    assert "".join(p.text for p in pieces if p.kind != "taken") == after
