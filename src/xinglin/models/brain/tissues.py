"""What each number of a tissue map stands for.

1 fluid, 2 grey matter, 3 white matter is the order many segmentation programs write; a map that numbers them otherwise comes with its own list.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Tissue = Literal["fluid", "grey", "white"]
FLUID, GREY, WHITE = 1, 2, 3
LABELS: Mapping[int, Tissue] = {FLUID: "fluid", GREY: "grey", WHITE: "white"}
