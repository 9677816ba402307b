"""Phantom chests whose fine anatomy is kept, so that a lesion can be painted into it before the scanner looks.

A reference lesion replaces anatomy on the phantom's fine voxels, and the phantom's own scanner (blur, voxels) images the two
together. Only then is noise added. The inserted lesion never sees any of this: it gets the finished noisy scan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from xinglin.models.lesion.parametric_nodule.body import body_of
from xinglin.models.lesion.parametric_nodule.design import TISSUE_HU, Design, design_of
from xinglin.models.lesion.parametric_nodule.fine_grid import box_around
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.models.lesion.parametric_nodule.inner import inner_of
from xinglin.models.lesion.parametric_nodule.texture import grain
from xinglin.models.thorax_phantom import imaging
from xinglin.models.thorax_phantom.chest import built
from xinglin.models.thorax_phantom.phantom import Recipe, _halo, _places, _scanned, _taps
from xinglin.models.thorax_phantom.rendering import painted, slabs
from xinglin.records.imaging import NoduleRequest
from xinglin.records.volume import Volume

FROM_PLEURA_MM, FROM_EDGE_MM, APART_MM = 10.5, 15.5, 8.0


@dataclass(frozen=True)
class Scanner:
    """Blur (FWHM mm, voxel not counted), voxels and noise, all known. region_mm: what of the chest is scanned; right lung with diaphragm."""

    spacing_mm: tuple[float, float, float] = (1.0, 0.7, 0.7)
    blur_mm: tuple[float, float, float] = (1.2, 1.1, 1.1)
    noise_hu: float = 22.0
    noise_peak_per_mm: float = 0.30
    noise_along_mm: float = 1.2
    fineness: tuple[int, int, int] = (3, 2, 2)
    region_mm: tuple[float, float, float] = (58.0, 130.0, 145.0)
    center_mm: tuple[float, float, float] = (-92.0, 10.0, -48.0)


@dataclass(frozen=True, eq=False)
class Chest:
    """Anatomy before the scanner (`fine`, HU, with `halo` fine voxels outside on every side) and after it (`noiseless`)."""

    recipe: Recipe
    halo: tuple[int, int, int]
    fine: np.ndarray
    noiseless: np.ndarray
    depth_mm: np.ndarray  # of each voxel under the lung's surface

    def scan(self, noise_seed: int, noiseless: np.ndarray | None = None) -> Volume:
        """The finished scan, int16 HU, with the phantom's own noise."""
        from dataclasses import replace

        whole = self.noiseless if noiseless is None else noiseless
        return _scanned(replace(self.recipe, noise_seed=noise_seed), whole, np.zeros((1, 1, 1), np.uint16)).volume

    def fine_volume(self) -> Volume:
        """The fine grid as a Volume without content, for its geometry."""
        step = np.array(self.recipe.spacing_mm) / self.recipe.fineness
        affine = np.zeros((4, 4))
        for along in range(3):
            affine[2 - along, along] = step[along]
            affine[2 - along, 3] = float(_places(self.recipe, along, self.halo[along])[0])
        affine[3, 3] = 1
        return Volume(np.broadcast_to(np.int16(0), self.fine.shape), affine, unit="HU", modality="CT")


def chest(seed: int, scanner: Scanner) -> Chest:
    """The anatomy of a seed, painted finely and imaged without noise."""
    shape = tuple(int(r / s) for r, s in zip(scanner.region_mm, scanner.spacing_mm, strict=True))
    recipe = Recipe(shape, scanner.spacing_mm, seed, scanner.blur_mm, scanner.noise_hu, scanner.noise_peak_per_mm, scanner.noise_along_mm,
                    seed, scanner.center_mm, scanner.fineness, 900, True, "")  # fmt: skip
    halo = tuple(_halo(recipe, k) for k in range(3))
    z, y, x = (_places(recipe, k, halo[k]) for k in range(3))
    made = built(seed, ((float(z[0]), float(z[-1])), (float(y[0]), float(y[-1])), (float(x[0]), float(x[-1]))), 900)
    fine = np.empty((len(z), len(y), len(x)), np.float32)
    lung = np.zeros(fine.shape, np.float32)
    deep = scanner.fineness[0]
    for start, slab in slabs(z, y, x, deep * max(1, 6 // deep), scanner.fineness):
        painting = painted(made, slab)
        fine[start : start + painting.hu.shape[0]] = painting.hu
        for side in ("lung-left", "lung-right"):
            if side in painting.parts:
                box, share = painting.parts[side]
                lung[start : start + painting.hu.shape[0]][box] += share
    inside = imaged(lung, recipe, halo) > 0.5
    return Chest(recipe, halo, fine, imaged(fine, recipe, halo), ndimage.distance_transform_edt(inside, sampling=scanner.spacing_mm))


def imaged(fine: np.ndarray, recipe: Recipe, halo: tuple[int, int, int]) -> np.ndarray:
    """The phantom's scanner: blur and sampling along each axis; `halo` fine voxels outside the voxels wanted."""
    seen = fine
    for along in (1, 2, 0):
        seen = imaging.sampled(seen, _taps(recipe, along), recipe.fineness[along], halo[along], along)
    return seen


@dataclass(frozen=True, eq=False)
class Drawn:
    """A lesion imaged together with its anatomy: what it changes in the noiseless scan, where, and how deep each voxel lies in it."""

    request: NoduleRequest
    design: Design
    start: tuple[int, int, int]
    change: np.ndarray
    depth_mm: np.ndarray
    share: np.ndarray  # of each voxel inside the lesion, no blur
    inner: np.ndarray  # of each voxel inside its solid part

    @property
    def box(self) -> tuple[slice, ...]:
        """Its voxels in the scan."""
        return tuple(slice(a, a + n) for a, n in zip(self.start, self.change.shape, strict=True))


def drawn_before_imaging(of: Chest, request: NoduleRequest, margin_mm: float = 6.0) -> Drawn:
    """Paints the requested lesion into the fine anatomy and images the change (imaging is linear, so the change is imaged alone)."""
    design, frame = design_of(request), frame_at(of.fine_volume(), request.center_mm)
    body = body_of(design, frame)
    box = box_around(body.grid, (0.0, 0.0, 0.0))
    inner = inner_of(design, body)
    split, halo, spacing = (np.array(v) for v in (of.recipe.fineness, of.halo, of.recipe.spacing_mm))
    margin = np.ceil(margin_mm / spacing).astype(int)
    first = np.maximum((box.start - halo) // split - margin, 0)
    last = np.minimum(-(-(box.start + box.shape - halo) // split) + margin, of.recipe.shape)
    low, high = first * split, last * split + 2 * halo  # in fine voxels, halo included
    at = tuple(slice(int(s - a), int(s - a + n)) for s, a, n in zip(box.start, low, box.shape, strict=True))
    anatomy = of.fine[tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))]
    share, solid, grained = (np.zeros(anatomy.shape, np.float32) for _ in range(3))
    share[at] = np.clip(box.sharp(body.share), 0, 1)
    if inner is not None:
        solid[at] = np.clip(box.sharp(inner), 0, 1)
    grained[at] = box.sharp(body.share * grain(body.grid, body.share, request.seed, request.texture_mm)) * np.float32(design.texture_hu)
    painted_over = with_lesion(anatomy, share, solid, design) + grained
    depth = _depth(share >= 0.5, spacing / split)
    inside = tuple(slice(int(h), int(n - h)) for h, n in zip(halo, anatomy.shape, strict=True))
    three = tuple(int(h) for h in of.halo)
    return Drawn(request, design, tuple(int(n) for n in first), imaged(painted_over - anatomy, of.recipe, three),
                 *(_mean(values[inside], split) for values in (depth, share, solid)))  # fmt: skip


def with_lesion(anatomy: np.ndarray, share: np.ndarray, solid: np.ndarray, design: Design) -> np.ndarray:
    """Solid tissue takes the place of anatomy; ground glass gives a share of the air to tissue, so that vessels stay vessels."""
    if design.glass_hu is None:
        return anatomy + share * (design.solid_hu - anatomy)
    level = np.float32(np.median(anatomy[share > 0.5]))
    thick = np.clip((design.glass_hu - level) / (TISSUE_HU - level), 0, 1)
    glassy = anatomy + share * thick * np.maximum(TISSUE_HU - anatomy, 0)
    return glassy + solid * (design.solid_hu - glassy)


def _depth(mask: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Signed distance of fine voxels to the lesion's surface; half a fine voxel is taken off on either side."""
    outside, inside = (ndimage.distance_transform_edt(m, sampling=step) for m in (~mask, mask))
    half = float(step.mean()) / 2
    return np.where(mask, half - inside, outside - half).astype(np.float32)


def _mean(fine: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Mean of the fine voxels in each voxel."""
    a, b, c = (n // int(s) for n, s in zip(fine.shape, split, strict=True))
    return fine.reshape(a, int(split[0]), b, int(split[1]), c, int(split[2])).mean((1, 3, 5))


def places(of: Chest, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Places (index, fractional) in random order: deep enough in the lung and in the grid for the largest lesion, apart from each other."""
    room = np.ceil(FROM_EDGE_MM / np.array(of.recipe.spacing_mm)).astype(int)
    fit = of.depth_mm > FROM_PLEURA_MM
    inner = np.zeros_like(fit)
    inner[tuple(slice(r, -r) for r in room)] = True
    found: list[np.ndarray] = []
    for index in rng.permutation(np.argwhere(fit & inner))[:4000]:
        if all(np.linalg.norm((index - other) * of.recipe.spacing_mm) > APART_MM for other in found):
            found.append(index + rng.uniform(-0.5, 0.5, 3))
    return [(float(a), float(b), float(c)) for a, b, c in found]
