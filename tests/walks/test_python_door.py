"""The same road in Python."""

import json
import re
from pathlib import Path

import msgspec
import numpy as np
import pytest
from small_chest import place_for_a_ball, with_ball

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


def test_a_nifti_scan_is_read_marked_and_measured_in_python(home, somebody, tmp_path):
    place = place_for_a_ball()
    ball = with_ball(place, 8.0)
    (tmp_path / "with.nii.gz").write_bytes(write_nifti(ball, label="PHANTOM (AI-generated)"))
    chart = xl.take_in(somebody)
    with pytest.raises(UsageError, match="whose"):
        xl.take_in(tmp_path / "with.nii.gz", unit="HU")
    chart = xl.take_in(tmp_path / "with.nii.gz", chart=chart, unit="HU", when="2026-01-15")
    volume = xl.volume(chart, series=1)
    assert np.array_equal(volume.voxels, ball.voxels) and np.allclose(volume.affine, ball.affine) and volume.synthetic
    lesion = xl.mark(chart, at=place, name="A", by="dr.li", type="solid")
    assert lesion.measures.volume_mm3 == pytest.approx(4 / 3 * np.pi * 8.0**3, rel=0.15)
    assert xl.images(chart).lesions == (lesion,) and lesion.marked_by == "dr.li"
    measured = xl.lungs(chart)
    assert -900 < measured.mean_hu < -800 and xl.lungs(chart) == measured
    report = xl.make("imaging-report", chart, lang="zh")
    assert report.image_edit is None and [one.name for one in report.pictures] == ["lesion-1"]
    assert report.pictures[0].png.startswith(b"\x89PNG") and report.pictures[0].caption
    assert all(one.faithful == "supported" for one in report), report.text
    with pytest.raises(UsageError, match="reason"):
        xl.unmark(chart, "A", reason=" ")
    assert xl.unmark(chart, "A", reason="a vessel seen end on", by="dr.wu", series=1) == (lesion,)
    assert xl.images(chart).lesions == ()


def test_a_change_of_a_scan_is_encoded_once(home, tmp_path, monkeypatch):
    encoded, encode = [], msgspec.msgpack.encode

    def counted(value):
        encoded.append(type(value).__name__)
        return encode(value)

    xl.phantom(tmp_path / "ct", slices=64, pixels=96, spacing_mm=(4.0, 3.6, 3.6))
    chart = xl.take_in(tmp_path / "ct")
    monkeypatch.setattr(msgspec.msgpack, "encode", counted)
    draft = xl.make("virtual-nodule", chart, options={"diameter_mm": "18"})
    assert encoded.count("ImageEdit") == 1 and draft.image_edit is not None


def test_a_draft_without_images_has_no_pictures(home, record):
    draft = xl.make("case-summary", xl.take_in(record), as_of="2026-07-01")
    assert draft.pictures == () and draft.image_edit is None


def test_the_example_of_the_page_runs_as_it_stands(home, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "look-up" / "python.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    seen = {}
    exec(compile(example, "docs/look-up/python.md", "exec"), seen)
    assert "(64, 96, 96)" in capsys.readouterr().out and (tmp_path / "change.png").read_bytes() == seen["draft"].pictures[0].png
    assert seen["changed"].synthetic and seen["edit"].series_uid == xl.images(seen["chart"]).series[0].uid


def test_the_page_names_every_function():
    page = (Path(__file__).parents[2] / "docs" / "look-up" / "python.md").read_text(encoding="utf-8")
    assert [name for name in xl.__all__ if f"`{name}" not in page] == []
