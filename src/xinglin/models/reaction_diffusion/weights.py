"""Super time stepping: one long step of diffusion from a few short ones, by Legendre polynomials (RKL2).

exp(tau L) is replaced by R(tau L), R(z) = 1 - b + b P_s(1 + w z), w = 4 / (s2 + s - 2), b = (s2 + s - 2) / (2 s (s + 1)): right to second
order, and between -1 and 1 wherever tau * bound <= (s2 + s - 2) / 2 for a spectrum in [-bound, 0]. So `stages` is the guard: whatever step is
offered, it names enough of them. (Meyer CD, Balsara DS, Aslam TD. Mon Not R Astron Soc 2012;422:2102, doi:10.1111/j.1365-2966.2012.20744.x)
"""

from __future__ import annotations

import math

FEWEST = 3


def stages(tau_bound: float) -> int:
    """How many stages a step needs, for step times bound of the spectrum."""
    # s2 + s - 2 >= 2 tau bound, a little more for what rounding adds
    needed = (math.sqrt(9.0 + 8.0 * tau_bound * 1.001) - 1.0) / 2.0
    return max(FEWEST, math.ceil(needed))


def width(s: int) -> float:
    """w: by how much the operator is scaled in each stage."""
    return 4.0 / (s * s + s - 2)


def share(s: int) -> float:
    """b: how much of the polynomial enters the result."""
    return (s * s + s - 2) / (2.0 * s * (s + 1))


def recurrence(j: int) -> tuple[float, float]:
    """up, down: P_j(X) = up X P_(j-1) - down P_(j-2)."""
    return (2 * j - 1) / j, (j - 1) / j
