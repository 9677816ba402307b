"""What a model that draws by masks is given to draw by: the masks of a set's test side, or those of a file, whole and of the model's own size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.records.errors import InvalidInput, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.models.kept_images import KeptImages
    from xinglin.training.image_sets import ImageSet


def draws_by_masks(kept: KeptImages) -> bool:
    """Whether pictures are drawn by masks that are asked for; a segmentation learns from masks, and draws none."""
    return kept.told.task == "generate" and "masks" in kept.model.needs


def masks_of_file(kept: KeptImages, count: int, path: str | Path) -> NDArray[np.integer]:
    """(count, *shape): of an NPY file with one mask, drawn by again and again, or with the masks of as many pictures or more.

    Raises UsageError XL-LEARN-087 for a model that draws by no masks, 086 for too few, InvalidInput XL-LEARN-085 for another file.
    """
    import numpy as np

    if not draws_by_masks(kept):
        raise UsageError("XL-LEARN-087", "this model draws by no masks", where=kept.told.name, fix="leave --masks away")
    try:
        masks = np.load(Path(path), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InvalidInput(
            "XL-LEARN-085", "no masks can be read from this file", where=str(path), why=type(error).__name__, fix="numpy.save(FILE, masks)"
        ) from None
    shape = kept.form.shape
    masks = masks[None] if getattr(masks, "shape", None) == shape else masks
    if not isinstance(masks, np.ndarray) or masks.shape[1:] != shape or masks.dtype.kind not in "iub" or not len(masks):
        told = f"{masks.shape} {masks.dtype}" if isinstance(masks, np.ndarray) else "an NPZ file"
        raise InvalidInput(
            "XL-LEARN-085",
            "these are no masks of the model's size",
            where=str(path),
            why=told,
            fix=f"whole numbers, (n, {', '.join(map(str, shape))})",
        )
    if 1 < len(masks) < count:
        raise UsageError(
            "XL-LEARN-086", "there are fewer masks than pictures asked for", where=str(path), fix=f"-n {len(masks)}, or one mask for all"
        )
    return np.repeat(masks, count, axis=0) if len(masks) == 1 else masks[:count]


def see_that_labels_agree(kept: KeptImages, pictures: ImageSet) -> None:
    """Raises UsageError XL-LEARN-087 where the labels of a set are not those that a model which draws by masks has learnt, in the same order."""
    if draws_by_masks(kept) and pictures.form.masks != kept.form.masks:
        raise UsageError(
            "XL-LEARN-087", "the labels of the set are not those of the model", where=pictures.card.name,
            why=f"{', '.join(pictures.form.masks) or 'none'} beside {', '.join(kept.form.masks)}", fix="a set with the same labels in the same order",
        )  # fmt: skip
