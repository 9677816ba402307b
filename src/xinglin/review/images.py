"""The DICOM files of a release: the changed series with its masks, or the outlines and measurements of marked lesions.

A changed series is never clinical: it is written as a new, marked series beside its source. What a person marked in a
series leaves as Segmentation and Structured Report, verified by the signer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xinglin.formats import picture
from xinglin.records import Draft, SignedDocument
from xinglin.records.draft import Language
from xinglin.records.errors import Refused
from xinglin.records.imaging import ImageCase, ImageEdit, Images, Lesion, Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.formats.dicom.marks import Mark
    from xinglin.formats.dicom.write_segmentation import Segment

SYNTHETIC_LABEL, AI_LABEL = "SYNTHETIC (AI-generated)", "AI-generated"
GROWTH_ERROR = 0.25  # bar of the growth picture; the facts say which error their verdict used
_WORDS = {
    "en": {
        "change": "The virtual nodule in three planes: with it, without it, and the difference",
        "change_alt": "Nine tiles: axial, coronal and sagittal slices with the virtual nodule, without it, and the difference between the two",
        "translation": "Slices of the series before and after a model translated it, and the difference: no scanner took what is on the right",
        "translation_alt": "Rows of a slice, the same slice as a model translated it, and the difference between the two",
        "lesion": "Lesion {name}{when}: outline (red), long axis (yellow) and short axis (blue)", "when": " on {day}", "lesion_alt": "Slices through lesion {name} with its outline, long axis and short axis",
        "growth": "Lesion {name}: volume over time", "growth_alt": "Volume of lesion {name} at {count} dates",
    },
    "zh": {
        "change": "三个平面上的虚拟结节：植入后、植入前及差异",
        "change_alt": "九幅图：横断面、冠状面、矢状面，分别为植入后、植入前和两者之差",
        "translation": "序列层面在模型转换前、转换后及差异：右侧图像并非由扫描设备采集",
        "translation_alt": "每行依次为原层面、模型转换后的同一层面，以及两者之差",
        "lesion": "病灶{name}{when}：轮廓（红）、长径（黄）和短径（蓝）", "when": "（{day}）", "lesion_alt": "经过病灶{name}的层面，标出轮廓、长径和短径",
        "growth": "病灶{name}：体积随时间变化", "growth_alt": "病灶{name}在{count}个日期的体积",
    },
}  # fmt: skip


def pictures_of(images: Images, draft: Draft) -> tuple[Picture, ...]:
    """What a reader of the page would rather look at than read, in the order of the draft."""
    words = _WORDS[draft.language]
    found = []
    if images.case is not None and images.case.edit is None:
        drawn, shown = picture.translation_picture(images.case, draft.language), (images.case.source.series_uid, "sha256:")
        found.append(Picture("translation", drawn, words["translation"], words["translation_alt"], shown))
    elif images.case is not None and images.case.edit is not None:
        shown = (images.case.edit.series_uid,)
        found.append(Picture("change", picture.change_picture(images.case, draft.language), words["change"], words["change_alt"], shown))
    across = _across(images.lesions)
    for number, lesion in enumerate(images.lesions, 1):
        if lesion.series_uid in images.volumes:
            drawn = picture.lesion_picture(images.volumes[lesion.series_uid], lesion, draft.language, across[lesion.name])
            when = words["when"].format(day=lesion.when[:10]) if lesion.when else ""
            told = (words["lesion"].format(name=lesion.name, when=when), words["lesion_alt"].format(name=lesion.name))
            found.append(Picture(f"lesion-{number}", drawn, *told, (lesion.source,)))
    return (*found, *_growth(images.lesions, words, draft.language))


def _across(lesions: Sequence[Lesion]) -> dict[str, float]:
    """How many millimetres the pictures of each lesion show: the same at every date, so that growth is seen as growth."""
    return {one.name: picture.side_for(max(x.measures.long_axis_mm for x in lesions if x.name == one.name)) for one in lesions}


def _growth(lesions: Sequence[Lesion], words: dict[str, str], language: Language) -> Iterator[Picture]:
    for name in dict.fromkeys(lesion.name for lesion in lesions):
        course = sorted(
            (one.when[:10], one.measures.volume_mm3)
            for one in lesions
            if one.name == name and len(one.when) >= 10 and one.measures.volume_mm3 > 0
        )
        if len({day for day, _ in course}) > 1:
            drawn = picture.growth_picture(course, GROWTH_ERROR, name, language)
            told = (words["growth"].format(name=name), words["growth_alt"].format(name=name, count=len(course)))
            yield Picture(f"growth-{name}", drawn, *told)


def dicom_files(document: SignedDocument) -> Iterator[tuple[str, bytes]]:
    """(file name, bytes) of everything that leaves as DICOM. Raises Refused when the draft speaks of no image.

    A series that came in as NIfTI has no DICOM files to stand beside; what is said of it leaves as NIfTI (review/nifti.py).
    """
    images = document.images
    if images is None or (images.case is None and not images.lesions):
        raise Refused("XL-RELEASE-021", "there is no image to release", why="the draft speaks of none", fix="release it in other forms")
    if images.case is not None:
        if images.files[images.case.source.series_uid]:
            yield from (
                _changed(document, images, images.case, images.case.edit)
                if images.case.edit
                else _translated(document, images, images.case)
            )
    else:
        yield from _marked(document, images)


def _translated(document: SignedDocument, images: Images, case: ImageCase) -> Iterator[tuple[str, bytes]]:
    """The series as a model translated it, beside its source, and a picture of both."""
    from xinglin.formats.dicom.write_capture import write_capture
    from xinglin.formats.dicom.write_series import write_series

    mark = _mark(document, case.label or SYNTHETIC_LABEL, "translated by a model")
    first = b""
    for number, (_, content) in enumerate(write_series(images.files[case.source.series_uid], case.result, mark=mark, changed=None), 1):
        first = first or content
        yield f"series-{number:04d}.dcm", content
    for shown in document.pictures[:1]:
        yield "picture.dcm", write_capture(shown.png, first, mark=mark)


def _changed(document: SignedDocument, images: Images, case: ImageCase, edit: ImageEdit) -> Iterator[tuple[str, bytes]]:
    """The new series, its fractional and binary masks, and a picture of the change."""
    from xinglin.formats.dicom.write_capture import write_capture
    from xinglin.formats.dicom.write_segmentation import write_segmentation
    from xinglin.formats.dicom.write_series import write_series

    source = images.files[edit.series_uid]
    mark = _mark(document, SYNTHETIC_LABEL, "virtual nodule")
    files = [content for _, content in write_series(source, case.result, mark=mark, changed=edit.box())]
    yield from ((f"series-{number:04d}.dcm", content) for number, content in enumerate(files, 1))
    occupancy, apparent = (_box(raw, edit.shape) for raw in (edit.occupancy, edit.apparent))
    share = _segment("virtual nodule, share of each voxel", occupancy, edit.start)
    yield "mask-fractional.dcm", write_segmentation(files, case.result, [share], mark=mark, kind="fractional", synthetic=True)
    whole = (("virtual nodule, half and more", occupancy >= 0.5), ("virtual nodule, as it appears", apparent >= 0.5))
    outlines = [_segment(words, mask, edit.start) for words, mask in whole if mask.any()]
    if outlines:  # a small nodule between thick slices fills no voxel by half; the draft states the loss
        yield "mask-binary.dcm", write_segmentation(files, case.result, outlines, mark=mark, kind="binary", synthetic=True)
    for shown in document.pictures[:1]:
        yield "picture.dcm", write_capture(shown.png, files[0], mark=mark)


def _marked(document: SignedDocument, images: Images) -> Iterator[tuple[str, bytes]]:
    """Per series: the outlines as a Segmentation, the measurements as a Structured Report."""
    from xinglin.formats.dicom.marks import Signer
    from xinglin.formats.dicom.write_report import write_measurements
    from xinglin.formats.dicom.write_segmentation import write_segmentation

    signature = document.signatures[-1]
    signer = Signer(name=signature.signer, organization=document.house or "Xinglin", signed_at=signature.at)
    mark = _mark(document, AI_LABEL, "lesion outlines and measurements")
    for number, uid in enumerate((uid for uid in images.volumes if images.files[uid]), 1):
        lesions = [one for one in images.lesions if one.series_uid == uid]
        segments = [_outlined(one) for one in lesions]
        outlines = write_segmentation(images.files[uid], images.volumes[uid], segments, mark=mark)
        yield f"outlines-{number}.dcm", outlines
        report = write_measurements(
            images.files[uid], lesions, mark=mark, segmentation=outlines, observer=lesions[0].marked_by, signer=signer
        )
        yield f"measurements-{number}.dcm", report


def _mark(document: SignedDocument, label: str, description: str) -> Mark:
    from xinglin.formats.dicom.marks import Mark

    seed = f"{document.release}:{document.draft.provenance.seed}"
    return Mark(label=label, seed=seed, description=description, made=document.released_at, aigc=document.label.aigc)


def _segment(label: str, mask: NDArray[np.generic], start: tuple[int, int, int]) -> Segment:
    from xinglin.formats.dicom.write_segmentation import Segment

    return Segment(label=label, mask=mask, start=start, organ="lung", tracking_id=label)


def _outlined(lesion: Lesion) -> Segment:
    from xinglin.formats.dicom.write_segmentation import Segment

    return Segment(
        label=f"lesion {lesion.name}", mask=lesion.outline.mask(), start=lesion.outline.start, finding="lesion", organ=lesion.organ,
        lobe=lesion.lobe, side=lesion.side or "", tracking_id=lesion.name, made_by="SEMIAUTOMATIC",
    )  # fmt: skip


def _box(raw: bytes, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    import numpy as np

    return np.frombuffer(raw, "<f4").reshape(shape)
