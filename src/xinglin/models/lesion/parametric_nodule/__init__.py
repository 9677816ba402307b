"""Virtual lung nodules by formula: exact geometry in the hospital's own CT, seen as its scanner would have seen them.

No training, no weights: a body of exactly the requested volume is drawn finer than the voxels, blurred as the scan is
blurred, and added so that the scan's own noise stays. See README.md for every number it states.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.shelf.promises import AbstractLesionGenerator

if TYPE_CHECKING:
    from xinglin.records.imaging import ImageEdit, NoduleRequest, Point_mm
    from xinglin.records.volume import Volume


class ParametricNodule(AbstractLesionGenerator):
    """Draws a lung nodule into a chest CT. Everything the request leaves open is drawn from its seed and stated."""

    name = "parametric_nodule"
    modalities = ("CT",)

    def insert(self, scan: Volume, request: NoduleRequest) -> ImageEdit:
        """The changed box with its masks and truth; the scan itself stays as it is.

        scan: CT in HU on an upright (possibly rotated) grid. Raises InvalidInput XL-NODULE-001 to 017 (README.md).
        Method: reference in README.md; 0.5 CPU-seconds at most when place and blur are given.
        """
        from xinglin.models.lesion.parametric_nodule.inserting import insert

        return insert(scan, request)

    def later(self, request: NoduleRequest, days: float, doubling_days: float) -> NoduleRequest:
        """The same nodule so many days later. Raises InvalidInput XL-NODULE-003, 013."""
        from xinglin.models.lesion.parametric_nodule.growth import later

        return later(request, days, doubling_days)

    def in_follow_up(
        self, edit: ImageEdit, before: Volume, after: Volume, days: float, doubling_days: float, center_mm: Point_mm | None = None
    ) -> NoduleRequest:
        """The request that puts the nodule of `edit` (made in `before`), grown, into the follow-up scan `after`.

        center_mm: the same place in `after`, needed when the scans share no frame of reference. Raises InvalidInput XL-NODULE-017.
        """
        from xinglin.models.lesion.parametric_nodule.growth import in_follow_up

        return in_follow_up(edit, before, after, days, doubling_days, center_mm)


GENERATOR = ParametricNodule()
