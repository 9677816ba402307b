"""Rows until there are enough: those that break a rule, are not as asked or lie too near a real person are drawn again, and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.synthesis.asking import as_asked
from xinglin.models.synthesis.nearness import Neighbourhood
from xinglin.models.synthesis.rules import Rewritten, broken
from xinglin.records.errors import Refused
from xinglin.records.table import TableCondition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractFittedTable

    Row = NDArray[np.float64]

ROUNDS = 40  # of drawing again
ROUND_ROWS = 20_000  # drawn again at once, and drawn in vain before it is given up


@dataclass(frozen=True, eq=False)
class Drawn:
    """The rows, and how many were drawn in all and set aside for what reason."""

    table: dict[str, Row]
    drawn: int
    not_as_asked: int
    broke_a_rule: int
    near_copies: int


def draw(
    fitted: AbstractFittedTable, made: Rewritten, count: int, seed: int, *, conditions: Sequence[TableCondition] = (),
    away_from: Neighbourhood | None = None,
) -> Drawn:  # fmt: skip
    """So many rows as the original table has them. Raises Refused XL-TABLE-030 when they cannot be had."""
    built = [one for one in conditions if one.column not in made.rewritten and one.column in made.design.names]
    kept: list[dict[str, Row]] = []
    tally, held, wanted = np.zeros(4, int), 0, count
    for number in range(ROUNDS):
        rows = made.back(fitted.sample(wanted, seed * ROUNDS + number, built))
        fine, reasons = _sorted_out(rows, made, conditions, away_from)
        tally += reasons
        kept.append({name: values[fine] for name, values in rows.items()})
        held += int(fine.sum())
        if held >= count or (not held and tally[0] >= ROUND_ROWS):
            break
        share = max(held / tally[0], 1.0 / ROUND_ROWS)
        wanted = int(min(max(ROUND_ROWS, count), max(50, 1.2 * (count - held) / share)))
    if held < count:
        raise Refused(
            "XL-TABLE-030",
            "too few rows are as they must be",
            why=f"of {tally[0]:,} drawn, {tally[1]:,} were not as asked, {tally[2]:,} broke a constraint, {tally[3]:,} were too near a real person",
            fix="ask for fewer rows, or less of them; a table of few, coarse columns cannot be made without copying people",
        )
    table = {name: np.concatenate([part[name] for part in kept])[:count] for name in kept[0]}
    return Drawn(table, *(int(n) for n in tally))


def _sorted_out(
    rows: Mapping[str, Row], made: Rewritten, conditions: Sequence[TableCondition], away_from: Neighbourhood | None
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """(rows to keep, [drawn, not as asked, broke a rule, near-copies])."""
    total = len(next(iter(rows.values())))
    asked = np.all([as_asked(one, rows) for one in conditions], axis=0) if conditions else np.ones(total, bool)
    fine = np.ones(total, bool)
    for rule in made.original.rules:
        fine &= ~broken(rule, rows, _known(made))
    fine &= _inside(rows, made)
    near = away_from.near_copies(rows) if away_from else np.zeros(total, bool)
    keep = asked & fine & ~near
    return keep, np.array([total, (~asked).sum(), (asked & ~fine).sum(), (asked & fine & near).sum()])


def _known(made: Rewritten) -> dict[str, Row]:
    """The combinations of the real table, by column."""
    known = dict(made.back(made.table))
    return known


def _inside(rows: Mapping[str, Row], made: Rewritten) -> NDArray[np.bool_]:
    """Whether columns that were reckoned stay inside what was seen of them."""
    real = made.back(made.table)
    fine = np.ones(len(next(iter(rows.values()))), bool)
    for name in sorted(made.rewritten):
        if made.original.column(name).kind != "category":
            low, high = np.nanmin(real[name]), np.nanmax(real[name])
            fine &= ~((rows[name] < low) | (rows[name] > high))
    return fine
