"""Is every made picture a picture: numbers throughout, something in it, within its range, and none the same as another?

A network that failed gives noise, a flat grey or one picture many times; a viewer shows all of them without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models import sample_pictures
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "xl512_broken_pictures"
BEYOND = 0.001  # of the range: what rounding may add at its ends
FLAT = 1 / 256  # of the range: a picture that varies by less shows one grey on any screen
SAME = 1 / 512  # of the range, root mean square: half a grey level of 256, which nobody sees
_SAID = {
    "en": {
        "size": "the values are not those of as many pictures of this form",
        "nan": "pictures hold values that are no numbers: {which}",
        "flat": "pictures show one grey throughout: {which}",
        "beyond": "pictures hold values beyond the range of their form: {which}",
        "same": "pictures are the same as another one: {which}",
    },
    "zh": {
        "size": "数值的个数与图像的数量和大小不符",
        "nan": "图像含有非数字的值：第{which}幅",
        "flat": "图像整幅为同一灰度：第{which}幅",
        "beyond": "图像的值超出其范围：第{which}幅",
        "same": "图像与另一幅相同：第{which}幅",
    },
}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop for each thing that is wrong, naming the pictures, counted from 1."""
    if case.pictures is None:
        return ()
    import numpy as np

    made, said = case.pictures, _SAID[case.language]
    form = made.card.form
    if made.count < 1 or len(made.values) != 4 * made.count * form.channels * int(np.prod(form.shape)):
        return (Issue(CODE, "stop", said["size"]),)
    rows, wide = made.array().reshape(made.count, -1), form.high - form.low
    sound = np.isfinite(rows).all(axis=1)
    known = np.where(np.isfinite(rows), rows, form.low)
    wrong = {
        "nan": ~sound,
        "flat": sound & (np.ptp(known, axis=1) < FLAT * wide),
        "beyond": sound & ((known.min(axis=1) < form.low - BEYOND * wide) | (known.max(axis=1) > form.high + BEYOND * wide)),
        "same": sound & _seen_before(known, SAME * wide),
    }
    return tuple(
        Issue(CODE, "stop", said[what].format(which=_numbers(where, case.language))) for what, where in wrong.items() if where.any()
    )


def _seen_before(rows: NDArray[np.float32], apart: float) -> NDArray[np.bool_]:
    """Which pictures lie within `apart` (root mean square) of one before them."""
    import numpy as np

    found = np.zeros(len(rows), bool)
    for place in range(1, len(rows)):
        nearest = min(float(np.mean((rows[place] - other) ** 2, dtype=np.float64)) for other in rows[:place])
        found[place] = nearest < apart**2
    return found


def _numbers(where: NDArray[np.bool_], language: str) -> str:
    return (", " if language == "en" else "、").join(str(place + 1) for place in where.nonzero()[0][:8])


def _spoilt(place: int, value: float):
    """The sample with every value of one picture set to `value`."""

    def change(values: NDArray[np.float32]) -> None:
        values[place] = value

    return sample_pictures.valued(change)


def _repeat(values: NDArray[np.float32]) -> None:
    values[2] = values[0]


def _one_beyond(values: NDArray[np.float32]) -> None:
    values[1, 0, 3, 3] = 300.0


CHECK = Check(
    name=CODE,
    title={"en": "Broken pictures", "zh": "图像损坏"},
    why={
        "en": "A network that failed gives noise, a flat grey or one picture many times; a viewer shows all of them without a word.",
        "zh": "失效的网络会给出噪声、整幅灰色或重复的图像，而阅片软件照样显示。",
    },
    against="pictures",
    severity="stop",
    run=run,
    fails=(
        Example("not a number", pictures=_spoilt(1, float("nan"))),
        Example("one grey", pictures=_spoilt(3, 100.0)),
        Example("a value beyond the range", pictures=sample_pictures.valued(_one_beyond)),
        Example("one picture twice", pictures=sample_pictures.valued(_repeat)),
        Example("values of fewer pictures", pictures=sample_pictures.changed({"count": 5})),
    ),
    passes=(Example("four different pictures", pictures=sample_pictures.sample),),
)
