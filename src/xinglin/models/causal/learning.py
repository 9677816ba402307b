"""The ways to learn an effect, on the same parts: one mean for all, two functions and their difference, imputed effects, doubly robust effects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.causal.fitted import FittedEffect, OneForAll
from xinglin.models.causal.parts import FURTHEST, parts_of
from xinglin.models.smooth.regression import smoothed
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]


def one_for_all(name: str, version: str, table: Rows, design: OutcomeDesign, seed: int) -> OneForAll:
    """The mean of the doubly robust effects."""
    parts = parts_of(table, design, seed)
    return OneForAll(name, version, design, parts.average(parts.either()))


def t_learner(name: str, version: str, table: Rows, design: OutcomeDesign, seed: int) -> FittedEffect:
    """Treated less untreated."""
    parts = parts_of(table, design, seed)
    functions = {"treated": parts.smooth_of(True), "untreated": parts.smooth_of(False)}
    return FittedEffect(name, version, design, functions, {"treated": "+1", "untreated": "-1"}, parts.average(parts.either()))


def x_learner(name: str, version: str, table: Rows, design: OutcomeDesign, seed: int) -> FittedEffect:
    """What the treated gained over what the untreated tell of them, and the other way round; each counts where its group is large."""
    parts = parts_of(table, design, seed)
    treated, untreated = parts.smooth_of(True), parts.smooth_of(False)
    (rows_1, value_1), (rows_0, value_0) = parts.arm(True), parts.arm(False)
    functions = {
        "on treated": smoothed(parts.ranked, rows_1, value_1 - untreated.at(rows_1)[0], seed),
        "on untreated": smoothed(parts.ranked, rows_0, treated.at(rows_0)[0] - value_0, seed),
        "treated": treated,
        "untreated": untreated,
        "chance": smoothed(parts.ranked, parts.table, parts.chance, seed),
    }
    # who could be imputed from many counts more: untreated where treatment is likely (Kuenzel's g is the chance of treatment)
    return FittedEffect(
        name, version, design, functions, {"on untreated": "chance", "on treated": "1-chance"}, parts.average(parts.either()),
        {"treated": "chance", "untreated": "1-chance"},
    )  # fmt: skip


def dr_learner(name: str, version: str, table: Rows, design: OutcomeDesign, seed: int) -> FittedEffect:
    """A smooth function of doubly robust effects, each weighed by how well both ways are seen in people like that."""
    parts = parts_of(table, design, seed)
    either = parts.either()
    e = np.clip(parts.chance, FURTHEST, 1 - FURTHEST)
    functions = {"effect": smoothed(parts.ranked, parts.table, parts.doubly_robust(either), seed, weights=e * (1 - e))}
    return FittedEffect(name, version, design, functions, {"effect": "+1"}, parts.average(either))
