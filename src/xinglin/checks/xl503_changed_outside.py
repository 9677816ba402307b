"""Is everything outside the stated box exactly as the scanner made it?

The box is what the truth speaks of; a change elsewhere is a change nobody knows of."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl503_changed_outside"


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when any voxel outside the box differs, however little."""
    if case.image is None or case.image.edit is None or case.image.source.shape != case.image.result.shape:
        return ()
    import numpy as np

    image, box = case.image, case.image.edit.box()
    outside = 0
    for k, (before, after) in enumerate(zip(image.source.voxels, image.result.voxels, strict=True)):
        different = before != after
        if box[0].start <= k < box[0].stop:
            different[box[1], box[2]] = False
        outside += int(np.count_nonzero(different))
    return (Issue(CODE, "stop", f"{outside} voxels outside the stated box were changed"),) if outside else ()


CHECK = Check(
    name=CODE,
    title={"en": "Changed outside the box", "zh": "区域外被改动"},
    why={
        "en": "A change outside the stated box is one that nobody is told of.",
        "zh": "声明区域之外的改动无人知晓。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Changed outside the box", image=sample_images.changed_outside),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
