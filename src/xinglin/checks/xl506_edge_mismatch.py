"""Is the edge as soft as this scanner makes edges?

An edge sharper or softer than the blur measured in the scan tells a pasted lesion from a real one."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl506_edge_mismatch"
WIDTHS = tuple(0.25 * n for n in range(1, 13))  # shares of the stated blur that are tried
LOWEST, HIGHEST = 0.5, 1.5


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning when the change fits another blur better than the stated one. Even bodies only: solid and ground glass."""
    if case.image is None or case.image.edit is None or case.image.edit.request.kind not in ("solid", "ground-glass"):
        return ()
    import numpy as np
    from scipy import ndimage

    image, edit = case.image, case.image.edit
    stated = [edit.truth.get(f"blur_{name}_mm", 0.0) for name in ("slice", "row", "column")]
    change = (image.result.voxels[edit.box()].astype(np.float32) - image.source.voxels[edit.box()].astype(np.float32)).ravel()
    occupancy = np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape)
    if not all(stated) or not change.any():
        return ()
    fits = []
    for share in WIDTHS:
        sigmas = [share * mm / 2.3548 / one for mm, one in zip(stated, image.source.spacing_mm, strict=True)]
        fits.append(float(np.corrcoef(change, ndimage.gaussian_filter(occupancy, sigmas).ravel())[0, 1]))
    best = WIDTHS[int(np.argmax(fits))]
    if LOWEST <= best <= HIGHEST:
        return ()
    text = "the edge is sharper than the scan" if best < LOWEST else "the edge is softer than the scan"
    return (Issue(CODE, "warning", text, said=f"{best * stated[1]:.2f} mm", known=f"{stated[1]:.2f} mm"),)


CHECK = Check(
    name=CODE,
    title={"en": "Edge does not match", "zh": "边缘不匹配"},
    why={
        "en": "An edge sharper than the scanner can show gives a pasted lesion away.",
        "zh": "边缘比扫描仪所能显示的更锐利，会暴露为人工植入。",
    },
    against="image",
    severity="warning",
    run=run,
    fails=(Example("Edge does not match", image=sample_images.too_sharp),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
