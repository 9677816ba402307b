"""What follows from a chart: every Fact a draft may use, each with its evidence. Pure functions, no prose."""

from __future__ import annotations

from xinglin.workup.everything import work_up as work_up
