"""How much a scanner blurs: full width at half maximum along slice, row and column, measured on edges in the scan itself.

Edges are where air or lung meets tissue. Where too few clean ones are found, kernel and slice thickness speak instead, and it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xinglin.models.scanner.edge_fits import EdgeFits, fitted
from xinglin.models.scanner.edge_search import edge_seeds
from xinglin.models.scanner.kernels import kernel_blur_mm
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

Float = NDArray[np.float64]
FWHM = 2.3548200450309493  # of a Gaussian of standard deviation 1
LEAST_EDGES = 20
THINNEST_MEASURED_MM = 1.3  # thicker slices do not sample their own blur
THICKEST_MEASURED_MM = 3.2  # in thicker ones every leaning surface is smeared, and what is left misleads (seen on phantoms of 5 mm)
FLAT, UPRIGHT = 0.16, 0.88  # of the normal along slices
Source = Literal["scan", "kernel", "thickness"]


@dataclass(frozen=True)
class Blur:
    """The blur of a scan as a Gaussian.

    fwhm_mm: along slice, row, column; the voxel's own width is not counted (a voxel is the mean over its box). source: of the
    width in the slice, "scan" when measured, "kernel" when taken from the kernel's name. slice_source: "scan" or "thickness".
    edges: pieces of surface used in the slice and along slices. spread_mm: half the distance between the quartiles of what they
    say. doubt: in words, empty when nothing speaks against it.
    """

    fwhm_mm: tuple[float, float, float]
    source: Source
    slice_source: Source
    edges: tuple[int, int]
    spread_mm: tuple[float, float]
    doubt: tuple[str, ...]


def measure_blur(scan: Volume, edges: int = 500, seed: int = 0) -> Blur:
    """The blur of a CT, measured where it can be, else from its kernel and slice thickness (and said so).

    edges: how many pieces of surface to try each way. seed: which ones. Rows and columns get the same width. About 2 CPU-s.
    Reads scan.details "kernel" and "slice_thickness_mm". Raises InvalidInput XL-SCANNER-001 when the voxels are no HU.
    """
    if scan.unit != "HU" or min(scan.shape[1:]) < 16:
        raise InvalidInput("XL-SCANNER-001", "blur is measured on CT numbers in HU", fix="read the series with its rescale values")
    spacing = scan.spacing_mm
    seeds, normals = edge_seeds(scan.voxels, spacing, np.random.default_rng([seed, 71]))
    # thick slices smear a surface that leans only a little
    flat, upright = np.abs(normals[:, 0]) < min(FLAT, 0.4 * spacing[1] / spacing[0]), np.abs(normals[:, 0]) > UPRIGHT
    fit = edges if spacing[0] <= THICKEST_MEASURED_MM else 0
    in_plane = _clean(fitted(scan.voxels, spacing, seeds[flat][:fit], normals[flat][:fit]))
    thin = spacing[0] <= THINNEST_MEASURED_MM
    tried = edges if thin else 0
    along = _clean(fitted(scan.voxels, spacing, seeds[upright][:tried], normals[upright][:tried]))
    doubt: list[str] = []
    flat_mm, flat_spread, source = _in_plane(in_plane, scan.details, spacing, doubt)
    slice_mm, slice_spread, slice_source = _along(along, flat_mm, scan.details, spacing, thin, doubt)
    return Blur(
        (slice_mm, flat_mm, flat_mm), source, slice_source, (len(in_plane.variance_mm2), len(along.variance_mm2)),
        (flat_spread, slice_spread), tuple(doubt),
    )  # fmt: skip


def _clean(fits: EdgeFits) -> EdgeFits:
    """The pieces that are a single step: enough contrast, no more left over than noise leaves, level tissue behind."""
    good = (fits.contrast_hu > 500) & (fits.contrast_hu < 1400) & (fits.air_hu < -650) & np.isfinite(fits.variance_mm2)
    good &= np.abs(fits.slope_hu_mm) < 0.12 * fits.contrast_hu
    if good.any():
        good &= fits.residual_hu < 1.5 * np.percentile(fits.residual_hu[good], 20) + 5
    return EdgeFits(*(getattr(fits, name)[good] for name in fits.__dataclass_fields__))


def _in_plane(
    fits: EdgeFits, details: Mapping[str, str], spacing: tuple[float, float, float], doubt: list[str]
) -> tuple[float, float, Source]:
    """Width in the slice, its spread and where it is from."""
    if len(fits.variance_mm2) >= LEAST_EDGES:
        width, spread = _agreed(FWHM * np.sqrt(np.maximum(fits.variance_mm2, 0)))
        if spread > 0.3 * width + 0.12:
            doubt.append(f"edges in the slice disagree (half the middle range is {spread:.2f} mm)")
        if width < 0.3 * spacing[1]:
            doubt.append("the blur in the slice is below what these voxels can show")
        return width, spread, "scan"
    width, known = kernel_blur_mm(details.get("kernel", ""))
    doubt.append(
        (
            "slices are too thick to measure the blur in them: "
            if spacing[0] > THICKEST_MEASURED_MM
            else f"too few clean edges in the slice ({len(fits.variance_mm2)}): "
        )
        + ("the width is that of the kernel's class" if known else "the kernel is not known either, the width is that of an ordinary one")
    )
    return width, 0.3, "kernel"


def _along(
    fits: EdgeFits, flat_mm: float, details: Mapping[str, str], spacing: tuple[float, float, float], thin: bool, doubt: list[str]
) -> tuple[float, float, Source]:
    """Width along slices; from the slice thickness where slices are too thick or edges too few."""
    if len(fits.variance_mm2) >= LEAST_EDGES:
        share = fits.normal[:, 0] ** 2
        along = (fits.variance_mm2 - (1 - share) * (flat_mm / FWHM) ** 2) / share
        width, spread = _agreed(FWHM * np.sqrt(np.maximum(along, 0)))
        if spread > 0.3 * width + 0.15:
            doubt.append(f"edges along slices disagree (half the middle range is {spread:.2f} mm)")
        return width, spread, "scan"
    doubt.append(
        "slices are too thick to measure the blur along them"
        if not thin
        else f"too few clean edges along slices ({len(fits.variance_mm2)})"
    )
    thickness = _number(details.get("slice_thickness_mm", ""))
    if thickness is None:
        doubt.append("the distance of the slices stands for their thickness, which the file leaves open")
        thickness = spacing[0]
    # the profile is taken as a Gaussian as wide as the slice is thick; the voxel's own box is a part of it
    rest = (thickness / FWHM) ** 2 - spacing[0] ** 2 / 12
    return max(FWHM * float(np.sqrt(max(rest, 0.0))), 0.3 * spacing[0]), 0.25 * thickness, "thickness"


def _agreed(widths: Float) -> tuple[float, float]:
    """What most pieces say: the median of the half of them that lie closest together, leaning on no far ones."""
    ordered = np.sort(widths)
    take = max(len(ordered) * 2 // 3, 8)
    starts = np.arange(len(ordered) - take + 1)
    tightest = int(np.argmin(ordered[starts + take - 1] - ordered[starts]))
    low, high = np.percentile(ordered, [25, 75])
    return float(np.median(ordered[tightest : tightest + take])), float(high - low) / 2


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 50 else None
