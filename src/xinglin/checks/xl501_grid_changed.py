"""Is the changed series still on the grid of its source: same size, same place in the patient, same frame of reference?

A shift of half a voxel is enough to put every later measurement and every fusion beside the truth."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl501_grid_changed"
SHIFT_MM = 0.001


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when size, affine, frame of reference, unit or number type differ."""
    if case.image is None:
        return ()
    import numpy as np

    before, after = case.image.source, case.image.result
    wrong = []
    if before.shape != after.shape:
        wrong.append("the number of voxels")
    elif not np.allclose(before.affine, after.affine, rtol=0, atol=SHIFT_MM):
        wrong.append("the place in the patient")
    if before.frame_of_reference != after.frame_of_reference:
        wrong.append("the frame of reference")
    if (before.unit, before.voxels.dtype) != (after.unit, after.voxels.dtype):
        wrong.append("the unit or number type")
    return (Issue(CODE, "stop", f"the result differs from its source in {' and '.join(wrong)}"),) if wrong else ()


CHECK = Check(
    name=CODE,
    title={"en": "Grid changed", "zh": "网格改变"},
    why={
        "en": "A result on another grid puts every measurement and every overlay beside the truth.",
        "zh": "结果若不在原网格上，所有测量与叠加显示都会偏离真实位置。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Grid changed", image=sample_images.on_another_grid),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
