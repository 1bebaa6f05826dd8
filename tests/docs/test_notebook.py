"""The notebook is kept as it was written; that it runs is `make notebook`'s to say."""

import json
from pathlib import Path

CELLS = json.loads((Path(__file__).parents[2] / "docs/how-to/ask-from-python.ipynb").read_text("utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]


def test_the_notebook_is_kept_without_results():
    assert CODE
    assert [cell["id"] for cell in CODE if cell["outputs"] or cell["execution_count"] is not None] == []


def test_its_cells_are_python():
    for cell in CODE:
        compile("".join(cell["source"]), cell["id"], "exec")
