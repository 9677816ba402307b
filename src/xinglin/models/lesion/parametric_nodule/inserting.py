"""One nodule into one scan: the road from request to ImageEdit, step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.body import body_of
from xinglin.models.lesion.parametric_nodule.design import METHOD, Design, design_of
from xinglin.models.lesion.parametric_nodule.fine_grid import Box, box_around
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.models.lesion.parametric_nodule.inner import inner_of
from xinglin.models.lesion.parametric_nodule.picture import Picture, picture_of
from xinglin.models.lesion.parametric_nodule.placing import SeenBlur, Site, blur_of, must_be_lung, must_touch, sites_of
from xinglin.models.lesion.parametric_nodule.shape import outline_of
from xinglin.models.lesion.parametric_nodule.surroundings import local_wall, surroundings
from xinglin.models.lesion.parametric_nodule.truth import truth_of
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import ImageEdit, NoduleRequest
from xinglin.records.volume import Volume

UNFIT = ("XL-NODULE-006", "XL-NODULE-007", "XL-NODULE-014", "XL-NODULE-015")
LOSS_WORTH_SAYING_PERCENT, OVERLAP_WORTH_SAYING = 10.0, 0.05
LEAST_CONTRAST_HU, FAINT_HU = 25.0, 100.0


def insert(scan: Volume, request: NoduleRequest) -> ImageEdit:
    """See ParametricNodule.insert. A place from the seed that proves unfit gives way to the next from the same seed."""
    must_be_ct(scan)
    design = design_of(request)
    blur = blur_of(scan, request)
    unfit: InvalidInput | None = None
    for site in sites_of(scan, request, design, outline_of(design).most):
        try:
            return _inserted(scan, design, site, blur)
        except InvalidInput as fault:
            if not site.drawn or fault.code not in UNFIT:
                raise
            unfit = fault
    assert unfit is not None
    raise unfit


def _inserted(scan: Volume, design: Design, site: Site, blur: SeenBlur) -> ImageEdit:
    """The nodule at one place."""
    request = design.request
    frame = frame_at(scan, site.center_mm)
    wall = local_wall(scan, frame, design.diameter_mm / 2) if request.attachment == "pleura" else None
    body = body_of(design, frame, wall)
    box = box_around(body.grid, blur.fwhm_mm)
    around = surroundings(scan, box)
    inner = inner_of(design, body)
    picture = picture_of(design, body, inner, box, around)
    overlap = must_be_lung(picture.occupancy, around, request.attachment)
    must_touch(request.attachment, body.cut_by_wall, picture.apparent, around)
    must_stand_out(design, picture.lung_hu)
    inner_mm3 = 0.0 if inner is None else float(np.minimum(inner, body.share).sum(dtype=np.float64)) * body.grid.cell_mm3
    truth = truth_of(design, body, inner_mm3, box, picture) | {"overlap_percent": 100 * overlap, "noise_hu": around.noise_hu}
    if site.pleura_distance_mm is not None:
        truth["pleura_distance_mm"] = site.pleura_distance_mm
    words = _words(design) | site.words | blur.words
    return _edit(scan, request, box, picture, truth, words, _notes(scan, design, (*site.notes, *blur.notes), truth))


def must_be_ct(scan: Volume) -> None:
    """Raises InvalidInput XL-NODULE-001 for anything but CT, XL-NODULE-002 where the numbers are not HU."""
    if scan.modality != "CT":
        raise InvalidInput("XL-NODULE-001", "not a CT", where="Volume.modality", why="the physics is that of CT alone", fix="a CT series")
    if scan.unit != "HU":
        raise InvalidInput(
            "XL-NODULE-002", "the numbers are not HU", where="Volume.unit", why="densities mean nothing", fix="a rescaled series"
        )


def must_stand_out(design: Design, lung_hu: float) -> None:
    """Raises InvalidInput XL-NODULE-009 for a nodule no denser than the lung it would lie in."""
    body_hu = design.glass_hu if design.glass_hu is not None else design.solid_hu
    if body_hu - lung_hu < LEAST_CONTRAST_HU:
        raise InvalidInput(
            "XL-NODULE-009", "the nodule is no denser than the lung there", where="NoduleRequest.hu",
            why=f"it needs at least {LEAST_CONTRAST_HU:.0f} HU more than the lung around it", fix="a denser nodule, or another place",
        )  # fmt: skip


def _edit(
    scan: Volume, request: NoduleRequest, box: Box, picture: Picture, truth: dict[str, float], words: dict[str, str], notes: tuple[str, ...]
) -> ImageEdit:
    """The record of the change, little-endian as the record says."""
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
        words=words,
        notes=notes,
    )


def _three(numbers: NDArray[np.int64]) -> tuple[int, int, int]:
    first, second, third = (int(n) for n in numbers)
    return first, second, third


def _words(design: Design) -> dict[str, str]:
    """What was drawn, in words."""
    request = design.request
    found = {"kind": request.kind, "margin": request.margin, "attachment": request.attachment}
    if request.kind == "calcified":
        found["calcification"] = request.calcification
    return found | {"drawn_from_seed": ", ".join(design.drawn)}


def _notes(scan: Volume, design: Design, known: tuple[str, ...], truth: dict[str, float]) -> tuple[str, ...]:
    """What a reader of the truth must know beside the numbers."""
    found = list(known)
    if scan.synthetic:
        found.append("the scan itself is, or holds, artificial content")
    if design.diameter_mm < 2 * max(scan.spacing_mm):
        found.append("the nodule is thinner than two slices: a binary mask cannot hold its volume, the fractional one does")
    if truth["binary_loss_percent"] > LOSS_WORTH_SAYING_PERCENT:
        found.append("the binary mask loses more than a tenth of the volume: see binary_loss_percent")
    if truth["overlap_percent"] > 100 * OVERLAP_WORTH_SAYING:
        found.append("part of the nodule lies on vessels or wall: see overlap_percent")
    if truth["mean_hu"] - truth["lung_hu"] < FAINT_HU:
        found.append("the nodule is hardly denser than the lung there")
    if truth["texture_hu"] < design.texture_hu - 1e-6:
        found.append("the grain was lessened, or it would have eaten the contrast")
    return tuple(found)
