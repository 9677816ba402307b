"""How well an effect is told, though nobody's effect is ever seen: each person's doubly robust effect stands for it, and its mean is right.

Learner and stand-in are learnt from people of other folds. Told are the distance from the stand-in beside that of one mean effect for all, the slope
of the stand-in on the effects told (1: they are as unlike as they say; 0: unlike by chance), the gain of the largest effects first over the mean
(area under the targeting curve), and the distance in groups of like effects. Slope and area as in the R package grf (test_calibration,
rank_average_treatment_effect; read in its documentation), on doubly robust scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models import scoring
from xinglin.models.causal.parts import parts_of
from xinglin.models.penalised.fitting import folds_of
from xinglin.models.tabular.columns import count_of
from xinglin.records.prediction import ModelScore, OutcomeDesign
from xinglin.training.judging import FOLDS, Measure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractEffectModel

    Table = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

STATED = "doubly robust loss"
"""By which effects are compared; lower is better."""
GAIN = f"{STATED} less that of no model"
FEWEST_IN_A_GROUP, GROUPS = 60, 5


@dataclass(frozen=True, eq=False)
class HeldOutEffects:
    """Effects told of people by learners that had not seen them; one row per repetition. `stand_in`: their doubly robust effects."""

    told: NDArray[np.float64]  # (repetitions, people)
    nobody: NDArray[np.float64]  # as `told`: the mean effect on those learnt from
    stand_in: NDArray[np.float64]  # (repetitions, people)
    chance: Row  # (people,) of treatment, foretold by others
    treated: NDArray[np.bool_]
    value: Row  # the outcome as a number, of survival a pseudo-value


def held_out_effects(
    learner: AbstractEffectModel, table: Table, design: OutcomeDesign, seed: int, repeats: int = 1, note: Callable[[str], None] | None = None
) -> HeldOutEffects:  # fmt: skip
    """Fold by fold. Raises what the learner raises."""
    people = count_of(table)
    told, nobody, stand_in = (np.zeros((repeats, people)) for _ in range(3))
    parts = parts_of(table, design, seed)
    for repeat in range(repeats):
        again = parts if repeat == 0 else parts_of(table, design, seed + 1000 * repeat)
        stand_in[repeat] = again.doubly_robust(again.either())
        folds = folds_of(people, FOLDS, seed + 1000 * repeat, parts.treated.astype(np.int64))
        for fold in range(FOLDS):
            if note:
                note(f"{learner.name}: repetition {repeat + 1} of {repeats}, fold {fold + 1} of {FOLDS}")
            out = folds == fold
            inside, outside = ({name: values[part] for name, values in table.items()} for part in (~out, out))
            fitted = learner.fit(inside, design, seed)
            told[repeat, out], nobody[repeat, out] = fitted.effect(outside)[:, 0], fitted.average()[0]
    return HeldOutEffects(told, nobody, stand_in, parts.chance, parts.treated, parts.value)


def effect_scores(held: HeldOutEffects, seed: int) -> tuple[ModelScore, ...]:
    """The stated score first, then that of no model; each with 95 % limits by drawing people anew, but the error of groups, which that inflates."""
    repeats, people = held.told.shape
    split, found = f"{repeats} x {FOLDS}-fold", []
    ours, theirs = (np.mean((held.stand_in - one) ** 2, axis=0) for one in (held.told, held.nobody))
    apart = held.told - held.nobody  # folds differ a little in their means: what is ranked is how unlike each person is told to be
    pairs = list(zip(apart, held.stand_in, strict=True))
    measures: dict[str, Measure] = {
        STATED: lambda rows: float(ours[rows].mean()),
        f"{STATED} of no model": lambda rows: float(theirs[rows].mean()),
        GAIN: lambda rows: float((ours - theirs)[rows].mean()),
        "slope of the effects (1: as unlike as told)": lambda rows: float(np.mean([slope(a[rows], b[rows]) for a, b in pairs])),
        "gain of the largest effects first": lambda rows: float(np.mean([first_gain(a[rows], b[rows]) for a, b in pairs])),
        "calibration error in groups": lambda rows: float(
            np.mean([group_error(*(one[rows] for one in three)) for three in zip(held.told, apart, held.stand_in, strict=True)])
        ),
        "mean effect": lambda rows: float(held.stand_in[:, rows].mean()),
        "plain difference of the groups": lambda rows: _difference(held.value[rows], held.treated[rows]),
    }
    for name, measure in measures.items():
        limits = (None, None) if name.startswith("calibration error") else scoring.interval(measure, people, seed)
        found.append(ModelScore(name, measure(np.arange(people)), *limits, people, split))
    return tuple(found)


def slope(apart: Row, stand_in: Row) -> float:
    """How much the stand-in rises where the effect told rises by 1; 0 where the same is told of all. `apart`: effects less the mean effect."""
    centred = apart - apart.mean()
    spread = float(centred @ centred)
    return float(centred @ stand_in / spread) if spread > 1e-12 * float(stand_in @ stand_in) else 0.0


def first_gain(apart: Row, stand_in: Row) -> float:
    """The mean, over all shares of the people, of how far the mean effect on those with the largest effects told lies above that on all."""
    if np.ptp(apart) == 0:
        return 0.0
    ordered = stand_in[np.argsort(-apart, kind="stable")]
    return float(np.mean(np.cumsum(ordered) / np.arange(1, len(ordered) + 1)) - ordered.mean())


def group_error(told: Row, apart: Row, stand_in: Row) -> float:
    """The mean distance of the effect told from the mean stand-in, over groups of like effects."""
    parts = np.array_split(np.argsort(apart, kind="stable"), int(np.clip(len(told) // FEWEST_IN_A_GROUP, 1, GROUPS)))
    return sum(len(part) * abs(float(told[part].mean() - stand_in[part].mean())) for part in parts) / len(told)


def _difference(value: Row, treated: NDArray[np.bool_]) -> float:
    return float(value[treated].mean() - value[~treated].mean()) if treated.any() and not treated.all() else float("nan")
