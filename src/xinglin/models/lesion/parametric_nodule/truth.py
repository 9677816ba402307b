"""The numbers stated about an inserted nodule, under the keys the model card explains."""

from __future__ import annotations

import numpy as np

from xinglin.models.lesion.parametric_nodule.body import Body
from xinglin.models.lesion.parametric_nodule.design import Design
from xinglin.models.lesion.parametric_nodule.fine_grid import Box
from xinglin.models.lesion.parametric_nodule.picture import Picture
from xinglin.models.lesion.parametric_nodule.shape import axes_of


def truth_of(design: Design, body: Body, inner_mm3: float, box: Box, picture: Picture) -> dict[str, float]:
    """Every number, in a fixed order. Lengths mm, volumes mm3, densities HU, losses in percent of the stated volume."""
    voxel_mm3 = float(np.prod(box.grid.frame.spacing_mm))
    volume = float(body.share.sum(dtype=np.float64)) * body.grid.cell_mm3
    binary = float((picture.occupancy >= 0.5).sum()) * voxel_mm3
    apparent = float((picture.apparent >= 0.5).sum()) * voxel_mm3
    center = body.grid.frame.point_mm(body.grid.centroid(body.share))
    anchor = body.grid.frame.point_mm(np.zeros(3))
    weight = float(picture.occupancy.sum(dtype=np.float64))
    found = {
        "requested_diameter_mm": float(design.request.diameter_mm),
        "diameter_mm": float(np.cbrt(6 * volume / np.pi)),
        "volume_mm3": volume,
        "requested_volume_mm3": design.volume_mm3,
        "body_volume_mm3": body.body_mm3,
        "spicule_volume_mm3": volume - body.body_mm3,
    }
    if design.glass_hu is not None:
        found |= {
            "solid_volume_mm3": inner_mm3,
            "solid_fraction": inner_mm3 / volume,
            "solid_diameter_mm": float(np.cbrt(6 * inner_mm3 / np.pi)),
        }
    elif design.calcium_hu is not None:
        found |= {"calcified_volume_mm3": inner_mm3, "calcified_fraction": inner_mm3 / volume, "calcium_hu": design.calcium_hu}
    found |= _places(center, anchor) | _blur(box)
    found |= {
        "binary_volume_mm3": binary,
        "binary_loss_percent": 100 * (1 - binary / volume),
        "apparent_volume_mm3": apparent,
        "apparent_loss_percent": 100 * (1 - apparent / volume),
        "lung_hu": picture.lung_hu,
        "contrast_hu": float(picture.added.sum(dtype=np.float64)) / weight,
        "mean_hu": mean_hu(design, inner_mm3 / volume),
    }
    if design.glass_hu is not None:
        found["glass_hu"] = design.glass_hu
    if design.request.kind in ("solid", "part-solid") or (design.calcium_hu is not None and design.inner_fraction < 1):
        found["solid_hu"] = design.solid_hu
    lengths, _ = axes_of(design)
    found |= {"texture_hu": picture.grain_hu, "texture_mm": float(design.request.texture_mm), "lobulation": design.lobulation}
    found |= {"spicules": float(design.spicules), "days": float(design.request.days)}
    found |= {f"axis_{name}": float(length) for name, length in zip(("1", "2", "3"), lengths, strict=True)}
    return found


def mean_hu(design: Design, inner_share: float) -> float:
    """Mean density of the object itself, before the scanner: body and inner part by their shares."""
    body_hu = design.glass_hu if design.glass_hu is not None else design.solid_hu
    inner_hu = design.calcium_hu if design.calcium_hu is not None else design.solid_hu
    return body_hu + inner_share * (inner_hu - body_hu)


def _places(center: tuple[float, ...], anchor: tuple[float, ...]) -> dict[str, float]:
    """Centre of mass, and the place the nodule hangs on (they differ where a wall cuts it)."""
    names = ("x", "y", "z")
    return {f"center_{n}_mm": v for n, v in zip(names, center, strict=True)} | {
        f"anchor_{n}_mm": v for n, v in zip(names, anchor, strict=True)
    }


def _blur(box: Box) -> dict[str, float]:
    """Full width at half maximum used along each axis of the grid."""
    return {f"blur_{name}_mm": float(width) for name, width in zip(("slice", "row", "column"), box.blur_mm, strict=True)}
