"""DICOM as it is shown: films turned the right way round, windows, colours of ultrasound and pathology; a CT in photographic JPEG stays refused."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from made_pictures import blobs
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

from xinglin.intake.picture_files import LeftOut, PictureFile, picture_files
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect

US, CR, CT = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.2"


def saved(
    path: Path,
    pixels: np.ndarray,
    *,
    sop_class: str = US,
    modality: str = "US",
    photometric: str = "MONOCHROME2",
    jpeg: bool = False,
    **more: object,
) -> Path:
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID, made.StudyInstanceUID, made.SeriesInstanceUID = (
        sop_class,
        generate_uid(),
        generate_uid(),
        generate_uid(),
    )
    made.Modality, made.PatientID, made.PatientName = modality, f"MRN-{path.stem}", "Doe^Jane"
    made.Rows, made.Columns = pixels.shape[:2] if more.get("PlanarConfiguration") != 1 else pixels.shape[1:]
    made.SamplesPerPixel = 3 if pixels.ndim == 3 else 1
    made.BitsAllocated = made.BitsStored = 8 * pixels.dtype.itemsize
    made.HighBit, made.PixelRepresentation, made.PhotometricInterpretation = made.BitsStored - 1, 0, photometric
    for key, value in more.items():
        setattr(made, key, value)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = JPEGBaseline8Bit if jpeg else ExplicitVRLittleEndian
    if jpeg:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=95)
        made.PixelData = encapsulate([stream.getvalue()])
        made["PixelData"].VR = "OB"
    else:
        made.PixelData = pixels.tobytes()
        made["PixelData"].VR = "OB" if pixels.dtype.itemsize == 1 else "OW"
    path.parent.mkdir(parents=True, exist_ok=True)
    made.save_as(path, enforce_file_format=True)
    return path


def read(path: Path) -> PictureFile:
    (found,) = picture_files(path)
    assert isinstance(found, PictureFile), found
    return found


def colours(seed: int = 0) -> np.ndarray:
    return np.moveaxis(blobs(3, (40, 48), seed), 0, -1).copy()


def test_colours_are_read_pixel_by_pixel_and_plane_by_plane(tmp_path: Path):
    picture = colours()
    by_pixel = saved(tmp_path / "a.dcm", picture, photometric="RGB", PlanarConfiguration=0)
    by_plane = saved(tmp_path / "b.dcm", np.ascontiguousarray(np.moveaxis(picture, -1, 0)), photometric="RGB", PlanarConfiguration=1)
    for path in (by_pixel, by_plane):
        assert np.array_equal(read(path).values, np.moveaxis(picture, -1, 0))


def test_luminance_and_two_colours_become_red_green_blue(tmp_path: Path):
    picture = colours()
    coded = np.asarray(Image.fromarray(picture).convert("YCbCr"))
    found = read(saved(tmp_path / "a.dcm", coded, photometric="YBR_FULL", PlanarConfiguration=0)).values
    assert np.abs(found.astype(int) - np.moveaxis(picture, -1, 0)).max() <= 3


def test_photographic_jpeg_is_shown_for_ultrasound_and_refused_for_ct(tmp_path: Path):
    picture = colours()
    found = read(saved(tmp_path / "a.dcm", picture, photometric="YBR_FULL_422", PlanarConfiguration=0, jpeg=True)).values
    assert np.abs(found.astype(int) - np.moveaxis(picture, -1, 0)).mean() < 8
    grey = read(saved(tmp_path / "g.dcm", picture[..., 0].copy(), jpeg=True)).values
    assert grey.dtype == np.uint8 and np.abs(grey[0].astype(int) - picture[..., 0]).mean() < 2
    ct = saved(tmp_path / "c.dcm", picture[..., 0].copy(), sop_class=CT, modality="CT", jpeg=True, RescaleSlope=1, RescaleIntercept=-1024)
    (left,) = picture_files(ct)
    assert isinstance(left, LeftOut) and left.reason == "cannot be used (XL-DICOM-043)"
    unclear = saved(tmp_path / "r.dcm", picture, photometric="RGB", PlanarConfiguration=0, jpeg=True)
    (left,) = picture_files(unclear)
    assert isinstance(left, LeftOut) and left.reason == "cannot be used (XL-DICOM-044)"


def test_a_damaged_photograph_is_left_out(tmp_path: Path):
    path = saved(tmp_path / "a.dcm", colours(), photometric="YBR_FULL_422", PlanarConfiguration=0, jpeg=True)
    made = pydicom.dcmread(path)
    made.PixelData = encapsulate([b"\xff\xd8\xff\xe0 no picture"])
    made.save_as(path)
    (left,) = picture_files(path)
    assert isinstance(left, LeftOut) and left.reason == "cannot be used (XL-DICOM-049)"


def test_a_film_is_shown_with_its_window_and_the_right_way_round(tmp_path: Path):
    film = blobs(1)[0].astype(np.uint16) * 16
    shown = {
        "sop_class": CR,
        "modality": "CR",
        "WindowCenter": 2048,
        "WindowWidth": 4096,
        "ViewPosition": "PA",
        "PatientAge": "061Y",
        "PatientSex": "F",
    }
    for number in range(20):
        turned = 4095 - film if number % 2 else film
        unlike = np.roll(turned, number * 2, 1)
        saved(tmp_path / "in" / f"{number}.dcm", unlike, photometric="MONOCHROME1" if number % 2 else "MONOCHROME2", **shown)
    found = collect(tmp_path / "in", Asking(shape=(16, 16), fit="stretch", keep_copies=True))
    assert found.form.modality == "CR" and (found.form.low, found.form.high) == (0, 255)
    upright = [one for one in found.items if one.person]
    assert len(upright) == 20 and np.ptp(found.pictures.mean((1, 2, 3))) < 2  # bright stays bright
    one = read(tmp_path / "in" / "3.dcm")
    assert one.inverted and one.words["view"] == "PA" and one.words["age"] == 61 and one.words["sex"] == "female"


def test_a_path_that_names_the_person_is_not_kept(tmp_path: Path):
    for number, picture in enumerate(blobs(20)):
        saved(tmp_path / "in" / ("jane" if number < 10 else "other") / f"{number}.dcm", picture)
    found = collect(tmp_path / "in", Asking(shape=(16, 16)))
    assert {one.source.split("/")[0][:1] for one in found.items} == {"p", "o"}
    assert not any("jane" in one.source or "MRN" in one.source + one.person for one in found.items)


@pytest.mark.parametrize(
    "name",
    ["SC_rgb_small_odd.dcm", "examples_rgb_color.dcm", "examples_ybr_color.dcm", "SC_rgb_small_odd_jpeg.dcm", "SC_rgb_dcmtk_+eb+cy+s2.dcm"],
)
def test_colours_are_those_that_pydicom_shows(data: Path, name: str):
    found = sorted((data / "dicom-misc-malformed").rglob(name))
    if not found:
        pytest.skip(f"shared data not present: {name}")
    from pydicom.pixels import pixel_array

    expected = pixel_array(found[0], raw=False)
    expected = expected if expected.ndim == 4 else expected[None]
    frames = [one for one in picture_files(found[0]) if isinstance(one, PictureFile)]
    assert len(frames) == len(expected)
    for one, shown in zip(frames, expected, strict=True):
        grey_or_colour = np.moveaxis(shown, -1, 0).astype(int)
        assert np.abs(np.broadcast_to(one.values, grey_or_colour.shape).astype(int) - grey_or_colour).max() <= 2
