"""When a model of images may come into use: it was judged, every gate of its judgement was passed, and it is no worse than the one in use.

Two models are held against each other by the same score, measured on the same set.
"""

from __future__ import annotations

import math

from xinglin.models.kept_images import KeptImages
from xinglin.records.errors import Refused
from xinglin.records.image_learning import ImageJudgement, ImageScore, Spread
from xinglin.training.comparing import Comparison


def held_against(challenger: KeptImages, champion: KeptImages | None) -> Comparison:
    """The challenger's judgement against the champion's; of a first model, that no gate failed.

    Raises Refused XL-LEARN-060 where it was not judged, 061 where a gate failed, 062 where the two were judged on different sets.
    """
    ours = _judgement(challenger)
    gates = [one for one in ours.scores if one.passed is not None]
    if failed := [one for one in gates if not one.passed]:
        told = "; ".join(f"{one.name} {one.made.value:.3g}, gate {_number(one.gate)}" for one in failed)
        raise Refused("XL-LEARN-061", "the model did not pass its gates", where=challenger.told.name, why=told, fix="train another")
    if not gates:
        raise Refused("XL-LEARN-060", "the judgement of this model has no gates", where=challenger.told.name, fix="judge it again")
    if champion is None:
        return Comparison("gates failed", challenger.digest, "", 0.0, 0.0, (0.0, 0.0, 0.0), len(gates), "gates")
    theirs = _judgement(champion)
    score, other = _shared(challenger, ours, theirs)
    sign = -1.0 if score.better == "higher" else 1.0
    difference = sign * (score.made.value - other.made.value)
    reach = math.hypot(_reach(score.made), _reach(other.made))
    return Comparison(
        score.name, challenger.digest, champion.digest, score.made.value, other.made.value, (difference, difference - reach, difference + reach),
        ours.made, "made pictures",
    )  # fmt: skip


def _judgement(kept: KeptImages) -> ImageJudgement:
    if kept.told.judgement is None:
        raise Refused(
            "XL-LEARN-060", "this model was not judged yet", where=kept.told.name, fix="judge it: xinglin evaluate image MODEL --set SET"
        )
    return kept.told.judgement


def _shared(challenger: KeptImages, ours: ImageJudgement, theirs: ImageJudgement) -> tuple[ImageScore, ImageScore]:
    if ours.set_digest != theirs.set_digest:
        raise Refused(
            "XL-LEARN-062", "the two models were judged on different sets", where=challenger.told.name, fix="judge both on the same set"
        )
    known = {one.name: one for one in theirs.scores}
    order = sorted((one for one in ours.scores if one.name in known), key=lambda one: one.area != "fidelity")
    if not order:
        raise Refused(
            "XL-LEARN-062", "the two models were not judged by the same scores", where=challenger.told.name, fix="judge both again"
        )
    return order[0], known[order[0].name]


def _reach(spread: Spread) -> float:
    return 0.0 if spread.low is None or spread.high is None else (spread.high - spread.low) / 2


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
