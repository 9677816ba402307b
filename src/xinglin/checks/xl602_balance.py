"""Is everything that must be conserved conserved?

A solver that loses mass makes tumours vanish that no treatment touched."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Residual
from xinglin.shelf.promises import Check, Example

CODE = "xl602_balance"
_SAID = {"en": "the simulation does not conserve what it must", "zh": "模拟未保持应守恒的量"}
ALLOWED = 1e-3


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the error of the balance is above 0.1 %, or is no number."""
    residual = case.simulation.simulation.residual if case.simulation else None
    if residual is None or residual.balance <= ALLOWED:
        return ()
    return (Issue(CODE, "stop", _SAID[case.language], said=f"{residual.balance:.1e}", known=f"{ALLOWED:g}"),)


CHECK = Check(
    name=CODE,
    title={"en": "Mass is not conserved", "zh": "质量不守恒"},
    why={
        "en": "A solver that loses mass makes tumours vanish that no treatment touched.",
        "zh": "求解器丢失质量，会让未经治疗的肿瘤自行消失。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(
        Example(
            "one per cent of the mass is lost", simulation=sample_simulations.sample({"residual": Residual(1e-7, 4, 1.0, balance=0.01)})
        ),
    ),
    passes=(Example("a sound simulation", simulation=sample_simulations.sample()),),
)
