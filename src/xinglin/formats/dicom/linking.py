"""The header of one file, for whoever links it to a person and a study.

The same limited process and the same errors as for a series; a damaged or hostile file gives no header.
"""

from __future__ import annotations

import os
from pathlib import Path

from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits
from xinglin.formats.dicom.process import ReadingProcess, error_of, sources_of


def header_of(source: Path | bytes, limits: Limits = DEFAULT_LIMITS, *, process: ReadingProcess | None = None) -> Header:
    """The fields of one file that link it to a person and a study.

    Raises InvalidInput and OutOfResources XL-DICOM-001 to 053; a fault of the pixels' description counts as well.
    `process`: a reading process to use again, when many headers are wanted.
    """
    if process is None:
        with ReadingProcess(limits) as own:
            return header_of(source, limits, process=own)
    sources, block, names = sources_of([source])  # type: ignore[list-item]
    try:
        (instance,) = process.look(sources, block=block)
    finally:
        if block is not None:
            os.close(block)
    if instance.error:
        raise error_of(instance.error, names[0])
    return instance.header
