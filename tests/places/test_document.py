from pathlib import Path

from localcare.places import document

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_up_to_date():
    command = "python -m localcare.places.document > docs/reference/places.md"
    assert (ROOT / "docs/reference/places.md").read_text("utf-8") == document.page(), command
