"""What was measured of a model that makes pictures, found by what it means: how near the real, how varied, copies, membership.

A judgement is a list of named scores. What a draft tells of them and what a check asks of them are looked up here, by one rule.
"""

from __future__ import annotations

from typing import Literal

from xinglin.records.image_learning import ImageJudgement, ImageScore

Meaning = Literal["distance", "recall", "copies", "membership"]
Standing = Literal["passed", "not proven", "not measurable", "failed"]
_IN_NAME: dict[Meaning, tuple[str, ...]] = {
    "distance": ("chet", "radiomic"),  # Fréchet, Frechet
    "recall": ("recall",),
    "copies": ("cop",),
    "membership": ("member",),
}
_OTHERS = ("planted", "caught", "false", "encod", "fpr", "tpr")  # scores of the judge itself, or of another kind


def score_of(judgement: ImageJudgement | None, meaning: Meaning) -> ImageScore | None:
    """The first score of that meaning, None where it was not measured."""
    for score in judgement.scores if judgement is not None else ():
        name = score.name.casefold()
        if all(part in name for part in _IN_NAME[meaning]) and not any(part in name for part in _OTHERS):
            return score
    return None


def failed_gates(judgement: ImageJudgement | None) -> tuple[ImageScore, ...]:
    """The scores that lie beyond their gate."""
    return tuple(score for score in judgement.scores if score.passed is False) if judgement is not None else ()


def standing(score: ImageScore) -> Standing:
    """How a score stands to its gate. The value decides; its interval says how sure that is.

    `not proven`: passed, though the upper 95 % limit lies beyond the gate. `not measurable`: within the gate and yet not passed, because what
    was measured with could not have told. Of a gate "at least" the limits are not asked: all of a finite count never proves a share of 1.
    """
    if score.passed:
        high = score.made.high
        unsure = score.gate is not None and high is not None and score.better != "higher" and high > score.gate
        return "not proven" if unsure else "passed"
    if score.gate is None:
        return "failed"
    within = score.made.value >= score.gate if score.better == "higher" else score.made.value <= score.gate
    return "not measurable" if within else "failed"
