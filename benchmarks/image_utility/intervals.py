"""AUC over seeds and people, and differences of two ways on the same ones, with 95 % limits by a bootstrap that draws both anew."""

from __future__ import annotations

import numpy as np

RESAMPLED = 2000


class Drawn:
    """Seeds and people drawn again and again, the same for every way that is asked.

    labels: (n,) of test pictures; persons: whose they are. People are drawn with all of their pictures.
    """

    def __init__(self, labels, persons, seeds, resampled=RESAMPLED, seed=0):
        chance = np.random.default_rng(seed)
        _, whose = np.unique(persons, return_inverse=True)
        people = whose.max() + 1
        times = np.stack([np.bincount(chance.integers(people, size=people), minlength=people) for _ in range(resampled)])
        self.weight, self.yes = times[:, whose].astype(float), np.asarray(labels) > 0.5
        self.seeds = np.stack([np.bincount(chance.integers(seeds, size=seeds), minlength=seeds) for _ in range(resampled)]) / seeds
        held = (self.weight[:, self.yes].sum(1) > 0) & (self.weight[:, ~self.yes].sum(1) > 0)  # both classes drawn
        self.weight, self.seeds = self.weight[held], self.seeds[held]

    def areas(self, answers):
        """(mean AUC over seeds, (resampled,) of it drawn anew). answers: (seeds, n)."""
        plain, drawn = [], []
        some, others = self.weight[:, self.yes], self.weight[:, ~self.yes]
        for one in np.asarray(answers, float):
            above = one[self.yes][:, None] - one[~self.yes][None]
            wins = (above > 0) + 0.5 * (above == 0)
            plain.append(wins.mean())
            drawn.append(((some @ wins) * others).sum(1) / (some.sum(1) * others.sum(1)))
        return float(np.mean(plain)), (np.array(drawn).T * self.seeds).sum(1)

    def auc(self, answers):
        """[mean, low, high]."""
        return limits(*self.areas(answers))

    def gain(self, answers, before):
        """[mean, low, high] of one way's AUC above another's."""
        (one, ones), (other, others) = self.areas(answers), self.areas(before)
        return limits(one - other, ones - others)


def limits(value, drawn):
    """Rounded for the file."""
    return [round(float(one), 4) for one in (value, *np.quantile(drawn, [0.025, 0.975]))]
