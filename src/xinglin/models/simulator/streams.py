"""Random numbers by counter: the same seed, patient and name of a draw give the same number, whoever asks and in whatever order.

Philox-4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): the key comes from the seed and the draw's name, the counter
from the patient's number and the index of the value. Nothing is remembered between draws.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MANY = 4096  # from here on machine code is worth loading
_SOURCE = '''"""Philox-4x32-10 for many patients; made by streams.py."""
import numpy as np
from numba import njit

LOW, HALF, CUT = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(12)
FIRST, SECOND = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_LOW, WEYL_HIGH = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)


@njit(nogil=True, cache=True)
def uniforms(people, index, word, low, high, found):
    for i in range(len(people)):
        a, b = people[i] & LOW, people[i] >> HALF
        c, d = np.uint64(index) & LOW, np.uint64(index) >> HALF
        k, m = low, high
        for _ in range(10):
            x, y = FIRST * a, SECOND * c
            a, b, c, d = (y >> HALF) ^ b ^ k, y & LOW, (x >> HALF) ^ d ^ m, x & LOW
            k, m = (k + WEYL_LOW) & LOW, (m + WEYL_HIGH) & LOW
        bits = (c | (d << HALF)) if word else (a | (b << HALF))
        found[i] = (np.float64(bits >> CUT) + 0.5) * 2.0**-52
'''


def uniforms(seed: int, name: str, first: int, count: int, n: int = 1) -> NDArray[np.float64]:
    """Uniform numbers in the open interval (0, 1), shape (n, count): value k of patients `first` to `first + count - 1`."""
    found = np.empty((n, count))
    people = np.arange(first, first + count, dtype=np.uint64)
    for index in range(n):
        found[index] = uniforms_at(seed, name, people, index)
    return found


def uniforms_at(seed: int, name: str, people: NDArray[np.integer], index: int = 0) -> NDArray[np.float64]:
    """Value `index` of the draw for these patients, in any order, (patients,)."""
    low, high = _key(seed, name)
    if len(people) < _MANY:
        return slow_uniforms(people, index, low, high)
    found = np.empty(len(people))
    _compiled().uniforms(people.astype(np.uint64), index // 2, index % 2, np.uint64(low), np.uint64(high), found)
    return found


def slow_uniforms(people: NDArray[np.integer], index: int, low: int, high: int) -> NDArray[np.float64]:
    """The same with numpy: what the machine code must agree with, bit for bit."""
    word = _philox(people.astype(np.uint64), index // 2, low, high)[index % 2]
    return ((word >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52  # 52 bits and a half: never 0, never 1, and exact


def normals(seed: int, name: str, first: int, count: int, n: int = 1) -> NDArray[np.float64]:
    """Standard normal numbers, shape (n, count), each the inverse of the normal distribution at the uniform number of that place."""
    from scipy.special import ndtri

    return ndtri(uniforms(seed, name, first, count, n))


def _compiled() -> ModuleType:
    from xinglin.models.simulator.compiled import module_of

    return module_of(_SOURCE)


def _key(seed: int, name: str) -> tuple[int, int]:
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


def _philox(patient: NDArray[np.uint64], index: int, low: int, high: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Two 64-bit words per patient."""
    a, b = patient & _LOW, patient >> _HALF
    c = np.full_like(patient, index & 0xFFFFFFFF)
    d = np.full_like(patient, index >> 32)
    for _ in range(10):
        first, second = _MULTIPLIERS[0] * a, _MULTIPLIERS[1] * c
        a, b, c, d = (second >> _HALF) ^ b ^ np.uint64(low), second & _LOW, (first >> _HALF) ^ d ^ np.uint64(high), first & _LOW
        low, high = (low + _WEYL[0]) & 0xFFFFFFFF, (high + _WEYL[1]) & 0xFFFFFFFF
    return a | (b << _HALF), c | (d << _HALF)
