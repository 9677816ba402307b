"""Damaged originals never crash a writer: what comes is a file, or a typed error that says what is wrong."""

import random

import numpy as np
import small_ct
from small_ct import MADE, MARK
from test_dicom_write_report import lesion
from test_dicom_write_segmentation import segment

from xinglin.formats.dicom.marks import Mark
from xinglin.formats.dicom.original_slices import header_bytes
from xinglin.formats.dicom.write_capture import write_capture
from xinglin.formats.dicom.write_report import write_measurements
from xinglin.formats.dicom.write_segmentation import write_segmentation
from xinglin.formats.dicom.write_series import write_series
from xinglin.records.errors import XinglinError

SCAN = small_ct.hounsfield()
WHOLE = [small_ct.series(SCAN), [small_ct.as_bytes(small_ct.dataset(SCAN[k], k), "1.2.840.10008.1.2") for k in range(6)]]
CHINESE = Mark(label="人工", seed="7", description="结节", made=MADE)
PICTURE = np.zeros((40, 90, 3), np.uint8)


def damaged(draw):
    files, k = list(draw.choice(WHOLE)), draw.randrange(6)
    data = bytearray(files[k])
    for _ in range(draw.choice((1, 1, 2, 6))):
        data[draw.randrange(132, len(data) - 640)] = draw.choice((0, 255, 127, 92, 32, 65, 49, draw.randrange(256)))
    files[k] = bytes(data)
    return files, k


def test_every_writer_gives_a_file_or_a_typed_error():
    draw, grid, codes = random.Random(5), small_ct.volume(SCAN), set()
    for turn in range(250):
        files, k = damaged(draw)
        mark = CHINESE if turn % 5 == 0 else MARK
        jobs = [lambda: list(write_series(files, grid, mark=mark, changed=None)), lambda: header_bytes(files[k])]  # noqa: B023
        if turn % 8 == 0:
            jobs += [
                lambda: write_segmentation(files, grid, [segment()], mark=mark, omit_empty_frames=False),  # noqa: B023
                lambda: write_measurements(files, [lesion()], mark=mark),  # noqa: B023
                lambda: write_capture(PICTURE, files[k], mark=MARK),  # noqa: B023
            ]
        for job in jobs:
            try:
                assert job()
            except XinglinError as error:
                codes.add(error.code)
    assert len(codes) > 5
