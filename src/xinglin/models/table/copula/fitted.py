"""What the copula keeps of a table: margins, one correlation, a hazard model; no row of anybody. And how rows of nobody are drawn from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import ndtr

from xinglin.models.survival import kaplan_meier
from xinglin.models.table.copula.hazards import Hazards, features_of, hazards_of
from xinglin.models.table.copula.latent import correlated, drawn_scores
from xinglin.models.table.copula.layout import Part, asked_for, parts_of, scored, stretches, values_of
from xinglin.models.table.copula.margins import Margin, margin_of
from xinglin.records.errors import InvalidInput
from xinglin.records.table import TableCondition, TableDesign
from xinglin.shelf.promises import AbstractFittedTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Table = Mapping[str, Row]

FEWEST = 20  # rows below which nothing is learnt


class Survival(msgspec.Struct, frozen=True):
    """The hazard of the end, the times of leaving, how times are written, and what the event column says of those without the end."""

    hazards: Hazards
    leaving: Margin
    times: Margin
    other: list[float]
    other_shares: list[float]


class CopulaState(msgspec.Struct, frozen=True):
    """All that is kept, as plain data."""

    name: str
    version: str
    design: TableDesign
    parts: tuple[Part, ...]
    correlation: list[list[float]]
    survival: Survival | None = None


class FittedCopula(AbstractFittedTable):
    """A learnt table."""

    def __init__(self, state: CopulaState) -> None:
        self.state, self.design = state, state.design

    def save(self) -> bytes:
        """All that was learnt, as JSON."""
        return msgspec.json.encode(self.state)

    def sample(self, count: int, seed: int, conditions: Sequence[TableCondition] = ()) -> dict[str, Row]:
        """Rows of nobody. Conditions on time and event are left to the caller, who draws until they hold."""
        rng = np.random.default_rng([seed, 17])
        state = self.state
        covariates = [one for one in conditions if one.column not in (self.design.time, self.design.event)]
        scores = drawn_scores(np.array(state.correlation), count, asked_for(state.parts, covariates), rng)
        table = values_of(state.parts, scores)
        if state.survival:
            table |= self._followed(state.survival, table, scores[:, -1], rng)
        return {name: table[name] for name in self.design.names}

    def _followed(self, survival: Survival, table: Table, leaving: Row, rng: np.random.Generator) -> dict[str, Row]:
        features = features_of(self.state.parts, table)
        ends, leaves = survival.hazards.until(features, rng), survival.leaving.drawn(ndtr(leaving))
        happened = ends <= leaves
        times = survival.times
        shown = np.where(happened, ends, leaves)
        if times.step > 0:
            shown = times.origin + np.round((shown - times.origin) / times.step) * times.step
        shown = np.clip(np.round(shown, times.decimals), times.values[0], times.values[-1])
        other = rng.choice(survival.other, len(leaves), p=survival.other_shares) if survival.other else np.zeros(len(leaves))
        return {self.design.time: shown, self.design.event: np.where(happened, self.design.event_at, other)}


def learnt(name: str, version: str, table: Table, design: TableDesign, seed: int) -> FittedCopula:
    """Learn a table. Raises InvalidInput XL-TABLE-01x, XL-SURV-00x."""
    rows = len(next(iter(table.values())))
    if rows < FEWEST:
        raise InvalidInput("XL-TABLE-010", "there are too few rows to learn from", why=f"{rows}; {FEWEST} are needed", fix="give more rows")
    rng = np.random.default_rng([seed, 16])
    covariates = [one for one in design.columns if one.name not in (design.time, design.event)]
    if not covariates:
        raise InvalidInput("XL-TABLE-014", "there is no column beside time and event", fix="give a table that says something of people")
    parts = parts_of(table, covariates)
    low, high = stretches(parts, table)
    survival = None
    if design.time:
        survival, ends = _survival(table, design, parts)
        low, high = np.column_stack([low, ends[0]]), np.column_stack([high, ends[1]])
    free = np.array([part.free for part in parts if scored(part)] + [False] * bool(design.time))
    correlation, thresholds = correlated(low, high, free, rng)
    told = iter(thresholds.tolist())
    parts = tuple(
        msgspec.structs.replace(part, threshold=own) if part.free else part
        for part, own in ((p, next(told) if scored(p) else 0.0) for p in parts)
    )
    return FittedCopula(CopulaState(name, version, design, parts, correlation.tolist(), survival))


def _survival(table: Table, design: TableDesign, parts: Sequence[Part]) -> tuple[Survival, tuple[Row, Row]]:
    times, marks = table[design.time], table[design.event]
    if np.isnan(times).any() or np.isnan(marks).any() or (times < 0).any():
        raise InvalidInput(
            "XL-TABLE-015",
            "a time or event is missing or negative",
            where=f"{design.time}, {design.event}",
            fix="leave those rows out of the table",
        )
    happened = marks == design.event_at
    if not happened.any():
        raise InvalidInput(
            "XL-TABLE-016", "nobody reached the end", where=design.event, fix="say which value means the end: --event COL=VALUE"
        )
    leaving = _leaving(times, happened)
    low, high = leaving.stretch(np.where(happened, np.nan, times))
    edges = leaving.stretch(np.clip(times, leaving.values[0], leaving.values[-1]))
    after = np.where(times < leaving.values[0], -np.inf, edges[0])
    other, counts = np.unique(marks[~happened], return_counts=True)
    survival = Survival(
        hazards_of(times, happened, features_of(parts, table)),
        leaving,
        margin_of(times, design.column(design.time).decimals),
        other.tolist(),
        (counts / max(counts.sum(), 1)).tolist(),
    )
    return survival, (np.where(happened, after, low), high)


def _leaving(times: Row, happened: NDArray[np.bool_]) -> Margin:
    """How long people would have been followed: the Kaplan-Meier curve with leaving as the end; what it leaves open is the longest time."""
    curve = kaplan_meier(times, ~happened)
    drops = -np.diff(np.concatenate([[1.0], curve.share]))
    each = drops / np.maximum(curve.ends, 1)
    left = times[~happened]
    shares = each[np.searchsorted(curve.times, left)]
    rest = max(1.0 - shares.sum(), 0.0)
    if rest > 1e-9:
        left, shares = np.append(left, times.max()), np.append(shares, rest)
    return margin_of(left, 12, shares)
