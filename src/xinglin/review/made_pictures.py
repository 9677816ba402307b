"""Pictures that a model made, for the page and for the archive of a research house: a numbered sheet, and a DICOM image of each."""

from __future__ import annotations

from collections.abc import Iterator

from xinglin.formats import picture
from xinglin.records import Draft, SignedDocument
from xinglin.records.errors import Refused
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import Picture

_WORDS = {
    "en": {
        "one": "{count} synthetic picture of nobody, made by the model {model}",
        "sheet": "{count} synthetic pictures of nobody, made by the model {model}",
        "slice": "; the middle slice of each is shown",
        "alt": "Sheet of {count} numbered pictures that a network drew; each shows nobody",
    },
    "zh": {
        "one": "模型{model}生成的{count}幅合成图像，不对应任何真人",
        "sheet": "模型{model}生成的{count}幅合成图像，不对应任何真人",
        "slice": "；各示其中间层面",
        "alt": "网络生成的{count}幅图像，按序编号，均不对应任何真人",
    },
}


def pictures_of(made: MadePictures, draft: Draft) -> tuple[Picture, ...]:
    """One sheet with all of them."""
    words, model = _WORDS[draft.language], made.model.partition("@")[0]
    caption = words["one" if made.count == 1 else "sheet"].format(count=made.count, model=model)
    if len(made.card.form.shape) == 3:
        caption += words["slice"]
    shown = ("sha256:",)  # the facts of the draft point into the kept pictures
    return (Picture("made-pictures", picture.sheet_picture(made, draft.language), caption, words["alt"].format(count=made.count), shown),)


def dicom_files(document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes): every picture in the unit of its form, then the sheet with its visible label. Raises Refused XL-RELEASE-024."""
    from xinglin.formats.dicom.marks import Mark
    from xinglin.formats.dicom.write_capture import write_capture
    from xinglin.formats.dicom.write_pictures import write_pictures

    made = document.made
    if made is None or not made.label.strip():
        raise Refused("XL-RELEASE-024", "the pictures would leave without their label", where=document.draft.id, fix="make the draft anew")
    seed = f"{document.release}:{made.model}:{made.seed}"
    description = f"picture of nobody, by {made.model[:40]}, seed {made.seed}"
    mark = Mark(label=made.label, seed=seed, description=description, made=document.released_at, aigc=document.label.aigc)
    first = b""
    for name, content in write_pictures(made.array(), made.card.form, mark=mark):
        first = first or content
        yield name, content
    for shown in document.pictures[:1]:
        yield "picture.dcm", write_capture(shown.png, first, mark=mark)
