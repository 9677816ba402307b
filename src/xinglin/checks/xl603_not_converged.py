"""Does the fast answer agree with the slow, obvious one?

A quick number that the plain solver does not give is no result."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Residual
from xinglin.shelf.promises import Check, Example

CODE = "xl603_not_converged"
_ALONE = {"en": "the simulation was not held against the reference solver", "zh": "模拟结果未与参考求解器对照"}
_APART = {"en": "the fast solver and the reference solver disagree", "zh": "快速求解器与参考求解器的结果不一致"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop without a comparison, or with one that is further off than allowed."""
    if case.simulation is None:
        return ()
    residual = case.simulation.simulation.residual
    if residual is None or residual.patients < 1:
        return (Issue(CODE, "stop", _ALONE[case.language]),)
    if residual.greatest <= residual.allowed:
        return ()
    return (
        Issue(
            CODE,
            "stop",
            _APART[case.language],
            said=f"{residual.greatest:.1e}",
            known=f"{residual.allowed:g}",
        ),
    )


CHECK = Check(
    name=CODE,
    title={"en": "Not converged", "zh": "未收敛"},
    why={
        "en": "A quick number that the plain solver does not give is no result.",
        "zh": "与参考求解器不一致的快速结果不能算结果。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(
        Example("off by one in a thousand", simulation=sample_simulations.sample({"residual": Residual(1e-3, 4, 1.0)})),
        Example("never compared", simulation=sample_simulations.sample({"residual": None})),
    ),
    passes=(Example("a sound simulation", simulation=sample_simulations.sample()),),
)
