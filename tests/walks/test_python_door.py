"""The same road in Python."""

import xinglin as xl
from xinglin.records.errors import Refused


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
