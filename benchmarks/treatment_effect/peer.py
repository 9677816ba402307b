"""What EconML's causal forest and T-learner say of the same people; run by the peers' interpreter: peer.py FOLDER, for each KEY.in.npz there."""

import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")


def causal_forest(x, value, treated, asked, seed):
    """Nuisances by gradient boosting, as many trees as its documentation suggests for intervals."""
    from econml.dml import CausalForestDML
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    forest = CausalForestDML(
        model_y=HistGradientBoostingRegressor(max_iter=60, max_leaf_nodes=8, min_samples_leaf=20),
        model_t=HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=6, min_samples_leaf=30),
        discrete_treatment=True, cv=5, n_estimators=1000, min_samples_leaf=5, random_state=seed, n_jobs=1,
    )  # fmt: skip
    forest.fit(value, treated, X=x)
    low, high = forest.effect_interval(asked, alpha=0.05)
    return np.column_stack([forest.effect(asked), low, high])


def t_learner(x, value, treated, asked, seed):
    """Two random forests, no intervals of its own."""
    from econml.metalearners import TLearner
    from sklearn.ensemble import RandomForestRegressor

    found = TLearner(models=RandomForestRegressor(300, min_samples_leaf=5, random_state=seed)).fit(value, treated, X=x)
    effect = found.effect(asked)
    return np.column_stack([effect, np.full((len(effect), 2), np.nan)])


def main(folder):
    for source in sorted(folder.glob("*.in.npz")):
        target = source.with_name(source.name.replace(".in.", ".out."))
        if target.exists():
            continue
        given, told = np.load(source), {}
        for name, peer in (("EconML CausalForestDML", causal_forest), ("EconML TLearner", t_learner)):
            start = time.process_time()
            told[name] = peer(given["x"], given["value"], given["treated"].astype(int), given["asked"], int(given["seed"]))
            told[f"{name}/cpu_s"] = np.array(time.process_time() - start)
        aside = target.with_name(f"aside-{target.name}")
        np.savez(aside, **told)
        aside.rename(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
