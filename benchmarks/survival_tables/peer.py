"""What lifelines and scikit-survival foretell of the same held-out people; run by the peers' interpreter: peer.py IN.npz OUT.npz."""

import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")


def lifelines_cox(x, times, ended, new, at):
    import pandas as pd
    from lifelines import CoxPHFitter

    varies = np.ptp(x, axis=0) > 0
    frame = pd.DataFrame(x[:, varies], columns=[f"x{n}" for n in range(varies.sum())])
    asked = pd.DataFrame(new[:, varies], columns=frame.columns)
    frame["T"], frame["E"] = np.maximum(times, 0.5), ended
    fitted = CoxPHFitter(penalizer=0.01).fit(frame, "T", "E")
    return fitted.predict_log_partial_hazard(asked).to_numpy(), fitted.predict_survival_function(asked, times=at).to_numpy().T


def of_scikit_survival(model):
    def run(x, times, ended, new, at):
        from sksurv.util import Surv

        fitted = model().fit(x, Surv.from_arrays(ended, np.maximum(times, 0.5)))
        curves = fitted.predict_survival_function(new)
        return fitted.predict(new), np.array(
            [np.where(at < one.x[0], 1.0, one.y[np.maximum(np.searchsorted(one.x, at, side="right") - 1, 0)]) for one in curves]
        )

    return run


def forest():
    from sksurv.ensemble import RandomSurvivalForest

    return RandomSurvivalForest(n_estimators=300, min_samples_leaf=8, random_state=0)


def coxnet():
    from sksurv.linear_model import CoxnetSurvivalAnalysis

    return CoxnetSurvivalAnalysis(l1_ratio=0.5, alphas=[0.01], fit_baseline_model=True)


def boosting():
    from sksurv.ensemble import GradientBoostingSurvivalAnalysis

    return GradientBoostingSurvivalAnalysis(n_estimators=100, random_state=0)


PEERS = {
    "lifelines Cox": lifelines_cox, "scikit-survival Coxnet": of_scikit_survival(coxnet), "scikit-survival forest": of_scikit_survival(forest),
    "scikit-survival boosting": of_scikit_survival(boosting),
}  # fmt: skip


def main(source, target):
    given, found = np.load(source), {}
    for key in sorted({name.split("/")[0] for name in given.files if "/" in name}):
        for name, peer in PEERS.items():
            score, free = peer(given[f"{key}/x"], given[f"{key}/times"], given[f"{key}/ended"], given[f"{key}/new"], given["at"])
            found[f"{key}/{name}/score"], found[f"{key}/{name}/free"] = score, free
    np.savez(target, **found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
