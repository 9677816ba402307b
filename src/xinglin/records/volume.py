"""A scan as a block of numbers that knows where it lies in the patient.

Array order is (slice, row, column); `affine` takes those indices to patient millimetres, LPS as DICOM has them
(x to the patient's left, y to the back, z to the head). numpy is imported only when a volume is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Volume:
    """One regular grid of voxels.

    voxels: array (slices, rows, columns), in `unit` ("HU" for CT, "" where the numbers have no unit).
    affine: 4 x 4 float64, (slice, row, column, 1) -> (x, y, z, 1) in LPS millimetres, voxel centres.
    modality: DICOM (0008,0060). frame_of_reference, study_uid, series_uid: DICOM UIDs, "" when the source has none.
    instances: SOP instance UID of each slice, in array order (one repeated UID for a multi-frame object).
    acquired: date or dateTime of the acquisition, as FHIR writes it, "" when unknown.
    details: acquisition words by documented keys (formats/dicom/README.md): kernel, slice_thickness_mm, kvp,
      manufacturer, model, body_part, description, patient_position, contrast, lossy ...
    repairs: what was put right because the user asked for it, in words.
    synthetic: the source says it is, or holds, artificial content (DICOM (0008,001C) = YES).
    """

    voxels: NDArray[np.generic]
    affine: NDArray[np.float64]
    unit: str = ""
    modality: str = ""
    frame_of_reference: str = ""
    study_uid: str = ""
    series_uid: str = ""
    instances: tuple[str, ...] = ()
    acquired: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    synthetic: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """Slices, rows, columns."""
        slices, rows, columns = self.voxels.shape
        return slices, rows, columns

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Millimetres from one voxel centre to the next, per axis (slice, row, column)."""
        import numpy as np

        slice_mm, row_mm, column_mm = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(slice_mm), float(row_mm), float(column_mm)

    @property
    def voxel_mm3(self) -> float:
        """Volume of one voxel in cubic millimetres."""
        import numpy as np

        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def point_mm(self, index: tuple[float, float, float]) -> tuple[float, float, float]:
        """The place (x, y, z) in LPS millimetres of an index (slice, row, column), which may be fractional."""
        import numpy as np

        x, y, z = (self.affine @ np.array([*index, 1.0]))[:3]
        return float(x), float(y), float(z)

    def index_of(self, point_mm: tuple[float, float, float]) -> tuple[float, float, float]:
        """The fractional index (slice, row, column) of a place in LPS millimetres; may lie outside the grid."""
        import numpy as np

        k, j, i = np.linalg.solve(self.affine[:3, :3], np.array(point_mm) - self.affine[:3, 3])
        return float(k), float(j), float(i)

    def slice_prints(self, first: int = 0, last: int | None = None) -> tuple[str, ...]:
        """A print of each slice from `first` up to `last`: SHA-256 of how often each value occurs in it.

        It stays the same when a slice is flipped, turned or placed elsewhere, and when every word about it is removed.
        Slices of values that are no whole numbers of 16 bits have none.
        """
        import numpy as np

        prints = []
        for plane in self.voxels[first:last]:
            whole = plane.astype(np.int32) if plane.dtype.kind in "iu" else None
            if whole is not None and whole.min() >= -32768 and whole.max() <= 32767:
                counts = np.bincount((whole + 32768).ravel(), minlength=65536).astype("<u4")
                prints.append(hashlib.sha256(counts.data).hexdigest())
        return tuple(prints)

    def digest(self) -> str:
        """SHA-256 of voxels, their type and the affine: the same numbers in the same place, the same digest."""
        import numpy as np

        seal = hashlib.sha256(f"{self.voxels.dtype.str}{self.shape}{self.unit}".encode())
        seal.update(np.ascontiguousarray(self.affine, dtype="<f8").tobytes())
        seal.update(np.ascontiguousarray(self.voxels).data)
        return seal.hexdigest()
