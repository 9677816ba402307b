"""Does a translated series still show the person's own anatomy, in every slice?

A network that translates may also invent: edges that were not there, or a slice that says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "xl516_anatomy_lost"
LEAST = 0.5  # correlation of edges, median over the slices
SMOOTH_PX = 1.5
_SAID = {
    "en": {
        "same": "nothing was translated: the series is as it was",
        "flat": "{count} slices show one value throughout where the source shows more",
        "lost": "edges follow those of the source too little: correlation {found:.2f}, where {least:.2f} is asked for",
    },
    "zh": {
        "same": "序列未作任何转换，与原序列相同",
        "flat": "{count}个层面整层为同一数值，而原层面并非如此",
        "lost": "边缘与原序列相符程度过低：相关系数{found:.2f}，要求至少{least:.2f}",
    },
}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """Stops for a series that was not changed, or slices that lost all they showed; a warning where edges do not follow the source.

    Strength of edges after smoothing, so that another contrast, even an inverted one, counts as the same anatomy. Measured on 120 chest
    radiographs and 120 breast ultrasounds: those of different people correlate below 0.47 in 95 % at 64 x 64 and below 0.26 at 256 x 256; the
    same picture sharper, blurred by 2 pixels, noised, inverted or with another gamma above 0.57 in 95 %.
    """
    if case.image is None or case.image.edit is not None or case.image.source.shape != case.image.result.shape:
        return ()
    import numpy as np

    said, source, result = _SAID[case.language], case.image.source.voxels, case.image.result.voxels
    if np.array_equal(source, result):
        return (Issue(CODE, "stop", said["same"]),)
    telling = [k for k in range(len(source)) if np.ptp(source[k])]
    flat = sum(not np.ptp(result[k]) for k in telling)
    found = [Issue(CODE, "stop", said["flat"].format(count=flat))] if flat else []
    alike = [_alike(source[k], result[k]) for k in telling]
    if alike and float(np.median(alike)) < LEAST:
        found.append(Issue(CODE, "warning", said["lost"].format(found=float(np.median(alike)), least=LEAST)))
    return tuple(found)


def _alike(before: NDArray[np.generic], after: NDArray[np.generic]) -> float:
    """Correlation of the strength of edges of two slices; 0 where one has none."""
    import numpy as np
    from scipy import ndimage

    one, other = (ndimage.gaussian_gradient_magnitude(each.astype(np.float32), SMOOTH_PX).ravel() for each in (before, after))
    if not (one.std() and other.std()):
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


CHECK = Check(
    name=CODE,
    title={"en": "Anatomy lost in translation", "zh": "转换后解剖结构丢失"},
    why={
        "en": "A network that translates may also invent: edges that were not there, or a slice that says nothing.",
        "zh": "进行转换的网络也可能凭空生成：原本没有的边缘，或毫无内容的层面。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(
        Example("nothing was translated", image=sample_images.untranslated),
        Example("slices of one value", image=sample_images.translated_to_grey),
        Example("another scan altogether", image=sample_images.imagined),
    ),
    passes=(
        Example("a smoother kernel", image=sample_images.translated),
        Example("a virtual nodule is no translation", image=sample_images.sample_case),
    ),
)
