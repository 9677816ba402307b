"""Small invented records, and where the shared data is."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data")).resolve()


@pytest.fixture
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("shared data not present")
    return DATA


@pytest.fixture
def write(tmp_path):
    """Write a JSON value, text or bytes under a name; gives the path."""

    def put(name: str, content: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else json.dumps(content).encode()
        path.write_bytes(raw)
        return path

    return put


@pytest.fixture
def mutants_module():
    path = ROOT / "benchmarks/mutated_fhir/mutants.py"
    spec = importlib.util.spec_from_file_location("mutants", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def mimic():
    """The MIMIC-IV demo, read once."""
    from xinglin.intake import read

    folder = DATA / "fhir-mimic-iv-demo/ndjson"
    if not folder.is_dir():
        pytest.skip("shared data not present")
    return read([folder])
