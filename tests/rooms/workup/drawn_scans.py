"""Small CT volumes with a ball in lung or tissue, drawn finer than the voxels and blurred, for tests of outlining and measuring."""

import numpy as np
from scipy import ndimage

from xinglin.records.volume import Volume

FINE = 3


def ball_scan(
    radii_mm=(5.0, 5.0, 5.0), *, center_mm=(0.0, 0.0, 0.0), hu=30.0, around_hu=-850.0, noise_hu=20.0, spacing_mm=(1.0, 0.7, 0.7), half_mm=26.0,
    wall_mm=None, vessel_mm=None, core=None, unit="HU",
):  # fmt: skip
    """A ball (z, y, x radii) at `center_mm`; `wall_mm`: tissue from that y on; `vessel_mm`: radius of one along x; `core`: (radius, HU)."""
    counts = [int(2 * half_mm / s) | 1 for s in spacing_mm]
    axes = [((np.arange(n * FINE) + 0.5) / FINE - n / 2) * s for n, s in zip(counts, spacing_mm, strict=True)]
    z, y, x = axes[0][:, None, None] - center_mm[2], axes[1][None, :, None] - center_mm[1], axes[2][None, None, :] - center_mm[0]

    def share(inside):
        parts = np.broadcast_to(inside, [n * FINE for n in counts]).reshape(counts[0], FINE, counts[1], FINE, counts[2], FINE)
        return parts.mean((1, 3, 5), dtype=np.float32)

    image = np.full(counts, around_hu, np.float32)
    things = [((z / radii_mm[0]) ** 2 + (y / radii_mm[1]) ** 2 + (x / radii_mm[2]) ** 2 <= 1, hu)]
    things += [(z**2 + y**2 + x**2 <= core[0] ** 2, core[1])] if core else []
    things += [(axes[1][None, :, None] > wall_mm, 50.0)] if wall_mm is not None else []
    things += [(z**2 + y**2 <= vessel_mm**2, 40.0)] if vessel_mm else []
    for inside, level in things:
        part = share(inside)
        image = image * (1 - part) + level * part
    image = ndimage.gaussian_filter(image, [max(1.2, 0.9 * s) / 2.3548 / s for s in spacing_mm])
    if noise_hu:
        noise = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=counts), [0.3, 0.7, 0.7])
        image += noise * (noise_hu / noise.std())
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = *spacing_mm, 1.0
    affine[:3, 3] = -(affine[:3, :3] @ [(n - 1) / 2 for n in counts])
    instances = tuple(f"1.2.826.{k}" for k in range(counts[0]))
    return Volume(np.rint(image).astype(np.int16), affine, unit=unit, modality="CT", instances=instances)
