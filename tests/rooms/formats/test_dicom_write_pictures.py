"""Pictures that a model made leave as Secondary Captures in their own unit, of a subject who is nobody."""

from io import BytesIO

import numpy as np
import pydicom
import pytest
from msgspec.structs import replace
from small_ct import MARK, complaints

from xinglin.formats.dicom.write_pictures import write_pictures
from xinglin.models import sample_pictures
from xinglin.records.errors import InvalidInput

HU = replace(sample_pictures.FORM, low=-1000.0, high=400.0, unit="HU", modality="CT")
VOLUMES = replace(HU, shape=(3, 16, 12), spacing_mm=(2.5, 0.7, 0.8))
COLOURS = replace(HU, channels=3, shape=(15, 17), low=0.0, high=1.0, unit="", spacing_mm=())


def drawn(form, count=2, seed=1):
    shape = (count, form.channels, *form.shape)
    return np.random.default_rng(seed).uniform(form.low, form.high, shape).astype(np.float32)


def written(form, **changes):
    return [(name, pydicom.dcmread(BytesIO(content))) for name, content in write_pictures(drawn(form, **changes), form, mark=MARK)]


def test_grey_values_come_back_in_their_unit():
    for picture, (_, d) in zip(drawn(HU), written(HU), strict=True):
        values = d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept)
        assert np.abs(values - picture[0]).max() <= 1400 / 65535 / 2 + 1e-3
        assert (d.RescaleType, d.WindowCenter, d.WindowWidth) == ("HU", -300, 1400)


def test_pictures_of_one_draft_are_one_series_of_a_subject_who_is_nobody():
    rows = written(HU)
    assert [name for name, _ in rows] == ["series-001-0001.dcm", "series-002-0001.dcm"]
    for _, d in rows:
        assert (str(d.PatientName), d.PatientID, d.Modality, d.ConversionType, d.SyntheticData) == (
            "Nobody^Synthetic",
            "NOBODY",
            "OT",
            "SYN",
            "YES",
        )
        assert d.SeriesDescription.startswith("SYNTHETIC ") and "nobody" in d.ImageComments
        assert list(d.PixelSpacing) == [0.5, 0.5]
    assert len({d.SeriesInstanceUID for _, d in rows}) == 1 and len({d.SOPInstanceUID for _, d in rows}) == 2


def test_each_volume_is_a_series_of_its_slices():
    rows = written(VOLUMES)
    assert [name for name, _ in rows][2:4] == ["series-001-0003.dcm", "series-002-0001.dcm"]
    assert len({d.SeriesInstanceUID for _, d in rows}) == 2 and [d.InstanceNumber for _, d in rows] == [1, 2, 3, 1, 2, 3]
    assert list(rows[0][1].PixelSpacing) == [0.7, 0.8]


def test_three_channels_are_colours():
    (_, d), _ = written(COLOURS)
    expected = np.rint(np.moveaxis(drawn(COLOURS)[0], 0, -1) * 255)
    assert d.PhotometricInterpretation == "RGB" and np.array_equal(d.pixel_array, expected) and "PixelSpacing" not in d


@pytest.mark.parametrize(
    "form", [HU, VOLUMES, COLOURS, replace(HU, spacing_mm=(), channels=2)], ids=["grey", "volumes", "colours", "channels"]
)
def test_dciodvfy_finds_no_error(form, tmp_path):
    for _, content in write_pictures(drawn(form, 1), form, mark=MARK):
        assert complaints(content, tmp_path) == []


def test_the_same_pictures_are_the_same_files_and_others_have_other_names():
    one, again, other = (list(write_pictures(drawn(HU, seed=seed), HU, mark=MARK)) for seed in (1, 1, 2))
    assert one == again
    assert written(HU)[0][1].SOPInstanceUID != written(HU, seed=2)[0][1].SOPInstanceUID and one != other


@pytest.mark.parametrize("spoilt", ["nan", "shape", "range"])
def test_what_is_no_picture_of_the_form_is_refused(spoilt):
    pictures, form = drawn(HU), HU
    if spoilt == "nan":
        pictures[0, 0, 0, 0] = np.nan
    elif spoilt == "shape":
        pictures = pictures[..., 1:]
    else:
        form = replace(HU, high=HU.low)
    with pytest.raises(InvalidInput, match="XL-DICOM-547"):
        list(write_pictures(pictures, form, mark=MARK))
