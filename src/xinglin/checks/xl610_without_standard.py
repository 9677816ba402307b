"""Does standard care stand beside every other option?

An option looks good alone; beside what is usually given it can be judged."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Dose, Regimen
from xinglin.shelf.promises import Check, Example

CODE = "xl610_without_standard"
_SAID = {"en": "options are shown without the standard of care beside them", "zh": "所示方案旁没有标准方案作对照"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning when arms with treatment are shown and none of them is the standard of care, though the card names one."""
    if case.simulation is None:
        return ()
    treated = [one.regimen for one in case.simulation.simulation.requests if one.regimen.doses or one.regimen.rules]
    if not treated or any(regimen.standard for regimen in treated) or not any(one.standard for one in case.simulation.card.regimens):
        return ()
    return (Issue(CODE, "warning", _SAID[case.language]),)


CHECK = Check(
    name=CODE,
    title={"en": "No standard care beside it", "zh": "缺少标准方案对照"},
    why={
        "en": "An option looks good alone; beside what is usually given it can be judged.",
        "zh": "单看一个方案总显得好，与标准方案并列才能判断。",
    },
    against="simulation",
    severity="warning",
    run=run,
    fails=(
        Example(
            "one dose more often, alone",
            simulation=sample_simulations.asked({"regimen": Regimen("dense", doses=(Dose(0, "drug", 50), Dose(14, "drug", 50)))}),
        ),
    ),
    passes=(
        Example("the standard regimen", simulation=sample_simulations.sample()),
        Example("no treatment at all", simulation=sample_simulations.asked({"regimen": Regimen("none")})),
    ),
)
