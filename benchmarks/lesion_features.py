"""Numbers that describe the picture of one lesion: radiomics of its slices (nyxus), and its edge, noise and grain by depth.

What a classifier is given to tell two groups of lesions apart; nothing here knows which group a lesion is from.
Needs nyxus (MIT), which the house itself does not: pip install nyxus scikit-learn
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import ndimage, optimize
from scipy.special import ndtr

FWHM = 2.354820045
DEPTHS_MM = (-99.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)  # negative inside the lesion
OUTER_MM, CORE_MM, BACKGROUND_MM = 2.5, -1.5, 2.5
LOWEST_HU = -1100.0
DRAWN_HU, SMOOTH_MM = 16.0, 1.0


@dataclass(frozen=True, eq=False)
class Crop:
    """A lesion and what is around it. hu, depth_mm: (slice, row, column); depth is the distance to the lesion's surface, negative inside."""

    hu: np.ndarray
    depth_mm: np.ndarray
    spacing_mm: tuple[float, float, float]


def depth_of(mask: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Distance to the surface of a mask in mm, negative inside."""
    outside = ndimage.distance_transform_edt(~mask, sampling=spacing_mm)
    return outside - ndimage.distance_transform_edt(mask, sampling=spacing_mm) + np.where(mask, 0.5, -0.5) * spacing_mm[1]


def high_pass(hu: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """What a Gaussian of 1 mm standard deviation leaves over: noise and fine grain."""
    return hu - ndimage.gaussian_filter(hu, [SMOOTH_MM / s for s in spacing_mm])


def edge_mm(crop: Crop) -> tuple[float, float]:
    """Width of the lesion's edge (FWHM of the blur that would make it, voxel included) and how far it lies outside the true one."""
    near = np.abs(crop.depth_mm) < 4.0
    depth, hu = crop.depth_mm[near], crop.hu[near]
    inside, outside = hu[depth < -1.5], hu[depth > 2.5]
    first = (float(np.median(outside)), float(np.median(inside)) if inside.size else float(hu.max()), 0.7, 0.0)
    try:
        found, _ = optimize.curve_fit(lambda d, low, high, width, off: low + (high - low) * ndtr(-(d - off) / width), depth, hu, first,
                                      bounds=((-1100, -1000, 0.02, -2.5), (0, 1500, 4.0, 2.5)))  # fmt: skip
    except (RuntimeError, ValueError):
        return 0.0, 0.0
    return FWHM * float(found[2]), float(found[3])


def by_depth(crop: Crop) -> dict[str, float]:
    """Level, spread, noise and slope in shells around the surface; the edge; how noise inside hangs together."""
    rest = high_pass(crop.hu, crop.spacing_mm)
    slope = np.sqrt(sum(g * g for g in np.gradient(crop.hu, *crop.spacing_mm)))
    core, around = crop.depth_mm < CORE_MM, (crop.depth_mm > BACKGROUND_MM) & (crop.depth_mm < 4.0)
    core = core if core.sum() >= 8 else crop.depth_mm <= np.sort(crop.depth_mm.ravel())[8]
    low, high = float(np.median(crop.hu[around])), float(np.median(crop.hu[core]))
    found = {"own contrast": high - low}
    for number, (first, last) in enumerate(pairwise(DEPTHS_MM)):
        shell = (crop.depth_mm >= first) & (crop.depth_mm < last)
        if shell.sum() < 6:
            shell = core
        name = f"own shell {number} to {last:g} mm"
        found[f"{name}: level"] = (float(crop.hu[shell].mean()) - low) / max(high - low, 50.0)
        found[f"{name}: spread"] = float(crop.hu[shell].std())
        found[f"{name}: noise"] = float(rest[shell].std())
        found[f"{name}: slope"] = float(slope[shell].mean()) / max(high - low, 50.0)
    width, off = edge_mm(crop)
    found |= {"own edge width": width, "own edge place": off, "own least": float(crop.hu[crop.depth_mm < 0].min())}
    inside = crop.depth_mm < -0.5
    for axis, name in enumerate(("slice", "row", "column")):
        pairs = inside & np.roll(inside, 1, axis)
        a, b = rest[pairs], np.roll(rest, 1, axis)[pairs]
        found[f"own noise along {name}"] = float((a * b).mean() / max(float((a * a).mean()), 1e-3)) if pairs.sum() > 5 else 0.0
    values = rest[inside] if inside.sum() > 5 else rest[core]
    found["own noise inside to outside"] = float(values.std() / max(float(rest[around].std()), 1.0))
    found["own noise tails"] = float(((values - values.mean()) ** 4).mean() / max(float(values.var()) ** 2, 1e-3))
    return found


def _slices(crop: Crop) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """The slices with most of the lesion, across and along, as non-negative whole numbers; and the same of the noise."""
    near = crop.depth_mm < OUTER_MM
    inside = crop.depth_mm < 0
    k, j = int(inside.sum((1, 2)).argmax()), int(inside.sum((0, 2)).argmax())
    rest = high_pass(crop.hu, crop.spacing_mm) + 400.0
    hu = crop.hu - LOWEST_HU
    return [("axial", hu[k], near[k]), ("coronal", hu[:, j], near[:, j]), ("noise axial", rest[k], inside[k])]


def radiomics(crops: list[Crop]) -> tuple[np.ndarray, list[str]]:
    """First-order and co-occurrence features of nyxus in three pictures per lesion: (lesions, features), and their names."""
    import nyxus

    columns: list[np.ndarray] = []
    names: list[str] = []
    for which in range(3):
        pieces = [_slices(crop)[which] for crop in crops]
        tall, wide = (max(p[1].shape[n] for p in pieces) for n in (0, 1))
        pictures, masks = (np.zeros((len(pieces), tall, wide), np.uint32) for _ in range(2))
        for n, (_, picture, mask) in enumerate(pieces):
            pictures[n, : picture.shape[0], : picture.shape[1]] = np.clip(np.rint(picture), 0, 3000)
            masks[n, : picture.shape[0], : picture.shape[1]] = mask
        labels = [str(n) for n in range(len(pieces))]
        maker = nyxus.Nyxus(["*ALL_INTENSITY*", "*ALL_GLCM*"], n_feature_calc_threads=1)
        table = maker.featurize(pictures, masks, intensity_names=labels, label_names=labels)
        kept = [c for c in table.columns[4:] if not c.startswith("GLCM_") or c.endswith("_AVE")]
        order = np.argsort(table["intensity_image"].astype(int).to_numpy())
        columns.append(table[kept].to_numpy(float)[order])
        names += [f"nyxus {pieces[0][0]} {c}" for c in kept]
    return np.concatenate(columns, 1), names


def described(crops: list[Crop]) -> tuple[np.ndarray, list[str]]:
    """All features of each lesion, finite: (lesions, features), and their names."""
    own = [by_depth(crop) for crop in crops]
    names = list(own[0])
    values, more = radiomics(crops)
    table = np.concatenate([np.array([[row[n] for n in names] for row in own]), values], 1)
    return np.clip(np.nan_to_num(table, nan=0.0, posinf=1e12, neginf=-1e12), -1e12, 1e12), names + more
