"""Where the made pictures and the shared data are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")).resolve()


@pytest.fixture
def data() -> Path:
    if not DATA.is_dir():
        pytest.skip("shared data not present")
    return DATA
