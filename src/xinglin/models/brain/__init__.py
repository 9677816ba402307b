"""The brain as tissues: which label is white matter, grey matter or fluid, and a made-up brain for examples and cohorts."""

from __future__ import annotations

from xinglin.models.brain.phantom import made_brain
from xinglin.models.brain.tissues import FLUID, GREY, LABELS, WHITE, Tissue

__all__ = ["FLUID", "GREY", "LABELS", "WHITE", "Tissue", "made_brain"]
