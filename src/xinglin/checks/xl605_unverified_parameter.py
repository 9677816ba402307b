"""Does it rest on numbers nobody could look up?

A number that was not looked up may be wrong, and a course that rests on it too."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import DiseaseCard
from xinglin.shelf.promises import Check, Example

CODE = "xl605_unverified_parameter"
_SAID = {"en": "{} numbers of the model were not looked up in their source", "zh": "模型中有{}个数值未在其来源中查证"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning that counts them."""
    if case.simulation is None:
        return ()
    card = case.simulation.card
    names = [row.name for row in (*card.parameters, *card.treatments) if row.unverified or _unread(card, row.source)]
    names += [one.name for one in (*card.ends, *card.harms) if _unread(card, one.source)]
    if not names:
        return ()
    return (Issue(CODE, "warning", _SAID[case.language].format(len(names)), said=", ".join(names)),)


def _unread(card: DiseaseCard, source: str) -> bool:
    """Whether a row names a source that nobody opened; our own choices name one, too, and count."""
    return bool(source) and source in card.sources and not card.sources[source].source_read


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
