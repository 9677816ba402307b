"""Can the data tell what the twin claims?

A twin that only repeats the average patient says nothing about this one."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Estimate
from xinglin.shelf.promises import Check, Example

CODE = "xl608_twin_weak"
_SMALL = {"en": "the sample behind the twin is small", "zh": "孪生模型所依据的样本较小"}
_UNFIT = {"en": "the model does not fit the readings", "zh": "模型与测量值不符"}
_AVERAGE = {
    "en": "the readings say next to nothing about this person: the twin is the average patient",
    "zh": "测量值几乎未提供此人的信息：孪生模型等同于平均患者",
}
LEAST_EFFECTIVE, WORST_FIT, LEAST_LEARNED = 400, 0.01, 0.1


def run(case: CheckCase) -> tuple[Issue, ...]:
    """Warnings for a poor sample, a bad fit, or parameters the readings say nothing about."""
    twin = case.simulation.simulation if case.simulation else None
    if twin is None or twin.effective is None:
        return ()
    found = []
    if twin.effective < LEAST_EFFECTIVE:
        found.append(Issue(CODE, "warning", _SMALL[case.language], said=f"{twin.effective:.0f}", known=f"{LEAST_EFFECTIVE}"))
    if twin.fit is not None and not WORST_FIT <= twin.fit <= 1 - WORST_FIT:
        found.append(Issue(CODE, "warning", _UNFIT[case.language], said=f"p {twin.fit:.3f}"))
    if twin.estimates and max(one.shrunk for one in twin.estimates) < LEAST_LEARNED:
        found.append(Issue(CODE, "warning", _AVERAGE[case.language]))
    return tuple(found)


CHECK = Check(
    name=CODE,
    title={"en": "A weak twin", "zh": "数字孪生依据不足"},
    why={
        "en": "A twin that only repeats the average patient says nothing about this one.",
        "zh": "只重复平均患者的孪生模型说明不了这位患者。",
    },
    against="simulation",
    severity="warning",
    run=run,
    fails=(
        Example("forty effective draws", simulation=sample_simulations.sample({"effective": 40.0})),
        Example("a bad fit", simulation=sample_simulations.sample({"fit": 0.001})),
        Example(
            "nothing learned", simulation=sample_simulations.sample({"estimates": (Estimate("growth", 0.01, 0.006, 0.016, "/d", 0.02),)})
        ),
    ),
    passes=(Example("a sound twin", simulation=sample_simulations.sample()),),
)
