"""Is the inserted nodule as large as asked for, where it was asked for, and nowhere else?

Run: python benchmarks/nodule_geometry/run.py     (some minutes; writes result.json beside it)
500 random nodules of every kind and margin in uniform noiseless phantoms of random, partly oblique grids.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.models.lesion.parametric_nodule.body import body_of
from xinglin.models.lesion.parametric_nodule.design import design_of
from xinglin.models.lesion.parametric_nodule.frame import frame_at
from xinglin.records.imaging import ImageEdit, NoduleRequest
from xinglin.records.volume import Volume

LUNG_HU = -850
KINDS = (
    ("solid", "diffuse"), ("part-solid", "diffuse"), ("ground-glass", "diffuse"), ("calcified", "diffuse"), ("calcified", "central"),
    ("calcified", "laminated"), ("calcified", "popcorn"),
)  # fmt: skip
MARGINS = ("smooth", "lobulated", "spiculated")
SIZES_MM, THICKNESSES_MM = (3, 4, 5, 6, 8, 10, 15, 20, 30), (0.625, 1.25, 2.5, 5.0)


def grid(spacing: tuple[float, float, float], turn: np.ndarray, origin: np.ndarray) -> np.ndarray:
    """Affine of a grid whose (slice, row, column) axes are the columns of `turn`."""
    affine = np.eye(4)
    affine[:3, :3] = turn * np.array(spacing)
    affine[:3, 3] = origin
    return affine


AXIAL = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])


def random_case(draw: np.random.Generator) -> tuple[Volume, NoduleRequest]:
    """A uniform phantom just large enough, and a request for somewhere near its middle."""
    kind, pattern = KINDS[draw.integers(len(KINDS))]
    diameter = float(np.exp(draw.uniform(np.log(3), np.log(30))))
    slice_mm = float(np.exp(draw.uniform(np.log(0.5), np.log(5))))
    in_plane = float(np.exp(draw.uniform(np.log(0.5), np.log(5 if draw.random() < 0.1 else 1.0))))
    spacing = (slice_mm, in_plane, in_plane)
    turn = AXIAL
    if draw.random() < 0.4:
        turn, triangle = np.linalg.qr(draw.normal(size=(3, 3)))
        turn = turn * np.sign(np.diag(triangle))
    size = tuple(int(np.ceil((diameter * 2.9 + 16) / s)) + 6 for s in spacing)
    affine = grid(spacing, turn, draw.uniform(-200, 200, 3))
    scan = Volume(np.full(size, LUNG_HU, np.int16), affine, unit="HU", modality="CT")
    middle = tuple(float(n / 2 + draw.uniform(-0.5, 0.5)) for n in size)
    blur = (slice_mm * float(draw.uniform(0.5, 1.1)), float(draw.uniform(0.6, 1.6)), float(draw.uniform(0.6, 1.6)))
    margin = MARGINS[draw.integers(len(MARGINS))]
    return scan, NoduleRequest(
        kind=kind, calcification=pattern, margin=margin, diameter_mm=diameter, center_mm=scan.point_mm(middle), blur_mm=blur,
        seed=int(draw.integers(2**31)),
    )  # fmt: skip


def arrays(edit: ImageEdit) -> tuple[np.ndarray, np.ndarray]:
    """Voxels and occupancy of the box, as float64."""
    return (
        np.frombuffer(edit.voxels, "<i2").reshape(edit.shape).astype(float),
        np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape).astype(float),
    )


def with_edit(scan: Volume, edit: ImageEdit) -> np.ndarray:
    """The whole scan with the box put in."""
    out = scan.voxels.copy()
    window = tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))
    out[window] = np.frombuffer(edit.voxels, "<i2").reshape(edit.shape)
    return out


def centroid_mm(scan: Volume, edit: ImageEdit, weights: np.ndarray) -> np.ndarray:
    """Centre of mass in LPS mm."""
    index = [
        float((weights.sum(tuple(k for k in range(3) if k != axis)) * np.arange(n)).sum() / weights.sum()) + edit.start[axis]
        for axis, n in enumerate(edit.shape)
    ]
    return np.array(scan.point_mm((index[0], index[1], index[2])))


def one(draw: np.random.Generator) -> dict[str, float | str]:
    """Errors of one random nodule, in percent and mm."""
    scan, request = random_case(draw)
    before = scan.digest()
    start = time.process_time()
    edit = GENERATOR.insert(scan, request)
    cpu_s = time.process_time() - start
    voxels, occupancy = arrays(edit)
    wanted = np.pi / 6 * request.diameter_mm**3
    out = with_edit(scan, edit)
    window = tuple(slice(a, a + n) for a, n in zip(edit.start, edit.shape, strict=True))
    changed = out != scan.voxels
    inside = int(changed[window].sum())
    added = float((voxels - LUNG_HU).sum()) * scan.voxel_mm3
    off_mm = float(np.linalg.norm(centroid_mm(scan, edit, occupancy) - np.array(request.center_mm)))
    return {
        "fractional_percent": 100 * abs(occupancy.sum() * scan.voxel_mm3 / wanted - 1),
        "integral_percent": 100 * abs(added / (edit.truth["mean_hu"] - LUNG_HU) / wanted - 1),
        "paste_percent": 100 * abs((occupancy >= 0.5).sum() * scan.voxel_mm3 / wanted - 1),
        "centroid_mm": off_mm,
        "thickest_mm": max(scan.spacing_mm),
        "outside": int(changed.sum()) - inside,
        "source_changed": int(scan.digest() != before),
        "darkened": int((out < scan.voxels).sum()),
        "cpu_s": cpu_s,
        "kind": request.kind,
        "margin": request.margin,
    }


def leaning(draw: np.random.Generator) -> float:
    """Error in percent of the integral of a solid nodule on a flat, blurred, noiseless wall of its own density."""
    spacing, blur = (float(draw.uniform(0.6, 1.25)), 0.7, 0.7), (1.1, 1.1, 1.1)
    diameter = float(draw.uniform(6, 20))
    size = tuple(int((diameter * 2 + 34) / s) for s in spacing)
    affine = grid(spacing, AXIAL, np.zeros(3))
    tilt = draw.normal(size=3)
    tilt /= np.linalg.norm(tilt)
    places = np.meshgrid(*((np.arange(n) - n / 2) * s for n, s in zip(size, spacing, strict=True)), indexing="ij")
    depth = sum(side * part for side, part in zip(places, tilt, strict=True))
    from scipy.special import erf

    sigma = np.sqrt((np.array(blur) / 2.3548) ** 2 + np.array(spacing) ** 2 / 12)
    seen = float(np.sqrt((sigma**2 * tilt**2).sum()))
    wall = 0.5 * (1 - erf(depth / (seen * np.sqrt(2))))
    scan = Volume(np.rint(LUNG_HU + (40 - LUNG_HU) * wall).astype(np.int16), affine, unit="HU", modality="CT")
    place = np.array(size) / 2 + tilt * diameter / 2 * float(draw.uniform(0.6, 0.9)) / np.array(spacing)
    request = NoduleRequest(
        diameter_mm=diameter, attachment="pleura", hu=40.0, texture_hu=0.0, center_mm=scan.point_mm((place[0], place[1], place[2])),
        blur_mm=blur, seed=int(draw.integers(2**31)),
    )  # fmt: skip
    edit = GENERATOR.insert(scan, request)
    added = float((with_edit(scan, edit).astype(float) - scan.voxels).sum()) * scan.voxel_mm3
    return 100 * abs(added / (40 - LUNG_HU) / (np.pi / 6 * diameter**3) - 1)


def against_analysis() -> dict[str, float]:
    """The drawn body's volume against 4/3 pi R cubed of its outline (by quadrature over all directions), in percent; no spicules."""
    draw, found = np.random.default_rng(11), []
    for diameter in (3, 5, 8, 14, 30):
        for spacing in ((0.5, 0.5, 0.5), (1.0, 0.7, 0.7), (2.5, 0.8, 0.8), (5.0, 1.0, 1.0)):
            for margin in ("smooth", "lobulated"):
                scan = Volume(np.zeros((9, 9, 9), np.int16), grid(spacing, AXIAL, np.zeros(3)), unit="HU", modality="CT")
                place = scan.point_mm((4 + draw.uniform(-0.5, 0.5), 4.0, 4.0))
                request = NoduleRequest(diameter_mm=diameter, margin=margin, seed=int(draw.integers(2**31)), center_mm=place)
                body = body_of(design_of(request), frame_at(scan, place))
                found.append(100 * abs((body.radius_mm / (diameter / 2)) ** 3 - 1))
    return {"bodies": len(found), "median": round(float(np.median(found)), 3), "worst": round(float(max(found)), 3)}


def losses(key: str, seeds: int) -> dict[str, dict[str, float]]:
    """Mean loss in percent by size and slice thickness, in-plane 0.7 mm, places drawn within a voxel."""
    table: dict[str, dict[str, float]] = {}
    for size in SIZES_MM:
        row = {}
        for thickness in THICKNESSES_MM:
            draw, found = np.random.default_rng([size, int(thickness * 1000)]), []
            spacing = (thickness, 0.7, 0.7)
            shape = tuple(int((size * 1.8 + 10) / s) + 8 for s in spacing)
            scan = Volume(np.full(shape, LUNG_HU, np.int16), grid(spacing, AXIAL, np.zeros(3)), unit="HU", modality="CT")
            for seed in range(seeds):
                middle = tuple(n / 2 + draw.uniform(-0.5, 0.5) for n in shape)
                request = NoduleRequest(
                    diameter_mm=size,
                    center_mm=scan.point_mm((middle[0], middle[1], middle[2])),
                    blur_mm=(0.9 * thickness, 1.0, 1.0),
                    seed=seed,
                )
                found.append(GENERATOR.insert(scan, request).truth[key])
            row[f"{thickness} mm"] = round(float(np.mean(found)), 1)
        table[f"{size} mm"] = row
    return table


def speed() -> dict[str, dict[str, float]]:
    """CPU-seconds of an insertion into 512 x 512 x 300 with place and blur given; the scan's digest, which it states, is timed apart."""
    draw = np.random.default_rng(3)
    voxels = (draw.normal(0, 20, (300, 512, 512)).astype(np.float32) + LUNG_HU).astype(np.int16)
    scan = Volume(voxels, grid((1.0, 0.7, 0.7), AXIAL, np.zeros(3)), unit="HU", modality="CT")
    start = time.process_time()
    scan.digest()
    result = {"digest of the scan": {"cpu_s": round(time.process_time() - start, 3)}}
    for size in (4, 8, 15, 30):
        for margin in ("smooth", "spiculated"):
            request = NoduleRequest(
                diameter_mm=size, margin=margin, center_mm=scan.point_mm((150, 256, 256)), blur_mm=(1.0, 1.0, 1.0), seed=1
            )
            spent = []
            for _ in range(3):
                start = time.process_time()
                GENERATOR.insert(scan, request)
                spent.append(time.process_time() - start)
            result[f"{size} mm {margin}"] = {"cpu_s": round(min(spent), 3)}
    return result


def summed(found: list[dict[str, float | str]]) -> dict[str, object]:
    """Medians and worsts beside what was asked."""

    def told(key: str, chosen: list[dict[str, float | str]]) -> dict[str, float]:
        values = np.array([float(row[key]) for row in chosen])
        return {"median": float(f"{np.median(values):.3g}"), "worst": float(f"{values.max():.3g}")}

    thin = [row for row in found if float(row["thickest_mm"]) <= 2.5]
    return {
        "nodules": len(found),
        "fractional_mask_percent": told("fractional_percent", found),
        "integral_percent": told("integral_percent", found),
        "voxel_paste_percent": told("paste_percent", found),
        "centroid_mm_slices_up_to_2.5": {**told("centroid_mm", thin), "nodules": len(thin)},
        "centroid_mm_all": told("centroid_mm", found),
        "voxels_changed_outside": sum(int(row["outside"]) for row in found),
        "sources_changed": sum(int(row["source_changed"]) for row in found),
        "voxels_darkened": sum(int(row["darkened"]) for row in found),
        "cpu_s": told("cpu_s", found),
        "by_kind_integral_worst": {kind: told("integral_percent", [r for r in found if r["kind"] == kind])["worst"] for kind, _ in KINDS},
        "by_margin_integral_worst": {m: told("integral_percent", [r for r in found if r["margin"] == m])["worst"] for m in MARGINS},
    }


def main() -> None:
    draw = np.random.default_rng(20260401)
    result: dict[str, object] = {"machine": described()}
    result |= summed([one(draw) for _ in range(500)])
    walls = np.array([leaning(draw) for _ in range(40)])
    result["on_a_flat_wall_integral_percent"] = {
        "nodules": 40,
        "median": round(float(np.median(walls)), 2),
        "worst": round(float(walls.max()), 2),
    }
    result["drawn_body_against_its_outline_percent"] = against_analysis()
    result["insertion_512x512x300"] = speed()
    result["binary_mask_loss_percent"] = losses("binary_loss_percent", 12)
    result["apparent_loss_percent"] = losses("apparent_loss_percent", 12)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
