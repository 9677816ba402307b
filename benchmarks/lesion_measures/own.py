"""Our own nodules, whose truth is known, measured blind: random requests put into thorax phantoms and outlined from their centre."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.thorax_phantom import thorax
from xinglin.records.errors import XinglinError
from xinglin.records.imaging import ImageEdit, NoduleRequest
from xinglin.records.volume import Volume
from xinglin.workup.imaging.measuring import measure
from xinglin.workup.imaging.segmenting import segment_from_seed

KINDS = (("solid", "diffuse"), ("solid", "diffuse"), ("part-solid", "diffuse"), ("ground-glass", "diffuse"), ("calcified", "central"), ("calcified", "diffuse"))  # fmt: skip
MARGINS = ("smooth", "lobulated", "spiculated")
ATTACHMENTS = ("none", "none", "none", "none", "pleura", "vessel")
SCANS = (  # shape, spacing mm, blur mm, noise HU
    ((120, 320, 430), (1.25, 0.8, 0.8), (1.2, 1.1, 1.1), 22.0),
    ((64, 320, 430), (2.5, 0.8, 0.8), (2.3, 1.2, 1.2), 15.0),
    ((150, 330, 440), (1.0, 0.78, 0.78), (1.0, 1.0, 1.0), 35.0),
)
COARSE_SCANS = (  # grids of thick slices and wide fields of view
    ((120, 256, 256), (2.5, 1.4, 1.4), (1.8, 1.2, 1.2), 22.0),
    ((64, 192, 192), (2.5, 1.8, 1.8), (1.8, 1.2, 1.2), 22.0),
    ((60, 256, 256), (5.0, 1.4, 1.4), (1.8, 1.2, 1.2), 15.0),
    ((60, 128, 128), (5.0, 2.8, 2.8), (1.8, 1.2, 1.2), 15.0),
)


def request_of(draw: np.random.Generator) -> NoduleRequest:
    """A random nodule of 6 to 30 mm."""
    kind, pattern = KINDS[draw.integers(len(KINDS))]
    return NoduleRequest(
        kind=kind, calcification=pattern, diameter_mm=float(np.exp(draw.uniform(np.log(6), np.log(30)))),
        margin=MARGINS[draw.integers(len(MARGINS))], attachment=ATTACHMENTS[draw.integers(len(ATTACHMENTS))], seed=int(draw.integers(2**31)),
    )  # fmt: skip


def with_edit(scan: Volume, edit: ImageEdit) -> Volume:
    """The scan with the box put in."""
    voxels = scan.voxels.copy()
    voxels[tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))] = np.frombuffer(edit.voxels, "<i2").reshape(
        edit.shape
    )
    return Volume(voxels, scan.affine, unit="HU", modality="CT", instances=scan.instances)


def measured(scan: Volume, request: NoduleRequest) -> dict[str, Any] | None:
    """One nodule; None where the phantom has no place for it."""
    try:
        edit = GENERATOR.insert(scan, request)
    except XinglinError:
        return None
    truth = edit.truth
    row: dict[str, Any] = {
        "kind": request.kind, "grid": " x ".join(f"{side:g}" for side in scan.spacing_mm), "margin": request.margin, "attachment": request.attachment, "slice_mm": scan.spacing_mm[0],
        "voxel_mm": round(scan.spacing_mm[1], 3), "true_mm": round(truth["diameter_mm"], 2), "true_mm3": round(truth["volume_mm3"], 1),
        "apparent_mm3": round(truth["apparent_volume_mm3"], 1), "spicules_percent": round(100 * truth.get("spicule_volume_mm3", 0) / truth["volume_mm3"], 1),
    }  # fmt: skip
    changed = with_edit(scan, edit)
    start = time.process_time()
    try:
        outlined = segment_from_seed(changed, (truth["center_x_mm"], truth["center_y_mm"], truth["center_z_mm"]))
        found = measure(changed, outlined.mask, outlined.start, kind=outlined.kind, notes=outlined.notes)
    except XinglinError as error:
        return {**row, "refused": error.code}
    return {
        **row, "cpu_s": round(time.process_time() - start, 3), "mm": found.effective_diameter_mm, "mm3": found.volume_mm3, "leak": outlined.leak,
        "told_kind": outlined.kind, "off_mm": round(found.effective_diameter_mm - truth["diameter_mm"], 3), "notes": list(found.notes),
        "off_percent": round(100 * (found.volume_mm3 / truth["volume_mm3"] - 1), 2),
        "long_mm": found.long_axis_mm, "short_mm": found.short_axis_mm,
    }  # fmt: skip


def own_nodules(count: int, seed: int, scans: tuple[Any, ...] = SCANS) -> list[dict[str, Any]]:
    """`count` nodules, spread over the scans."""
    rows: list[dict[str, Any]] = []
    for number, (shape, spacing, blur, noise) in enumerate(scans):
        scan = thorax(shape, spacing, seed=seed + number, blur_mm=blur, noise_sd_hu=noise, synthetic=False).volume
        draw, wanted = np.random.default_rng([seed, number]), count // len(scans)
        mine: list[dict[str, Any]] = []
        while len(mine) < wanted:
            row = measured(scan, request_of(draw))
            mine += [row] if row else []
        rows += mine
    return rows
