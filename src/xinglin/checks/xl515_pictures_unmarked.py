"""Do the made pictures say that they are made?

A made picture without its mark is taken for somebody's."""

from __future__ import annotations

from xinglin.models import sample_pictures
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl515_pictures_unmarked"
_SAID = {
    "en": {
        "label": "the pictures lack the visible words that mark them",
        "title": "the title does not say that the pictures are synthetic",
    },
    "zh": {"label": "图像缺少可见的标识文字", "title": "标题未说明图像为合成"},
}
_MARKS = {"en": ("synthetic",), "zh": ("合成",)}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the words that every picture will carry do not say "synthetic", one when the title of the draft does not."""
    if case.pictures is None:
        return ()
    said, missing = _SAID[case.language], []
    if not any(mark in case.pictures.label.casefold() for marks in _MARKS.values() for mark in marks):
        missing.append(said["label"])
    if case.draft is not None and not any(mark in case.draft.title.casefold() for mark in _MARKS[case.language]):
        missing.append(said["title"])
    return tuple(Issue(CODE, "stop", one) for one in missing)


CHECK = Check(
    name=CODE,
    title={"en": "Pictures not marked as synthetic", "zh": "图像缺少合成标识"},
    why={
        "en": "A made picture without its mark is taken for somebody's.",
        "zh": "没有标识的生成图像会被当成某个人的图像。",
    },
    against="pictures",
    severity="stop",
    run=run,
    fails=(
        Example("no label", pictures=sample_pictures.changed({"label": ""})),
        Example("a label that says something else", pictures=sample_pictures.changed({"label": "for teaching"})),
    ),
    passes=(Example("marked pictures", pictures=sample_pictures.sample),),
)
