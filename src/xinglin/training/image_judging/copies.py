"""Has the generator given back a picture that it learnt from: the nearest learnt-from picture of each made one, and whether that is a near-copy.

A copy may be mirrored, moved, cropped, larger, smaller, lighter, darker, noised. So the middle of a made picture is sought in each learnt-from
one, at several sizes and in the mirror; how alike they are there is compared with how alike pictures of different people are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.training.image_judging import planted
from xinglin.training.image_judging.encoder import shrunk
from xinglin.training.image_judging.features import checked
from xinglin.training.image_judging.seeking import Field

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]
    Row = NDArray[np.floating]

SIDE, COARSE, MIDDLE = 64, 16, 0.8
SIZES = (0.75, 0.8, 0.85, 0.9, 0.95, 1.0, 1.08, 1.16, 1.25)  # of the made picture, in the learnt-from one
ROUGH = SIZES[1::2]  # at half the side
WINDOWS = ((1.0, (0.5,)), (0.9, (0.0, 0.5, 1.0)), (0.8, (0.0, 0.25, 0.5, 0.75, 1.0)))  # crops that are compared coarsely: share, places
INNER, MIDST = slice(10, 35), 22  # the windows of 0.8, and the one in the middle
LONG_LIST, SHORT_LIST, CHUNK = 160, 24, 64
USUAL, CHANCE = 2.33, 3.72  # standard deviations: 1 in 100, 1 in 10,000 pictures of other people
FEWEST, PLANTED, LEAST_OF_COPIES, MARGIN = 10, 24, 0.01, 0.15
NARROW, WIDE, FAINT = 1.2, 3.0, 0.05  # of the band compared; told CXR copies from other people better than 1 to 4 pixels


@dataclass(frozen=True, eq=False)
class Nearest:
    """For each picture its nearest learnt-from one. `likeness`: correlation at the best place, at most 1. `usual`: of others that look alike, the lower
    quartile, since some may be of the same person.

    `mirrored`: found in the mirror.
    """

    place: NDArray[np.int64]
    likeness: Row
    usual: Row
    mirrored: NDArray[np.bool_]

    @property
    def z(self) -> Row:
        """The likeness in Fisher's z."""
        return np.arctanh(np.clip(self.likeness, 0, 0.9999))

    @property
    def beyond(self) -> Row:
        """How far the nearest stands out from others that look alike, in Fisher's z: noise takes from both, so that it stays large for a copy."""
        return self.z - np.arctanh(np.clip(self.usual, 0, 0.9999))


@dataclass(frozen=True, eq=False)
class Copies:
    """Near-copies among made pictures. `distance` is in units of the threshold: below 1 a near-copy."""

    nearest: Nearest
    threshold: float  # of `Nearest.beyond`; from it on a picture is a near-copy, if it also is as alike as copies are
    distance: Row
    held_out: Row  # distances of held-out real pictures, in the same units
    told_apart: bool  # whether planted copies stand out more than pictures of other people do; where not, 0 found says nothing

    @property
    def found(self) -> NDArray[np.int64]:
        """Places of the made pictures that are near-copies."""
        return np.flatnonzero(self.distance < 1)

    @property
    def false_alarms(self) -> float:
        """The share of held-out real pictures, of other people, that would count as near-copies."""
        return float((self.held_out < 1).mean())


def copies(made: Pictures, learnt: Pictures, held_out: Pictures, *, mirrored: bool = True, seed: int = 0) -> Copies:
    """Near-copies of `learnt` among `made`; `held_out` are real pictures of other people. All (n, channels, ...) in [-1, 1].

    `mirrored`: also seek in the mirror. Of a volume its mean along the first axis is compared, of channels their mean. Raises InvalidInput
    XL-JUDGE-002 for no pictures, XL-JUDGE-005 below ten held-out ones.
    """
    if len(held_out) < FEWEST:
        raise InvalidInput(
            "XL-JUDGE-005", "too few held-out pictures to say what a near-copy is", where=f"{len(held_out)} pictures",
            why=f"at least {FEWEST} of other people are needed", fix="hold out more people",
        )  # fmt: skip
    gallery = Gallery.of(learnt, mirrored=mirrored)
    others, found, hidden = gallery.nearest(held_out), gallery.nearest(made), planted_ones(gallery, learnt, mirrored, seed)
    threshold, alike = calibrated(others.beyond, hidden.beyond), float(np.quantile(hidden.z, LEAST_OF_COPIES)) - MARGIN
    distance, held = (np.exp(-np.minimum(one.beyond - threshold, one.z - alike)) for one in (found, others))
    return Copies(found, threshold, distance, held, told_apart(others.beyond, hidden.beyond))


def calibrated(others: Row, copied: Row) -> float:
    """The threshold of `beyond`, between what pictures of other people show and what planted copies show.

    Half way (of the logarithm) from where 1 in 100 of other people lie to where 99 in 100 planted copies lie above, and no higher than where 1
    in 10,000 of other people lie. The shares of others by a normal curve of the logarithm through their lower half, which duplicates in the
    set do not move.
    """
    usual, rare = _borders(others)
    return float(np.exp(min(rare, (usual + np.log(np.quantile(copied, LEAST_OF_COPIES))) / 2)))


def told_apart(others: Row, copied: Row) -> bool:
    """Whether copies can be told from likeness: where 99 in 100 planted copies lie above lies above where 1 in 100 of other people lie.

    On small pictures, and on pictures that are much alike, it does not: either copies are missed or other people are accused.
    """
    return bool(np.log(np.quantile(copied, LEAST_OF_COPIES)) > _borders(others)[0])


def _borders(others: Row) -> tuple[float, float]:
    """The logarithms that 1 in 100 and 1 in 10,000 of other people lie above."""
    low, middle = np.quantile(np.log(np.maximum(others, 1e-3)), [0.16, 0.5])
    return float(middle + USUAL * (middle - low)), float(middle + CHANCE * (middle - low))


def planted_ones(gallery: Gallery, learnt: Pictures, mirrored: bool, seed: int) -> Nearest:
    """What is nearest to copies made on purpose of up to 24 learnt-from pictures, in each single way of `planted.WAYS`."""
    some = np.sort(np.random.default_rng(seed).permutation(len(learnt))[:PLANTED])
    ways = [way for way in planted.SINGLE if mirrored or way != "mirrored"]
    return gallery.nearest(np.concatenate([planted.planted(learnt[some], way, seed) for way in ways]))


@dataclass(frozen=True, eq=False)
class Gallery:
    """Learnt-from pictures, made ready to be sought in: `views` are the pictures and, where asked, their mirror images."""

    views: Field  # (views, side, side), of middle detail
    halves: Field  # the same at half the side
    count: int
    coarse: Pictures  # (views, windows, coarse x coarse)

    @classmethod
    def of(cls, learnt: Pictures, *, mirrored: bool = True) -> Gallery:
        """From pictures (n, channels, ...) in [-1, 1]."""
        flat = flattened(learnt)
        views = np.concatenate([flat, flat[:, :, ::-1]]) if mirrored else flat
        windows = np.stack([_coarse(_cut(views, *window)) for window in _windows()], axis=1)
        whole = Field.of(_detail(views), [_side(SIDE, size) for size in SIZES])
        halves = Field.of(_detail(shrunk(views, SIDE // 2)), [_side(SIDE // 2, size) for size in ROUGH])
        return cls(whole, halves, len(flat), windows)

    def nearest(self, pictures: Pictures) -> Nearest:
        """The nearest learnt-from picture of each, by likeness at the best place and size."""
        flat = flattened(pictures)
        long = self._long_list(flat)
        halves, details = ([_middle(flat, side, size) for size in sizes] for side, sizes in ((SIDE // 2, ROUGH), (SIDE, SIZES)))
        place, likeness, usual = np.zeros(len(flat), dtype=np.int64), np.zeros(len(flat)), np.zeros(len(flat))
        for one in range(len(flat)):
            rough = self.halves.of_some(long[one]).highest([half[one] for half in halves])
            short = long[one][np.argsort(-rough, kind="stable")[:SHORT_LIST]]
            each = self.views.of_some(short).highest([detail[one] for detail in details])
            best = int(each.argmax())
            place[one], likeness[one], usual[one] = short[best], each[best], np.quantile(each, 0.25)
        return Nearest(place % self.count, likeness, usual, place >= self.count)

    def _long_list(self, flat: Pictures) -> NDArray[np.int64]:
        """(n, long list): the views that look alike from afar, whole against window and window against whole."""
        own = np.stack([_coarse(_cut(flat, *window)) for window in _windows()], axis=1)
        found = []
        for start in range(0, len(flat), CHUNK):
            mine = own[start : start + CHUNK]
            whole = np.einsum("nd,vwd->nvw", mine[:, 0], self.coarse, optimize=True).max(
                axis=2
            )  # a made one is a crop of a learnt-from one
            grown = np.einsum("nwd,vd->nvw", mine, self.coarse[:, 0], optimize=True).max(
                axis=2
            )  # a learnt-from one is a crop of a made one
            moved = np.einsum("nd,vwd->nvw", mine[:, MIDST], self.coarse[:, INNER], optimize=True).max(axis=2)
            alike = np.maximum(np.maximum(whole, grown), moved)
            found.append(np.argsort(-alike, axis=1, kind="stable")[:, :LONG_LIST])
        return np.concatenate(found)


def flattened(pictures: Pictures) -> Pictures:
    """(n, 64, 64): channels averaged, volumes averaged along their first axis."""
    grey = checked(pictures).mean(axis=1)
    return shrunk(grey.mean(axis=1) if grey.ndim == 4 else grey, SIDE)


def _windows() -> list[tuple[float, float, float]]:
    return [(share, row, column) for share, places in WINDOWS for row in places for column in places]


def _cut(flat: Pictures, share: float, row: float, column: float) -> Pictures:
    side = round(flat.shape[1] * share)
    top, left = round((flat.shape[1] - side) * row), round((flat.shape[1] - side) * column)
    return flat[:, top : top + side, left : left + side]


def _coarse(flat: Pictures) -> Pictures:
    """(n, 256): 16 x 16, free of slow shading, strong and faint edges made alike, of length 1."""
    small = shrunk(flat, COARSE)
    band = small - _smoothed(small, 2)
    clear = (band / np.sqrt(_smoothed(band**2, 2) + FAINT**2)).reshape(len(small), -1)
    clear = clear - clear.mean(axis=1, keepdims=True)
    return clear / np.maximum(np.linalg.norm(clear, axis=1, keepdims=True), 1e-6)


def _detail(flat: Pictures) -> Pictures:
    """What lies between 1.2 and 3 pixels, strong and faint edges made alike: free of noise, shading, contrast, and of a black frame's weight."""
    band = _smoothed(flat, NARROW) - _smoothed(flat, WIDE)
    return band / np.sqrt(_smoothed(band**2, WIDE) + FAINT**2)


def _smoothed(flat: Pictures, width: float) -> Pictures:
    """By a bell of `width` pixels, of square pictures (n, side, side)."""
    bell = _bell(flat.shape[1], width)
    return np.matmul(bell, flat) @ bell.T


@cache
def _bell(side: int, width: float) -> Pictures:
    """(side, side): the weights of the filter as a matrix, which is faster on many small pictures."""
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(np.eye(side), width, axis=0, mode="nearest")).astype(np.float32)


def _middle(flat: Pictures, side: int, size: float) -> Pictures:
    """(n, s, s): the middle of the detail of each picture, brought to `size` of `side`; mean 0."""
    detail = _detail(shrunk(flat, round(side * size)))
    inner = _cut(detail, min(MIDDLE, 0.94 / size), 0.5, 0.5)
    return inner - inner.mean(axis=(1, 2), keepdims=True)


def _side(side: int, size: float) -> int:
    """How many pixels wide `_middle` is."""
    return round(round(side * size) * min(MIDDLE, 0.94 / size))
