"""A sheet of pictures: the same phantom lesions by each method, axial, lung window. No person is in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from benchmarks.nodule_physics.cases import Case
from PIL import Image, ImageDraw

SHOWN = ("reference", "ours, blur given", "blur x 0.5", "blur x 2", "noise removed", "voxel paste", "cut and paste", "Poisson blending")
WINDOW_HU = (-1150.0, 250.0)
TILE, LABEL, EDGE, SIDE = 96, 132, 22, 30  # pixels; SIDE: voxels shown


def chosen(cases: list[Case]) -> list[Case]:
    """The largest smooth or lobulated lesion of each kind up to 12 mm, and one spiculated."""
    found = []
    for kind in ("solid", "part-solid", "ground-glass"):
        some = [c for c in cases if c.lesion.request.kind == kind and c.lesion.request.diameter_mm < 12]
        found += sorted(some, key=lambda c: (c.lesion.request.margin == "spiculated", -c.lesion.request.diameter_mm))[:1]
    some = [c for c in cases if c.lesion.request.margin == "spiculated" and c.lesion.request.diameter_mm < 13]
    return found + sorted(some, key=lambda c: -c.lesion.request.diameter_mm)[:1]


def tile(case: Case, method: str) -> Image.Image:
    """The slice through the lesion's middle, 21 mm wide, enlarged without smoothing."""
    crop = case.crops[method]
    inside = crop.depth_mm < 0
    k, j, i = (round(float(axis.mean())) for axis in np.nonzero(inside))
    plane = np.pad(crop.hu[k], SIDE, constant_values=WINDOW_HU[0])[
        j + SIDE // 2 : j + SIDE // 2 + SIDE, i + SIDE // 2 : i + SIDE // 2 + SIDE
    ]
    grey = np.clip((plane - WINDOW_HU[0]) / (WINDOW_HU[1] - WINDOW_HU[0]) * 255, 0, 255).astype(np.uint8)
    return Image.fromarray(grey).resize((TILE, TILE), Image.Resampling.NEAREST)


def write(cases: list[Case], path: Path) -> None:
    """One row per lesion, one column per method."""
    rows = chosen(cases)
    sheet = Image.new("L", (LABEL + (TILE + 4) * len(SHOWN), EDGE + (TILE + 4) * len(rows)), 255)
    pen = ImageDraw.Draw(sheet)
    for n, method in enumerate(SHOWN):
        pen.text((LABEL + n * (TILE + 4) + 2, 6), method, fill=0)
    for row, case in enumerate(rows):
        request = case.lesion.request
        top = EDGE + row * (TILE + 4)
        pen.multiline_text((4, top + 30), f"{request.kind}\n{request.margin}\n{request.diameter_mm:.1f} mm", fill=0)
        for n, method in enumerate(SHOWN):
            sheet.paste(tile(case, method), (LABEL + n * (TILE + 4), top))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, optimize=True)
