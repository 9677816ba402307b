"""Killed at a random moment, the house loses nothing it acknowledged and releases nothing by halves."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_twenty_kills_lose_nothing_and_leave_nothing_half_released(benchmark, tmp_path):
    result = benchmark("crash").run(tmp_path, 20, seed=7)
    faults = {name: result[name] for name in ("acknowledged_lost", "half_released", "partial_folders", "ledger_broken", "blobs_astray")}
    assert faults == dict.fromkeys(faults, 0)
    assert result["acknowledged"]["took in"] > 0
    assert sum(result["killed_after"].values()) == 20
