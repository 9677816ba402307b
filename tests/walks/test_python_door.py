"""The same road in Python."""

import json

import numpy as np
import pytest

import xinglin as xl
from xinglin.formats.nifti.writing import write_nifti
from xinglin.records.errors import Refused, UsageError


def test_five_lines_of_python_make_and_save_a_draft(home, record, tmp_path):
    chart = xl.take_in(record)
    draft = xl.make("case-summary", chart, lang="zh", as_of="2026-07-01")
    page, data = draft.save(tmp_path / "out")
    assert page.exists() and data.exists() and "未签发" in page.read_text(encoding="utf-8")
    assert draft.facts and all(s.faithful == "supported" for s in draft)


def test_a_draft_is_signed_and_released_in_python(home, record, tmp_path):
    draft = xl.make("lab-report", xl.take_in(record), as_of="2026-07-01")
    try:
        draft.release(tmp_path / "out")
        raise AssertionError("an unsigned draft was released")
    except Refused as refusal:
        assert refusal.exit_code == 5
    draft.sign("dr.li", "correct horse battery")
    assert {f.path for f in draft.release(tmp_path / "out").files} == {p.name for p in (tmp_path / "out").iterdir()}


def test_any_text_is_checked_against_a_chart(home, record):
    chart = xl.take_in(record)
    judged = xl.check("The patient had a heart transplantation.", chart)
    assert not judged.sound


@pytest.fixture
def somebody(tmp_path):
    """A made-up person without images; artificial ones are their own."""
    mark = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    path = tmp_path / "somebody.json"
    path.write_text(json.dumps({"resourceType": "Patient", "id": "p9", "meta": {"security": [mark]}, "name": [{"family": "Muster"}]}))
    return path


def test_a_scan_is_changed_marked_measured_and_seen_in_python(home, somebody, tmp_path):
    files = xl.phantom(tmp_path / "ct", seed=2, slices=75, pixels=128, spacing_mm=(4.0, 2.7, 2.7))
    assert len(files) == 75
    alone = xl.take_in(tmp_path / "ct")
    volume = xl.volume(alone, series=1)
    assert volume.voxels.shape == (75, 128, 128) and volume.unit == "HU" and volume.synthetic
    draft = xl.make("virtual-nodule", alone, options={"diameter_mm": "16", "side": "right"})
    edit = draft.image_edit
    assert edit is not None and edit.series_uid == xl.images(alone).series[0].uid
    (picture,) = draft.pictures
    assert picture.png.startswith(b"\x89PNG") and picture.caption
    changed = edit.applied_to(volume)
    assert (changed.voxels != volume.voxels).any() and changed.synthetic

    (tmp_path / "with.nii.gz").write_bytes(write_nifti(changed, label="SYNTHETIC (AI-generated)"))
    chart = xl.take_in(somebody)
    with pytest.raises(UsageError, match="whose"):
        xl.take_in(tmp_path / "with.nii.gz", unit="HU")
    chart = xl.take_in(tmp_path / "with.nii.gz", chart=chart, unit="HU", when="2026-01-15")
    assert np.array_equal(xl.volume(chart).voxels, changed.voxels)
    x, y, z = (edit.truth[f"center_{name}_mm"] for name in "xyz")
    lesion = xl.mark(chart, at=(x, y, z), name="A", by="dr.li", type="solid")
    assert lesion.measures.volume_mm3 == pytest.approx(edit.truth["volume_mm3"], rel=0.25)
    assert xl.images(chart).lesions == (lesion,) and lesion.marked_by == "dr.li"
    measured = xl.lungs(chart)
    assert -900 < measured.mean_hu < -800 and xl.lungs(chart) == measured
    report = xl.make("imaging-report", chart, lang="zh")
    assert report.image_edit is None and [one.name for one in report.pictures] == ["lesion-1"]
    assert all(one.faithful == "supported" for one in report), report.text


def test_a_draft_without_images_has_no_pictures(home, record):
    draft = xl.make("case-summary", xl.take_in(record), as_of="2026-07-01")
    assert draft.pictures == () and draft.image_edit is None
