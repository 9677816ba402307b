"""Do mask, stated numbers and pixels speak of the same nodule?

The mask must hold the stated volume at the stated place, and the pixels must have changed where the mask says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.imaging import ImageEdit
    from xinglin.records.volume import Volume

CODE = "xl504_mask_disagrees"
VOLUME_SHARE = 0.01  # bar of the generator: worst 1 % of the requested volume
PLACE_MM = 0.3
FOLLOWS = 0.6  # correlation of the change with the blurred mask; texture and vessels inside keep it below 1


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop per disagreement of volume, of place, or of the change with the mask."""
    if case.image is None or case.image.edit is None:
        return ()
    import numpy as np

    image, edit = case.image, case.image.edit
    occupancy, apparent = (np.frombuffer(raw, "<f4").reshape(edit.shape) for raw in (edit.occupancy, edit.apparent))
    found = []
    volume = float(occupancy.sum(dtype=np.float64)) * image.source.voxel_mm3
    stated = edit.truth.get("volume_mm3", 0.0)
    if stated <= 0 or abs(volume - stated) > VOLUME_SHARE * stated:
        found.append(_issue("the mask does not hold the stated volume", f"{volume:.1f} mm3", f"{stated:.1f} mm3"))
    elif _apart(image.source, edit, occupancy) > PLACE_MM:
        found.append(_issue("the mask does not lie at the stated place", "", f"within {PLACE_MM} mm"))
    change = np.abs(image.result.voxels[edit.box()].astype(np.float32) - image.source.voxels[edit.box()].astype(np.float32))
    if not change.any() or float(np.corrcoef(change.ravel(), apparent.ravel())[0, 1]) < FOLLOWS:
        found.append(_issue("the pixels were not changed where the mask says", "", ""))
    return tuple(found)


def _apart(source: Volume, edit: ImageEdit, occupancy: NDArray[np.float32]) -> float:
    """Millimetres between the mask's centre of mass and the stated one."""
    import numpy as np

    index = [float((np.indices(edit.shape)[axis] * occupancy).sum() / occupancy.sum()) + edit.start[axis] for axis in range(3)]
    place = source.point_mm((index[0], index[1], index[2]))
    stated = [edit.truth.get(f"center_{name}_mm", float("nan")) for name in "xyz"]
    return float(np.linalg.norm(np.subtract(place, stated)))


def _issue(text: str, said: str, known: str) -> Issue:
    return Issue(CODE, "stop", text, said=said, known=known)


CHECK = Check(
    name=CODE,
    title={"en": "Mask and pixels disagree", "zh": "掩膜与像素不符"},
    why={
        "en": "A training or test set with a wrong mask teaches the wrong thing, and nobody sees it.",
        "zh": "掩膜错误的数据会让模型学错，且无人察觉。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Mask and pixels disagree", image=sample_images.mask_of_another_size),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
