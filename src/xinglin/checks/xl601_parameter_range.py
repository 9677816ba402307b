"""Is every parameter inside the range its source supports?

A number outside what was ever measured gives courses nobody has seen."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Parameter
from xinglin.shelf.promises import Check, Example

CODE = "xl601_parameter_range"
_SET = {"en": "{} is set outside the range its source supports", "zh": "{}的设定值超出其来源支持的范围"}
_FITTED = {"en": "the estimate of {} lies outside its range", "zh": "{}的估计值超出其范围"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """A stop for a trait that was set outside its range, a warning for a twin's estimate at the edge of or beyond it."""
    if case.simulation is None:
        return ()
    ranges = {row.name: row for row in case.simulation.card.parameters}
    simulation = case.simulation.simulation
    found = []
    for name, value in sorted({(n, v) for request in simulation.requests for n, v in request.traits.items()}):
        if name in ranges and not ranges[name].low <= value <= ranges[name].high:
            found.append(Issue(CODE, "stop", _SET[case.language].format(name), known=_range(ranges[name])))
    for one in simulation.estimates:
        if one.name in ranges and not ranges[one.name].low <= one.middle <= ranges[one.name].high:
            found.append(Issue(CODE, "warning", _FITTED[case.language].format(one.name), known=_range(ranges[one.name])))
    return tuple(found)


def _range(row: Parameter) -> str:
    return f"{row.low:g} to {row.high:g} {row.unit}"


CHECK = Check(
    name=CODE,
    title={"en": "Parameter outside its range", "zh": "参数超出范围"},
    why={
        "en": "A number outside what was ever measured gives courses nobody has seen.",
        "zh": "超出实测范围的参数会得出无人见过的病程。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(Example("growth set to five times its highest", simulation=sample_simulations.asked({"traits": {"growth": 0.25}})),),
    passes=(Example("every parameter within its range", simulation=sample_simulations.asked({"traits": {"growth": 0.02}})),),
)
