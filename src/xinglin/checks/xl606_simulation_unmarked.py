"""Does the simulation say that it is one?

A simulated value without its mark looks like a measured one."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl606_simulation_unmarked"
_SAID = {"en": "the simulation lacks the visible words that mark it", "zh": "模拟缺少可见的标识文字"}
_MARK = {"en": "for research", "zh": "科研"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the visible words are missing."""
    if case.simulation is None:
        return ()
    said = bool(case.simulation.label.strip())
    if case.draft is not None:  # in the reader's own language, where the eye falls first
        said = said and _MARK[case.language] in case.draft.title.casefold()
    return () if said else (Issue(CODE, "stop", _SAID[case.language]),)


CHECK = Check(
    name=CODE,
    title={"en": "Not marked as a simulation", "zh": "缺少模拟标识"},
    why={
        "en": "A simulated value without its mark looks like a measured one.",
        "zh": "没有标识的模拟值看起来就像实测值。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(Example("no label", simulation=sample_simulations.unlabelled),),
    passes=(Example("a marked simulation", simulation=sample_simulations.sample()),),
)
