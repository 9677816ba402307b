"""A changed scan is written as a new series: marked, valid, in place, and the same but for the change."""

import shutil
import subprocess
from io import BytesIO

import numpy as np
import pydicom
import pytest
import small_ct
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from small_ct import MARK, complaints

from xinglin.formats.dicom.marks import Mark, mark_of
from xinglin.formats.dicom.original_slices import header_bytes
from xinglin.formats.dicom.write_series import write_series
from xinglin.records.errors import InvalidInput

BOX = (slice(2, 4), slice(5, 9), slice(6, 11))


def changed_scan():
    before = small_ct.hounsfield()
    after = before.copy()
    after[BOX] += 500
    return before, after


def read(data):
    return pydicom.dcmread(BytesIO(data))


def written(files, after, changed=BOX, mark=MARK):
    return dict(write_series(files, small_ct.volume(after), mark=mark, changed=changed))


def test_the_series_reads_back_as_the_volume_that_was_given():
    before, after = changed_scan()
    files = written(small_ct.series(before), after)
    assert list(files) == [f"slice-{k:04d}.dcm" for k in range(1, 7)]
    for k, data in enumerate(files.values()):
        d = read(data)
        assert np.array_equal(d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept), after[k])
        assert list(d.ImagePositionPatient) == [-20.0, -30.0, 100 + 2.5 * k] and d.FrameOfReferenceUID == small_ct.FRAME
        assert (d.RescaleIntercept, d.WindowCenter, d.KVP, d.Manufacturer) == (-1024, -600, 120, "Lathe")


def test_every_byte_outside_the_change_is_the_sources():
    before, after = changed_scan()
    sources = small_ct.series(before)
    for k, data in enumerate(written(sources, after).values()):
        ours, theirs = (np.frombuffer(read(b).PixelData, "<u2").reshape(16, 20) for b in (data, sources[k]))
        same = ours == theirs
        if 2 <= k < 4:
            assert not same[5:9, 6:11].any()
            same[5:9, 6:11] = True
        assert same.all()


def test_the_new_files_say_that_they_are_artificial_and_from_what():
    before, after = changed_scan()
    d = read(next(iter(written(small_ct.series(before), after).values())))
    assert d.SyntheticData == "YES" and list(d.ImageType) == ["DERIVED", "SECONDARY", "AXIAL"]
    assert d.SeriesDescription == "SYNTHETIC one virtual nodule of 8 mm"
    equipment = d.ContributingEquipmentSequence[-1]
    assert equipment.Manufacturer == "Xinglin" and equipment.PurposeOfReferenceCodeSequence[0].CodeValue == "109100"
    assert mark_of(d) == {"synthetic": True, "label": "SYNTHETIC", "seed": "7"}
    image = d.SourceImageSequence[0]
    assert image.ReferencedSOPInstanceUID == f"{small_ct.SERIES}.1"
    assert (d.ContentDate, d.ContentTime, d.AcquisitionDate) == ("20260701", "093000", "20260102")


def test_the_patient_and_the_study_stay_the_sources_and_all_uids_are_new():
    before, after = changed_scan()
    files = [read(data) for data in written(small_ct.series(before), after).values()]
    old = {f"{small_ct.SERIES}.{k}" for k in range(1, 7)} | {small_ct.SERIES}
    assert {d.StudyInstanceUID for d in files} == {small_ct.STUDY} and len({d.SeriesInstanceUID for d in files}) == 1
    assert len({d.SOPInstanceUID for d in files}) == 6
    assert not {d.SOPInstanceUID for d in files} & old and files[0].SeriesInstanceUID not in old
    assert all(str(d.PatientName) == "Prüfer^Anna" and d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID for d in files)
    assert all(d.SOPInstanceUID.startswith("2.25.") and len(d.SOPInstanceUID) <= 64 for d in files)


def test_the_same_input_gives_the_same_bytes_and_another_seed_other_uids():
    before, after = changed_scan()
    sources = small_ct.series(before)
    once, again = written(sources, after), written(list(reversed(sources)), after)
    assert once == again
    other = written(sources, after, mark=Mark(label="SYNTHETIC", seed="8", description=MARK.description, made=MARK.made))
    assert not {read(d).SOPInstanceUID for d in once.values()} & {read(d).SOPInstanceUID for d in other.values()}


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize(("intercept", "slope", "signed"), [(-1024, 1, False), (0, 1, True), (-1024.5, 0.5, False)])
def test_every_way_to_store_numbers_is_kept(syntax, intercept, slope, signed):
    before, after = changed_scan()
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k, intercept=intercept, slope=slope, signed=signed)
        if syntax == ExplicitVRBigEndian:
            d.PixelData = np.frombuffer(d.PixelData, "<u2").astype(">u2").tobytes()
        sources.append(small_ct.as_bytes(d, syntax))
    for k, data in enumerate(written(sources, after).values()):
        d = read(data)
        assert d.file_meta.TransferSyntaxUID == syntax and d.PixelRepresentation == int(signed)
        assert np.allclose(d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept), after[k])
        assert str(d.PatientName) == "Prüfer^Anna" and list(d.PixelSpacing) == [0.75, 0.7]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
@pytest.mark.parametrize("letters", ["ISO_IR 100", "ISO_IR 192", ["", "ISO 2022 IR 87"]])
def test_the_quick_way_gives_the_very_bytes_of_the_long_way(syntax, letters, monkeypatch):
    before, after = changed_scan()
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k)
        d.SpecificCharacterSet = letters
        d.private_block(0x0043, "LATHE", create=True).add_new(0x10, "DS", "1.5")
        d.LargestImagePixelValue = 3
        item = pydicom.Dataset()
        item.RequestedProcedureID = "R1"
        d.RequestAttributesSequence = [item]
        d["RequestAttributesSequence"].is_undefined_length = True
        if syntax == ExplicitVRBigEndian:
            d.PixelData = np.frombuffer(d.PixelData, "<u2").astype(">u2").tobytes()
        sources.append(small_ct.as_bytes(d, syntax))
    quick = written(sources, after)
    monkeypatch.setattr("xinglin.formats.dicom.write_series.is_plain", lambda _: False)
    assert written(sources, after) == quick


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("overlay", [False, True])
def test_twelve_bits_in_sixteen_keep_what_else_the_cell_holds(signed, overlay):
    before, after = changed_scan()
    after[BOX] -= 700  # below zero where the numbers are signed
    after = np.maximum(after, -1024)
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k, signed=signed, bits=12, intercept=0 if signed else -1024)
        if overlay:
            cells = np.frombuffer(d.PixelData, "<u2").copy()
            cells = (cells & 0x0FFF) | (np.arange(cells.size, dtype="<u2") % 2 << 15)
            d.PixelData = cells.tobytes()
        sources.append(small_ct.as_bytes(d))
    for k, data in enumerate(written(sources, after).values()):
        ours, theirs = (np.frombuffer(read(b).PixelData, "<u2") for b in (data, sources[k]))
        low = (ours & 0x0FFF).astype(np.int16)
        low = np.where(low > 2047, low - 4096, low) if signed else low
        assert np.array_equal(low.reshape(16, 20) + float(read(data).RescaleIntercept), after[k])
        if overlay:
            assert np.array_equal(ours >> 12, theirs >> 12)
        elif signed:
            assert np.array_equal(ours.view("<i2"), low)


def test_rescale_may_differ_from_slice_to_slice():
    before, _ = changed_scan()
    sources = [small_ct.as_bytes(small_ct.dataset(before[k], k, intercept=-1024 - k, slope=1 + (k % 2))) for k in range(6)]
    scan = np.stack([read(s).pixel_array * float(read(s).RescaleSlope) + float(read(s).RescaleIntercept) for s in sources])
    scan[BOX] += 500
    for k, data in enumerate(written(sources, scan.astype(np.float32)).values()):
        d = read(data)
        assert np.abs(d.pixel_array * float(d.RescaleSlope) + float(d.RescaleIntercept) - scan[k]).max() <= float(d.RescaleSlope) / 2


def test_compressed_sources_come_out_plain_and_lossy_ones_keep_saying_so():
    before, after = changed_scan()
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k)
        d.file_meta = pydicom.dataset.FileMetaDataset()
        d.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        d.LossyImageCompression, d.LossyImageCompressionRatio, d.LossyImageCompressionMethod = "01", 8, "ISO_15444_1"
        d.compress("1.2.840.10008.1.2.4.80" if k % 2 else "1.2.840.10008.1.2.5", generate_instance_uid=False)
        buffer = BytesIO()
        d.save_as(buffer, enforce_file_format=True)
        sources.append(buffer.getvalue())
    for k, data in enumerate(written(sources, after).values()):
        d = read(data)
        assert d.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian and d.LossyImageCompression == "01"
        assert np.array_equal(d.pixel_array + float(d.RescaleIntercept), after[k])


def test_private_tags_signatures_and_icons_of_the_old_pixels_do_not_come_along():
    before, after = changed_scan()
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k)
        d.private_block(0x0043, "LATHE", create=True).add_new(0x10, "DS", "1.5")
        item = pydicom.Dataset()
        item.private_block(0x0009, "LATHE", create=True).add_new(0x10, "LO", "inside")
        item.RequestedProcedureID = "R1"
        d.RequestAttributesSequence = [item]
        d.SmallestImagePixelValue = 3
        sources.append(small_ct.as_bytes(d))
    d = read(next(iter(written(sources, after).values())))
    assert not [e for e in d.iterall() if e.tag.is_private]
    assert d.RequestAttributesSequence[0].RequestedProcedureID == "R1" and "SmallestImagePixelValue" not in d


def test_a_chinese_label_is_written_so_that_every_name_still_reads():
    before, after = changed_scan()
    mark = Mark(label="人工合成", seed="7", description="一枚虚拟结节", made=MARK.made, aigc={"Label": "1"})
    data = next(iter(written(small_ct.series(before), after, mark=mark).values()))
    d = read(data)
    assert d.SpecificCharacterSet == "ISO_IR 192" and str(d.PatientName) == "Prüfer^Anna"
    assert d.SeriesDescription == "人工合成 一枚虚拟结节" and mark_of(d)["AIGC"] == {"Label": "1"}


def test_a_clock_in_another_zone_is_written_in_the_objects_own_zone():
    before, after = changed_scan()
    sources = []
    for k in range(6):
        d = small_ct.dataset(before[k], k)
        d.TimezoneOffsetFromUTC = "+0000"
        sources.append(small_ct.as_bytes(d))
    d = read(next(iter(written(sources, after).values())))
    assert (d.ContentDate, d.ContentTime) == ("20260701", "013000")


@pytest.mark.parametrize("chinese", [False, True])
def test_dciodvfy_finds_no_error(tmp_path, chinese):
    before, after = changed_scan()
    mark = Mark(label="人工合成" if chinese else "SYNTHETIC", seed="7", description="nodule", made=MARK.made)
    assert complaints(small_ct.series(before)[0], tmp_path) == []
    assert [complaints(data, tmp_path) for data in written(small_ct.series(before), after, mark=mark).values()] == [[]] * 6


def code_of(files, after, **changes):
    with pytest.raises(InvalidInput) as caught:
        written(files, after, **changes)
    assert caught.value.where is not None and caught.value.fix
    return caught.value.code


def test_a_change_outside_the_box_is_refused():
    before, after = changed_scan()
    after[0, 0, 0] += 1
    assert code_of(small_ct.series(before), after) == "XL-DICOM-506"


def test_a_number_the_file_cannot_store_is_refused():
    before, after = changed_scan()
    after[3, 6, 7] = -1100
    assert code_of(small_ct.series(before), after) == "XL-DICOM-507"
    broken = after.astype(np.float32)
    broken[3, 6, 7] = np.nan
    assert code_of(small_ct.series(before), broken) == "XL-DICOM-507"


def test_a_volume_of_another_place_order_or_size_is_refused():
    before, after = changed_scan()
    files = small_ct.series(before)
    assert code_of(files[:-1], after) == "XL-DICOM-503"
    assert code_of([*files[:-1], files[0]], after) == "XL-DICOM-503"
    assert code_of(files, after[:, :, ::2]) == "XL-DICOM-504"
    moved = small_ct.volume(after)
    moved.affine[2, 3] += 1.2
    with pytest.raises(InvalidInput, match="XL-DICOM-503"):
        dict(write_series(files, moved, mark=MARK, changed=None))
    mirrored = small_ct.volume(after)
    mirrored.affine[0, 2] *= -1
    with pytest.raises(InvalidInput, match="XL-DICOM-503"):
        dict(write_series(files, mirrored, mark=MARK, changed=None))


def test_a_file_without_a_place_or_with_many_frames_is_refused():
    before, after = changed_scan()
    placeless = small_ct.dataset(before[5], 5)
    del placeless.ImagePositionPatient
    assert code_of([*small_ct.series(before)[:-1], small_ct.as_bytes(placeless)], after) == "XL-DICOM-502"
    frames = small_ct.dataset(before[5], 5)
    frames.NumberOfFrames = 2
    frames.PixelData *= 2
    assert code_of([*small_ct.series(before)[:-1], small_ct.as_bytes(frames)], after) == "XL-DICOM-505"


def test_a_path_serves_as_well_as_bytes(tmp_path):
    before, after = changed_scan()
    sources = small_ct.series(before)
    paths = [tmp_path / f"{n}.dcm" for n in range(6)]
    for path, data in zip(paths, sources, strict=True):
        path.write_bytes(data)
    assert written(paths, after) == written(sources, after)
    assert [header_bytes(p) for p in paths] == [header_bytes(s) for s in sources]
    assert read(header_bytes(paths[0])).PatientID == "P1" and len(header_bytes(paths[0])) < 2000
    assert code_of([*paths[:-1], tmp_path / "none"], after) == "XL-DICOM-501"


def test_dcmtk_reads_the_files(tmp_path):
    if shutil.which("dcmdump") is None:
        pytest.skip("dcmdump (dcmtk) is not present")
    before, after = changed_scan()
    path = tmp_path / "one.dcm"
    path.write_bytes(next(iter(written(small_ct.series(before), after).values())))
    done = subprocess.run(["dcmdump", "-q", "+P", "0020,000e", "+P", "0008,103e", str(path)], capture_output=True, text=True)
    assert done.returncode == 0 and "2.25." in done.stdout and "SYNTHETIC one virtual nodule" in done.stdout, done.stderr


def test_files_of_another_series_at_the_same_place_are_refused():
    before, after = changed_scan()
    files = small_ct.series(before)
    stranger = small_ct.dataset(before[2], 2)
    stranger.SOPInstanceUID = "1.2.3.4"
    files[2] = small_ct.as_bytes(stranger)
    assert code_of(files, after) == "XL-DICOM-509"


def test_what_is_no_plain_image_is_refused_with_its_reason():
    before, after = changed_scan()
    files = small_ct.series(before)
    assert code_of([*files[:-1], b"not a file"], after) == "XL-DICOM-003"
    colour = small_ct.dataset(before[5], 5)
    colour.PhotometricInterpretation = "PALETTE COLOR"
    assert code_of([*files[:-1], small_ct.as_bytes(colour)], after) == "XL-DICOM-505"
    flat = small_ct.dataset(before[5], 5)
    flat.RescaleSlope = 0
    assert code_of([*files[:-1], small_ct.as_bytes(flat)], after) == "XL-DICOM-505"
    short = small_ct.dataset(before[5], 5)
    short.PixelData = short.PixelData[:-2]
    assert code_of([*files[:-1], small_ct.as_bytes(short)], after) == "XL-DICOM-508"


@pytest.mark.parametrize(
    "change", [{"label": ""}, {"label": "x" * 41}, {"description": "a\\b"}, {"made": "2026-07-01"}, {"made": "today"}, {"seed": "x" * 2000}]
)
def test_a_mark_that_cannot_be_written_is_refused(change):
    before, after = changed_scan()
    mark = Mark(**({"label": "SYNTHETIC", "seed": "7", "description": "d", "made": MARK.made} | change))
    assert code_of(small_ct.series(before), after, mark=mark) in ("XL-DICOM-510", "XL-DICOM-511")
