"""More marks after each dose, close at first and then further apart, where a drug's level falls much faster than one looks.

A stretch is stepped evenly. Without these marks the first minutes after an infusion would set the steps of the whole day.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.timeline import Timeline

_WORTH = 16.0  # times what has decayed by e in the stretch, from which on marks are worth their while
_APART = 3.0  # each mark lies so many times as far from the dose as the one before
_DECIMALS = 9


def with_early_marks(timeline: Timeline, decays: NDArray[np.float64]) -> Timeline:
    """The timeline with marks after what is abrupt. `decays`: rates of the modes, (modes, people), 1 / the card's unit of time.

    The first lies as far away as the mode that is fastest in the middle person takes to fall to 1 / e.
    """
    fastest = float(np.median(decays, axis=1).max(initial=0.0)) if decays.size else 0.0
    if not (np.isfinite(fastest) and fastest > 0):
        return timeline
    marks, more = timeline.marks, []
    for mark in np.flatnonzero(_abrupt(timeline)[:-1]):
        width = float(marks[mark + 1] - marks[mark])
        if width * fastest > _WORTH:
            count = int(np.log(width * fastest / 2) / np.log(_APART)) + 1
            more.append(np.round(marks[mark] + _APART ** np.arange(count) / fastest, _DECIMALS))
    return _widened(timeline, np.unique(np.concatenate([marks, *more]))) if more else timeline


def _abrupt(timeline: Timeline) -> NDArray[np.bool_]:
    """Marks at which a dose acts, or what is infused or switched on changes."""
    found = np.zeros(len(timeline.marks), np.bool_)
    found[[mark for mark, _, _ in timeline.jumps]] = True
    for held in (timeline.infused, timeline.switched):
        found[0] |= bool((held[0] != 0).any())
        found[1:] |= (np.diff(held, axis=0) != 0).any(axis=1)
    return found


def _widened(timeline: Timeline, marks: NDArray[np.float64]) -> Timeline:
    """The same timeline with these marks, the old ones among them: at a new one nothing acts and nobody looks."""
    holds = np.searchsorted(timeline.marks, marks, side="right") - 1
    old = timeline.marks[holds] == marks
    return replace(
        timeline,
        marks=marks,
        jumps=tuple((int(np.flatnonzero(old)[mark]), number, amount) for mark, number, amount in timeline.jumps),
        infused=timeline.infused[holds],
        switched=timeline.switched[holds],
        looks=timeline.looks[holds] & old[:, None],
        reads=np.where(old, timeline.reads[holds], -1),
    )
