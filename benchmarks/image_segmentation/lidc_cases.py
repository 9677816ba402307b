"""Nodules learnt in phantoms and marked in real CT: slices of made-up nodules, and the readers' outlines of LIDC beside what is marked. Two cases, no rate.

The place is given, as by a reader who points at a nodule; what is marked there is held against each reader, their consensus, and readers against each other.
"""

from __future__ import annotations

import numpy as np
from benchmarks.lesion_measures.lidc import dice, nodules_of, reader_masks
from scipy import ndimage

from xinglin.records.image_learning import ImageForm
from xinglin.training.image_sets.image_set import ImageSet, scaled
from xinglin.training.nodule_patches import patches_of_one

CHESTS, EACH, SIZE, PIXEL_MM, SEED = 24, 8, 64, 1.25, 5  # 80 mm across: nodules up to 30 mm
TOGETHER, MOST = 2, 4  # voxels along z that make a slice of 2.5 mm; slices taken of a nodule
WINDOW_HU = (-1000.0, 400.0)


def nodule_slices(chests=CHESTS, each=EACH, size=SIZE, pixel_mm=PIXEL_MM):
    """A set of slices of 2.5 mm through made-up nodules, and one beside each; split by chest."""
    shown, masks, persons, sources = [], [], [], []
    for person in range(chests):
        for number, patch in enumerate(patches_of_one(person, size, each=each, spacing_mm=pixel_mm, seed=SEED)):
            hu, share = (together(one) for one in (patch.hu, patch.occupancy))
            for at in chosen(share):
                shown.append(hu[at])
                masks.append(share[at] >= 0.5)
                persons.append(f"phantom-{person}")
                sources.append(f"{person}/{number}#{at}")
        print(f"chest {person + 1} of {chests}", flush=True)
    form = ImageForm(
        (size, size), low=WINDOW_HU[0], high=WINDOW_HU[1], unit="HU", modality="CT", spacing_mm=(pixel_mm, pixel_mm), masks=("nodule",), mirrored=True
    )  # fmt: skip
    return ImageSet.of(
        np.array(shown)[:, None], form, name="nodule slices", persons=persons, masks=np.array(masks, np.uint8), sources=sources,
        source=f"drawn by formula, seed {SEED}", licence="Apache-2.0", seed=SEED, synthetic=len(shown),
    )  # fmt: skip


def together(cube):
    """Neighbours along z as one thicker slice."""
    return cube.reshape(-1, TOGETHER, *cube.shape[1:]).mean(axis=1)


def chosen(share):
    """At most `MOST` slices through the nodule, evenly, and the last one clear of it, if there is one."""
    inside = np.flatnonzero((share >= 0.5).any(axis=(1, 2)))
    clear = np.flatnonzero((share == 0).all(axis=(1, 2)))
    through = inside[np.unique(np.linspace(0, len(inside) - 1, min(MOST, len(inside))).round().astype(int))]
    return [*through.tolist(), *clear[-1:].tolist()]


def on_phantoms(pictures, chance_of):
    """Median and quartiles of Dice over the nodules of test chests, their slices together."""
    rows = pictures.rows("test")
    found, truth = chance_of(pictures.scaled(rows)) >= 0.5, np.asarray(pictures.masks[rows]) > 0
    whose = np.array([pictures.items[int(row)].source.partition("#")[0] for row in rows])
    scores = [dice(found[whose == one], truth[whose == one]) for one in dict.fromkeys(whose)]
    return {"nodules": len(scores), "quartiles": np.round(np.quantile(scores, [0.25, 0.5, 0.75]), 3).tolist()}


def cases(data, form, chance_of, folder=None):
    """One row for each nodule that readers outlined."""
    from xinglin.formats.dicom import read_series

    rows = []
    for place in sorted(path for path in data.iterdir() if path.is_dir()):
        scan = read_series(sorted(place.glob("*.dcm")))
        masks = reader_masks(place, scan)
        for number, group in enumerate(nodules_of(masks), 1):
            outlines = [masks[key] for key in group]
            found, elsewhere = marked(scan, middle_of(agreed(outlines), scan.spacing_mm), form, chance_of)
            rows.append({"case": f"{place.name} nodule {number}", **of_nodule(scan, outlines, found, elsewhere)})
            if folder is not None:
                sheet(scan, outlines, found, folder / f"{place.name}-{number}.png")
    return rows


def agreed(outlines):
    """Voxels that at least half of the readers outlined."""
    return np.sum(outlines, axis=0) * 2 >= len(outlines)


def middle_of(mask, spacing_mm):
    """The deepest voxel."""
    inside = np.argwhere(mask)
    first = inside.min(axis=0)
    box = np.pad(mask[tuple(slice(a, b + 1) for a, b in zip(first, inside.max(axis=0), strict=True))], 1)
    return tuple(
        int(n) for n in np.unravel_index(int(np.argmax(ndimage.distance_transform_edt(box, sampling=spacing_mm))), box.shape) + first - 1
    )


def of_nodule(scan, outlines, found, elsewhere):
    """What is marked beside what each reader outlined. elsewhere: voxels of the window marked away from the place."""
    consensus = agreed(outlines)
    between = [dice(a, b) for n, a in enumerate(outlines) for b in outlines[:n]]
    others = [dice(one, agreed([two for two in outlines if two is not one])) for one in outlines] if len(outlines) > 2 else []
    ml = scan.voxel_mm3 / 1000
    return {
        "readers": len(outlines), "slices": int(consensus.any(axis=(1, 2)).sum()), "slice_mm": round(scan.spacing_mm[0], 3),
        "dice with each reader": [dice(found, one) for one in outlines], "dice with consensus": dice(found, consensus),
        "readers with each other": {"mean": round(float(np.mean(between)), 3) if between else None, "all": between},
        "each reader with the consensus of the others": others,
        "ml": round(float(found.sum()) * ml, 2), "ml of readers": [round(float(one.sum()) * ml, 2) for one in outlines],
        "ml marked elsewhere in the window": round(elsewhere * ml, 2),
    }  # fmt: skip


def marked(scan, place, form, chance_of):
    """(what is marked, in one piece with the place or nearest to it; voxels marked elsewhere), on the grid of the scan.

    Of every slice the window around the place is seen at the pixel size that was learnt, and what is found there is laid back onto the scan's own pixels.
    """
    side, steps = form.shape[0], np.array(form.spacing_mm) / scan.spacing_mm[1:]
    offsets, room = np.arange(side) - (side - 1) / 2, np.ceil(side / 2 * steps).astype(int) + 4
    low = np.maximum(np.array(place[1:]) - room, 0)
    near = scan.voxels[:, low[0] : place[1] + room[0], low[1] : place[2] + room[1]].astype(np.float32)
    near = ndimage.gaussian_filter(near, (0, *(0.4 * np.maximum(steps - 1, 0))))
    middle = np.array(place[1:]) - low
    grid = np.meshgrid(*(middle[along] + offsets * steps[along] for along in (0, 1)), indexing="ij")
    shown = np.array([ndimage.map_coordinates(one, grid, order=1, mode="nearest") for one in near], np.float32)[:, None]
    back = [(np.arange(n) - m) / step + (side - 1) / 2 for n, m, step in zip(near.shape[1:], middle, steps, strict=True)]
    grid = np.meshgrid(*back, indexing="ij")
    chance = [ndimage.map_coordinates(one, grid, order=1, mode="constant", cval=0.0) for one in chance_of(scaled(shown, form))]
    found = np.zeros(scan.shape, bool)
    found[:, low[0] : low[0] + near.shape[1], low[1] : low[1] + near.shape[2]] = np.array(chance) >= 0.5
    if not found.any():
        return found, 0
    pieces, _ = ndimage.label(found)
    places = np.argwhere(found)
    nearest = places[np.argmin((((places - place) * scan.spacing_mm) ** 2).sum(axis=1))]
    piece = pieces == pieces[tuple(nearest)]
    return piece, int(found.sum() - piece.sum())


def sheet(scan, outlines, found, path):
    """Slices with the nodule: as scanned, the share of readers, what is marked."""
    from PIL import Image

    consensus = agreed(outlines)
    at = np.flatnonzero(consensus.any(axis=(1, 2)))[:10]
    _, row, column = middle_of(consensus, scan.spacing_mm)
    window = slice(max(0, row - 45), row + 45), slice(max(0, column - 45), column + 45)
    grey = np.clip((scan.voxels[at].astype(float) + 1000) / 1400, 0, 1)
    lines = (grey, np.mean(outlines, axis=0)[at], found[at].astype(float))
    whole = np.concatenate([np.concatenate([one[window] for one in line], axis=1) for line in lines])
    Image.fromarray((whole * 255).astype(np.uint8)).save(path)
