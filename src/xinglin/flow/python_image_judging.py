"""Made pictures judged in Python: `xl.judge_images`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.flow.asked import who
from xinglin.flow.house import House

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.image_learning import ImageJudgement


def judge_images(
    made: str | Path | NDArray[np.floating], pictures: str | Path, *, count: int = 500, full: bool = False, seed: int = 0, out: str | Path | None = None,
    readers: int = 0, language: str = "en", by: str = "", home: str | Path | None = None,
) -> ImageJudgement:  # fmt: skip
    """How good a generator is beside the real pictures of a set; each score stands beside its real-against-real floor.

    made: a kept model (NAME, NAME:challenger, NAME@DIGEST, a folder), which is then kept judged; an NPZ file; or an array (n, channels, rows,
    columns) in the set's unit. pictures: a folder that `collect images` wrote. out: a folder for the report. Raises what `judged` raises.
    """
    from xinglin.flow import image_judging

    if isinstance(made, str | Path) and Path(made).suffix != ".npz":
        _, real, found = image_judging.judged_model(House.at(home), str(made), pictures, count=count, full=full, seed=seed, by=by or who())
    else:
        real, found = image_judging.judged_pictures(made, pictures, full=full, seed=seed)
    if out is not None:
        image_judging.written(found, real, out, language=language, readers=readers)
    return found.judgement
