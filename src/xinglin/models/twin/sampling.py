"""Draws from a posterior over independent standard normal scores, by adaptive importance sampling, and by tempered moves where that fails.

Importance sampling: Cappe et al. 2008 (doi:10.1007/s11222-008-9059-x), all rounds weighted together as in Cornuet et al. 2012
(doi:10.1111/j.1467-9469.2011.00756.x). Tempered moves: Del Moral et al. 2006 (doi:10.1111/j.1467-9868.2006.00553.x).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]
    LogLikelihood = Callable[[Array], Array]

_FREEDOM = 6.0  # degrees of freedom of the t distributions drawn from: tails heavier than any posterior here
_WIDER = 1.2  # their covariance against the weighted one
_PARTS = 6  # t distributions in the last rounds, so that bent and two-humped posteriors are covered
_KEPT_SHARE = 0.12  # of effective draws when the temperature is raised
_LEARNED = 2_000  # points the parts are fitted to
_MOST_ROUNDS = 9  # until the temperature is 1
_INFORMED = 0.95  # standard deviation of a score below which the data say something of it; the prior has 1


@dataclass(frozen=True, eq=False)
class Sample:
    """Scores (draws, dimensions), weights that sum to one, effective size, how it was done."""

    scores: Array
    weights: Array
    effective: float
    method: str
    rounds: int
    simulations: int


class Draws:
    """Random numbers of one fit: Philox by key, uniform numbers alone, so that no other number depends on them."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.Generator(np.random.Philox(key=seed % 2**64))

    def uniform(self, *shape: int) -> Array:
        """Uniform numbers in the open interval."""
        return np.clip(self._random.random(shape), 2.0**-54, 1 - 2.0**-53)

    def normal(self, *shape: int) -> Array:
        """Standard normal numbers, by the inverse of the normal distribution."""
        from scipy.special import ndtri

        return ndtri(self.uniform(*shape))

    def student(self, count: int, dimensions: int) -> Array:
        """Multivariate t numbers of `_FREEDOM` degrees of freedom, unit scale."""
        from scipy.special import gammaincinv

        square = 2 * gammaincinv(_FREEDOM / 2, self.uniform(count)) / _FREEDOM
        return self.normal(count, dimensions) / np.sqrt(square)[:, None]


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of t distributions in scores."""

    shares: Array
    centres: Array
    roots: Array  # lower triangles, (parts, dimensions, dimensions)

    def draw(self, count: int, draws: Draws) -> Array:
        """`count` points, the parts in turn by their shares."""
        edges = np.round(np.cumsum(self.shares) * count).astype(int)
        part = np.searchsorted(edges, np.arange(count), side="right").clip(0, len(self.shares) - 1)
        steps = draws.student(count, self.centres.shape[1])
        return self.centres[part] + np.einsum("nij,nj->ni", self.roots[part], steps)

    def log_density(self, points: Array) -> Array:
        """Log density at points, (points,)."""
        from scipy.special import gammaln

        size = points.shape[1]
        constant = gammaln((_FREEDOM + size) / 2) - gammaln(_FREEDOM / 2) - size / 2 * np.log(_FREEDOM * np.pi)
        terms = []
        for share, centre, root in zip(self.shares, self.centres, self.roots, strict=True):
            square = _squares(points, centre, root)
            terms.append(np.log(share) + constant - np.log(np.diag(root)).sum() - (_FREEDOM + size) / 2 * np.log1p(square / _FREEDOM))
        return _log_sum(terms)


def _squares(points: Array, centre: Array, root: Array) -> Array:
    """Squared Mahalanobis distances, (points,)."""
    apart = (points - centre) @ np.linalg.inv(root).T
    return np.einsum("ij,ij->i", apart, apart)


def _log_sum(terms: list[Array]) -> Array:
    """log of the sum of exp, elementwise."""
    if len(terms) == 1:
        return terms[0]
    stacked = np.stack(terms)
    top = stacked.max(axis=0)
    return top + np.log(np.exp(stacked - top).sum(axis=0))


def importance(
    likelihood: LogLikelihood, dimensions: int, draws: Draws, *, wanted: float, count: int, most: int, near: Array | None = None
) -> Sample:
    """Importance sampling whose proposals learn from round to round, until `wanted` effective draws or `most` simulations.

    It starts from the prior by rising temperature, each round standing alone, or from points `near` the posterior; at temperature 1 all rounds
    are weighted together.
    """
    simulations = rounds = 0
    if near is None:
        proposal, rounds = _approached(likelihood, dimensions, draws, count)
        simulations = rounds * count
    else:
        proposal = _around(near, np.full(len(near), 1 / len(near)), _PARTS, draws)
    seen: list[Array] = []
    logs: list[Array] = []
    proposals: list[Mixture] = []
    while True:
        proposals.append(proposal)
        seen.append(proposal.draw(max(count, min(2 * count, most - simulations)), draws))
        logs.append(likelihood(seen[-1]))
        rounds, simulations = rounds + 1, simulations + len(seen[-1])
        scores, heights = np.concatenate(seen), np.concatenate(logs)
        weights = _normalised(_log_prior(scores) - _log_proposed(scores, proposals, [len(one) for one in seen]) + heights)
        if _effective(weights) >= wanted or simulations >= most:
            return Sample(scores, weights, _effective(weights), "importance", rounds, simulations)
        proposal = _around(scores, weights, _PARTS, draws)


def _approached(likelihood: LogLikelihood, dimensions: int, draws: Draws, count: int) -> tuple[Mixture, int]:
    """A proposal near the posterior, reached from the prior by rising temperature, and in how many rounds."""
    points, proposal, temperature = draws.normal(count, dimensions), None, 0.0
    for number in range(1, _MOST_ROUNDS + 1):
        heights = likelihood(points)
        base = _log_prior(points) - (_log_prior(points) if proposal is None else proposal.log_density(points))
        temperature = 1.0 if number == _MOST_ROUNDS else _next_temperature(base, heights, temperature, count)
        proposal = _around(points, _normalised(base + temperature * heights), 1, draws)
        if temperature >= 1.0:
            return proposal, number
        points = proposal.draw(count, draws)
    raise AssertionError("the last round has temperature 1")


def tempered(likelihood: LogLikelihood, dimensions: int, draws: Draws, *, count: int, sweeps: int = 40) -> Sample:
    """Many chains side by side, from the prior to the posterior by rising temperature, each moved until it has forgotten its start.

    What the data inform is moved by random steps shaped like the chains, the rest by steps that keep the prior (Cotter et al. 2013,
    doi:10.1214/13-STS421). `effective` is the number of chains less what they still share with where the last temperature began.
    """
    points = draws.normal(count, dimensions)
    chains = _Chains(likelihood, draws, points, likelihood(points))
    temperature, rounds, shared = 0.0, 1, 1.0
    while temperature < 1.0:
        raised = _next_temperature(np.zeros(count), chains.heights, temperature, count, share=0.5)
        chosen = _systematic(_normalised((raised - temperature) * chains.heights), count, float(draws.uniform(1)[0]))
        chains.points, chains.heights = chains.points[chosen], chains.heights[chosen]
        temperature, rounds = raised, rounds + 1
        shared = chains.settle(temperature, sweeps if temperature >= 1.0 else 3)
    return Sample(chains.points, np.full(count, 1 / count), count * max(0.0, 1 - shared), "tempered", rounds, chains.simulations)


class _Chains:
    """Chains side by side with the height of the likelihood where they are."""

    def __init__(self, likelihood: LogLikelihood, draws: Draws, points: Array, heights: Array) -> None:
        self.likelihood, self.draws, self.points, self.heights = likelihood, draws, points, heights
        self.simulations, self.scale, self.keep = len(points), 1.0, 0.5

    def settle(self, temperature: float, sweeps: int) -> float:
        """Move all chains up to `sweeps` times; the greatest correlation with where they began."""
        informed = np.flatnonzero(self.points.std(axis=0) < _INFORMED)
        free = np.setdiff1d(np.arange(self.points.shape[1]), informed)
        began, shared = self.points.copy(), 1.0
        for sweep in range(sweeps):
            if len(informed):
                self._step(informed, temperature)
            if len(free):
                self._refresh(free, temperature)
            shared = _still_shared(began, self.points)
            if sweep >= 5 and shared < 0.1:
                break
        return shared

    def _step(self, where: NDArray[np.int64], temperature: float) -> None:
        count, size = len(self.points), len(where)
        root = np.linalg.cholesky(np.cov(self.points[:, where].T).reshape(size, size) + 1e-10 * np.eye(size))
        tried = self.points.copy()
        tried[:, where] += self.scale * 2.38 / np.sqrt(size) * self.draws.normal(count, size) @ root.T
        share = self._move(tried, temperature, _log_prior(tried) - _log_prior(self.points))
        self.scale = float(np.clip(self.scale * np.exp(0.5 * (share - 0.25)), 0.02, 2.0))

    def _refresh(self, where: NDArray[np.int64], temperature: float) -> None:
        tried = self.points.copy()
        fresh = self.draws.normal(len(tried), len(where))
        tried[:, where] = np.sqrt(1 - self.keep**2) * tried[:, where] + self.keep * fresh
        share = self._move(tried, temperature, np.zeros(len(tried)))
        self.keep = float(np.clip(self.keep * np.exp(0.5 * (share - 0.3)), 0.02, 1.0))

    def _move(self, tried: Array, temperature: float, prior: Array) -> float:
        heights = self.likelihood(tried)
        taken = np.log(self.draws.uniform(len(tried))) < temperature * (heights - self.heights) + prior
        self.points, self.heights = np.where(taken[:, None], tried, self.points), np.where(taken, heights, self.heights)
        self.simulations += len(tried)
        return float(taken.mean())


def resampled(sample: Sample, count: int, start: float) -> Array:
    """`count` scores of equal weight."""
    return sample.scores[_systematic(sample.weights, count, start)]


def _still_shared(before: Array, now: Array) -> float:
    """The greatest correlation, over dimensions, between where the chains were and where they are."""
    a, b = before - before.mean(axis=0), now - now.mean(axis=0)
    spread = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0)) + 1e-300
    return float(np.max(np.abs((a * b).sum(axis=0) / spread)))


def _log_prior(points: Array) -> Array:
    return -0.5 * (points**2).sum(axis=1) - 0.5 * points.shape[1] * np.log(2 * np.pi)


def _log_proposed(points: Array, proposals: list[Mixture], sizes: list[int]) -> Array:
    """Log density of all rounds together, each by how many of its points there are."""
    shares = np.log(np.array(sizes) / sum(sizes))
    return _log_sum([share + one.log_density(points) for share, one in zip(shares, proposals, strict=True)])


def _next_temperature(base: Array, heights: Array, now: float, count: int, share: float = _KEPT_SHARE) -> float:
    """The greatest temperature up to 1 that leaves a share of the draws effective; by halving, at least a little more than now."""
    wanted = share * count

    def left(temperature: float) -> float:
        return _effective(_normalised(base + (temperature - (now if not base.any() else 0.0)) * heights))

    if left(1.0) >= wanted:
        return 1.0
    low, high = now, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if left(middle) >= wanted else (low, middle)
    return min(1.0, max(low, now * 1.1, 1e-6))


def _around(points: Array, weights: Array, parts: int, draws: Draws) -> Mixture:
    """A mixture of t distributions fitted to weighted points: one, or several by a few rounds of assigning and averaging."""
    size = points.shape[1]
    centre = weights @ points
    apart = points - centre
    whole = (apart * weights[:, None]).T @ apart * _WIDER + 1e-6 * np.eye(size)
    root = np.linalg.cholesky(whole)
    if parts == 1:
        return Mixture(np.ones(1), centre[None], root[None])
    few = points[_systematic(weights, _LEARNED, float(draws.uniform(1)[0]))]
    lengths, axes = np.linalg.eigh(whole)
    steps = np.linspace(-1, 1, parts) * np.sqrt(lengths[-1])
    belongs = np.argmin(np.abs(((few - centre) @ axes[:, -1])[:, None] - steps), axis=1)
    shares, centres, roots = np.ones(parts), centre + steps[:, None] * axes[:, -1], np.repeat(root[None], parts, axis=0)
    for _ in range(6):
        for part in range(parts):
            own = few[belongs == part]
            shares[part] = len(own) / len(few)
            if len(own) > 4 * size:
                centres[part] = own.mean(axis=0)
                roots[part] = np.linalg.cholesky(np.cov(own.T).reshape(size, size) * _WIDER + 0.02 * whole)
        far = [_squares(few, c, r) + 2 * np.log(np.diag(r)).sum() for c, r in zip(centres, roots, strict=True)]
        belongs = np.argmin(np.stack(far), axis=0)
    shares = np.maximum(shares, 0.05)
    return Mixture(shares / shares.sum(), centres, roots)


def _normalised(logs: Array) -> Array:
    top = np.max(logs)
    weights = np.exp(logs - top) if np.isfinite(top) else np.ones_like(logs)
    return weights / weights.sum()


def _effective(weights: Array) -> float:
    """Kish's effective sample size."""
    return float(1 / np.sum(weights**2))


def _systematic(weights: Array, count: int, start: float) -> NDArray[np.int64]:
    """Systematic resampling: evenly spaced on the cumulative weights from one uniform start."""
    edges = np.cumsum(weights)
    return np.searchsorted(edges / edges[-1], (np.arange(count) + start) / count).clip(0, len(weights) - 1)
