"""The road of a synthetic table: a part of the real rows is learnt, rows of nobody are drawn, and both are judged on the part kept out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.table import TableCondition, TableDesign
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractTableGenerator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.models.synthesis.judging import Judgement

    Table = Mapping[str, NDArray[np.float64]]

HELD_OUT = 0.3  # of the real rows, never learnt from
FEWEST = 40
FEWEST_AS_ASKED = 20  # held-out rows that are as asked, to judge by them alone
MOST_ROWS = 1_000_000


@dataclass(frozen=True, eq=False)
class SyntheticTable:
    """The rows of nobody (column name -> values; dates as days since 1970-01-01, categories as places in `levels`, nan: missing).

    `real`: the rows learnt from. `judgement`: likeness, usefulness, privacy. `how`: what was asked and drawn.
    """

    table: Table
    design: TableDesign
    real: Table
    judgement: Judgement
    how: Mapping[str, Any]


def generators() -> Shelf[AbstractTableGenerator]:
    """Every way to learn a table, by name."""
    return Shelf("xinglin.models.table", "GENERATOR", AbstractTableGenerator)


def synthesised(
    table: Table, design: TableDesign, *, rows: int = 0, conditions: Sequence[str] = (), constraints: Sequence[str] = (), target: str = "",
    model: str = "copula", seed: int = 0,
) -> SyntheticTable:  # fmt: skip
    """Learn, draw, judge. `rows`: 0 for as many as were learnt from. `target`: a column of two values to foretell where there is no survival.

    Raises UsageError XL-TABLE-020 to 025, InvalidInput XL-TABLE-009 to 021, Refused XL-TABLE-030. Privacy is judged, and refused on writing.
    """
    import numpy as np

    from xinglin.models.synthesis.asking import condition_of
    from xinglin.models.synthesis.drawing import draw
    from xinglin.models.synthesis.judging import judged
    from xinglin.models.synthesis.nearness import neighbourhood
    from xinglin.models.synthesis.rules import rewritten, rule_of

    total = len(table[design.names[0]])
    if total < FEWEST:
        raise InvalidInput("XL-TABLE-009", "there are too few rows to learn from and to judge by", why=f"{total}; {FEWEST} are needed")
    if not 0 <= rows <= MOST_ROWS or rows in range(1, 20):
        raise UsageError("XL-TABLE-024", "so many rows cannot be made and judged", where="--rows", fix=f"ask for 20 to {MOST_ROWS:,}")
    generator = generators()[model]
    design = replace(design, rules=tuple(rule_of(text, design) for text in constraints))
    asked = [condition_of(text, design) for text in conditions]
    goal = _target(table, design, target)
    order = np.random.default_rng([seed, 3]).permutation(total)
    kept = round(total * (1 - HELD_OUT))
    learnt, held = ({name: values[part] for name, values in table.items()} for part in (order[:kept], order[kept:]))
    rewritten(table, design)  # the rules are to hold in all real rows
    made_of = rewritten(learnt, design)
    people = neighbourhood(table, design)
    fitted = generator.fit(made_of.table, made_of.design, seed)
    drawn = draw(fitted, made_of, rows or kept, seed, conditions=asked, away_from=people)
    like = _as_asked((learnt, held), asked)
    judgement = judged(learnt, held, drawn.table, design, people, goal, seed, like)
    how = {
        "model": f"{generator.name}@{generator.version}", "seed": seed, "drawn": drawn.drawn, "near_copies": drawn.near_copies,
        "broke_a_rule": drawn.broke_a_rule, "not_as_asked": drawn.not_as_asked, "constraints": list(constraints), "conditions": list(conditions),
        "judged_by": "as_asked" if like else "all_rows",
        "time": design.time, "event": design.event, "target": target,
    }  # fmt: skip
    return SyntheticTable(drawn.table, design, learnt, judgement, how)


def _as_asked(parts: tuple[Table, Table], asked: Sequence[TableCondition]) -> tuple[Table, Table] | None:
    """The real rows that are as asked; None where nothing was asked, or too few are to judge by."""
    import numpy as np

    from xinglin.models.synthesis.asking import as_asked

    if not asked:
        return None
    chosen = []
    for table in parts:
        rows = np.all([as_asked(one, table) for one in asked], axis=0)
        if rows.sum() < FEWEST_AS_ASKED:
            return None
        chosen.append({name: values[rows] for name, values in table.items()})
    return chosen[0], chosen[1]


def _target(table: Table, design: TableDesign, target: str) -> str:
    """The column to foretell, seen to have two values written 0 and 1 or as words. Raises UsageError XL-TABLE-025."""
    import numpy as np

    if not target:
        return ""
    known = table[target][~np.isnan(table[target])] if target in design.names else np.zeros(0)
    if design.time or not len(known) or set(np.unique(known).tolist()) != {0.0, 1.0}:
        raise UsageError(
            "XL-TABLE-025", "this column cannot be foretold", where=target, why="it has not two values, or survival was named",
            fix="name a column of two words, or of 0 and 1",
        )  # fmt: skip
    return target
