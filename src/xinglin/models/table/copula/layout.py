"""From the columns of a table to the columns of normal scores, and back.

Numbers and dates have one score each. A category of two levels has one; of more, one per level but the last: is it the commonest? if not, is it
the next? A column with gaps has one more that says whether it was written, shared with the columns that are missing in the same people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from scipy.special import ndtr, ndtri

from xinglin.models.table.copula.margins import SHARED, Margin, margin_of
from xinglin.records.errors import InvalidInput
from xinglin.records.table import TableColumn, TableCondition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Matrix = NDArray[np.float64]

Stretches = list[tuple["Row", "Row"]]

NEVER = 99.0  # a threshold no score reaches: the answer is the same for everybody


class Part(msgspec.Struct, frozen=True):
    """One column of scores. `of`: the columns of the table it speaks of.

    ordered: the value by `margin`. level: whether the column has `level` (threshold learnt where `free`). written: whether it is there.
    """

    kind: Literal["ordered", "level", "written"]
    of: tuple[str, ...]
    margin: Margin | None = None
    level: int = 0
    threshold: float = 0.0
    free: bool = False


def parts_of(table: Mapping[str, Row], columns: Sequence[TableColumn]) -> tuple[Part, ...]:
    """The parts of a table, in the order of its columns; gaps last. Raises InvalidInput XL-TABLE-011 for a column without values."""
    parts: list[Part] = []
    gaps: dict[bytes, list[str]] = {}
    for column in columns:
        values = table[column.name]
        missing = np.isnan(values)
        if missing.all():
            raise InvalidInput("XL-TABLE-011", "a column holds no values", where=column.name, fix="leave it out")
        parts += (
            _levels(column, values) if column.kind == "category" else [Part("ordered", (column.name,), margin_of(values, column.decimals))]
        )
        if missing.any():
            gaps.setdefault(missing.tobytes(), []).append(column.name)
    for pattern, names in gaps.items():
        missing = np.frombuffer(pattern, bool)
        parts.append(Part("written", tuple(names), threshold=float(ndtri(missing.mean()))))
    return tuple(parts)


def common_levels(column: TableColumn, values: Row) -> list[int]:
    """Levels from the commonest on; those of fewer than three people are left out, since they would speak of single persons."""
    counts = np.bincount(values[~np.isnan(values)].astype(int), minlength=len(column.levels))
    return [int(level) for level in np.argsort(-counts, kind="stable") if counts[level] >= SHARED]


def _levels(column: TableColumn, values: Row) -> list[Part]:
    levels = common_levels(column, values)
    if not levels:
        raise InvalidInput(
            "XL-TABLE-012",
            "no value of a column is shared by three people",
            where=column.name,
            why="it names single persons",
            fix="leave it out",
        )
    known = ~np.isnan(values)
    yes = float(np.mean(values[known] == levels[0]))
    parts = [Part("level", (column.name,), level=levels[0], threshold=float(np.clip(ndtri(1 - yes), -NEVER, NEVER)))]
    parts += [Part("level", (column.name,), level=level, free=True) for level in levels[1:-1]]
    if len(levels) > 1:
        parts.append(Part("level", (column.name,), level=levels[-1], threshold=-NEVER))
    return parts


def scored(part: Part) -> bool:
    """Whether the part has a score of its own: the last level is what remains."""
    return abs(part.threshold) < NEVER


def stretches(parts: Sequence[Part], table: Mapping[str, Row]) -> tuple[Matrix, Matrix]:
    """(lower, upper) ends of the score of each person (people, parts with a score)."""
    found: Stretches = []
    asked: dict[str, NDArray[np.bool_]] = {}
    for part in parts:
        if not scored(part):
            continue
        values = table[part.of[0]]
        if part.kind == "ordered" and part.margin:
            found.append(part.margin.stretch(values))
            continue
        if part.kind == "written":
            yes, still = ~np.isnan(values), np.ones(len(values), bool)
        else:
            still = asked.get(part.of[0], ~np.isnan(values))
            yes = still & (values == part.level)
            asked[part.of[0]] = still & ~yes
        edge = 0.0 if part.free else part.threshold
        found.append((np.where(yes, edge, -np.inf), np.where(still & ~yes, edge, np.inf)))
    return np.column_stack([low for low, _ in found]), np.column_stack([high for _, high in found])


def values_of(parts: Sequence[Part], scores: Matrix) -> dict[str, Row]:
    """The table a matrix of scores stands for."""
    table: dict[str, Row] = {}
    place = 0
    for part in parts:
        column = scores[:, place] if scored(part) else np.zeros(len(scores))
        place += scored(part)
        if part.kind == "ordered" and part.margin:
            table[part.of[0]] = part.margin.drawn(ndtr(column))
        elif part.kind == "level":
            before = table.setdefault(part.of[0], np.full(len(scores), np.nan))
            table[part.of[0]] = np.where(np.isnan(before) & (column > part.threshold), float(part.level), before)
        else:
            for name in part.of:
                table[name] = np.where(column > part.threshold, table[name], np.nan)
    return table


def asked_for(parts: Sequence[Part], conditions: Sequence[TableCondition]) -> dict[int, tuple[float, float]]:
    """Which scores must lie between which ends for the conditions to hold (place of the score -> ends).

    A category is known only as equal to a level; other comparisons of one are left to the caller. Raises InvalidInput XL-TABLE-013.
    """
    ends: dict[int, tuple[float, float]] = {}
    for place, part in enumerate([one for one in parts if scored(one)]):
        for one in (c for c in conditions if c.column in part.of):
            low, high = _ends(part, parts, one)
            before = ends.get(place, (-np.inf, np.inf))
            ends[place] = (max(before[0], low), min(before[1], high))
            if ends[place][0] >= ends[place][1]:
                raise InvalidInput(
                    "XL-TABLE-013", "no row can be as asked", where=one.column, why="nothing like it was in the table", fix="ask for less"
                )
    return ends


def _ends(part: Part, parts: Sequence[Part], one: TableCondition) -> tuple[float, float]:
    if part.kind == "written":
        return part.threshold, np.inf
    if part.kind == "level":
        if one.compared != "=":
            return -np.inf, np.inf
        order = [p.level for p in parts if p.kind == "level" and p.of == part.of]
        if one.value not in order:
            return np.inf, -np.inf
        if part.level == one.value:
            return part.threshold, np.inf
        return (-np.inf, part.threshold) if order.index(part.level) < order.index(int(one.value)) else (-np.inf, np.inf)
    assert part.margin is not None
    low, high = 0.0, 1.0
    if one.compared in ("=", ">", ">="):
        low = part.margin.share_below(one.value, including=one.compared == ">")
    if one.compared in ("=", "<", "<="):
        high = part.margin.share_below(one.value, including=one.compared != "<")
    return float(ndtri(low)), float(ndtri(high))
