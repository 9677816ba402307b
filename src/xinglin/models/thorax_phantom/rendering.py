"""Paints the chest slice by slice on a fine grid, blurs it to the scanner's voxels and notes what fills each voxel.

Painted from outside in: air, table, skin, fat, muscle, bone, organs, lungs, then what runs through the lungs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax_phantom import chest as tissue
from xinglin.models.thorax_phantom.anatomy import SPINE_Y_MM, Organ
from xinglin.models.thorax_phantom.branching import Tubes
from xinglin.models.thorax_phantom.chest import Chest, vertebra
from xinglin.models.thorax_phantom.drawing import Box, Slab, draw_tubes, lay, share

Float = NDArray[np.float32]
TABLE_Y_MM, TABLE_RADIUS_MM = 138.0, 420.0


class Painting:
    """One slab being painted: its HU, and the share of every fine voxel that each named structure fills."""

    def __init__(self, chest: Chest, slab: Slab) -> None:
        self.chest, self.slab = chest, slab
        self.hu = np.full(slab.shape, tissue.AIR, np.float32)
        self.parts: dict[str, tuple[Box, Float]] = {}

    def solid(self, name: str, inset_mm: float = 0.0) -> tuple[Box, Float] | None:
        """Where a solid may lie, and its share there."""
        field = self.chest.solids[name]
        box = field.box(self.slab)
        if box is None:
            return None
        return box, share(field.read(self.slab, box) + np.float32(inset_mm), self.slab.step_mm)

    def tubes(self, tubes: Tubes, hu: float, squeeze_z: float = 1.0, thinner_mm: float = 0.0) -> tuple[Box, Float] | None:
        """Paints tubes; gives where they are and their share there."""
        thin = Tubes(tubes.ends, np.maximum(tubes.radii - thinner_mm, 0.2)) if thinner_mm else tubes
        found = draw_tubes(thin, self.slab, squeeze_z)
        if found is not None:
            lay(self.hu[found[0]], found[1], hu)
        return found

    def keep(self, name: str, found: tuple[Box, Float] | None) -> None:
        """Notes the share of a structure for the truth."""
        if found is not None:
            self.parts[name] = found

    def whole(self) -> Box:
        """The whole slab as a box."""
        z, y, x = self.slab.shape
        return slice(0, z), slice(0, y), slice(0, x)


def painted(chest: Chest, slab: Slab) -> Painting:
    """The slab with everything on it."""
    painting = Painting(chest, slab)
    _table(painting)
    _wall(painting)
    _bones(painting)
    _organs(painting)
    _lungs(painting)
    return painting


def _table(on: Painting) -> None:
    y, x = on.slab.y[:, None], on.slab.x[None, :]
    # a shallow trough: two thin shells with foam between
    inner: Float = np.sqrt((y - (TABLE_Y_MM - TABLE_RADIUS_MM)) ** 2 + x**2).astype(np.float32) - np.float32(TABLE_RADIUS_MM)
    depth = np.abs(inner - 11) - 11
    plate: Float = np.maximum(depth, np.abs(x) - 205).astype(np.float32)
    step = on.slab.step_mm[1:]
    flat = (step[0], step[0], step[1])
    outer, foam = share(plate, flat), share(plate + 1.6, flat)
    row = np.full(outer.shape, tissue.AIR, np.float32)
    lay(row, outer, 60.0)
    lay(row, foam, -930.0)
    on.hu[:] = row
    on.parts["table"] = (on.whole(), np.broadcast_to(outer, on.slab.shape))


def _wall(on: Painting) -> None:
    found = on.solid("body")
    if found is None:
        return
    box, part = found
    on.parts["body"] = found
    hu = on.hu[box]
    lay(hu, part, tissue.SKIN)
    inner = on.solid("body", 2.0)
    lay(hu, inner[1], tissue.FAT)  # type: ignore[index]
    grain = on.chest.grain.read(on.slab, on.whole())
    for name, filling in (("muscle", tissue.MUSCLE), ("cavity", tissue.FAT)):
        found = on.solid(name)
        if found is not None:
            box, part = found
            speckle = np.clip(grain[box] - np.float32(1.1), 0, 0.8) * np.float32(-130) if name == "muscle" else grain[box] * np.float32(8)
            lay(on.hu[box], part, filling + speckle)


def _bones(on: Painting) -> None:
    for name, squeeze, cortex in (("ribs", 0.62, 1.3), ("arches", 0.8, 1.2), ("sternum", 1.0, 1.1), ("blades", 1.0, 1.0)):
        tubes = on.chest.bones[name]
        on.keep("spine" if name == "arches" else name, on.tubes(tubes, tissue.CORTEX_HU, squeeze))
        on.tubes(tubes, tissue.MARROW_HU, squeeze, cortex)
    _spine(on)


def _spine(on: Painting) -> None:
    box = on.slab.part((-1e9, SPINE_Y_MM - 22, -26), (1e9, SPINE_Y_MM + 34, 26))
    if box is None:
        return
    inner = on.slab.cut(box)
    z, y, x = inner.z[:, None, None], inner.y[None, :, None], inner.x[None, None, :]
    column, height = vertebra(z, y, x, on.chest.anatomy.rib_phase_mm)
    hu = on.hu[box]
    step = on.slab.step_mm
    canal = np.sqrt((x / 1.15) ** 2 + (y - SPINE_Y_MM - 21) ** 2) - np.float32(9) + 0 * z
    lay(hu, share(canal, step), 25.0)
    whole = share(column, step)
    lay(hu, whole, 480.0)
    lay(hu, share(column + np.float32(1.4), step), 175.0)
    lay(hu, share(column, step) * share(9.6 - height, step), 420.0)
    lay(hu, share(column, step) * share(10.8 - height, step), 85.0)
    on.keep("column", (box, whole))


def _organs(on: Painting) -> None:
    order: tuple[Organ, ...] = ("liver", "spleen", "stomach", "gas", "heart")
    for name in order:
        found = on.solid(name)
        if found is not None:
            lay(on.hu[found[0]], found[1], tissue.FILLING[name])
            on.parts[name] = found
    for name, tubes in on.chest.great.items():
        on.keep("great-vessels" if name == "vessels" else name, on.tubes(tubes, 32.0 if name == "oesophagus" else tissue.BLOOD))


def _lungs(on: Painting) -> None:
    for side in ("lung-left", "lung-right"):
        found = on.solid(side)
        if found is None:
            continue
        box, part = found
        filling = on.chest.parenchyma.read(on.slab, box)
        _fissures(on, side, box, filling)
        lay(on.hu[box], part, filling)
        on.parts[side] = found
    on.keep("vessels", on.tubes(on.chest.vessels, tissue.BLOOD))
    on.tubes(on.chest.walls, tissue.WALL)
    on.keep("airways", on.tubes(on.chest.airways, tissue.AIR))


def _fissures(on: Painting, side: str, box: Box, filling: Float) -> None:
    oblique, horizontal = (field.read(on.slab, box) for field in on.chest.fissures)
    half = np.float32(tissue.FISSURE_MM / 2)
    thin = share(np.abs(oblique) - half, on.slab.step_mm)
    if side == "lung-right":
        thin = np.maximum(thin, share(np.abs(horizontal) - half, on.slab.step_mm) * (oblique > 0))
        middle = (oblique > 0) & (horizontal <= 0)
        on.parts["right-middle"] = (box, middle.astype(np.float32))
        on.parts["lung-right-upper"] = (box, ((oblique > 0) & (horizontal > 0)).astype(np.float32))
    else:
        on.parts["lung-left-upper"] = (box, (oblique > 0).astype(np.float32))
    lay(filling, thin, tissue.FISSURE_HU)


def slabs(z_mm: Float, y_mm: Float, x_mm: Float, slices: int, fine: tuple[int, int, int]) -> Iterator[tuple[int, Slab]]:
    """The fine slices in pieces of so many; each with the number of its first."""
    for start in range(0, len(z_mm), slices):
        yield start, Slab(z_mm[start : start + slices], y_mm, x_mm, fine)
