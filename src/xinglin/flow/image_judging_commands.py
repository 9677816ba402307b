"""The commands that judge made pictures: of a kept model, of a file, by readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.flow import image_judging
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.image_model_commands import score_line

if TYPE_CHECKING:
    from xinglin.training.image_judging.judged import Judged
    from xinglin.training.image_sets.image_set import ImageSet


def evaluate_image(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Judge a kept model and keep it judged."""
    kept, pictures, found = image_judging.judged_model(
        asked.house(), given["model"], given["set"], count=given["count"], full=given["full"], seed=given["seed"] or 0, by=given["by"] or who(),
        note=asked.note,
    )  # fmt: skip
    return _told(found, pictures, given, f"{kept.told.name}@{kept.digest[:12]}")


def evaluate_pictures(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Judge pictures of a file."""
    pictures, found = image_judging.judged_pictures(
        given["made"], given["set"], full=given["full"], seed=given["seed"] or 0, note=asked.note
    )
    return _told(found, pictures, given, "")


def evaluate_reader_test(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """What readers' answers say."""
    scores = image_judging.readers(given["answers"], given["seed"] or 0)
    return Outcome({"scores": msgspec.to_builtins(scores)}, tuple(score_line(one) for one in scores))


def _told(found: Judged, pictures: ImageSet, given: Mapping[str, Any], model: str) -> Outcome:
    files = []
    if given["out"]:
        files = image_judging.written(found, pictures, given["out"], language=given["lang"] or "en", readers=given["reader_test"])
    judgement = found.judgement
    failed = [one.name for one in judgement.scores if one.passed is False]
    value = {
        "model": model or None, "passed": not failed, "failed": failed, "judgement": msgspec.to_builtins(judgement),
        "files": [str(one) for one in files],
    }  # fmt: skip
    last = model or (str(given["out"]) if given["out"] else ("gates failed: " + ", ".join(failed) if failed else "all gates passed"))
    return Outcome(value, (*(score_line(one) for one in judgement.scores), *judgement.notes, *map(str, files), last))
