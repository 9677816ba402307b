"""The NIfTI files of a release, for series that came in as NIfTI: the changed series with its masks, or the outlines.

Every file lies on the grid of its series and carries the label in its header. NIfTI has no place for a verified report
of measurements: the numbers leave in the release's page, text and FHIR document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from xinglin.formats.nifti.writing import write_nifti
from xinglin.records import SignedDocument
from xinglin.records.imaging import ImageCase, ImageEdit, Images
from xinglin.review.images import AI_LABEL, SYNTHETIC_LABEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

APPEARS = 0.5  # share of a voxel from which a binary mask holds it


def nifti_files(document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of everything that leaves as NIfTI; nothing for series that came in as DICOM."""
    images = document.images
    if images is None:
        return
    if images.case is None:
        yield from _outlines(document, images)
    elif not images.files[images.case.source.series_uid]:
        yield from _changed(document, images.case, images.case.edit) if images.case.edit else _translated(document, images.case)


def _translated(document: SignedDocument, case: ImageCase) -> Iterator[tuple[str, bytes]]:
    """The series as a model translated it."""
    yield "series.nii.gz", _written(document, case.result, case.result.voxels, SYNTHETIC_LABEL, "translated by a model")


def _changed(document: SignedDocument, case: ImageCase, edit: ImageEdit) -> Iterator[tuple[str, bytes]]:
    """The new series; the share of each voxel inside the nodule; the voxels where it appears to be, after blur."""
    import numpy as np

    occupancy, apparent = (np.frombuffer(raw, "<f4").reshape(edit.shape) for raw in (edit.occupancy, edit.apparent))
    yield "series.nii.gz", _written(document, case.result, case.result.voxels, SYNTHETIC_LABEL, "virtual nodule")
    share = _on_grid(case.result, edit.start, occupancy.astype(np.float32))
    yield "mask-fractional.nii.gz", _written(document, case.result, share, SYNTHETIC_LABEL, "share of each voxel in it")
    if (apparent >= APPEARS).any():  # a small nodule between thick slices fills no voxel by half; the draft states the loss
        mask = _on_grid(case.result, edit.start, (apparent >= APPEARS).astype(np.uint8))
        yield "mask-binary.nii.gz", _written(document, case.result, mask, SYNTHETIC_LABEL, "nodule as it appears")


def _outlines(document: SignedDocument, images: Images) -> Iterator[tuple[str, bytes]]:
    """One binary mask per lesion, so that outlines may overlap."""
    import numpy as np

    number = 0
    for lesion in images.lesions:
        if lesion.series_uid in images.volumes and not images.files[lesion.series_uid]:
            number += 1
            volume = images.volumes[lesion.series_uid]
            mask = _on_grid(volume, lesion.outline.start, lesion.outline.mask().astype(np.uint8))
            yield f"outline-{number}.nii.gz", _written(document, volume, mask, AI_LABEL, f"outline of lesion {lesion.name}")


def _on_grid(volume: Volume, start: tuple[int, int, int], box: NDArray[np.generic]) -> NDArray[np.generic]:
    """The box in an otherwise empty array of the series' own shape."""
    import numpy as np

    whole = np.zeros(volume.shape, box.dtype)
    whole[tuple(slice(first, first + count) for first, count in zip(start, box.shape, strict=True))] = box
    return whole


def _written(document: SignedDocument, volume: Volume, voxels: NDArray[np.generic], label: str, words: str) -> bytes:
    seed = f"{document.release}:{document.draft.provenance.seed}"
    made = label == SYNTHETIC_LABEL
    return write_nifti(replace(volume, voxels=voxels), label=label, seed=seed, description=words, synthetic=made, aigc=document.label.aigc)
