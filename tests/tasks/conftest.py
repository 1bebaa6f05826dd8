import pytest

from localcare.base import links


@pytest.fixture(autouse=True)
def _person_has_a_page(monkeypatch):
    """Pages link to the person's page, which another room owns."""
    if "person" in links.unfilled():
        monkeypatch.setitem(links._filled, "person", lambda patient_id: f"/people/{patient_id}/")
