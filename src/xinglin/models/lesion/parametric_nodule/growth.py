"""The same nodule at another date: one seed, one shape, one place, a volume that doubles every so many days.

V(t) = V0 * 2 ** (days / doubling time); a negative doubling time lets it shrink. Shape, inner part and grain come from
the seed alone, so that two scans of one person show one nodule, whatever their grids.
"""

from __future__ import annotations

import msgspec

from xinglin.models.lesion.parametric_nodule.design import diameter_then
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import ImageEdit, NoduleRequest, Point_mm
from xinglin.records.volume import Volume


def later(request: NoduleRequest, days: float, doubling_days: float) -> NoduleRequest:
    """The request for the same nodule so many days later (all days counted from the nodule of `diameter_mm`).

    days: may be negative (earlier). doubling_days: of the volume, not 0, negative for shrinking. Give the first request a
    `center_mm`, or use `in_follow_up`: a place drawn from the seed depends on the size.
    Raises InvalidInput XL-NODULE-013, or 003 when it leaves 2 to 40 mm.
    """
    grown = msgspec.structs.replace(request, days=float(days), doubling_days=float(doubling_days))
    diameter_then(grown)
    return grown


def in_follow_up(
    edit: ImageEdit, before: Volume, after: Volume, days: float, doubling_days: float, center_mm: Point_mm | None = None
) -> NoduleRequest:
    """The request that puts the nodule of `edit`, grown, into the follow-up scan `after`.

    before: the scan it was put into first. center_mm: the same place in `after`; may be left out when both share a frame of
    reference. The blur is measured anew in `after`. Raises InvalidInput XL-NODULE-017 when the place cannot be known.
    """
    if center_mm is None:
        if not before.frame_of_reference or before.frame_of_reference != after.frame_of_reference:
            raise InvalidInput(
                "XL-NODULE-017", "the place in the follow-up scan is not known", where="Volume.frame_of_reference",
                why="the two scans do not share a frame of reference", fix="give center_mm in the follow-up scan",
            )  # fmt: skip
        center_mm = (edit.truth["anchor_x_mm"], edit.truth["anchor_y_mm"], edit.truth["anchor_z_mm"])
    axes = edit.request.axes
    if axes is not None:
        along_patient = [axes[axis] for axis in frame_at(before, before.point_mm((0, 0, 0))).nearest_axes()]
        order = frame_at(after, after.point_mm((0, 0, 0))).nearest_axes()
        axes = (along_patient[order.index(0)], along_patient[order.index(1)], along_patient[order.index(2)])
    moved = msgspec.structs.replace(edit.request, center_mm=center_mm, side=None, lobe=None, blur_mm=None, axes=axes)
    return later(moved, days, doubling_days)
