"""Run a notebook of these lessons from top to bottom and write what its cells print and show into it.

python docs/learn/run_notebook.py docs/learn/virtual-patients.ipynb    (needs nothing but Xinglin itself; XINGLIN_HOME names the house)
"""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any

PNG = b"\x89PNG"


def run(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with the outputs of every code cell; an error of a cell is raised."""
    seen: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        count += 1
        cell["execution_count"], cell["outputs"] = count, _outputs("".join(cell["source"]), seen)
    return notebook


def _outputs(source: str, seen: dict[str, Any]) -> list[dict[str, Any]]:
    """What a cell prints, and its last expression where that is a picture or a value."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), seen)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), seen)
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)})
    if isinstance(value, bytes) and value.startswith(PNG):
        outputs.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": base64.b64encode(value).decode()}})
    elif value is not None:
        outputs.append({"output_type": "stream", "name": "stdout", "text": [f"{value!r}\n"]})
    return outputs


def main() -> int:
    """Write the notebook anew."""
    path = Path(sys.argv[1])
    done = run(json.loads(path.read_text(encoding="utf-8")))
    path.write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
