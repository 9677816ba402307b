"""A small made-up scan with something put into it, sound or spoilt in one known way: what image checks are tried on.

A block of lung-like noise with a blurred ball added; every number is drawn from a fixed seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from xinglin.records.imaging import ImageCase, ImageEdit, NoduleRequest
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHAPE = (24, 40, 40)
SPACING_MM = (1.25, 0.7, 0.7)
START, BOX = (4, 10, 10), (16, 20, 20)
BLUR_MM = (1.3, 1.0, 1.0)
CONTRAST_HU = 880.0
RADIUS_MM = 4.0


def sample_case(*, blur_mm: tuple[float, float, float] = BLUR_MM, noise_kept: float = 1.0) -> ImageCase:
    """A sound case. `blur_mm` is the blur really used (the truth says BLUR_MM); `noise_kept` the share of noise left inside."""
    import numpy as np
    from scipy import ndimage

    random = np.random.default_rng(20260701)
    noise = ndimage.gaussian_filter(random.normal(0, 60, SHAPE), 0.6)
    before = np.rint(-850 + noise).astype(np.int16)
    affine = np.array([[0, 0, SPACING_MM[2], -14.0], [0, SPACING_MM[1], 0, -14.0], [SPACING_MM[0], 0, 0, 0.0], [0, 0, 0, 1.0]])
    source = Volume(
        before, affine, "HU", "CT", "1.2.3", "1.2.3.1", "1.2.3.1.1", tuple(f"1.2.3.1.1.{n}" for n in range(SHAPE[0])), "2026-03-01"
    )
    occupancy = _ball()
    inside, truth_blur = (_blurred(occupancy, blur) for blur in (blur_mm, BLUR_MM))
    box = tuple(slice(a, a + n) for a, n in zip(START, BOX, strict=True))
    smooth = before[box] - noise[box] * (1 - noise_kept) * (inside > 0.5)
    after = np.rint(smooth + inside * CONTRAST_HU).astype("<i2")
    volume = float(occupancy.sum()) * float(np.prod(SPACING_MM))
    center = source.point_mm((START[0] + 7.5, START[1] + 9.5, START[2] + 9.5))
    edit = ImageEdit(
        "parametric_nodule@1", source.series_uid, source.digest(), NoduleRequest(diameter_mm=2 * RADIUS_MM), START, BOX,
        after.tobytes(), occupancy.astype("<f4").tobytes(), truth_blur.astype("<f4").tobytes(),
        {"volume_mm3": volume, "center_x_mm": center[0], "center_y_mm": center[1], "center_z_mm": center[2],
         "blur_slice_mm": BLUR_MM[0], "blur_row_mm": BLUR_MM[1], "blur_column_mm": BLUR_MM[2]},
    )  # fmt: skip
    return ImageCase(source, edit.applied_to(source), edit, "SYNTHETIC")


def _edit() -> ImageEdit:
    """The change of the sound case."""
    edit = sample_case().edit
    assert edit is not None
    return edit


def _ball():
    import numpy as np

    fine = 4
    axes = [(np.arange(n * fine) + 0.5) / fine * mm - n * mm / 2 for n, mm in zip(BOX, SPACING_MM, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    ball = (np.sqrt(x * x + y * y + z * z) < RADIUS_MM).astype(np.float32)
    return ball.reshape(BOX[0], fine, BOX[1], fine, BOX[2], fine).mean((1, 3, 5))


def _blurred(occupancy, blur_mm: tuple[float, float, float]):
    from scipy import ndimage

    return ndimage.gaussian_filter(occupancy, [mm / 2.3548 / one for mm, one in zip(blur_mm, SPACING_MM, strict=True)])


def on_another_grid() -> ImageCase:
    """The result lies half a millimetre beside its source."""
    case = sample_case()
    affine = case.result.affine.copy()
    affine[0, 3] += 0.5
    return replace(case, result=replace(case.result, affine=affine))


def changed_outside() -> ImageCase:
    """One voxel far from the nodule is different."""
    case = sample_case()
    voxels = case.result.voxels.copy()
    voxels[0, 0, 0] += 1
    return replace(case, result=replace(case.result, voxels=voxels))


def beyond_hounsfield() -> ImageCase:
    """A voxel that no tissue and no metal in a 12-bit CT has."""
    case = sample_case()
    voxels = case.result.voxels.copy()
    voxels[START[0] + 8, START[1] + 10, START[2] + 10] = 9000
    return replace(case, result=replace(case.result, voxels=voxels))


def mask_of_another_size() -> ImageCase:
    """The truth states a fifth more volume than the mask holds."""
    case, edit = sample_case(), _edit()
    return replace(case, edit=msgspec.structs.replace(edit, truth={**edit.truth, "volume_mm3": edit.truth["volume_mm3"] * 1.2}))


def without_noise() -> ImageCase:
    """The nodule is as smooth as plastic: the scan's noise is gone inside it."""
    return sample_case(noise_kept=0.0)


def too_sharp() -> ImageCase:
    """The nodule's edge is sharper than the scanner could have shown it."""
    return sample_case(blur_mm=(0.2, 0.2, 0.2))


def unlabelled() -> ImageCase:
    """Nothing marks the result as artificial."""
    case = sample_case()
    return replace(case, result=replace(case.result, synthetic=False), label="")


def copied() -> ImageCase:
    """What was put in was cut out of another place of the same scan."""
    import numpy as np

    case, sound = sample_case(), _edit()
    piece = case.source.voxels[START[0] : START[0] + BOX[0], 0 : BOX[1], 0 : BOX[2]].astype("<i2")
    voxels = case.source.voxels.copy()
    voxels[sound.box()] = piece
    edit = msgspec.structs.replace(sound, voxels=np.ascontiguousarray(piece).tobytes())
    return ImageCase(case.source, replace(case.source, voxels=voxels, synthetic=True), edit, case.label)


def translated() -> ImageCase:
    """The whole scan as a smoother kernel would show it, marked."""
    from scipy import ndimage

    return _translated(lambda voxels: ndimage.gaussian_filter(voxels, 0.6))


def untranslated() -> ImageCase:
    """A translation in which nothing was changed."""
    return _translated(lambda voxels: voxels)


def translated_to_grey() -> ImageCase:
    """A translation that left one density in some slices."""

    def flattened(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
        voxels[3:6] = -700
        return voxels

    return _translated(flattened)


def imagined() -> ImageCase:
    """A translation that shows another scan altogether."""
    import numpy as np

    return _translated(lambda voxels: np.random.default_rng(3).normal(-800, 90, voxels.shape))


def _translated(change: Callable[[NDArray[np.float32]], NDArray[np.floating]]) -> ImageCase:
    import numpy as np

    source = sample_case().source
    values = np.rint(change(source.voxels.astype(np.float32))).astype(source.voxels.dtype)
    return ImageCase(source, replace(source, voxels=values, synthetic=True), None, "SYNTHETIC")
