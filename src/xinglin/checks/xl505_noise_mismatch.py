"""Is the noise inside the nodule the noise of the scan?

A patch without noise, or with another, is what gives a pasted lesion away to a reader and to a detector."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl505_noise_mismatch"
LOWEST, HIGHEST = 0.6, 1.8  # fine noise after against before, inside; own texture of 10-30 HU may add to it
CORE, FEWEST = 0.9, 24  # voxels that are lesion nearly whole; fewer cannot be judged
FINE_MM = 1.0


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning when the fine noise in the lesion's core is not that of the same voxels before. Even bodies only."""
    if case.image is None or case.image.edit is None or case.image.edit.request.kind not in ("solid", "ground-glass"):
        return ()
    import numpy as np
    from scipy import ndimage

    image, edit = case.image, case.image.edit
    apparent = np.frombuffer(edit.apparent, "<f4").reshape(edit.shape)
    core = apparent >= CORE
    if int(core.sum()) < FEWEST:
        return ()
    widths = [FINE_MM / one for one in image.source.spacing_mm]
    fine = []
    for volume in (image.source, image.result):
        values = volume.voxels[edit.box()].astype(np.float32)
        values -= np.polyval(np.polyfit(apparent.ravel(), values.ravel(), 1), apparent)  # the lesion itself is no noise
        rest = (values - ndimage.gaussian_filter(values, widths))[core]
        fine.append(float(np.median(np.abs(rest - np.median(rest)))) * 1.4826)  # robust: a vessel that ran there is no noise
    ratio = fine[1] / fine[0] if fine[0] else 1.0
    if LOWEST <= ratio <= HIGHEST:
        return ()
    return (Issue(CODE, "warning", "the noise inside is not that of the scan", said=f"{fine[1]:.0f} HU", known=f"{fine[0]:.0f} HU"),)


CHECK = Check(
    name=CODE,
    title={"en": "Noise does not match", "zh": "噪声不匹配"},
    why={
        "en": "A patch without the noise of the scan is seen at once by a reader and by a detector.",
        "zh": "与扫描噪声不符的区域，阅片者和算法一眼可见。",
    },
    against="image",
    severity="warning",
    run=run,
    fails=(Example("Noise does not match", image=sample_images.without_noise),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
