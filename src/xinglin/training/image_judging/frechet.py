"""How far apart two sets of pictures are as a whole: the Fréchet distance of their features, and the kernel distance (KID).

Both compare clouds of numbers, not single pictures. The Fréchet distance grows as pictures get fewer, so it is read only beside the same
distance between two sets of real pictures of the same size; the kernel distance is 0 on average for two sets of one kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Features = NDArray[np.floating]


def frechet(one: Features, other: Features) -> float:
    """The Fréchet distance of the normal distributions with the means and covariances of two samples (n, f) and (m, f); at least 0.

    |mean difference|^2 + tr(A) + tr(B) - 2 tr((AB)^1/2), Dowson & Landau 1982 (doi 10.1016/0047-259X(82)90077-X). The last trace is the sum
    of the singular values of X Y', X and Y the centred samples over the root of n - 1: exact also where pictures are fewer than features.
    """
    x, y = _centred(one), _centred(other)
    shared = float(np.linalg.svd(_small(x) @ _small(y).T, compute_uv=False).sum())
    apart = float(((one.mean(axis=0) - other.mean(axis=0)) ** 2).sum())
    return max(apart + float((x**2).sum() + (y**2).sum()) - 2 * shared, 0.0)


def _centred(sample: Features) -> Features:
    return (sample - sample.mean(axis=0)) / np.sqrt(max(len(sample) - 1, 1))


def _small(centred: Features) -> Features:
    """A matrix of at most f rows with the same covariance."""
    return np.asarray(np.linalg.qr(centred, mode="r")) if len(centred) > centred.shape[1] else centred


def kernel_distance(one: Features, other: Features) -> float:
    """The unbiased squared maximum mean discrepancy under (x.y / f + 1)^3: the KID of Binkowski et al. 2018 (arXiv 1801.01401).

    0 on average for two samples of one distribution; it may fall below 0 by chance.
    """
    within = sum(_off_diagonal_mean(_kernel(sample, sample)) for sample in (one, other))
    return float(within - 2 * _kernel(one, other).mean())


def _kernel(one: Features, other: Features) -> Features:
    return (one @ other.T / one.shape[1] + 1) ** 3


def _off_diagonal_mean(kernel: Features) -> float:
    count = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (count * (count - 1)))
