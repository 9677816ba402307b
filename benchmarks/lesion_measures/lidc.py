"""Real nodules that four readers outlined (LIDC): our axis and volume beside theirs. Few patients: no rate is claimed."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from xinglin.formats.dicom import read_series
from xinglin.records.errors import XinglinError
from xinglin.records.volume import Volume
from xinglin.workup.imaging.measuring import measure
from xinglin.workup.imaging.segmenting import segment_from_seed


def reader_masks(folder: Path, scan: Volume) -> dict[tuple[int, str], np.ndarray]:
    """Each reader's nodule as voxels inside the drawn outline; the outline's own voxels lie outside the nodule (LIDC's way)."""
    contours = defaultdict(list)
    for one in json.loads((folder / "contours.json").read_text(encoding="utf-8")):
        contours[(one["reader"], one["nodule"])].append(one)
    heights = [scan.point_mm((k, 0, 0))[2] for k in range(scan.shape[0])]
    masks = {}
    for key, several in contours.items():
        mask = np.zeros(scan.shape, bool)
        for one in several:
            k = int(np.argmin(np.abs(np.array(heights) - float(one["file"].removesuffix(".dcm")))))
            canvas = Image.new("L", scan.shape[:0:-1])
            ImageDraw.Draw(canvas).polygon([tuple(place) for place in one["xy"]], outline=0, fill=1)
            drawn = np.array(canvas, bool)
            drawn[[y for _, y in one["xy"]], [x for x, _ in one["xy"]]] = False
            mask[k] = mask[k] | drawn if one["inclusion"] == "TRUE" else mask[k] & ~drawn
        if mask.any():
            masks[key] = mask
    return masks


def nodules_of(masks: dict[tuple[int, str], np.ndarray]) -> list[list[tuple[int, str]]]:
    """Outlines that overlap are one nodule."""
    groups: list[list[tuple[int, str]]] = []
    for key, mask in masks.items():
        group = next((g for g in groups if any((masks[other] & mask).any() for other in g)), None)
        if group is None:
            groups.append([key])
        else:
            group.append(key)
    return groups


def dice(one: np.ndarray, other: np.ndarray) -> float:
    """Twice the overlap over the sum."""
    return round(float(2 * (one & other).sum() / (one.sum() + other.sum())), 3)


def lidc(data: Path) -> list[dict[str, Any]]:
    """One row per nodule."""
    rows = []
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        scan = read_series(sorted(folder.glob("*.dcm")))
        masks = reader_masks(folder, scan)
        for number, group in enumerate(nodules_of(masks), 1):
            for told in ("", "solid"):  # blind, and told that it is solid, as most readers rated it
                rows.append(_row(f"{folder.name} nodule {number}", scan, [masks[key] for key in group], told))
    return rows


def _row(name: str, scan: Volume, outlines: list[np.ndarray], told: Any) -> dict[str, Any]:
    read = [measure(scan, mask) for mask in outlines]
    agreed = np.sum(outlines, axis=0) * 2 >= len(outlines)
    depth = ndimage.distance_transform_edt(agreed, sampling=scan.spacing_mm)
    row: dict[str, Any] = {
        "nodule": name, "told_kind": told, "readers": len(outlines), "slice_mm": round(scan.spacing_mm[0], 3), "voxel_mm": round(scan.spacing_mm[1], 3),
        "readers_long_mm": [one.long_axis_mm for one in read], "readers_short_mm": [one.short_axis_mm for one in read],
        "readers_mm3": [round(float(mask.sum()) * scan.voxel_mm3, 1) for mask in outlines],
        "readers_dice_with_each_other": [dice(a, b) for n, a in enumerate(outlines) for b in outlines[:n]],
    }  # fmt: skip
    seed = np.unravel_index(int(np.argmax(depth)), depth.shape)
    try:
        outlined = segment_from_seed(scan, scan.point_mm((float(seed[0]), float(seed[1]), float(seed[2]))), kind=told)
    except XinglinError as error:
        return {**row, "refused": error.code}
    ours = measure(scan, outlined.mask, outlined.start, kind=outlined.kind, notes=outlined.notes)
    whole = np.zeros(scan.shape, bool)
    whole[tuple(slice(a, a + n) for a, n in zip(outlined.start, outlined.mask.shape, strict=True))] = outlined.mask
    volumes = row["readers_mm3"]
    return {
        **row, "long_mm": ours.long_axis_mm, "short_mm": ours.short_axis_mm, "mm3": ours.volume_mm3, "kind": outlined.kind, "leak": outlined.leak,
        "dice_with_readers": [dice(whole, mask) for mask in outlines], "volume_within_readers": min(volumes) <= ours.volume_mm3 <= max(volumes),
        "long_axis_within_readers": min(row["readers_long_mm"]) <= ours.long_axis_mm <= max(row["readers_long_mm"]), "notes": list(ours.notes),
    }  # fmt: skip
