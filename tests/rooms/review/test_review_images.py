"""Which pictures a page gets, what stands under them, and that a draft without an image leaves no DICOM."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "formats"))

from test_picture import changed, lesion, scan

from xinglin.formats.picture.lettering import FONT_FILE, burnt_in
from xinglin.formats.picture.slices import INK, SIDE_PX
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


def test_a_lesion_is_shown_at_one_scale_on_all_its_days():
    here = marked("2024-01-01", "2024-07-01")
    small = msgspec.structs.replace(here.lesions[0], measures=msgspec.structs.replace(here.lesions[0].measures, long_axis_mm=6.0))
    large = msgspec.structs.replace(here.lesions[1], measures=msgspec.structs.replace(here.lesions[1].measures, long_axis_mm=25.0))
    both = pictures_of(Images(None, (small, large), here.volumes, {}), DRAFTS["en"])
    alone = pictures_of(Images(None, (small,), here.volumes, {}), DRAFTS["en"])
    assert bar_px(both[0].png) == bar_px(both[1].png) == pytest.approx(10 / 100 * SIDE_PX, abs=2)
    assert bar_px(alone[0].png) == pytest.approx(10 / 40 * SIDE_PX, abs=2)


def bar_px(png):
    """How long the scale bar of 10 mm is drawn."""
    picture = np.array(Image.open(io.BytesIO(png)))
    return int((picture[SIDE_PX - 10, : SIDE_PX // 2] == INK).all(-1).sum())


@pytest.mark.skipif(not FONT_FILE.is_file(), reason="the font with Chinese letters is not installed")
def test_words_in_a_picture_are_in_the_language_of_its_draft():
    both = {language: pictures_of(marked("2024-01-01", "2024-07-01"), DRAFTS[language]) for language in ("en", "zh")}
    assert all(one.png != other.png for one, other in zip(both["en"], both["zh"], strict=True))
    assert burnt_in("zh", "slice", {"name": "A", "day": "2024-01-01", "number": 21}) == "A，2024-01-01，第21层"


def test_without_the_font_words_are_english_and_other_letters_are_spelled_out(monkeypatch, tmp_path):
    monkeypatch.setattr("xinglin.formats.picture.lettering.FONT_FILE", tmp_path / "none.ttf")
    assert burnt_in("zh", "slice", {"name": "甲", "day": "2024-01-01", "number": 21}) == "[U+7532], 2024-01-01, slice 21"
    assert pictures_of(marked("2024-01-01"), DRAFTS["zh"])[0].png == pictures_of(marked("2024-01-01"), DRAFTS["en"])[0].png


def test_captions_in_chinese_name_the_lesion():
    captions = [one.caption for one in pictures_of(marked("2024-01-01", "2024-07-01"), DRAFTS["zh"])]
    assert captions[0] == "病灶A（2024-01-01）：轮廓（红）、长径（黄）和短径（蓝）" and captions[-1] == "病灶A：体积随时间变化"


@pytest.mark.parametrize("images", [None, Images()])
def test_a_draft_that_speaks_of_no_image_leaves_no_dicom(images):
    with pytest.raises(Refused, match="XL-RELEASE-021"):
        list(dicom_files(SimpleNamespace(images=images)))
