"""Segmentations and contours of others lie on the grid of a volume where their geometry says, or are refused."""

import dicom_examples as made
import numpy as np
import pytest

from xinglin.formats.dicom import ReadingProcess, read_series, segment_masks
from xinglin.records.errors import InvalidInput

SHAPE = (5, made.ROWS, made.COLUMNS)


@pytest.fixture(scope="module")
def process():
    with ReadingProcess() as one:
        yield one


@pytest.fixture(scope="module")
def volume(process):
    return read_series(made.series(), process=process)


def blob(seed):
    return np.random.default_rng(seed).random((made.ROWS, made.COLUMNS)) > 0.7


def whole(some):
    found = np.zeros(SHAPE, bool)
    for n, mask in some.items():
        found[n] = mask
    return found


@pytest.mark.parametrize("syntax", [made.EXPLICIT, made.IMPLICIT, made.DEFLATED])
def test_sparse_and_overlapping_segments_keep_their_own_voxels(process, volume, syntax):
    masks = {1: {0: blob(1), 3: blob(2)}, 7: {3: blob(3), 1: blob(4)}}
    first, second = segment_masks(made.written(made.segmentation(masks), syntax), volume, process=process)
    assert np.array_equal(first.whole(SHAPE), whole(masks[1])) and np.array_equal(second.whole(SHAPE), whole(masks[7]))
    assert (first.whole(SHAPE) & second.whole(SHAPE)).any()
    assert (first.number, second.number, second.label, second.type_code) == (1, 7, "part 7", ("M-01", "99HOUSE", "invented"))
    outline = first.outline()
    bits = np.unpackbits(np.frombuffer(outline.bits, np.uint8), count=int(np.prod(outline.shape))).reshape(outline.shape)
    assert np.array_equal(bits.astype(bool), first.mask) and outline.start == first.start


def test_frames_that_do_not_end_on_a_byte_are_read(process, volume):
    small = np.random.default_rng(8).random((7, 9)) > 0.5
    data = made.segmentation({1: {0: small, 1: ~small, 2: small}})
    (mask,) = segment_masks(made.written(data), volume, process=process)
    expected = np.zeros(SHAPE, bool)
    expected[0, :7, :9], expected[1, :7, :9], expected[2, :7, :9] = small, ~small, small
    assert np.array_equal(mask.whole(SHAPE), expected)


def test_fractions_are_shares_of_the_stated_most(process, volume):
    share = np.round(np.random.default_rng(5).random((made.ROWS, made.COLUMNS)) * 200) / 200
    (mask,) = segment_masks(made.written(made.segmentation({1: {2: share}}, fractional=True)), volume, process=process)
    rows, columns = slice(mask.start[1], mask.start[1] + mask.mask.shape[1]), slice(mask.start[2], mask.start[2] + mask.mask.shape[2])
    assert mask.start[0] == 2 and np.allclose(mask.fraction[0], share[rows, columns])
    assert np.array_equal(mask.mask[0], share[rows, columns] >= 0.5)


def test_a_smaller_field_is_laid_where_it_belongs_and_what_is_outside_is_told(process, volume):
    small = np.ones((4, 5), bool)
    data = made.segmentation({1: {1: small}})
    data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [-100.0 + 0.5 * 6, -120.5 + 0.75 * 3, 32.5]
    (mask,) = segment_masks(made.written(data), volume, process=process)
    assert mask.start == (1, 3, 6) and mask.mask.shape == (1, 4, 5) and mask.mask.all() and mask.notes == ()
    data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [-100.0 - 0.5 * 2, -120.5, 32.5]
    (mask,) = segment_masks(made.written(data), volume, process=process)
    assert mask.mask.shape == (1, 4, 3) and "outside" in mask.notes[0]


def test_a_segmentation_between_the_slices_is_refused(process, volume):
    data = made.segmentation({1: {1: blob(1)}})
    data.PerFrameFunctionalGroupsSequence[0].PlanePositionSequence[0].ImagePositionPatient = [-100.0, -120.5, 33.5]
    with pytest.raises(InvalidInput) as caught:
        segment_masks(made.written(data), volume, process=process)
    assert caught.value.code == "XL-DICOM-142"


def test_a_segmentation_of_another_frame_of_reference_is_refused(process, volume):
    with pytest.raises(InvalidInput) as caught:
        segment_masks(made.written(made.segmentation({1: {1: blob(1)}}, FrameOfReferenceUID="1.2.3")), volume, process=process)
    assert caught.value.code == "XL-DICOM-141"


def test_a_frame_of_an_undescribed_segment_is_refused(process, volume):
    data = made.segmentation({1: {1: blob(1)}})
    data.PerFrameFunctionalGroupsSequence[0].SegmentIdentificationSequence[0].ReferencedSegmentNumber = 4
    with pytest.raises(InvalidInput) as caught:
        segment_masks(made.written(data), volume, process=process)
    assert caught.value.code == "XL-DICOM-140"


def test_a_label_map_gives_each_number_its_segment(process, volume):
    labels = np.random.default_rng(4).integers(0, 3, (made.ROWS, made.COLUMNS)).astype(np.uint8)
    data = made.segmentation({1: {2: labels}, 2: {2: labels}}, SegmentationType="LABELMAP", NumberOfFrames="1")
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelData = 8, 8, 7, labels.tobytes()
    del data.PerFrameFunctionalGroupsSequence[1], data.PerFrameFunctionalGroupsSequence[0].SegmentIdentificationSequence
    first, second = segment_masks(made.written(data), volume, process=process)
    assert np.array_equal(first.whole(SHAPE)[2], labels == 1) and np.array_equal(second.whole(SHAPE)[2], labels == 2)


def test_a_segmentation_in_colour_is_not_understood(process, volume):
    with pytest.raises(InvalidInput) as caught:
        segment_masks(made.written(made.segmentation({1: {1: blob(1)}}, PhotometricInterpretation="MONOCHROME6")), volume, process=process)
    assert caught.value.code == "XL-DICOM-140"


def test_a_ct_is_no_segmentation(process, volume):
    with pytest.raises(InvalidInput) as caught:
        segment_masks(made.written(made.slice_of(0)), volume, process=process)
    assert caught.value.code == "XL-DICOM-143"


def square(low, high, z):
    x0, x1, y0, y1 = (-100 + 0.5 * low, -100 + 0.5 * high, -120.5 + 0.75 * low, -120.5 + 0.75 * high)
    return [x0, y0, z, x1, y0, z, x1, y1, z, x0, y1, z]


def structure(contours):
    return made.plainly(made.structure_set(contours))


def test_contours_are_filled_and_an_inner_contour_is_a_hole(process, volume):
    raw = structure([square(4.5, 20.5, 35.0), square(9.5, 12.5, 35.0)])
    (mask,) = segment_masks(raw, volume, process=process)
    expected = np.zeros(SHAPE, bool)
    expected[2, 5:21, 5:21] = True
    expected[2, 10:13, 10:13] = False
    assert np.array_equal(mask.whole(SHAPE), expected) and mask.label == "ring" and mask.method == "RT Structure Set"


def test_a_contour_off_the_slices_is_refused_and_one_beyond_the_volume_is_told(process, volume):
    with pytest.raises(InvalidInput) as caught:
        segment_masks(structure([square(4, 9, 36.0)]), volume, process=process)
    assert caught.value.code == "XL-DICOM-142"
    (mask,) = segment_masks(structure([square(4.5, 9.5, 35.0), square(4, 9, 70.0)]), volume, process=process)
    assert mask.mask.sum() == 25 and "outside" in mask.notes[0]


def test_a_segmentation_that_highdicom_writes_is_read_back(process, volume):
    pytest.importorskip("highdicom")
    rng = np.random.default_rng(0).random((made.ROWS, made.COLUMNS)) > 0.5
    import io

    import highdicom
    import pydicom
    from pydicom.sr.codedict import codes

    sources = [pydicom.dcmread(io.BytesIO(raw)) for raw in reversed(made.series())]
    for source in sources:
        source.StudyID, source.ReferringPhysicianName, source.PositionReferenceIndicator, source.AccessionNumber = "1", "", "", ""
    description = highdicom.seg.SegmentDescription(
        1, "nodule", codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Nodule, highdicom.seg.SegmentAlgorithmTypeValues.MANUAL
    )
    pixels = np.zeros(SHAPE, np.uint8)
    pixels[1] = rng
    seg = highdicom.seg.Segmentation(
        sources,
        pixels,
        highdicom.seg.SegmentationTypeValues.BINARY,
        [description],
        f"{made.ROOT}.8",
        1,
        f"{made.ROOT}.8.1",
        1,
        "X",
        "Y",
        "1",
        "1",
    )
    out = io.BytesIO()
    seg.save_as(out)
    (mask,) = segment_masks(out.getvalue(), volume, process=process)
    assert np.array_equal(mask.whole(SHAPE), pixels.astype(bool)) and mask.label == "nodule"
