"""Are the greys of the made pictures those of the pictures the model learnt from?

Pictures that are darker, paler or flatter than every real one teach a reader and an algorithm the wrong thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models import sample_pictures
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "xl514_unlike_set"
LEAST = 0.05  # of the range
ALONE = 0.30  # of the range, for one picture; of n pictures it is divided by the root of n
_SAID = {
    "en": "the greys of the pictures lie {apart:.0%} of the range away from those the model learnt from; so few real ones lie within {most:.0%}",
    "zh": "图像灰度与学习图像相差量程的{apart:.0%}；同样数量的真实图像相差在{most:.0%}以内",
}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning when the histogram lies farther from that of the set than one in a thousand draws of as many real pictures.

    The distance is the earth mover's, in shares of the range (area between the two cumulative histograms). Measured on 300 chest radiographs
    and 300 breast ultrasounds of 64 x 64: of 2,000 draws of n pictures one in a thousand lay beyond 0.28 and 0.33 (n = 1), 0.14 and 0.14 (4),
    0.10 and 0.09 (8), 0.08 and 0.07 (16), 0.04 and 0.03 (64) from their whole set.
    """
    if case.pictures is None or not case.pictures.card.data.histogram:
        return ()
    import numpy as np

    made, form = case.pictures, case.pictures.card.form
    values = np.frombuffer(made.values, "<f4")
    values = values[np.isfinite(values)]
    if not values.size or made.count < 1 or form.high <= form.low:
        return ()
    apart = distance(values, np.array(made.card.data.histogram), form.low, form.high)
    most = max(LEAST, ALONE / made.count**0.5)
    return (Issue(CODE, "warning", _SAID[case.language].format(apart=apart, most=most)),) if apart > most else ()


def distance(values: NDArray[np.float32], usual: NDArray[np.float64], low: float, high: float) -> float:
    """How far, in shares of the range from low to high, the values would have to be moved on average to lie as `usual` (shares of equal steps)."""
    import numpy as np

    steps = len(usual)
    places = np.clip((values - low) * (steps / (high - low)), 0, steps - 1).astype(np.intp)
    shares = np.bincount(places, minlength=steps) / values.size
    return float(np.abs(np.cumsum(shares - usual / usual.sum())).sum() / steps)


def _paler(values: NDArray[np.float32]) -> None:
    values[:] = 190 + values / 4


CHECK = Check(
    name=CODE,
    title={"en": "Unlike what it learnt from", "zh": "与学习图像不同"},
    why={
        "en": "Pictures that are darker, paler or flatter than every real one teach a reader and an algorithm the wrong thing.",
        "zh": "比所有真实图像更暗、更亮或更平淡的图像，会误导读片者和算法。",
    },
    against="pictures",
    severity="warning",
    run=run,
    fails=(Example("far too pale", pictures=sample_pictures.valued(_paler)),),
    passes=(Example("greys like those of the set", pictures=sample_pictures.sample),),
)
