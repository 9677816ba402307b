"""Whether what stands in our own extensions can be: a series with a name and a day, a lesion with a size and an outline that fits it.

The same limits hold when a lesion is marked, so that what is kept can be read again. They say which part is wrong, never the value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

from xinglin.formats.fhir.reading import is_time
from xinglin.records.imaging import Lesion, LesionMeasures, Outline, ScanSeries

_UID: Final = re.compile(r"[0-9A-Za-z._-]{1,64}(/[\w.()+-]{1,100})?\Z")
_MOST_VOXELS: Final = 2**28  # of the box of an outline; a whole chest has 512 x 512 x 1024
_NAME_LETTERS, _WORD_LETTERS = 40, 400
_FARTHEST_MM, _MOST_SLICES = 1e5, 1_000_000


def fault_of_series(one: ScanSeries) -> str:
    """Which part of a kept series cannot be; "" for a sound one."""
    checks = {
        "uid": bool(_UID.match(one.uid)),
        "when": not one.when or is_time(one.when),
        "slices": 0 <= one.slices <= _MOST_SLICES,
        "spacing_mm": all(0 <= length < _FARTHEST_MM for length in one.spacing_mm),
        "modality": len(one.modality) <= _NAME_LETTERS and one.modality.isprintable(),
    }
    return _first_wrong(checks)


def fault_of_lesion(one: Lesion, slices: int = 0) -> str:
    """Which part of a marked lesion cannot be; "" for a sound one. `slices`: of its series, 0 where that is not known."""
    words = (
        one.organ,
        one.kind,
        one.lobe,
        one.marked_by,
        one.method,
        one.study,
        one.measures.slice_instance,
        *one.measures.notes,
        one.first_shown_by,
        one.remark,
    )
    checks = {
        "name": bool(one.name.strip()) and len(one.name) <= _NAME_LETTERS and one.name.isprintable(),
        "series_uid": bool(_UID.match(one.series_uid)),
        "when": not one.when or is_time(one.when),
        "words": all(len(word) <= _WORD_LETTERS and word.isprintable() for word in words),
        "seed_mm": _are_places((one.seed_mm,)),
    }
    return _first_wrong(checks) or _fault_of_measures(one.measures, slices) or _fault_of_outline(one.outline, slices)


def _fault_of_measures(m: LesionMeasures, slices: int) -> str:
    sizes = {
        "long_axis_mm": m.long_axis_mm,
        "short_axis_mm": m.short_axis_mm,
        "mean_diameter_mm": m.mean_diameter_mm,
        "volume_mm3": m.volume_mm3,
    }
    parts = {
        "effective_diameter_mm": m.effective_diameter_mm, "solid_volume_mm3": m.solid_volume_mm3,
        "solid_diameter_mm": m.solid_diameter_mm, "pleura_distance_mm": m.pleura_distance_mm, "sd_hu": m.sd_hu,
    }  # fmt: skip
    checks = {
        **{name: 0 < value < math.inf for name, value in sizes.items()},
        **{name: value is None or 0 <= value < math.inf for name, value in parts.items()},
        "mean_hu": math.isfinite(m.mean_hu),
        "slice_index": -1 <= m.slice_index < (slices or _MOST_SLICES),
        "center_mm": _are_places((m.center_mm, *m.long_axis_ends, *m.short_axis_ends)),
    }
    return _first_wrong(checks)


def _fault_of_outline(one: Outline, slices: int) -> str:
    voxels = math.prod(one.shape)
    checks = {
        "outline.start": min(one.start) >= 0 and (not slices or one.start[0] + one.shape[0] <= slices),
        "outline.shape": min(one.shape) > 0 and voxels <= _MOST_VOXELS,
        "outline.bits": len(one.bits) == -(-voxels // 8),
    }
    return _first_wrong(checks)


def _are_places(places: Iterable[tuple[float, float, float]]) -> bool:
    return all(abs(number) < _FARTHEST_MM for place in places for number in place)


def _first_wrong(checks: dict[str, bool]) -> str:
    return next((name for name, good in checks.items() if not good), "")
