"""Was the model that made the pictures judged, did it pass, and has a person brought it into use?

A picture is as good as its model; the gates are what the house itself asks of one."""

from __future__ import annotations

from xinglin.models import sample_pictures
from xinglin.models.picture_scores import failed_gates
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl513_model_gates"
_SAID = {
    "en": {
        "unjudged": "the model was never judged",
        "failed": "the model did not pass its judgement: {which}",
        "waiting": "the model is not in use: nobody has promoted it",
    },
    "zh": {"unjudged": "该模型从未经过评估", "failed": "该模型未通过评估：{which}", "waiting": "该模型尚未启用：无人批准其投入使用"},
}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the model was never judged or a gate failed; one warning when it only waits to be brought into use.

    What fails a gate cannot be promoted, so what it made may not leave either. A challenger that passed may be looked at, and even
    signed for research, by somebody who was told.
    """
    if case.pictures is None:
        return ()
    said, judgement = _SAID[case.language], case.pictures.card.judgement
    if judgement is None or not judgement.scores:
        return (Issue(CODE, "stop", said["unjudged"]),)
    failed = failed_gates(judgement)
    found = [Issue(CODE, "stop", said["failed"].format(which=", ".join(score.name for score in failed)))] if failed else []
    return (*found, *(() if case.pictures.in_use else (Issue(CODE, "warning", said["waiting"]),)))


CHECK = Check(
    name=CODE,
    title={"en": "Model not judged, not passed or not in use", "zh": "模型未评估、未通过或未启用"},
    why={
        "en": "A picture is as good as its model, and the gates are what the house itself asks of one.",
        "zh": "图像的质量取决于模型，门限是本系统对模型的要求。",
    },
    against="pictures",
    severity="stop",
    run=run,
    fails=(
        Example("never judged", pictures=sample_pictures.with_card({"judgement": None})),
        Example("a gate failed", pictures=sample_pictures.judged({"membership inference AUC": {"passed": False}})),
        Example("a challenger", pictures=sample_pictures.changed({"in_use": False})),
    ),
    passes=(Example("a champion that passed", pictures=sample_pictures.sample),),
)
