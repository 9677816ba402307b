"""The ways of learning that are compared, by one small network, one seed at a time: real pictures alone, made ones first, made ones alone.

A way is asked every few steps what it says of held-out and test people; what counts is what it said when it was best on the held-out ones.
"""

from __future__ import annotations

import copy

import numpy as np

from xinglin.models.scoring import area
from xinglin.training.image_judging.small_networks import Apprentice

BATCH, MOVED, LOOK = 32, 4, 40
FIRST, REAL = 200, 400  # steps on made pictures before the real ones, and steps on real ones
SHARES = (1.0, 0.3, 0.1)
FEWEST = 3  # people of a class, however small the share


class Looked:
    """An apprentice with what it said of the test people at every look, and its AUC on held-out people then."""

    def __init__(self, who, held, test):
        self.who, self.held, self.test, self.course, self.answers = who, held, test, [], []

    def learn(self, pictures, labels, until):
        """On to so many steps in all."""
        while len(self.course) * LOOK < until:
            self.who.learn(pictures, labels, LOOK)
            self.answers.append(self.who.tell(self.test[0]).tolist())
            self.course.append(area(self.who.tell(self.held[0]).astype(np.float64), self.held[1].astype(np.float64)))

    def told(self):
        """What it said when it was best so far on held-out people, at which step, and the whole course."""
        best = int(np.argmax(self.course))
        return {"test": self.answers[best], "best": (best + 1) * LOOK, "course": list(self.course)}


def of_seed(data, made, seed, first=FIRST, real=REAL):
    """{way: {test: answers (n,), best: step, course: held-out AUC by look}}. data: (pictures, labels, persons) by side, and `mirrored`."""
    side = made[0].shape[-1]
    fresh = Apprentice(of_masks=False, batch=BATCH, seed=seed, side=side, moved=MOVED, mirrored=data["mirrored"])

    def looked(who):
        return Looked(copy.deepcopy(who), data["held-out"], data["test"])

    told, alone = {}, looked(fresh)
    alone.learn(*made, first)
    taught = copy.deepcopy(alone.who)
    alone.learn(*made, real)
    told["made alone"] = alone.told()
    for share in SHARES:
        some, plain, both = part(data["train"], share, seed), looked(fresh), looked(taught)
        plain.learn(*some, real)
        told[f"{share:g} real"] = plain.told()
        if share == 1:  # a control; also shows whether real pictures alone had learnt all they could
            plain.learn(*some, real + first)
            told[f"{share:g} real, longer"] = plain.told()
        both.learn(*some, real - first)
        told[f"{share:g} made first, shorter"] = both.told()
        both.learn(*some, real)
        told[f"{share:g} made first"] = both.told()
    return told


def part(train, share, seed):
    """Pictures and labels of a share of the people of each class, drawn anew for each seed; never fewer than `FEWEST` of a class."""
    pictures, labels, persons = train
    chance, kept = np.random.default_rng([seed, 5]), set()
    first = {}
    for person, label in zip(persons, labels, strict=True):
        first.setdefault(person, label)
    for side in (0, 1):
        people = sorted(person for person, label in first.items() if label == side)
        kept |= set(chance.permutation(people)[: max(FEWEST, round(share * len(people)))])
    rows = np.flatnonzero([person in kept for person in persons])
    return pictures[rows], labels[rows]
