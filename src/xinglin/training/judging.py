"""How good a way of learning is on people it has not seen: predictions fold by fold, and scores of them with limits.

Every number here is of held-out people: who is foretold was not among those learnt from, and a calibration or an interval is judged on folds
it was not learnt from either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models import scoring
from xinglin.models.conformal import Bands
from xinglin.models.foretelling.calibration import Line, Steps
from xinglin.models.foretelling.sources import hidden, ways_to_lack
from xinglin.models.penalised.fitting import folds_of
from xinglin.models.survival import kaplan_meier
from xinglin.models.survival.forecasts import brier_scores, concordance_of, staying, step_at
from xinglin.models.tabular.columns import count_of, outcome_of, survival_of
from xinglin.records.prediction import ModelScore, OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractOutcomeModel

    Table = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

FOLDS, GRID = 5, 15
WORST_FIRST = {"number": "mean absolute error", "yes-no": "Brier score", "survival": "integrated Brier score"}
"""The stated score of each kind of outcome, by which models are compared; lower is better."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictions of people by models that had not seen them: one row per repetition. `fold`: who was held out together."""

    design: OutcomeDesign
    predicted: NDArray[np.float64]  # (repetitions, people) or, of survival, (repetitions, people, horizons + grid)
    score: NDArray[np.float64]  # (repetitions, people)
    fold: NDArray[np.int64]  # (repetitions, people)
    grid: Row  # of survival: the times at which the Brier score is taken
    nobody: NDArray[np.float64]  # as `predicted`, by the mean or the Kaplan-Meier curve of those learnt from
    without: Mapping[tuple[str, ...], tuple[NDArray[np.float64], Row]] = field(default_factory=dict)
    """Kinds of sources -> (predicted, score) of the first repetition, with nothing known of those kinds."""


def held_out(
    model: AbstractOutcomeModel, table: Table, design: OutcomeDesign, seed: int, repeats: int = 1, note: Callable[[str], None] | None = None
) -> HeldOut:
    """Fold by fold. Raises what the model raises."""
    people, grid = count_of(table), _grid(table, design)
    asked = replace(design, horizons=(*design.horizons, *map(float, grid))) if design.kind == "survival" else design
    strata = _strata(table, design)
    shape = (repeats, people, len(asked.horizons)) if design.kind == "survival" else (repeats, people)
    predicted, nobody = np.zeros(shape), np.zeros(shape)
    score, folds = np.zeros((repeats, people)), np.zeros((repeats, people), dtype=np.int64)
    without = {kinds: (np.zeros(shape[1:]), np.zeros(people)) for kinds in ways_to_lack(design)}
    for repeat in range(repeats):
        folds[repeat] = folds_of(people, FOLDS, seed + 1000 * repeat, strata)
        for fold in range(FOLDS):
            if note:
                note(f"{model.name}: repetition {repeat + 1} of {repeats}, fold {fold + 1} of {FOLDS}")
            out = folds[repeat] == fold
            inside, outside = ({name: values[part] for name, values in table.items()} for part in (~out, out))
            fitted = model.fit(inside, asked, seed)
            predicted[repeat, out], score[repeat, out] = fitted.predict(outside), fitted.score(outside)
            nobody[repeat, out] = _without_a_model(inside, asked)
            for kinds, (told, own) in without.items() if repeat == 0 else ():
                blind = hidden(outside, design, kinds)
                told[out], own[out] = fitted.predict(blind), fitted.score(blind)
    return HeldOut(design, predicted, score, folds, grid, nobody, without)


def _grid(table: Table, design: OutcomeDesign) -> Row:
    if design.kind != "survival":
        return np.zeros(0)
    times, ended = survival_of(table, design)
    first, last = np.quantile(times[ended], [0.1, 0.9])
    return np.linspace(first, last, GRID)


def _strata(table: Table, design: OutcomeDesign) -> NDArray[np.int64] | None:
    if design.kind == "number":
        return None
    return survival_of(table, design)[1].astype(np.int64) if design.kind == "survival" else outcome_of(table, design).astype(np.int64)


def _without_a_model(table: Table, design: OutcomeDesign) -> NDArray[np.floating]:
    """What is told of everybody alike: the median, the share, or the Kaplan-Meier curve."""
    if design.kind == "survival":
        curve = kaplan_meier(*survival_of(table, design))
        return step_at(curve.times, curve.share, np.array(design.horizons), 1.0)
    values = outcome_of(table, design)
    return np.array(np.median(values) if design.kind == "number" else np.mean(values))


def scores_of(held: HeldOut, table: Table, seed: int, level: float = 0.9) -> tuple[ModelScore, ...]:
    """The stated score first, then the others; each with 95 % limits by drawing people anew. Last, how good it is where a kind of source is missing."""
    found = list(_scores(held, table, seed, level))
    stated = WORST_FIRST[held.design.kind]
    for kinds, (predicted, score) in held.without.items():
        if len(kinds) == 1:
            blind = HeldOut(held.design, predicted[None], score[None], held.fold[:1], held.grid, held.nobody[:1])
            told = _scores(blind, table, seed, level, lambda name: name == stated or name.startswith("share within the"))
            found += [replace(one, name=f"{one.name} without {''.join(kinds)}") for one in told]
    return tuple(found)


def _scores(
    held: HeldOut, table: Table, seed: int, level: float, wanted: Callable[[str], bool] = lambda name: True
) -> Iterator[ModelScore]:
    measures = {"number": _of_number, "yes-no": _of_chance, "survival": _of_survival}[held.design.kind](held, table, level)
    repeats, people = held.score.shape
    split = f"{repeats} x {FOLDS}-fold"
    for name, measure in measures.items():
        if not wanted(name):
            continue
        if name.startswith("calibration error"):  # drawing anew inflates it: no limits are better than wrong ones
            yield ModelScore(name, measure(np.arange(people)), None, None, people, split)
            continue
        times = 100 if "C-index" in name else scoring.RESAMPLED
        low, high = scoring.interval(measure, people, seed, times)
        yield ModelScore(name, measure(np.arange(people)), low, high, people, split)


Measure = Callable[["NDArray[np.integer]"], float]


def _averaged(measure: Callable[[Row, Row], float], predicted: NDArray[np.float64], actual: Row) -> Measure:
    return lambda rows: float(np.mean([measure(one[rows], actual[rows]) for one in predicted]))


def _of_number(held: HeldOut, table: Table, level: float) -> dict[str, Measure]:
    actual = outcome_of(table, held.design)
    inside = np.array([bands_held(*one, actual, level) for one in zip(held.predicted, held.fold, strict=True)])
    return {
        WORST_FIRST["number"]: _averaged(scoring.absolute_error, held.predicted, actual),
        "mean absolute error of no model": _averaged(scoring.absolute_error, held.nobody, actual),
        "root mean square error": _averaged(scoring.square_error, held.predicted, actual),
        "share within 20 %": _averaged(scoring.within_a_fifth, held.predicted, actual),
        "share of variance explained": _averaged(scoring.explained_share, held.predicted, actual),
        f"share within the {level:.0%} interval": lambda rows: float(inside[:, rows].mean()),
    }


def bands_held(predicted: Row, fold: NDArray[np.integer], actual: Row, level: float) -> NDArray[np.bool_]:
    """Whether each person lies within the interval learnt from the people of the other folds."""
    inside = np.zeros(len(actual), dtype=np.bool_)
    for one in np.unique(fold):
        out = fold == one
        low, high = Bands.learnt(predicted[~out], actual[~out], level).around(predicted[out])
        inside[out] = (actual[out] >= low) & (actual[out] <= high)
    return inside


def _of_chance(held: HeldOut, table: Table, level: float) -> dict[str, Measure]:
    happened = outcome_of(table, held.design)
    lines = np.array([recalibrated(*one, happened, Line) for one in zip(held.score, held.fold, strict=True)])
    steps = np.array([recalibrated(*one, happened, Steps) for one in zip(held.score, held.fold, strict=True)])
    return {
        WORST_FIRST["yes-no"]: _averaged(scoring.brier, lines, happened),
        "Brier score of no model": _averaged(scoring.brier, held.nobody, happened),
        "area under the ROC curve": _averaged(scoring.area, held.score, happened),
        "log loss": _averaged(scoring.log_loss, lines, happened),
        "calibration error, as learnt": _averaged(scoring.calibration_error, held.predicted, happened),
        "calibration error, after Platt": _averaged(scoring.calibration_error, lines, happened),
        "calibration error, after isotonic": _averaged(scoring.calibration_error, steps, happened),
    }


def recalibrated(score: Row, fold: NDArray[np.integer], happened: Row, way: type[Line] | type[Steps]) -> Row:
    """Chances calibrated on the people of the other folds."""
    found = np.zeros(len(score))
    for one in np.unique(fold):
        out = fold == one
        found[out] = way.learnt(score[~out], happened[~out]).chance(score[out])
    return found


def _of_survival(held: HeldOut, table: Table, level: float) -> dict[str, Measure]:
    times, ended = survival_of(table, held.design)
    first, curve = len(held.design.horizons), staying(times, ended)

    def integrated(free: NDArray[np.float64]) -> Measure:
        def measure(rows: NDArray[np.integer]) -> float:
            each = [brier_scores(times[rows], ended[rows], one[rows, first:], held.grid, curve) for one in free]
            return float(np.mean([np.trapezoid(one, held.grid) / (held.grid[-1] - held.grid[0]) for one in each]))

        return measure

    def ordered(rows: NDArray[np.integer]) -> float:
        return float(np.mean([concordance_of(times[rows], ended[rows], one[rows]) for one in held.score]))

    found: dict[str, Measure] = {
        WORST_FIRST["survival"]: integrated(held.predicted), "integrated Brier score of no model": integrated(held.nobody), "C-index": ordered,
    }  # fmt: skip
    for place, horizon in enumerate(held.design.horizons):
        found[f"calibration error at {horizon:g}"] = _distance_from_curves(held.predicted[0, :, place], times, ended, horizon)
    return found


def _distance_from_curves(free: Row, times: Row, ended: NDArray[np.bool_], horizon: float) -> Measure:
    """The mean distance of the foretold chance from Kaplan-Meier's share, over groups of like chances."""

    def measure(rows: NDArray[np.integer]) -> float:
        parts = np.array_split(np.argsort(free[rows], kind="stable"), int(np.clip(len(rows) // 60, 1, 10)))
        apart: Sequence[float] = [
            len(part) * abs(float(free[rows][part].mean()) - kaplan_meier(times[rows][part], ended[rows][part]).at(horizon))
            for part in parts
        ]
        return sum(apart) / len(rows)

    return measure
