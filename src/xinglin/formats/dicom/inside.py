"""The limited reading process: the only place where a stranger's bytes are parsed and decoded.

It sets itself bounds of memory, processor time and files before it looks at anything; if a file breaks it, it dies alone
and the house says which file it was. Started by `process.py`, never imported by the rest.
"""

from __future__ import annotations

import mmap
import os
import resource
import socket
import sys
from hashlib import blake2b
from typing import TYPE_CHECKING

from xinglin.formats.dicom.elements import DEFLATED, Dataset, File, read_elements
from xinglin.formats.dicom.header import Header, header_from
from xinglin.formats.dicom.image import Image, Instance, image_from
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much, wrong
from xinglin.formats.dicom.messages import Decode, Gone, Look, Made, Seen, Source, receive, send
from xinglin.formats.dicom.tags import TAGS
from xinglin.formats.dicom.values import uid, words
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.formats.dicom.pixels import Located, Table

_PAGE = os.sysconf("SC_PAGE_SIZE")
Fault = tuple[str, str, str, str, str, str]


class Kept:
    """A file held for decoding."""

    def __init__(self, block: mmap.mmap, file: File, image: Image | None) -> None:
        self.block, self.file, self.image = block, file, image
        self.located: Located | None = None
        self.table: Table | None = None


def main(descriptor: int) -> None:
    """Answers messages until the line closes."""
    line = socket.socket(fileno=descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    kept: list[Kept | None] = []
    limits = DEFAULT_LIMITS
    while True:
        try:
            message, handle = receive(line)
        except Gone:
            return
        if isinstance(message, Look):
            limits = message.limits
            kept.clear()
            for source in message.sources:
                _bound(limits)
                instance, held = look(source, handle, limits, keep=message.keep)
                if message.keep:
                    kept.append(held)
                send(line, Seen(instance))
        elif isinstance(message, Decode):
            if message.kind in ("int16", "int32", "float32"):
                import numpy as np  # noqa: F401 - before the bound on memory is set
            for place, (source_index, frame) in enumerate(message.frames):
                _bound(limits)
                send(line, _made(kept, source_index, frame, message.kind, handle, place))
        if handle is not None:
            os.close(handle)


def _bound(limits: Limits) -> None:
    """A few seconds of processor time and so much more memory from here on."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(usage.ru_utime + usage.ru_stime) + 1 + limits.cpu_seconds
    _lower(resource.RLIMIT_CPU, seconds)
    with open("/proc/self/statm", "rb") as numbers:
        now = int(numbers.read().split()[0]) * _PAGE
    _lower(resource.RLIMIT_AS, now + limits.memory_bytes)


def _lower(which: int, wanted: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def fault_of(error: XinglinError) -> Fault:
    """An error as it travels."""
    return error.code, error.what, error.where, error.why, error.fix, type(error).__name__


def look(source: Source, handle: int | None, limits: Limits, *, keep: bool) -> tuple[Instance, Kept | None]:
    """The header and image of one file, with the fault that keeps it from use, if any."""
    header = Header()
    try:
        raised = _bounded_size(source, handle, limits)
        block = _mapped(source, handle, raised)
        try:
            file = read_elements(memoryview(block), limits)
            header = _lenient_header(file)
            if file.fault is not None:
                raise file.fault
            header = header_from(file.dataset, file.syntax)
            image = image_from(file.dataset, words(file.dataset, "SpecificCharacterSet"), limits)
            held = Kept(block, file, image) if keep else None
            if held and image:
                _prepare(held, limits)
            return Instance(header=header, image=image, references=_references(file.dataset)), held
        finally:
            if not keep and hasattr(block, "madvise"):
                block.madvise(mmap.MADV_DONTNEED)
    except XinglinError as error:
        return Instance(header=header, error=fault_of(error)), None
    except (MemoryError, OverflowError):
        return Instance(header=header, error=fault_of(_no_memory())), None
    except RecursionError:
        return Instance(header=header, error=fault_of(too_much(7, "sequences are nested too deep"))), None


def _no_memory() -> XinglinError:
    return too_much(15, "the file asks for more memory than it may", fix="ask for a smaller or an uncompressed export")


def _bounded_size(source: Source, handle: int | None, limits: Limits) -> int:
    try:
        size = source.length if not source.path else os.stat(source.path).st_size
    except OSError as error:
        raise wrong(1, "the file cannot be opened", why=type(error).__name__, fix="look at its permissions") from None
    if size > limits.file_bytes:
        raise too_much(2, "the file is larger than is read", why=f"{size} bytes, the limit is {limits.file_bytes}")
    if size < 16:
        raise wrong(3, "this is not a DICOM file", why=f"it has {size} bytes")
    return size


def _mapped(source: Source, handle: int | None, size: int) -> mmap.mmap:
    """The file's bytes, without reading them all; room for them is added to the bound on memory."""
    _lower(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS)[0] + size + _PAGE)
    try:
        if not source.path:
            assert handle is not None
            return mmap.mmap(handle, size, access=mmap.ACCESS_READ, offset=source.start)
        opened = os.open(source.path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            return mmap.mmap(opened, size, access=mmap.ACCESS_READ)
        finally:
            os.close(opened)
    except (OSError, ValueError) as error:
        raise wrong(1, "the file cannot be opened", why=type(error).__name__, fix="look at its permissions") from None


def _lenient_header(file: File) -> Header:
    """At least the identifiers, so that a damaged file can be named as a part of its series."""
    found = {}
    for name, keyword in (("series_uid", "SeriesInstanceUID"), ("study_uid", "StudyInstanceUID"), ("instance_uid", "SOPInstanceUID"), ("sop_class", "SOPClassUID")):
        try:
            found[name] = uid(file.dataset, keyword)
        except XinglinError:
            found[name] = ""
    return Header(**found)


def _references(dataset: Dataset) -> tuple[str, ...]:
    """The files a DICOMDIR lists, as relative paths."""
    found = []
    for item in dataset.items_of(TAGS["DirectoryRecordSequence"][0]):
        parts = words(item, "ReferencedFileID")
        if parts:
            found.append("/".join(parts))
    return tuple(found)


def _prepare(held: Kept, limits: Limits) -> None:
    from xinglin.formats.dicom.pixels import locate, modality_table

    assert held.image is not None
    held.located = locate(held.file.dataset, held.file.syntax, held.image.form)
    if held.image.planes and held.image.planes[0].table and TAGS["ModalityLUTSequence"][0] in held.file.dataset.elements:
        held.table = modality_table(held.file.dataset, held.image.form, limits)


def _made(kept: list[Kept | None], source: int, frame: int, kind: str, handle: int | None, place: int) -> Made:
    try:
        held = kept[source]
        if held is None or held.located is None:
            raise wrong(40, "the file holds no image")
        return _decoded(held, frame, kind, handle, place)
    except XinglinError as error:
        return Made(error=fault_of(error))
    except (MemoryError, OverflowError):
        return Made(error=fault_of(_no_memory()))


def _decoded(held: Kept, frame: int, kind: str, handle: int | None, place: int) -> Made:
    from xinglin.formats.dicom.pixels import looked_up, stored_numbers

    assert held.image and held.located
    stored, lossy = stored_numbers(held.located, frame)
    if kind == "digest":
        plain = stored.astype(stored.dtype.newbyteorder("<"), copy=False)
        return Made(digest=blake2b(plain.tobytes(), digest_size=16).digest())
    if kind == "stored":
        _write(handle, stored.astype("u1"), place)
        return Made(lossy=lossy)
    plane = held.image.planes[frame]
    if held.table:
        values, misfit = _fitted(looked_up(stored, held.table), 1.0, 0.0, kind)
    else:
        values, misfit = _fitted(stored, 1.0 if plane.slope is None else plane.slope, plane.intercept or 0.0, kind)
    if not misfit:
        _write(handle, values, place)
    if held.file.syntax != DEFLATED and hasattr(held.block, "madvise"):
        held.block.madvise(mmap.MADV_DONTNEED)  # the pages are in the result now
    return Made(lossy=lossy, misfit=misfit, table_kind=held.table.kind if held.table else "")


def _fitted(stored: NDArray[np.integer], slope: float, intercept: float, kind: str) -> tuple[NDArray[np.generic], str]:
    """stored x slope + intercept as `kind`, or the kind it would need."""
    import numpy as np

    if kind == "float32":
        return (stored * np.float64(slope) + intercept).astype(np.float32), ""
    if slope != int(slope) or intercept != int(intercept) or abs(slope) > 65536 or abs(intercept) > 1 << 30:
        return stored, "float32"
    ends = [int(stored.min()) * int(slope) + int(intercept), int(stored.max()) * int(slope) + int(intercept)]
    for name, bits in (("int16", 15), ("int32", 31)):
        if -(1 << bits) <= min(ends) and max(ends) < 1 << bits:
            if name == "int32" and kind == "int16":
                return stored, "int32"
            break
    else:
        return stored, "float32"
    if slope == 1 and kind == "int16":  # sums modulo 65536 that end within the range are right
        return (stored.astype(np.uint16) + np.uint16(int(intercept) & 0xFFFF)).view(np.int16), ""
    return (stored.astype(np.int64) * int(slope) + int(intercept)).astype(kind), ""


def _write(handle: int | None, values: NDArray[np.generic], place: int) -> None:
    import numpy as np

    assert handle is not None
    data = memoryview(np.ascontiguousarray(values)).cast("B")
    at = place * len(data)
    while len(data):
        written = os.pwrite(handle, data, at)
        data, at = data[written:], at + written


if __name__ == "__main__":
    main(int(sys.argv[1]))
