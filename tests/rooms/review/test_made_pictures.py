"""The sheet a reader looks at, and that no picture leaves without its label."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from xinglin.models import sample_pictures
from xinglin.records.errors import Refused
from xinglin.review.made_pictures import dicom_files, pictures_of


def shown(made, language="en"):
    (picture,) = pictures_of(made, SimpleNamespace(language=language))
    return picture, np.array(Image.open(io.BytesIO(picture.png)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_pictures_stand_on_one_sheet_under_their_label(language):
    picture, pixels = shown(sample_pictures.drawn("", 8, 1, {}), language)
    assert pixels.shape == (20 + 2 * 128 + 6, 4 * 128 + 3 * 6, 3) and (pixels[:20] == (120, 24, 24)).all(-1).mean() > 0.5
    assert "8" in picture.caption and "8" in picture.description and ("合成" in picture.caption) is (language == "zh")
    assert picture.shows == ("sha256:",)


def test_one_picture_is_wide_enough_for_its_label():
    picture, pixels = shown(sample_pictures.drawn("", 1, 1, {}))
    assert pixels.shape[1] >= 420 and picture.caption.startswith("1 synthetic picture of nobody")


def test_the_middle_slice_of_a_volume_and_the_colours_of_three_channels_are_shown():
    card = sample_pictures.sample_card()
    values = np.zeros((1, 1, 3, 16, 16), "<f4")
    values[:, :, 1] = 255
    volume = replace(
        sample_pictures.sample(), count=1, values=values.tobytes(), card=replace(card, form=replace(card.form, shape=(3, 16, 16)))
    )
    picture, pixels = shown(volume)
    assert "middle slice" in picture.caption and (pixels[-40:, 40:120] == 255).all()
    colours = np.zeros((1, 3, 16, 16), "<f4")
    colours[:, 0] = 255
    red = replace(sample_pictures.sample(), count=1, values=colours.tobytes(), card=replace(card, form=replace(card.form, channels=3)))
    assert (shown(red)[1][-40:, 40:120] == (255, 0, 0)).all()


def test_pictures_without_a_label_do_not_leave():
    document = SimpleNamespace(made=replace(sample_pictures.sample(), label=" "), draft=SimpleNamespace(id="draft-1"))
    with pytest.raises(Refused, match="XL-RELEASE-024"):
        list(dicom_files(document))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_translated_series_is_shown_before_after_and_as_a_difference(language):
    from xinglin.models import sample_images
    from xinglin.records.imaging import Images
    from xinglin.review.images import pictures_of as of_images

    (picture,) = of_images(Images(sample_images.translated()), SimpleNamespace(language=language))
    pixels = np.array(Image.open(io.BytesIO(picture.png)))
    assert pixels.shape == (20 + 3 * 220 + 12, 3 * 220 + 12, 3) and picture.shows[1] == "sha256:"
    before, after = pixels[25:235, :215], pixels[25:235, 226:441]
    assert before[60:].std() > after[60:].std() > 0 and ("模型" in picture.caption) is (language == "zh")
