"""One picture file made ready: its numbers looked at, shown as it asks, brought to the shape; a volume becomes slices, stacks or crops.

What one file cannot give leaves it out with a reason in a few words; `collecting` counts these, and refuses the set where most are so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.intake.picture_files import LeftOut, PictureFile
from xinglin.records.errors import InvalidInput
from xinglin.training.image_sets import sound_values
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.near_copies import coarse
from xinglin.training.image_sets.resizing import Floats, fitted, fitted_labels, fitted_shape, resized, resized_labels, windows

HU_WINDOW = (-1000.0, 400.0)  # air to dense soft tissue: where lungs and organs differ
Labels = NDArray[np.uint8]


@dataclass(eq=False)
class Piece:
    """One picture of the set to be, before it is known who stands on which side."""

    values: Floats
    source: str
    whose: str
    words: Mapping[str, str | float]
    kind: str  # "HU", "grey" (0 to 255) or "numbers" (a range of their own)
    modality: str
    spacing_mm: tuple[float, ...]
    was: tuple[int, ...]
    mask: Labels | None = None
    partner: Floats | None = None
    domain: str = ""
    synthetic: bool = False
    telling: bool = False
    odd: frozenset[str] = frozenset()
    span: tuple[float, float] = (0.0, 0.0)  # of "numbers": 0.1th and 99.9th percentile
    side: str = ""
    file: str = ""
    known: dict[str, float] = field(default_factory=dict)
    look: Floats = field(default_factory=lambda: np.zeros(0, np.float32))  # the whole picture, coarsely, to find copies by
    looked_at: str = ""  # which picture that was


@dataclass(frozen=True, eq=False)
class Shown:
    """The numbers of a picture as they are to be learnt, still at their own size."""

    values: Floats
    kind: str
    low: float
    high: float
    odd: frozenset[str]


def shown(found: PictureFile, asking: Asking) -> Shown:
    """HU as HU, films as grey, other numbers as they are. Raises InvalidInput XL-IMGSET-004, 020 to 023 for numbers that cannot be."""
    values, where, odd = found.values, found.source, set()
    if sound_values.not_finite(values):
        raise InvalidInput(
            "XL-IMGSET-004", "a picture holds values that are no numbers", where=where, why="NaN or infinite",
            fix="find out where they come from; give what is not known a value, or leave the picture out",
        )  # fmt: skip
    if found.unit == "HU" or (asking.unit == "HU" and not found.modality):
        sound_values.see_hounsfield(values, where)
        numbers = np.asarray(values, np.float32)
        if float(numbers.min()) < sound_values.AIR - 0.5:
            odd.add("padding")
            numbers = np.maximum(numbers, np.float32(sound_values.AIR))
        low, high = asking.window or HU_WINDOW
        return Shown(numbers, "HU", low, high, frozenset(odd))
    if sound_values.overflown(values):
        raise InvalidInput(
            "XL-IMGSET-023", "the numbers seem to have run over the end of 16 bits", where=where, why="neighbours jump over the whole range",
            fix="store them as the signed or unsigned 16 bits that they are",
        )  # fmt: skip
    if values.dtype == np.uint8 and found.modality and found.window is None:
        numbers = np.asarray(values, np.float32)
        return Shown(255 - numbers if found.inverted else numbers, "grey", 0.0, 255.0, frozenset())
    if found.window is not None or found.inverted or found.modality:
        return Shown(sound_values.grey(values, found.window, found.inverted), "grey", 0.0, 255.0, frozenset())
    numbers = np.asarray(values, np.float32)
    if values.dtype == np.uint8:
        low, high = asking.window or (0.0, 255.0)
        return Shown(numbers, "grey", low, high, frozenset())
    low, high = asking.window or (float(numbers.min()), float(max(numbers.max(), numbers.min() + 1e-6)))
    return Shown(numbers, "numbers", low, high, frozenset())


def pieces(
    found: PictureFile, asking: Asking, mask: NDArray[Any] | None = None, partner: PictureFile | None = None
) -> Iterator[Piece | LeftOut]:
    """The pictures of one file. Raises what `shown` raises."""
    if fault := _unfit(found, asking):
        yield fault
        return
    one = shown(found, asking)
    twin = None if partner is None else shown(partner, asking)
    if twin is not None and (twin.kind != one.kind or twin.values.shape != one.values.shape):
        yield LeftOut(found.source, "its partner is another kind of picture, or of another size")
        return
    if mask is not None and mask.shape != one.values.shape[1:]:
        yield LeftOut(found.source, "its mask is of another size", f"{mask.shape}, the picture is {one.values.shape[1:]}")
        return
    was, spacing = found.values.shape[1:], found.spacing_mm
    if asking.spacing_mm:
        one, mask, twin, spacing = _respaced(one, mask, twin, found, asking)
    cut = list(_cut(one.values, mask, None if twin is None else twin.values, spacing, one.low, asking))
    if not cut:
        yield LeftOut(found.source, "smaller than one patch", f"{was}")
        return
    span = (0.0, 0.0)
    if one.kind == "numbers":
        low, high = np.percentile(one.values, (0.1, 99.9))
        span = float(low), float(high)
    chosen = _chosen(len(cut), asking, found.source)
    look = None
    for place in chosen:
        values, marks, paired, spaced, at = cut[place]
        source = found.source + at
        seen = values if asking.fit == "patches" or asking.neighbours else one.values  # edges that were filled are not looked at
        if sound_values.flat(seen, one.low, one.high):
            yield LeftOut(source, "of one value", "it shows nothing within the range")
            continue
        odd = one.odd | ({"cut off"} if sound_values.cut_off(seen, one.low, one.high) else set())
        if look is None or asking.neighbours:
            look = coarse(np.clip(values[len(values) // 2][None] if asking.neighbours else one.values, one.low, one.high))
        yield Piece(
            values, source, found.whose, found.words, one.kind, found.modality, spaced, was, marks, paired, synthetic=found.synthetic,
            telling=found.telling, odd=frozenset(odd), span=span, file=found.series or found.source, look=look,
            looked_at=source if asking.neighbours else found.source,
        )  # fmt: skip


def _unfit(found: PictureFile, asking: Asking) -> LeftOut | None:
    channels, depth = len(found.values), found.values.ndim - 1
    if asking.modality and found.modality and found.modality != asking.modality:
        return LeftOut(found.source, "of another modality", found.modality)
    if channels == 3 and not asking.colour:
        return LeftOut(found.source, "in colour")
    if channels == 1 and asking.colour:
        return LeftOut(found.source, "not in colour")
    if depth != (3 if asking.volumes else 2):
        return LeftOut(found.source, "not a volume" if asking.volumes else "not a flat picture")
    if asking.spacing_mm and not found.spacing_mm:
        return LeftOut(found.source, "its spacing is not told")
    return None


def _respaced(
    one: Shown, mask: NDArray[Any] | None, twin: Shown | None, found: PictureFile, asking: Asking
) -> tuple[Shown, NDArray[Any] | None, Shown | None, tuple[float, ...]]:
    """Everything at the spacing asked for; of a stack of neighbours the distance between slices stays."""
    was = one.values.shape[1:]
    asked = (found.spacing_mm[0], *asking.spacing_mm) if asking.neighbours else asking.spacing_mm
    now = tuple(max(1, round(side * mm / wanted)) for side, mm, wanted in zip(was, found.spacing_mm, asked, strict=True))
    again = Shown(resized(one.values, now), one.kind, one.low, one.high, one.odd)
    paired = None if twin is None else Shown(resized(twin.values, now), twin.kind, twin.low, twin.high, twin.odd)
    return again, None if mask is None else resized_labels(mask, now), paired, asked


Cut = tuple[Floats, Labels | None, Floats | None, tuple[float, ...], str]


def _cut(
    values: Floats, mask: NDArray[Any] | None, twin: Floats | None, spacing: tuple[float, ...], fill: float, asking: Asking
) -> Iterator[Cut]:
    """(values, mask, partner, spacing, "#place") of each picture that the numbers give."""
    if asking.neighbours:
        reach, slices = asking.neighbours, values.shape[1]
        for middle in range(reach, slices - reach):
            beside = slice(middle - reach, middle + reach + 1)
            paired = None if twin is None else twin[0, beside]
            for one, marks, other, spaced, at in _cut(
                values[0, beside], None if mask is None else mask[middle], paired, spacing[1:], fill, _flat(asking)
            ):
                yield one, marks, other, spaced, f"#{middle}{at}"
        return
    if asking.fit == "patches":
        for number, window in enumerate(windows(values.shape[1:], asking.shape)):
            yield (
                np.ascontiguousarray(values[(slice(None), *window)], np.float32),
                None if mask is None else np.asarray(mask[window], np.uint8),
                None if twin is None else np.ascontiguousarray(twin[(slice(None), *window)], np.float32), spacing, f"#{number}",
            )  # fmt: skip
        return
    now = _spacing_after(values.shape[1:], spacing, asking)
    yield (
        fitted(values, asking.shape, asking.fit, fill), None if mask is None else fitted_labels(mask, asking.shape, asking.fit),
        None if twin is None else fitted(twin, asking.shape, asking.fit, fill), now, "",
    )  # fmt: skip


def _flat(asking: Asking) -> Asking:
    from msgspec.structs import replace

    return replace(asking, neighbours=0)


def _spacing_after(was: tuple[int, ...], spacing: tuple[float, ...], asking: Asking) -> tuple[float, ...]:
    if len(spacing) != len(was) or asking.fit == "patches":
        return spacing
    now = fitted_shape(was, asking.shape, asking.fit)
    return tuple(mm * before / after for mm, before, after in zip(spacing, was, now, strict=True))


def _chosen(count: int, asking: Asking, source: str) -> list[int]:
    """Which of the pictures of a file are kept: all, or `per_file` of them drawn by the seed and the file's path."""
    if not asking.per_file or count <= asking.per_file:
        return list(range(count))
    seed = int.from_bytes(hashlib.sha256(f"{asking.seed}|{source}".encode()).digest()[:8], "big")
    return sorted(np.random.default_rng(seed).choice(count, asking.per_file, replace=False).tolist())
