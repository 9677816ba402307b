"""Is what was put in made, and not copied from elsewhere in the scan?

A piece copied from another place, or from another person, carries somebody's anatomy and is no ground truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "xl508_copied"
RUN, RUNS = 9, 3  # so many equal voxels in a row, in so many rows, are no chance where there is noise


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when rows of the changed box stand word for word elsewhere in the source, or when nothing was changed."""
    if case.image is None or case.image.edit is None:
        return ()
    import numpy as np

    image, edit = case.image, case.image.edit
    after, before = image.result.voxels[edit.box()], image.source.voxels[edit.box()]
    if np.array_equal(after, before):
        return (Issue(CODE, "stop", "nothing was put in: the box is as it was"),)
    found = sum(_stands_elsewhere(image.source.voxels, row) for row in _telling_rows(after, before))
    if found < RUNS:
        return ()
    return (Issue(CODE, "stop", "what was put in is a copy of another place in the scan"),)


def _telling_rows(after: NDArray[np.generic], before: NDArray[np.generic]) -> list[NDArray[np.generic]]:
    """Rows through the middle that were changed throughout and are not flat: at most twice as many as are asked for."""
    import numpy as np

    middle = (after.shape[2] - RUN) // 2
    if middle < 0:
        return []
    rows = []
    for k in range(after.shape[0] // 4, after.shape[0] * 3 // 4 + 1):
        for j in range(after.shape[1] // 4, after.shape[1] * 3 // 4 + 1, 2):
            new, old = after[k, j, middle : middle + RUN], before[k, j, middle : middle + RUN]
            if np.count_nonzero(new != old) >= RUN - 1 and len(np.unique(new)) > RUN // 2:
                rows.append(new)
    return rows[:: max(1, len(rows) // (2 * RUNS))][: 2 * RUNS]


def _stands_elsewhere(voxels: NDArray[np.generic], row: NDArray[np.generic]) -> bool:
    """Whether the run of values occurs anywhere in the source."""
    import numpy as np

    flat = voxels.reshape(-1)
    places = np.flatnonzero(flat[: flat.size - RUN] == row[0])
    for step in range(1, RUN):
        places = places[flat[places + step] == row[step]]
        if not places.size:
            return False
    return True


CHECK = Check(
    name=CODE,
    title={"en": "Copied, not made", "zh": "复制而非生成"},
    why={
        "en": "A piece copied from elsewhere carries somebody’s anatomy and is no ground truth.",
        "zh": "复制来的区域带有他处或他人的解剖结构，不是真值。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Copied, not made", image=sample_images.copied),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
