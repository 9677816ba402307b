"""High-grade glioma in three dimensions: cells that spread through white and grey matter, multiply, and are cut out, irradiated or poisoned.

`DISEASE` gives courses of many people in a made-up brain; `twin.grow` one course in any tissue map, as density maps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.diseases.glioma.card import CARD

if TYPE_CHECKING:
    from xinglin.diseases.glioma.disease import DISEASE

__all__ = ["CARD", "DISEASE"]


def __getattr__(name: str) -> object:
    """`DISEASE` when first asked for: the solver is not loaded for the card alone."""
    if name != "DISEASE":
        raise AttributeError(name)
    from xinglin.diseases.glioma.disease import DISEASE

    return DISEASE
