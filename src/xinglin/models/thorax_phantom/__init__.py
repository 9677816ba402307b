"""A chest CT that we make ourselves, with the truth about what fills each voxel; no patient is in it.

Lungs with lobes and fissures, branching arteries, veins and airways, heart, great vessels, ribs, spine and table, seen
through a scanner whose blur and noise are stated. The demo, the tests and the benchmarks of imaging stand on it.
"""

from __future__ import annotations

from xinglin.models.thorax_phantom.phantom import STRUCTURES, Phantom, pair, thorax

__all__ = ["STRUCTURES", "Phantom", "pair", "thorax"]
