"""The notebooks of the lessons, run from top to bottom: they print what stands in them."""

import importlib.util
import json
from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "docs" / "learn"


def runner():
    """The tool that runs them."""
    spec = importlib.util.spec_from_file_location("run_notebook", LESSONS / "run_notebook.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def printed(notebook):
    """What the cells print; pictures by their number."""
    cells = [cell.get("outputs", []) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return [["".join(one["text"]) if "text" in one else sorted(one["data"]) for one in outputs] for outputs in cells]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(LESSONS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_the_notebook_prints_what_stands_in_it(path, home):
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert printed(kept) and any(printed(kept))
    assert printed(runner().run(json.loads(json.dumps(kept)))) == printed(kept)
