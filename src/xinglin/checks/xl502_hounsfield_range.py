"""Can these densities be: does the change stay within what a CT of this kind can hold?

A value beyond the range wraps round or is clipped when the series is written, and reads as metal or as air."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl502_hounsfield_range"
LOWEST_HU, HIGHEST_HU = -1024, 3071  # the range of 12-bit CT, DICOM PS3.3 C.8.2: what every scanner and viewer can hold


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the change takes a voxel beyond what the source holds and beyond 12-bit CT."""
    if case.image is None or case.image.source.unit != "HU":
        return ()
    image = case.image
    box = image.edit.box() if image.edit is not None else ...
    after, before = (volume.voxels[box].astype("f4") for volume in (image.result, image.source))
    changed = after != before
    if not changed.any():
        return ()
    low, high = min(LOWEST_HU, int(before.min())), max(HIGHEST_HU, int(before.max()))
    beyond = int((changed & ((after < low) | (after > high))).sum())
    if not beyond:
        return ()
    return (Issue(CODE, "stop", f"{beyond} changed voxels lie outside {low} to {high} HU", known=f"{low} to {high} HU"),)


CHECK = Check(
    name=CODE,
    title={"en": "Density out of range", "zh": "密度超出范围"},
    why={
        "en": "A density no tissue has is clipped or wraps round when the series is written.",
        "zh": "组织不可能具有的密度在写出时会被截断或溢出。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Density out of range", image=sample_images.beyond_hounsfield),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
