"""Can a classifier tell two groups of lesions apart? Area under the ROC curve, with an interval; patients kept apart.

0.5: it guesses; 1: it always knows. Random forest on features, folds that never share a patient (or an invented anatomy).
Classifier two-sample test: Lopez-Paz and Oquab, ICLR 2017 (arXiv 1610.06545, from memory: unverified).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TREES, FOLDS, RESAMPLED = 400, 5, 2000


@dataclass(frozen=True, eq=False)
class Verdict:
    """auc with its 95 % interval (patients resampled); scores: the forest's share of trees for "inserted", held out."""

    auc: float
    low: float
    high: float
    scores: np.ndarray
    count: tuple[int, int]

    def told(self) -> dict[str, object]:
        """For result.json."""
        return {"auc": round(self.auc, 3), "interval_95": [round(self.low, 3), round(self.high, 3)], "lesions": list(self.count)}


def auc(labels: np.ndarray, scores: np.ndarray) -> float:
    """Chance that one of the second group scores above one of the first; ties count half."""
    from scipy.stats import rankdata

    second = int(labels.sum())
    first = len(labels) - second
    return float((rankdata(scores)[labels == 1].sum() - second * (second + 1) / 2) / (first * second))


def forest(seed: int = 0):
    """The classifier."""
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(TREES, min_samples_leaf=3, max_features="sqrt", random_state=seed, n_jobs=1)


def folds_of(groups: np.ndarray, folds: int = FOLDS, seed: int = 0) -> np.ndarray:
    """The fold of each lesion; lesions of one group share it."""
    names = np.unique(groups)
    place = {name: n % folds for n, name in enumerate(np.random.default_rng(seed).permutation(names).tolist())}
    return np.array([place[g] for g in groups.tolist()])


def told_apart(table: np.ndarray, labels: np.ndarray, groups: np.ndarray, seed: int = 0) -> Verdict:
    """Cross-validated by groups; the scores of the folds are ranked within each fold before they are put together."""
    fold = folds_of(groups, min(FOLDS, len(np.unique(groups))), seed)
    scores = np.zeros(len(labels))
    for n in np.unique(fold):
        test = fold == n
        scores[test] = forest(seed).fit(table[~test], labels[~test]).predict_proba(table[test])[:, 1]
    low, high = interval(labels, scores, groups, seed)
    return Verdict(auc(labels, scores), low, high, scores, (int((labels == 0).sum()), int(labels.sum())))


def interval(labels: np.ndarray, scores: np.ndarray, groups: np.ndarray, seed: int = 0) -> tuple[float, float]:
    """2.5 and 97.5 percentiles of the area when whole groups are drawn again, with replacement."""
    rng, names = np.random.default_rng([seed, 5]), np.unique(groups)
    members = {name: np.flatnonzero(groups == name) for name in names.tolist()}
    found = []
    for _ in range(RESAMPLED):
        chosen = np.concatenate([members[name] for name in rng.choice(names, len(names)).tolist()])
        if 0 < labels[chosen].sum() < len(chosen):
            found.append(auc(labels[chosen], scores[chosen]))
    return float(np.percentile(found, 2.5)), float(np.percentile(found, 97.5))


def telling(
    table: np.ndarray, labels: np.ndarray, groups: np.ndarray, names: list[str], most: int = 8, seed: int = 0
) -> list[dict[str, object]]:
    """Which features tell: how much the held-out area falls when one feature is shuffled; and the area of that feature alone."""
    rng, fold = np.random.default_rng([seed, 6]), folds_of(groups, min(FOLDS, len(np.unique(groups))), seed)
    fall = np.zeros(table.shape[1])
    for n in np.unique(fold):
        test = fold == n
        made = forest(seed).fit(table[~test], labels[~test])
        whole = auc(labels[test], made.predict_proba(table[test])[:, 1])
        for column in np.argsort(-made.feature_importances_)[:40]:
            shuffled = table[test].copy()
            shuffled[:, column] = rng.permutation(shuffled[:, column])
            fall[column] += (whole - auc(labels[test], made.predict_proba(shuffled)[:, 1])) / len(np.unique(fold))
    best = np.argsort(-fall)[:most]
    return [{"feature": names[c], "fall": round(float(fall[c]), 4), "alone": round(auc(labels, table[:, c]), 3)} for c in best]
