"""One nodule into one scan: the road from request to ImageEdit, step by step."""

from __future__ import annotations

import numpy as np

from xinglin.models.image.parametric_nodule.body import Body, body_of
from xinglin.models.image.parametric_nodule.design import METHOD, Design, design_of
from xinglin.models.image.parametric_nodule.fine_grid import box_around
from xinglin.models.image.parametric_nodule.frame import frame_at
from xinglin.models.image.parametric_nodule.inner import inner_of
from xinglin.models.image.parametric_nodule.picture import Picture, picture_of
from xinglin.models.image.parametric_nodule.placing import blur_asked_for, must_be_lung
from xinglin.models.image.parametric_nodule.surroundings import local_wall, surroundings
from xinglin.models.image.parametric_nodule.truth import truth_of
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import ImageEdit, NoduleRequest
from xinglin.records.volume import Volume


def insert(scan: Volume, request: NoduleRequest) -> ImageEdit:
    """See ParametricNodule.insert."""
    must_be_ct(scan)
    design = design_of(request)
    blur = blur_asked_for(request)
    if request.center_mm is None or blur is None:
        raise InvalidInput("XL-NODULE-005", "no place given", where="NoduleRequest", fix="give center_mm and blur_mm")
    frame = frame_at(scan, request.center_mm)
    wall = local_wall(scan, frame, design.diameter_mm / 2) if request.attachment == "pleura" else None
    body = body_of(design, frame, wall)
    box = box_around(body.grid, blur)
    around = surroundings(scan, box)
    inner = inner_of(design, body)
    picture = picture_of(design, body, inner, box, around)
    overlap = must_be_lung(picture.occupancy, around, request.attachment)
    inner_mm3 = 0.0 if inner is None else float((inner * (body.share > 0)).sum(dtype=np.float64)) * body.grid.cell_mm3
    truth = truth_of(design, body, inner_mm3, box, picture) | {"overlap_percent": 100 * overlap}
    return ImageEdit(
        method=METHOD,
        series_uid=scan.series_uid,
        source_digest=scan.digest(),
        request=request,
        start=_three(box.start),
        shape=_three(box.shape),
        voxels=picture.voxels.astype("<i2").tobytes(),
        occupancy=picture.occupancy.astype("<f4").tobytes(),
        apparent=picture.apparent.astype("<f4").tobytes(),
        truth=truth,
        words=_words(design, "request"),
        notes=_notes(scan, design, body, picture, truth),
    )


def must_be_ct(scan: Volume) -> None:
    """Raises InvalidInput XL-NODULE-001 for anything but CT, XL-NODULE-002 where the numbers are not HU."""
    if scan.modality != "CT":
        raise InvalidInput("XL-NODULE-001", "not a CT", where="Volume.modality", why="the physics is that of CT alone", fix="a CT series")
    if scan.unit != "HU":
        raise InvalidInput(
            "XL-NODULE-002", "the numbers are not HU", where="Volume.unit", why="densities mean nothing", fix="a rescaled series"
        )


def _three(numbers: np.ndarray) -> tuple[int, int, int]:
    first, second, third = (int(n) for n in numbers)
    return first, second, third


def _words(design: Design, blur_from: str) -> dict[str, str]:
    request = design.request
    found = {"kind": request.kind, "margin": request.margin, "attachment": request.attachment, "blur_from": blur_from}
    if request.kind == "calcified":
        found["calcification"] = request.calcification
    return found | {"drawn_from_seed": ", ".join(design.drawn)}


def _notes(scan: Volume, design: Design, body: Body, picture: Picture, truth: dict[str, float]) -> tuple[str, ...]:
    """What the reader of the truth must know beside the numbers."""
    found = []
    if scan.synthetic:
        found.append("the scan itself is, or holds, artificial content")
    return tuple(found)
