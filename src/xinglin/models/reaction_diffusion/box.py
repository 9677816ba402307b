"""The part of the grid where anything is, followed as it grows: what is empty costs nothing.

The box is closed like the grid itself, so nothing is lost at its walls; it is widened before what spreads can reach them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.reaction_diffusion import kernels
from xinglin.models.reaction_diffusion.medium import Medium, spanned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Span = tuple[tuple[int, int], ...]

_SPARE = 4  # voxels by which a box is widened beyond what is needed


class Slabs:
    """Shares slices out to threads. The answer is the same for any number of them."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def each(self, slices: int, work: Callable[..., None], *arguments: object) -> None:
        """Runs `work(first, last, *arguments)` over slices 1 to `slices`."""
        if self._pool is None:
            work(1, slices + 1, *arguments)
            return
        cuts = np.linspace(1, slices + 1, self._workers + 1).astype(int)
        waiting = [self._pool.submit(work, int(a), int(b), *arguments) for a, b in itertools.pairwise(cuts) if b > a]
        for one in waiting:
            one.result()

    def close(self) -> None:
        """Lets the threads go."""
        if self._pool is not None:
            self._pool.shutdown()


class Box:
    """Density and conductances in a box of the grid, each with a rim of one voxel that stays 0."""

    def __init__(self, whole: NDArray[np.floating], medium: Medium, least: float, margin: tuple[int, int, int], slabs: Slabs) -> None:
        self.medium, self._whole, self._least, self._slabs = medium, whole, least, slabs
        self.span: Span = self._around(spanned(whole > least), margin)
        self._load()

    def put_back(self) -> NDArray[np.floating]:
        """The whole grid, with the box's density in it."""
        self._whole[self._slices()] = self.density[1:-1, 1:-1, 1:-1]
        return self._whole

    def reload(self, medium: Medium, margin: tuple[int, int, int]) -> None:
        """Looks at the whole grid anew, after something was changed in it."""
        self.medium = medium
        self.span = self._around(spanned(self._whole > self._least), margin)
        self._load()

    def widen(self, margin: tuple[int, int, int]) -> bool:
        """Makes room where anything lies within `margin` voxels of the box's wall; says whether it had to."""
        inner = self.density[1:-1, 1:-1, 1:-1]
        spans = []
        for axis, (first, last) in enumerate(self.span):
            low, high = self.medium.open_box[axis]
            ends = np.moveaxis(inner, axis, 0)
            near = margin[axis]
            if first > low and float(ends[:near].max(initial=0.0)) > self._least:
                first = max(low, first - near - _SPARE)
            if last < high and float(ends[-near:].max(initial=0.0)) > self._least:
                last = min(high, last + near + _SPARE)
            spans.append((first, last))
        if tuple(spans) == self.span:
            return False
        self.put_back()
        self.span = tuple(spans)
        self._load()
        return True

    @property
    def slices(self) -> int:
        """How many slices the box holds."""
        return self.span[0][1] - self.span[0][0]

    @property
    def empty(self) -> bool:
        """Nothing is anywhere, or all is wall."""
        return any(first >= last for first, last in self.span)

    def total(self) -> float:
        """The sum of the density in the box."""
        return float(self.density.sum(axis=(1, 2), dtype=np.float64).sum())

    def _around(self, span: Span, margin: tuple[int, int, int]) -> Span:
        found = []
        for (first, last), (low, high), near in zip(span, self.medium.open_box, margin, strict=True):
            wide = (max(low, first - near - _SPARE), min(high, last + near + _SPARE))
            found.append(wide if last > first else (0, 0))
        return tuple(found)

    def _slices(self) -> tuple[slice, ...]:
        return tuple(slice(first, last) for first, last in self.span)

    def _load(self) -> None:
        shape = tuple(last - first + 2 for first, last in self.span)
        self.density = np.zeros(shape, self._whole.dtype)
        self.scratch = [np.zeros(shape, self._whole.dtype) for _ in range(2)]
        self.sums, self.clipped = np.zeros(shape[0]), np.zeros(shape[0])
        self.bound = 0.0
        if self.empty:
            return
        self.density[1:-1, 1:-1, 1:-1] = self._whole[self._slices()]
        if self.medium.uniform is None:
            self._measure()

    def _measure(self) -> None:
        """Conductances, scaled so that twice the operator's polynomial argument needs no factor, and the bound of its spectrum."""
        diffusivity = np.zeros(self.density.shape, self._whole.dtype)
        diffusivity[1:-1, 1:-1, 1:-1] = self.medium.diffusivity[self._slices()]
        self.faces = tuple(np.zeros_like(diffusivity) for _ in range(3))
        scales = np.array([1.0 / s**2 for s in self.medium.spacing_mm], self._whole.dtype)
        self._slabs.each(self.slices, kernels.faces, diffusivity, *scales, *self.faces)
        found = np.zeros(self.density.shape[0])
        self._slabs.each(self.slices, kernels.steepest, *self.faces, found)
        self.bound = 2.0 * float(found.max())
        if self.bound > 0:
            for face in self.faces:
                face *= face.dtype.type(4.0 / self.bound)
