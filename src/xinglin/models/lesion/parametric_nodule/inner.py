"""What lies inside the body: the solid part of a part-solid nodule, or calcium in one of the patterns radiologists name.

Central: one bulls-eye; laminated: rings around a small middle; popcorn: rounded lumps; diffuse: all of it.
Each has exactly its own volume, and none of it lies outside the body.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.body import Body, star_field
from xinglin.models.lesion.parametric_nodule.design import Design
from xinglin.models.lesion.parametric_nodule.level import inside, level_for
from xinglin.models.lesion.parametric_nodule.shape import outline
from xinglin.records.errors import InvalidInput

RINGS = (0.0, 0.45, 0.85)  # middles of the laminae, in units of the radius


def inner_of(design: Design, body: Body) -> NDArray[np.float32] | None:
    """Share of each cell inside the solid part or the calcium; None where the nodule has none, the body where it is all of it.

    Raises InvalidInput XL-NODULE-010 when the body (clipped at a wall) has no room for it.
    """
    if design.inner_fraction == 0:
        return None
    if design.inner_fraction == 1:
        return body.seen
    field = _field(design, body)
    width = float(np.cbrt(body.grid.cell_mm3))
    cells = design.inner_volume_mm3 / body.grid.cell_mm3
    highest = float(field[body.share > 0].max()) + 2 * width
    level = level_for(field, cells, width, (float(field.min()) - 2 * width, highest), most=body.share)
    if level is None:
        raise InvalidInput("XL-NODULE-010", "the inner part does not fit", where="NoduleRequest.solid_fraction", fix="a smaller share")
    return inside(field, level, width) * body.share


def _field(design: Design, body: Body) -> NDArray[np.float32]:
    """A field in mm that grows away from where the inner part begins."""
    pattern = design.request.calcification if design.request.kind == "calcified" else "solid part"
    if pattern == "laminated":
        distances = [np.abs(body.field - np.float32(ring * body.radius_mm)) for ring in RINGS]
        return np.minimum.reduce(distances)
    if pattern == "popcorn":
        return _lumps(design, body)
    random = design.random(pattern)
    drawn = outline(random, 0.07 if pattern == "central" else 0.10)
    away = random.normal(size=3)
    largest_shift = 0.05 if pattern == "central" else 0.5 * (1 - design.inner_fraction ** (1 / 3))
    away *= random.uniform(0, largest_shift) * body.outline.least * body.radius_mm / np.linalg.norm(away)
    to_grid = np.linalg.inv(body.to_unit)
    return star_field(body.grid, drawn, body.to_unit, body.shift_mm + to_grid @ away, 1.3 * body.radius_mm)


def _lumps(design: Design, body: Body) -> NDArray[np.float32]:
    """Distance to the surface of five to nine overlapping lumps in the inner two thirds."""
    random = design.random("popcorn")
    up, back, left = body.grid.turned(body.to_unit, body.shift_mm)
    radius = body.radius_mm * body.outline.least
    found = np.full(body.grid.shape, np.float32(1e6))
    for _ in range(int(random.integers(5, 10))):
        middle = random.normal(size=3)
        middle *= radius * 0.7 * random.uniform(0, 1) ** (1 / 3) / np.linalg.norm(middle)
        size = radius * random.uniform(0.12, 0.3)
        distance = np.sqrt((up - np.float32(middle[0])) ** 2 + (back - np.float32(middle[1])) ** 2 + (left - np.float32(middle[2])) ** 2)
        found = np.minimum(found, distance - np.float32(size))
    return found
