"""Which pictures a page gets, what stands under them, and that a draft without an image leaves no DICOM."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "formats"))

from test_picture import changed, lesion, scan

from xinglin.records.errors import Refused
from xinglin.records.imaging import Images
from xinglin.review.images import dicom_files, pictures_of

DRAFTS = {language: SimpleNamespace(language=language) for language in ("en", "zh")}


def marked(*days, **changes):
    """The same lesion on several days, a tenth larger each time."""
    found = []
    for number, day in enumerate(days):
        measures = msgspec.structs.replace(lesion().measures, volume_mm3=400 * 1.1**number)
        found.append(msgspec.structs.replace(lesion(), source=f"Observation/lesion-{number}", when=day, measures=measures, **changes))
    return Images(None, tuple(found), {"2.25.1": scan()}, {"2.25.1": ()})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_change_has_one_picture_that_stands_beside_the_sentences_of_its_series(language):
    (picture,) = pictures_of(Images(changed()), DRAFTS[language])
    assert (picture.name, picture.shows) == ("change", ("2.25.1",))
    assert ("虚拟结节" in picture.caption) is (language == "zh") and picture.description


def test_every_lesion_has_its_picture_and_growth_comes_last():
    pictures = pictures_of(marked("2024-01-01", "2024-07-01"), DRAFTS["en"])
    assert [one.name for one in pictures] == ["lesion-1", "lesion-2", "growth-A"]
    assert [one.shows for one in pictures[:2]] == [("Observation/lesion-0",), ("Observation/lesion-1",)]


@pytest.mark.parametrize("days", [("2024-01-01",), ("2024-01-01", "2024-01-01"), ("2024-01-01", "")])
def test_one_date_is_no_growth(days):
    assert not any(one.name.startswith("growth") for one in pictures_of(marked(*days), DRAFTS["en"]))


def test_a_lesion_whose_series_is_not_kept_has_no_picture():
    assert pictures_of(marked("2024-01-01", series_uid="2.25.9"), DRAFTS["en"]) == ()


def test_captions_in_chinese_name_the_lesion():
    captions = [one.caption for one in pictures_of(marked("2024-01-01", "2024-07-01"), DRAFTS["zh"])]
    assert captions[0] == "病灶A：轮廓与径线" and captions[-1] == "病灶A：体积随时间变化"


@pytest.mark.parametrize("images", [None, Images()])
def test_a_draft_that_speaks_of_no_image_leaves_no_dicom(images):
    with pytest.raises(Refused, match="XL-RELEASE-021"):
        list(dicom_files(SimpleNamespace(images=images)))
