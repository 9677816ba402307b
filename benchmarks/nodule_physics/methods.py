"""Ways of putting a lesion into a finished noisy scan: ours, ours spoilt on purpose, voxel paste, cut-and-paste, Poisson blending.

Every way gives the HU of the same box. Baselines by our own hand from the published method: see README.md for what was opened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np
from benchmarks.nodule_physics.chests import Drawn
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.linalg import cg

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.records.volume import Volume

ROOM_MM = 2.5  # around a lesion that is cut out of its scan to be blended


@dataclass(frozen=True, eq=False)
class Put:
    """HU of a box of the scan after a lesion was put in, and the box."""

    hu: np.ndarray
    start: tuple[int, int, int]


def ours(scan: Volume, lesion: Drawn, blur_mm: tuple[float, float, float], times: float = 1.0) -> Put:
    """The generator, with a blur given to it. Raises InvalidInput where it refuses the place."""
    edit = GENERATOR.insert(scan, replace_blur(lesion, tuple(times * b for b in blur_mm)))
    whole = scan.voxels.copy()
    whole[edit.box()] = np.frombuffer(edit.voxels, "<i2").reshape(edit.shape)
    return Put(whole[lesion.box].astype(np.float32), lesion.start)


def replace_blur(lesion: Drawn, blur_mm: tuple[float, ...]):
    """The lesion's request with this blur."""
    return msgspec.structs.replace(lesion.request, blur_mm=blur_mm)


def without_noise(put: Put, scan: Volume, noiseless: np.ndarray, lesion: Drawn, spacing: tuple[float, float, float]) -> Put:
    """The same with the scan's noise taken out where the lesion is, as methods do that paint a lesion instead of adding it."""
    weight = np.clip(0.5 - lesion.depth_mm / 1.2, 0, 1)
    noise = scan.voxels[lesion.box] - noiseless[lesion.box]
    return replace(put, hu=np.rint(put.hu - weight * noise).astype(np.float32))


def voxel_paste(scan: Volume, lesion: Drawn) -> Put:
    """Voxels at least half inside become the lesion's density: no blur, no noise."""
    design, hu = lesion.design, scan.voxels[lesion.box].astype(np.float32)
    hu[lesion.share >= 0.5] = design.solid_hu if design.glass_hu is None else design.glass_hu
    if design.glass_hu is not None:
        hu[lesion.inner >= 0.5] = design.solid_hu
    return Put(np.rint(hu), lesion.start)


def moved(scan: Volume, donor: Drawn, to: tuple[float, float, float]) -> Put:
    """The box of `scan` that a donor's box falls on when its lesion is moved to a place in LPS mm (whole voxels)."""
    shift = np.rint(np.array(scan.index_of(to)) - np.array(scan.index_of(donor.request.center_mm))).astype(int)
    start = np.clip(np.array(donor.start) + shift, 0, np.array(scan.shape) - donor.change.shape)
    box = tuple(slice(int(a), int(a + n)) for a, n in zip(start, donor.change.shape, strict=True))
    return Put(scan.voxels[box].astype(np.float32), tuple(int(n) for n in start))


def cut_and_paste(target: Put, donor_hu: np.ndarray, donor: Drawn) -> Put:
    """The donor's lesion, cut out one millimetre outside its surface, put down as it is."""
    return replace(target, hu=np.where(donor.depth_mm < 1.0, donor_hu, target.hu))


def poisson(target: Put, donor_hu: np.ndarray, donor: Drawn, mixed: bool = False) -> Put:
    """Gradient-domain blending: inside a region around the lesion, the picture with the donor's gradients that meets the scan at the border.

    Poisson equation with Dirichlet border on the voxels' graph in three dimensions (Perez, Gangnet, Blake 2003,
    doi 10.1145/882262.882269, equations 3 and 7 to 10). mixed: of donor and scan, the stronger gradient (equations 12, 13).
    """
    region = donor.depth_mm < ROOM_MM
    for axis in range(3):
        np.moveaxis(region, axis, 0)[[0, -1]] = False
    number = np.full(region.shape, -1)
    number[region] = np.arange(int(region.sum()))
    count = int(region.sum())
    right, rows, columns = np.zeros(count), [], []
    for axis in range(3):
        for step in (1, -1):
            own = number[region]
            beside = np.roll(number, step, axis)[region]
            wanted = (donor_hu - np.roll(donor_hu, step, axis))[region]
            if mixed:
                there = (target.hu - np.roll(target.hu, step, axis))[region]
                wanted = np.where(np.abs(there) > np.abs(wanted), there, wanted)
            right += wanted + np.where(beside < 0, np.roll(target.hu, step, axis)[region], 0)
            rows.append(own[beside >= 0])
            columns.append(beside[beside >= 0])
    off = coo_array((np.full(sum(len(r) for r in rows), -1.0), (np.concatenate(rows), np.concatenate(columns))), (count, count))
    matrix = (off + coo_array((np.full(count, 6.0), (np.arange(count), np.arange(count))), (count, count))).tocsr()
    found, _ = cg(matrix, right, x0=donor_hu[region].astype(float), rtol=1e-6, maxiter=2000)
    hu = target.hu.copy()
    hu[region] = np.rint(found)
    return replace(target, hu=hu)


def noise_ratio(after: np.ndarray, before: np.ndarray, depth_mm: np.ndarray, spacing: tuple[float, float, float]) -> float:
    """Standard deviation of what 1 mm of smoothing leaves over, deep inside the lesion: with the lesion over without it."""
    core = depth_mm < -3.0
    if core.sum() < 40:
        return float("nan")
    sigma = [1.0 / s for s in spacing]
    a, b = ((v - ndimage.gaussian_filter(v, sigma))[core] for v in (after.astype(float), before.astype(float)))
    return float(a.std() / b.std())
