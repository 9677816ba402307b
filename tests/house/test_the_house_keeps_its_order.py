"""The house itself: imports point down, names say something, files hold one idea, the door opens fast."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "xinglin"
FILES = sorted(p for p in SOURCE.rglob("*.py") if "tests" not in p.parts)
MEANINGLESS = {"utils", "util", "helpers", "helper", "common", "core", "misc", "manager", "handler", "base"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


def test_imports_point_down_and_the_doors_stay_shut():
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_file_or_class_has_a_name_that_says_nothing():
    stems = {p: p.stem.strip("_").lower() for p in FILES}
    assert [p for p, s in stems.items() if s in MEANINGLESS or set(s.split("_")) & MEANINGLESS] == []


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_file_holds_one_idea_and_says_which(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= LONGEST_FILE
    if text.strip():
        assert ast.get_docstring(tree), "a file begins by saying what it is for"
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f"{f.name}: {f.end_lineno - f.lineno + 1} lines" for f in functions if f.end_lineno - f.lineno >= LONGEST_FUNCTION]
    assert long == []


def test_public_functions_take_named_arguments_only():
    found = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.kwarg is not None:
                found.append(f"{path.relative_to(SOURCE)}: {node.name}")
    assert found == []


def test_nothing_is_printed_and_no_error_is_swallowed():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "eval", "exec"), path
            if isinstance(node, ast.ExceptHandler):
                names = {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)} if node.type else {"everything"}
                passed_on = any(isinstance(n, ast.Raise) for n in ast.walk(node))
                assert passed_on or not names & {"everything", "BaseException"}, path


def test_help_opens_without_heavy_packages():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from xinglin.cli import run; import sys; sys.argv = ['xinglin', '--help']; run()"],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0 and "take-in" in done.stdout
    loaded = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert loaded & {"numpy", "sqlalchemy", "alembic", "typst", "pikepdf", "cryptography", "httpx2", "pydantic", "jinja2"} == set()


def test_the_build_files_name_no_package_host_and_no_machine():
    for name in ("constraints.txt", "pyproject.toml", "Makefile", ".ci/run", "hatch_build.py", "tests/validators/package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "file:" + "///" not in text and '"resolved"' not in text, name
        assert not re.search(r"https?://(?:[\w.-]*pypi|registry\.|files\.)", text), name


def test_every_folder_of_a_shelf_has_a_page_of_its_own():
    missing = [
        str(p)
        for shelf in ("content", "knowledge")
        for p in (SOURCE / shelf).iterdir()
        if p.is_dir() and p.name != "__pycache__" and not (p / "README.md").exists()
    ]
    assert missing == []


@pytest.mark.parametrize("seed", ["0", "4242"])
def test_the_same_request_gives_the_same_bytes_whatever_the_hash_seed(seed, tmp_path, monkeypatch):
    texts = []
    for run in ("first", "second"):
        environment = {**os.environ, "PYTHONHASHSEED": seed if run == "first" else str(int(seed) + 1), "XINGLIN_HOME": str(tmp_path / run)}
        script = (
            "import json,sys; from xinglin.flow.demo.person import bundle; from pathlib import Path; p=Path(sys.argv[1]);"
            "p.write_text(json.dumps(bundle(5))); from xinglin.cli.run import main;"
            "sys.exit(max(main(['make','case-summary',str(p),'--as-of','2026-07-01','--json','--lang',l]) for l in ('en','zh')))"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / f"{run}.json")], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr[-2000:]
        texts.append(done.stdout)
    assert texts[0] == texts[1] and len(texts[0]) > 2000


def test_the_figures_in_the_readme_are_those_that_were_measured(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import figures

    text = figures.README.read_text(encoding="utf-8")
    assert figures.in_readme(text) == text, "run: python -c 'from benchmarks import figures; figures.write()'"
