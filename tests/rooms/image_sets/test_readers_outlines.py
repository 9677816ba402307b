"""Readers' outlines of nodules become masks: what half of them drew, slices found by their UID, nothing of other series, nothing that XML could smuggle in."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from xinglin.formats.lidc.reading import agreed, read_readers
from xinglin.intake.picture_outlines import outline_files, outlines_on
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect

SPACE = 'xmlns="http://www.nih.gov"'


def square(low: int, high: int) -> str:
    """The pixels of a square's edge."""
    corners = ((low, low), (high, low), (high, high), (low, high))
    return "".join(f"<edgeMap><xCoord>{x}</xCoord><yCoord>{y}</yCoord></edgeMap>" for x, y in corners)


def roi(uid: str, edges: str, inclusion: str = "TRUE") -> str:
    return f"<roi><imageZposition>1</imageZposition><imageSOP_UID>{uid}</imageSOP_UID><inclusion>{inclusion}</inclusion>{edges}</roi>"


def message(*readers: str, series: str = "1.2.3") -> str:
    sessions = "".join(
        f"<readingSession><unblindedReadNodule><noduleID>n</noduleID>{one}</unblindedReadNodule></readingSession>" for one in readers
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><LidcReadMessage {SPACE}><ResponseHeader><SeriesInstanceUid>{series}</SeriesInstanceUid></ResponseHeader>{sessions}</LidcReadMessage>'


def scan(series: str = "1.2.3") -> Volume:
    return Volume(np.zeros((2, 16, 20), np.int16), np.eye(4), series_uid=series, instances=("1.9.1", "1.9.2"))


def written(folder: Path, text: str) -> Path:
    path = folder / "158.xml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pixel_belongs_to_the_nodule_where_half_of_the_readers_drew_it_and_the_line_itself_does_not(tmp_path):
    path = written(tmp_path, message(roi("1.9.2", square(4, 9)), roi("1.9.2", square(4, 12)), "", ""))
    mask = agreed(read_readers(path), scan())
    assert mask is not None and not mask[0].any()
    rows, columns = np.nonzero(mask[1])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 8, 5, 8)


def test_a_hole_is_cut_out_wherever_it_stands_in_the_file(tmp_path):
    path = written(tmp_path, message(roi("1.9.1", square(8, 11), "FALSE") + roi("1.9.1", square(4, 15))))
    mask = agreed(read_readers(path), scan())
    assert mask is not None and mask[0, 5, 5] and not mask[0, 9, 9] and not mask[0, 4, 4]


def test_marks_of_one_point_are_no_outlines(tmp_path):
    point = "<edgeMap><xCoord>5</xCoord><yCoord>5</yCoord></edgeMap>"
    readers = read_readers(written(tmp_path, message(roi("1.9.1", point))))
    assert readers.readings[0].nodules == ()
    mask = agreed(readers, scan())
    assert mask is not None and not mask.any()  # read, and nothing found


def test_what_was_read_in_another_series_is_passed_over(tmp_path):
    path = written(tmp_path, message(roi("1.9.7", square(4, 9)), series="1.2.4"))
    assert outline_files(tmp_path) == (path,)
    assert outlines_on(scan(), [path]) == []
    assert outlines_on(scan(series=""), [path]) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<LidcReadMessage", "XL-LIDC-001"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><LidcReadMessage>&b;</LidcReadMessage>', "XL-LIDC-001"),
        ("<other><LidcReadMessage/></other>", "XL-LIDC-002"),
        ("", "XL-LIDC-003"),
        (message(roi("1.9.1", square(4, 9))).replace(">9<", ">nine<"), "XL-LIDC-004"),
        (message(roi("1.9.1", square(4, 40))), "XL-LIDC-004"),
    ],
)
def test_what_is_no_readers_file_is_refused_with_a_code(tmp_path, text, code):
    path = written(tmp_path, text)
    with pytest.raises(InvalidInput) as refused:
        agreed(read_readers(path), scan())
    assert refused.value.code == code and "nine" not in str(refused.value)


def test_a_collection_with_its_readers_files_beside_the_slices_becomes_a_set_with_masks():
    data = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[3] / "../shared/data")) / "dicom-lidc-lung-ct"
    if not data.exists():
        pytest.skip("shared data not present")
    found = collect(data, Asking(shape=(128, 128), masks=str(data)))
    assert found.form.masks == ("nodule",) and found.masks is not None
    assert len(found.card.persons) and sum(found.card.persons.values()) == 2
    marked = sum(bool(one.any()) for one in found.masks)
    assert 13 <= marked < len(found) and found.masks.max() == 1
