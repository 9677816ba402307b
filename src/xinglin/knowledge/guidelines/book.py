"""Reads the tables of this topic once."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

TABLES = ("fleischner_2017", "lung_rads_2022", "recist_1_1", "repeatability")


@lru_cache(maxsize=len(TABLES))
def table(name: str) -> dict[str, Any]:
    """One table as it stands in `data/`."""
    return tomllib.loads((Path(__file__).parent / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def rows() -> int:
    """Rows of all tables; each number of RECIST counts as one."""
    return sum(len(table(name).get("row", ())) + len(table(name).get("number", ())) for name in TABLES)


def unverified() -> int:
    """Rows not read in an opened source."""
    return sum(
        sum(bool(row.get("unverified")) for row in table(name).get("row", ())) + len(table(name).get("unverified", ())) for name in TABLES
    )
