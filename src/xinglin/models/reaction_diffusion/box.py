"""The part of the grid where anything is, followed as it grows: what is empty costs nothing.

In each row of voxels a stretch is looked at: what is occupied, and as far around as cells can come. It is closed all round, so nothing
is lost at its edge, and widened before what spreads can reach it.
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

_ARRAYS, _COPIES = 9, 2  # density, two to work in, diffusivity, conductances along three axes, two copies of the density
_SPARE = 3.0  # voxels by which the edge lies further out than a step needs


class Slabs:
    """Shares slices out to threads. The answer is the same for any number of them."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers) if workers > 1 else None

    def each(self, slices: int, work: Callable[..., None], *arguments: object) -> None:
        """Runs `work(first, last, *arguments)` over slices 1 to `slices`."""
        if self._pool is None:
            if slices > 0:
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
    """Density and conductances around what is there, in arrays with a rim of one voxel."""

    def __init__(self, whole: NDArray[np.floating], medium: Medium, least: float, need_mm: float, slabs: Slabs) -> None:
        self.medium, self._whole, self._share, self._slabs = medium, whole, least, slabs
        self.span: Span = tuple((0, size) for size in whole.shape)
        self._need_mm = 0.0
        self._room: list[NDArray[np.floating]] = []
        self._load(need_mm)

    def put_back(self) -> NDArray[np.floating]:
        """The whole grid, with the box's density in it."""
        if not self.empty:
            self._whole[self._slices()] = self.density[1:-1, 1:-1, 1:-1]
        return self._whole

    def reload(self, medium: Medium, need_mm: float) -> None:
        """Looks at the whole grid anew, after something was changed in it within the box."""
        self.medium = medium
        self._load(need_mm)

    def widen(self, need_mm: float) -> None:
        """Makes room unless, around all that is occupied, `need_mm` are still free."""
        start, stop = np.zeros_like(self.low), np.zeros_like(self.low)
        self.each(kernels.occupied, self.density, self._least, start, stop)
        inside = (stop <= start) | ((start >= self._safe[0]) & (stop <= self._safe[1]))
        if need_mm > self._need_mm or not bool(inside.all()):
            self.put_back()
            self._load(need_mm)

    def each(self, work: Callable[..., None], *arguments: object) -> None:
        """Runs a kernel over all slices and the stretches of their rows."""
        self._slabs.each(self.slices, work, self.low, self.high, *arguments)

    @property
    def slices(self) -> int:
        """How many slices the box holds."""
        return self.span[0][1] - self.span[0][0]

    @property
    def empty(self) -> bool:
        """Nothing is anywhere, or all is wall."""
        return any(first >= last for first, last in self.span)

    def _slices(self) -> tuple[slice, ...]:
        return tuple(slice(first, last) for first, last in self.span)

    def _load(self, need_mm: float) -> None:
        """Arrays around what is occupied now, `need_mm` and some spare voxels free on all sides."""
        spacing = self.medium.spacing_mm
        spare_mm = _SPARE * min(spacing)
        self._need_mm = max(need_mm, self._need_mm)
        self._least = self._share * float(self._whole[self._slices()].max(initial=0.0))
        self.span = self._around(self._need_mm + spare_mm)
        shape = tuple(last - first + 2 for first, last in self.span)
        self.density, older, newer, diffusivity, slices, rows, columns, *self.copies = self._cleared(shape)
        self.scratch = [older, newer]
        self.sums, self.clipped = np.zeros(shape[0]), np.zeros(shape[0])
        self.low, self.high = np.ones(shape[:2], np.int64), np.full(shape[:2], shape[2] - 1, np.int64)
        self._safe, self.bound, self.faces = (self.low, self.high), 0.0, (slices, rows, columns)
        if self.empty:
            return
        self.density[1:-1, 1:-1, 1:-1] = self._whole[self._slices()]
        start, stop = np.zeros_like(self.low), np.zeros_like(self.low)
        self.each(kernels.occupied, self.density, self._least, start, stop)
        safe = (np.ones_like(self.low), np.ones_like(self.low))
        self._slabs.each(self.slices, kernels.widened, start, stop, spare_mm, *spacing, shape[2], *safe)
        low, high = np.ones_like(self.low), np.ones_like(self.low)
        self._slabs.each(self.slices, kernels.widened, start, stop, spare_mm + self._need_mm, *spacing, shape[2], low, high)
        self.low, self.high, self._safe = low, high, safe
        self._measure(diffusivity)

    def _cleared(self, shape: tuple[int, ...]) -> list[NDArray[np.floating]]:
        """Arrays of this shape in room that is kept (new room costs more than what is done in it), all 0 but the copies."""
        size = int(np.prod(shape))
        if not self._room or self._room[0].size < size:
            most = max(size, int(np.prod([last - first + 2 for first, last in self.medium.open_box])))  # what is not used takes no memory
            self._room = [np.empty(most, self._whole.dtype) for _ in range(_ARRAYS)]
        found = [flat[:size].reshape(shape) for flat in self._room]
        for one in found[:-_COPIES]:
            one.fill(0)
        return found

    def _around(self, margin_mm: float) -> Span:
        """The box of what is occupied, within the last box, and a margin, within what is no wall."""
        offsets = [first for first, _last in self.span]
        found = []
        for axis, (first, last) in enumerate(spanned(self._whole[self._slices()] > self._least)):
            near = int(margin_mm / self.medium.spacing_mm[axis]) + 1
            low, high = self.medium.open_box[axis]
            found.append((max(low, offsets[axis] + first - near), min(high, offsets[axis] + last + near)) if last > first else (0, 0))
        return tuple(found)

    def _measure(self, diffusivity: NDArray[np.floating]) -> None:
        """Conductances and the bound of the operator's spectrum; `diffusivity`: room for it, all 0."""
        kind = self._whole.dtype
        corner = tuple(first for first, _last in self.span)
        self.each(kernels.kept_inside, self.medium.diffusivity, *corner, diffusivity)
        scales = np.array([1.0 / s**2 for s in self.medium.spacing_mm], kind)
        self.each(kernels.faces, diffusivity, kind.type(np.finfo(kind).tiny), *scales, *self.faces)
        found = np.zeros(self.density.shape[0])
        self.each(kernels.steepest, *self.faces, found)
        self.bound = 2.0 * float(found.max())
