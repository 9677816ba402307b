"""Virtual lung nodules by formula: exact geometry in the hospital's own CT, seen as its scanner would have seen them.

No training, no weights: a body of exactly the requested volume is drawn finer than the voxels, blurred as the scan is
blurred, and added so that the scan's own noise stays. See README.md for every number it states.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.shelf.promises import AbstractLesionGenerator

if TYPE_CHECKING:
    from xinglin.records.imaging import ImageEdit, NoduleRequest
    from xinglin.records.volume import Volume


class ParametricNodule(AbstractLesionGenerator):
    """Draws a lung nodule into a chest CT. Everything the request leaves open is drawn from its seed and stated."""

    name = "parametric_nodule"
    modalities = ("CT",)

    def insert(self, scan: Volume, request: NoduleRequest) -> ImageEdit:
        """The changed box with its masks and truth; the scan itself stays as it is.

        scan: CT in HU on an upright (possibly rotated) grid. Raises InvalidInput XL-NODULE-001 to 016 (README.md).
        Method: reference in README.md; 0.5 CPU-seconds at most when place and blur are given.
        """
        from xinglin.models.image.parametric_nodule.inserting import insert

        return insert(scan, request)


GENERATOR = ParametricNodule()
