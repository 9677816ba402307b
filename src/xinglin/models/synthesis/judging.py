"""How good and how safe a synthetic table is: like the real one, useful like it, and near to nobody.

Three groups of rows: `fit`, what the generator learnt from; `held`, real people it has never seen; `made`, the synthetic rows. A fair table
looks like `held`, trains a model that works on `held`, and lies no nearer to `fit` than to `held`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from xinglin.models.synthesis.encoding import for_trees
from xinglin.models.synthesis.forest import area, told_apart
from xinglin.models.synthesis.nearness import Neighbourhood, nearest
from xinglin.models.synthesis.usefulness import Usefulness, usefulness
from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Table = Mapping[str, Row]

MEMBERSHIP_LIMIT = 0.60  # a table whose lower limit lies above it gives away who was in it


class Likeness(msgspec.Struct, frozen=True):
    """One column: how far the distributions lie apart (0 to 1), and the share missing in each.

    `apart`: numbers by Kolmogorov and Smirnov, categories by half the sum of differences. `chance`: as far as the held-out people lie from
    those learnt from.
    """

    column: str
    apart: float
    chance: float
    missing_real: float
    missing_made: float


class Fidelity(msgspec.Struct, frozen=True):
    """`told_apart`: area with which a forest tells made rows from held-out people, 95 % limits; `chance`: the same for people learnt from."""

    columns: tuple[Likeness, ...]
    correlation_mean: float
    correlation_worst: float
    correlations: tuple[tuple[str, str, float, float], ...]
    told_apart: tuple[float, float, float]
    chance: tuple[float, float, float]


class Privacy(msgspec.Struct, frozen=True):
    """How near the made rows are to real people.

    near_copies: made rows that are near-copies of a real person (see `nearness`); near: below this distance. copies_held: the share of
    held-out people that lie so near to those learnt from, by chance. closest, closest_held: median distance of a made row and of a held-out
    person to the nearest person learnt from. nearer_to_fit: share of made rows nearer to a person learnt from than to a held-out one, equal
    numbers of both, with 95 % limits; 0.5 is fair. membership: area with which nearness to the made table tells who was learnt from.
    """

    near_copies: int
    near: float
    copies_held: float
    closest: float
    closest_held: float
    nearer_to_fit: tuple[float, float, float]
    membership: tuple[float, float, float]

    @property
    def passes(self) -> bool:
        """No near-copy, and no telling who was in it."""
        return self.near_copies == 0 and self.membership[1] <= MEMBERSHIP_LIMIT


class Judgement(msgspec.Struct, frozen=True):
    """All of it, with how many rows of each group."""

    rows_fit: int
    rows_held: int
    rows_made: int
    fidelity: Fidelity
    privacy: Privacy
    usefulness: Usefulness | None = None


def judged(
    fit: Table,
    held: Table,
    made: Table,
    design: TableDesign,
    people: Neighbourhood,
    target: str = "",
    seed: int = 0,
    like: tuple[Table, Table] | None = None,
) -> Judgement:
    """Judge a made table. `people`: all real people, those held out too. `target`: a yes-or-no column to foretell, where there is no survival.

    `like`: the part of `fit` and of `held` that the made rows are to be like, where not all; nearness to people is judged by all.
    """
    fit_like, held_like = like or (fit, held)
    fit_rows, held_rows, made_rows = (len(table[design.names[0]]) for table in (fit, held, made))
    return Judgement(
        fit_rows,
        held_rows,
        made_rows,
        fidelity(fit_like, held_like, made, design, seed),
        privacy(fit, held, made, people, seed),
        usefulness(fit_like, held_like, made, design, target, seed),
    )


def fidelity(fit: Table, held: Table, made: Table, design: TableDesign, seed: int = 0) -> Fidelity:
    """How like the real table it is."""
    columns = tuple(
        Likeness(
            one.name,
            apart(fit[one.name], made[one.name], one.kind == "category"),
            apart(fit[one.name], held[one.name], one.kind == "category"),
            float(np.isnan(fit[one.name]).mean()),
            float(np.isnan(made[one.name]).mean()),
        )
        for one in design.columns
    )
    pairs = _pairs(fit, made, design)
    gaps = np.array([abs(a - b) for _, _, a, b in pairs]) if pairs else np.zeros(1)
    real = for_trees(held, design)
    return Fidelity(
        columns, float(gaps.mean()), float(gaps.max()), pairs, told_apart(real, for_trees(made, design), seed),
        told_apart(real, for_trees(fit, design), seed),
    )  # fmt: skip


def apart(first: Row, second: Row, category: bool) -> float:
    """How far two columns lie apart, 0 to 1."""
    a, b = first[~np.isnan(first)], second[~np.isnan(second)]
    if not len(a) or not len(b):
        return float(len(a) != len(b))
    values = np.unique(np.concatenate([a, b]))
    if category:
        shares = [np.array([(rows == value).mean() for value in values]) for rows in (a, b)]
        return float(np.abs(shares[0] - shares[1]).sum() / 2)
    shares = [np.searchsorted(np.sort(rows), values, "right") / len(rows) for rows in (a, b)]
    return float(np.abs(shares[0] - shares[1]).max())


def _pairs(fit: Table, made: Table, design: TableDesign) -> tuple[tuple[str, str, float, float], ...]:
    """(column, column, rank correlation in the real, in the made table) of ordered columns and categories of two levels."""
    names = [one.name for one in design.columns if one.kind != "category" or len(one.levels) == 2]
    found = []
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            both = [_correlation(table[first], table[second]) for table in (fit, made)]
            if all(np.isfinite(both)):
                found.append((first, second, both[0], both[1]))
    return tuple(found)


def _correlation(first: Row, second: Row) -> float:
    from scipy.stats import rankdata

    known = ~(np.isnan(first) | np.isnan(second))
    if known.sum() < 10 or np.ptp(first[known]) == 0 or np.ptp(second[known]) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(first[known]), rankdata(second[known]))[0, 1])


def privacy(fit: Table, held: Table, made: Table, people: Neighbourhood, seed: int = 0) -> Privacy:
    """How near it is to real people."""
    rng = np.random.default_rng([seed, 41])
    inside, outside, rows = people.placed(fit), people.placed(held), people.placed(made)
    size = min(len(inside), len(outside))
    some = inside[rng.choice(len(inside), size, replace=False)], outside[rng.choice(len(outside), size, replace=False)]
    to_fit, to_held = nearest(rows, some[0]), nearest(rows, some[1])
    nearer = (np.sum(to_fit < to_held) + np.sum(to_fit == to_held) / 2) / len(rows)
    held_apart = nearest(outside, inside)
    return Privacy(
        int(people.near_copies(made).sum()), people.near, float(np.mean(held_apart < people.near)), float(np.median(nearest(rows, inside))),
        float(np.median(held_apart)), _share(float(nearer), len(rows)), area(-nearest(inside, rows), -nearest(outside, rows)),
    )  # fmt: skip


def _share(share: float, count: int) -> tuple[float, float, float]:
    """A share with its 95 % limits (Wilson 1927, doi:10.1080/01621459.1927.10502953)."""
    z = 1.959964
    middle = (share + z * z / 2 / count) / (1 + z * z / count)
    reach = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / 4 / count**2) ** 0.5
    return share, float(max(0.0, middle - reach)), float(min(1.0, middle + reach))
