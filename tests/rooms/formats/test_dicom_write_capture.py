"""A picture leaves as a Secondary Capture whose label nobody can miss."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
import small_ct
from PIL import Image
from small_ct import MARK, complaints

from xinglin.formats.dicom.marks import Mark
from xinglin.formats.dicom.write_capture import write_capture
from xinglin.records.errors import InvalidInput

SOURCE = small_ct.series(small_ct.hounsfield(1))[0]
PICTURE = np.random.default_rng(1).integers(0, 255, (121, 133, 3), np.uint8)


def test_the_picture_stands_unchanged_under_a_strip_with_the_label():
    d = pydicom.dcmread(BytesIO(write_capture(PICTURE, SOURCE, mark=MARK)))
    strip = d.Rows - 121
    assert strip > 8 and d.Columns == 133 and np.array_equal(d.pixel_array[strip:], PICTURE)
    assert (d.pixel_array[:strip] > 128).any(axis=2).sum() > 100


def test_a_png_and_a_grey_array_are_taken_too():
    buffer = BytesIO()
    Image.fromarray(PICTURE).save(buffer, "PNG")
    assert write_capture(buffer.getvalue(), SOURCE, mark=MARK) == write_capture(PICTURE, SOURCE, mark=MARK)
    grey = pydicom.dcmread(BytesIO(write_capture(PICTURE[..., 0], SOURCE, mark=MARK)))
    assert np.array_equal(grey.pixel_array[-121:], np.repeat(PICTURE[..., :1], 3, axis=2))


def test_it_belongs_to_the_patient_and_says_what_it_is():
    d = pydicom.dcmread(BytesIO(write_capture(PICTURE, SOURCE, mark=MARK)))
    assert (str(d.PatientName), d.StudyInstanceUID, d.SyntheticData) == ("Prüfer^Anna", small_ct.STUDY, "YES")
    assert d.BurnedInAnnotation == "NO" and d.SeriesDescription.startswith("SYNTHETIC ")
    assert d.SeriesInstanceUID != small_ct.SERIES and d.SourceImageSequence[0].ReferencedSOPInstanceUID == f"{small_ct.SERIES}.1"
    assert pydicom.dcmread(BytesIO(write_capture(PICTURE, SOURCE, mark=MARK, names_patient=True))).BurnedInAnnotation == "YES"


@pytest.mark.parametrize("body_part", [True, False])
def test_dciodvfy_finds_no_error(body_part, tmp_path):
    d = small_ct.dataset(small_ct.hounsfield(1)[0], 0)
    if not body_part:
        del d.BodyPartExamined
    assert complaints(write_capture(PICTURE, small_ct.as_bytes(d), mark=MARK), tmp_path) == []


def test_a_chinese_label_needs_a_font():
    mark = Mark(label="人工合成", seed="7", description="预览", made=MARK.made)
    with pytest.raises(InvalidInput, match="XL-DICOM-541"):
        write_capture(PICTURE, SOURCE, mark=mark)
    fonts = sorted((Path(__file__).parents[3] / "src/xinglin/formats/pdf/fonts").glob("*.[to]tf"))
    if not fonts:
        pytest.skip("the Chinese font is fetched at build time and is not present")
    d = pydicom.dcmread(BytesIO(write_capture(PICTURE, SOURCE, mark=mark, font=fonts[0])))
    assert d.SeriesDescription == "人工合成 预览" and str(d.PatientName) == "Prüfer^Anna"


@pytest.mark.parametrize("picture", [b"no picture", np.zeros((3, 3), np.float64), np.zeros((2, 3, 4, 5), np.uint8)])
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(InvalidInput, match="XL-DICOM-540"):
        write_capture(picture, SOURCE, mark=MARK)


def test_a_picture_too_narrow_for_its_label_is_refused():
    with pytest.raises(InvalidInput, match="XL-DICOM-541"):
        write_capture(PICTURE[:, :10], SOURCE, mark=MARK)


def test_a_header_that_names_no_series_is_refused():
    d = small_ct.dataset(small_ct.hounsfield(1)[0], 0)
    del d.SeriesInstanceUID
    with pytest.raises(InvalidInput, match="XL-DICOM-542"):
        write_capture(PICTURE, small_ct.as_bytes(d), mark=MARK)
