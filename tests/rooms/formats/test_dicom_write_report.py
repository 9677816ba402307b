"""Measured lesions are written as a report that other programs read, and that says who answers for it."""

import shutil
import subprocess
from io import BytesIO

import highdicom as hd
import numpy as np
import pydicom
import pytest
import small_ct
from small_ct import MARK, complaints

from xinglin.formats.dicom.marks import Mark, Signer, mark_of
from xinglin.formats.dicom.write_report import write_measurements
from xinglin.formats.dicom.write_segmentation import Segment, write_segmentation
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lesion, LesionMeasures, Outline

ENDS = ((-16.0, -25.0, 107.5), (-8.0, -25.0, 107.5)), ((-12.0, -28.0, 107.5), (-12.0, -22.0, 107.5))
SIGNER = Signer("Li^Wei", "Red Hill Hospital", "2026-07-01T10:00:00+08:00")


def lesion(name="L1", **changes):
    measures = dict(long_axis_mm=8.0, short_axis_mm=6.0, mean_diameter_mm=7.0, volume_mm3=201.5, mean_hu=-12.25, sd_hu=30.5)
    measures |= dict(center_mm=(-12.0, -25.0, 107.5), slice_instance=f"{small_ct.SERIES}.4", slice_index=3)
    measures |= dict(long_axis_ends=ENDS[0], short_axis_ends=ENDS[1]) | changes
    return Lesion(
        source=f"Observation/lesion-{name}", name=name, series_uid=small_ct.SERIES, when="2026-01-02", seed_mm=(-12.0, -25.0, 107.5),
        measures=LesionMeasures(**measures), outline=Outline((2, 5, 6), (2, 2, 2), b"\xff"), organ="lung", side="left", lobe="left-upper",
    )  # fmt: skip


def files():
    return small_ct.series(small_ct.hounsfield())


def seg(name="L1"):
    outline = Segment("Nodule", np.ones((2, 3, 3), bool), (2, 5, 6), tracking_id=name)
    return write_segmentation(files(), small_ct.volume(small_ct.hounsfield()), [outline], mark=MARK)


def written(lesions=None, mark=MARK, **more):
    return write_measurements(files(), lesions or [lesion()], mark=mark, **more)


def numbers(data):
    """(name, derivation, value, unit) of every NUM item, in order."""

    def walk(items):
        for item in items:
            if item.ValueType == "NUM":
                measured = item.MeasuredValueSequence[0]
                how = [c.ConceptCodeSequence[0].CodeMeaning for c in item.get("ContentSequence", []) if c.ValueType == "CODE"]
                unit = measured.MeasurementUnitsCodeSequence[0].CodeValue
                yield item.ConceptNameCodeSequence[0].CodeMeaning, *how, float(measured.NumericValue), unit
            yield from walk(item.get("ContentSequence", []))

    return list(walk(pydicom.dcmread(BytesIO(data)).ContentSequence))


WANTED = {
    ("Long axis", 8.0, "mm"), ("Short axis", 6.0, "mm"), ("Diameter", "Mean", 7.0, "mm"), ("Volume", 201.5, "mm3"),
    ("Attenuation Coefficient", "Mean", -12.25, "[hnsf'U]"), ("Attenuation Coefficient", "Standard Deviation", 30.5, "[hnsf'U]"),
}  # fmt: skip


@pytest.mark.parametrize("with_outline", [False, True])
def test_every_number_reads_back_with_its_name_and_unit(with_outline):
    found = numbers(written(segmentation=seg() if with_outline else None))
    assert set(found) == WANTED and len(found) == len(WANTED)


def test_highdicom_finds_the_lesion_its_place_and_its_segment():
    outline = seg()
    report = hd.sr.srread(BytesIO(written(segmentation=outline)))
    segment = pydicom.dcmread(BytesIO(outline)).SOPInstanceUID
    (region,) = report.content.get_volumetric_roi_measurement_groups(referenced_sop_instance_uid=segment)
    assert region.tracking_identifier == "L1"
    assert region.tracking_uid == pydicom.dcmread(BytesIO(outline)).SegmentSequence[0].TrackingUID
    assert region.finding_type.meaning == "Nodule" and region.finding_sites[0].value.meaning == "Upper lobe of lung"
    assert region.finding_sites[0].laterality.meaning == "Left"
    (axes,) = report.content.get_image_measurement_groups(tracking_uid=region.tracking_uid)
    assert axes.source_images[0].referenced_sop_instance_uid == f"{small_ct.SERIES}.4"


def test_the_ends_of_the_axes_are_places_in_the_patient():
    d = pydicom.dcmread(BytesIO(written()))
    lines = []

    def walk(items):
        for item in items:
            if item.ValueType == "SCOORD3D":
                lines.append((item.GraphicType, [float(v) for v in item.GraphicData], item.ReferencedFrameOfReferenceUID))
            walk(item.get("ContentSequence", []))

    walk(d.ContentSequence)
    assert lines == [("POLYLINE", [v for end in ends for v in end], small_ct.FRAME) for ends in ENDS]


def test_it_is_verified_only_when_somebody_signed():
    draft, signed = (pydicom.dcmread(BytesIO(written(signer=s))) for s in (None, SIGNER))
    assert (draft.VerificationFlag, draft.PreliminaryFlag, "VerifyingObserverSequence" in draft) == ("UNVERIFIED", "PRELIMINARY", False)
    assert (signed.VerificationFlag, signed.PreliminaryFlag) == ("VERIFIED", "FINAL")
    verifier = signed.VerifyingObserverSequence[0]
    assert (str(verifier.VerifyingObserverName), verifier.VerificationDateTime) == ("Li^Wei", "20260701100000+0800")


def test_it_is_marked_and_belongs_to_the_patient_and_study():
    d = pydicom.dcmread(BytesIO(written(synthetic=True)))
    assert d.SyntheticData == "YES" and d.SeriesDescription.startswith("SYNTHETIC ") and mark_of(d)["seed"] == "7"
    assert d.StudyInstanceUID == small_ct.STUDY and str(d.PatientName) == "Prüfer^Anna"
    assert "SyntheticData" not in pydicom.dcmread(BytesIO(written()))


def test_the_same_input_gives_the_same_bytes():
    outline = seg()
    assert written(segmentation=outline, signer=SIGNER) == written(segmentation=outline, signer=SIGNER)
    assert written([lesion(volume_mm3=202.0)]) != written()


@pytest.mark.parametrize("label", ["SYNTHETIC", "人工合成"])
@pytest.mark.parametrize("with_outline", [False, True])
def test_dciodvfy_finds_no_error_and_dcmtk_reads_the_tree(label, with_outline, tmp_path):
    mark = Mark(label=label, seed="7", description="measures", made=MARK.made)
    two = [lesion(), lesion("L2", slice_instance="", long_axis_ends=((0.0, 0.0, 0.0),) * 2)]
    data = written(two, mark, segmentation=seg() if with_outline else None, signer=SIGNER, observer="Chen^Yu", synthetic=True)
    assert complaints(data, tmp_path) == []
    if shutil.which("dsrdump") is None:
        pytest.skip("dsrdump (dcmtk) is not present")
    path = tmp_path / "report.dcm"
    path.write_bytes(data)
    done = subprocess.run(["dsrdump", "+U8", str(path)], capture_output=True, text=True)
    assert done.returncode == 0 and "201.5" in done.stdout and "Long axis" in done.stdout, done.stderr


def test_a_report_that_would_be_wrong_is_refused():
    for change, code in [({"slice_instance": "1.2.3"}, "530"), ({"volume_mm3": float("nan")}, "531"), ({"long_axis_mm": -1.0}, "531")]:
        with pytest.raises(InvalidInput, match=f"XL-DICOM-{code}"):
            written([lesion(**change)])
    with pytest.raises(InvalidInput, match="XL-DICOM-530"):
        write_measurements(files(), [], mark=MARK)
    with pytest.raises(InvalidInput, match="XL-DICOM-532"):
        written(segmentation=files()[0])
    with pytest.raises(InvalidInput, match="XL-DICOM-510"):
        written(signer=Signer("Li^Wei", "House", "today"))
