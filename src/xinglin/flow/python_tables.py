"""Synthetic tables in Python: `xl.synthesise`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xinglin.flow.tables import SyntheticTable


def synthesise(
    table: str | Path, rows: int = 0, *, time: str = "", event: str = "", target: str = "", conditions: Sequence[str] = (),
    constraints: Sequence[str] = (), categories: Sequence[str] = (), leave_out: Sequence[str] = (), encoding: str = "utf-8",
    model: str = "copula", seed: int = 0,
) -> SyntheticTable:  # fmt: skip
    """Rows of nobody like those of a CSV, with how they were judged. `rows`: 0 for as many as were learnt from, seven tenths of the table.

    event: a column, or "column=value" where the value means that the end was seen. Nothing is written, and nothing refused for privacy: see
    `judgement.privacy.passes`; `xinglin synthesise -o` writes a table only where it passes.
    """
    from xinglin.flow.tables import synthesised
    from xinglin.intake.tables import read_table

    values, design = read_table(table, time=time, event=event, categories=categories, leave_out=leave_out, encoding=encoding)
    return synthesised(values, design, rows=rows, conditions=conditions, constraints=constraints, target=target, model=model, seed=seed)
