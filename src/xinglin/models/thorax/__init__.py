"""The chest in a CT: where the lungs, airways and vessels are, and where in them something may be placed.

`find_lungs` gives masks and, in words, doubts; `choose_place` gives a place for a nodule. Classical means, numpy and scipy only.
"""

from __future__ import annotations

from xinglin.models.thorax.lungs import Lungs, find_lungs
from xinglin.models.thorax.placement import Place, choose_place

__all__ = ["Lungs", "Place", "choose_place", "find_lungs"]
