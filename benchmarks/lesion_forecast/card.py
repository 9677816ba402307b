"""A small family of lesion courses and its population, estimated on people other than those it forecasts.

Diameter = start (exp(growth t) + exp(-shrinkage t) - 1): the shape of Wang et al. 2009 (doi:10.1038/clpt.2009.64) as Struemper 2025
(doi:10.1002/psp4.70002) uses it for 786 people. Its population (medians, spreads, correlation, error) comes from the training half by
Monte Carlo EM (Wei and Tanner 1990, doi:10.1080/01621459.1990.10474930); nothing of the people forecast enters.
"""

from __future__ import annotations

import numpy as np

from xinglin.records.simulation import CardSource, Correlation, DiseaseCard, Observable, Parameter, State

UNSEEN_MM, ROUNDING_MM = 2.0, 0.7  # a lesion told as 0 mm is below the first; the second: rounding to whole mm and the caliper
NAMES = ("start", "growth", "shrinkage")


def card_of(population: dict[str, object]) -> DiseaseCard:
    """The card with this population."""
    middle, spread, together = (np.array(population[name], float) for name in ("middle", "spread", "together"))
    words = {"en": "fitted", "zh": "拟合"}
    rows = tuple(
        Parameter(name, float(np.exp(middle[n])), "mm" if n == 0 else "/d", words, "ours", "lognormal", float(spread[n]))
        for n, name in enumerate(NAMES)
    )
    pairs = tuple(
        Correlation(NAMES[i], NAMES[j], float(np.clip(together[i, j] / (spread[i] * spread[j]), -0.95, 0.95)), "ours")
        for i, j in ((0, 1), (0, 2), (1, 2))
    )
    return DiseaseCard(
        "lesion", "1", words, words, words, "d", 1000.0, rows,
        (State("grown", "mm", "start", "growth * grown", words), State("left", "mm", "start", "-shrinkage * left", words)),
        (Observable("diameter", words, "maximum(grown + left - start, 0.01)", "mm", proportional=float(population["error"]), additive=ROUNDING_MM,
                    low_limit=UNSEEN_MM),),
        {"ours": CardSource("estimated on the training half", source_read="benchmarks/lesion_forecast/card.py")}, correlations=pairs,
    )  # fmt: skip


def population_of(lesions: list[tuple[np.ndarray, np.ndarray]], seed: int, rounds: int = 14, draws: int = 400) -> dict[str, object]:
    """Middle, spread, covariance (of logarithms) and proportional error of a population of lesions (days, diameters)."""
    from scipy.special import log_ndtr

    chance = np.random.Generator(np.random.Philox(key=[seed, 7]))
    middle, together, error = np.log([40.0, 0.001, 0.002]), np.diag([0.5, 1.5, 2.0]) ** 2, 0.1
    for _ in range(rounds):
        first, second, squares, count = np.zeros(3), np.zeros((3, 3)), 0.0, 0
        for days, diameters in lesions:
            at = np.log(max(diameters[0], UNSEEN_MM))
            scores = chance.standard_normal((draws, 3))
            near = at + 0.15 * scores[:, 0]
            # start is drawn near the first reading; growth and shrinkage from the population given it
            given = middle[1:] + np.outer(near - middle[0], together[1:, 0] / together[0, 0])
            rest = together[1:, 1:] - np.outer(together[1:, 0], together[0, 1:]) / together[0, 0]
            points = np.column_stack([near, given + scores[:, 1:] @ np.linalg.cholesky(rest + 1e-9 * np.eye(2)).T])
            start, growth, shrinkage = np.exp(np.clip(points, -30, 8)).T[:, :, None]
            with np.errstate(all="ignore"):
                shape = np.exp(np.minimum(growth * days, 50)) + np.exp(-shrinkage * days) - 1
            predicted = np.maximum(start * shape, 0.01)
            spread = np.sqrt((error * predicted) ** 2 + ROUNDING_MM**2)
            apart = (np.maximum(diameters, UNSEEN_MM) - predicted) / spread
            each = np.where(diameters < UNSEEN_MM, log_ndtr(apart), -0.5 * apart**2 - np.log(spread))
            logs = each.sum(axis=1) - 0.5 * (near - middle[0]) ** 2 / together[0, 0] + 0.5 * scores[:, 0] ** 2
            weights = np.exp(logs - logs.max())
            weights /= weights.sum()
            first += weights @ points
            second += (points * weights[:, None]).T @ points
            seen = diameters >= UNSEEN_MM
            raw = ((diameters - predicted) ** 2 - ROUNDING_MM**2) / predicted**2
            squares += float(weights @ raw[:, seen].sum(axis=1))
            count += int(seen.sum())
        middle = first / len(lesions)
        together = second / len(lesions) - np.outer(middle, middle) + 1e-6 * np.eye(3)
        error = float(np.sqrt(np.clip(squares / count, 0.01**2, 0.4**2)))
    return {"middle": middle.tolist(), "spread": np.sqrt(np.diag(together)).tolist(), "together": together.tolist(), "error": error}
