"""Does it rest on numbers nobody could look up?

A number that was not looked up may be wrong, and a course that rests on it too."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl605_unverified_parameter"


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning that counts them."""
    if case.simulation is None:
        return ()
    names = [row.name for row in case.simulation.card.parameters if row.unverified]
    names += [one.name for one in case.simulation.card.treatments if one.unverified]
    if not names:
        return ()
    return (Issue(CODE, "warning", f"{len(names)} numbers of the model were not looked up in their source", said=", ".join(names)),)


CHECK = Check(
    name=CODE,
    title={"en": "Unverified parameters", "zh": "参数未核实"},
    why={
        "en": "A number that was not looked up may be wrong, and a course that rests on it too.",
        "zh": "未经查证的数值可能有误，由此得出的病程也可能有误。",
    },
    against="simulation",
    severity="warning",
    run=run,
    fails=(Example("a growth rate nobody could open", simulation=sample_simulations.with_unverified_growth),),
    passes=(Example("every number looked up", simulation=sample_simulations.sample()),),
)
