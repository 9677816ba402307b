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
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from xinglin.formats.dicom.elements import DEFLATED, Dataset, File, read_elements, unpacked
from xinglin.formats.dicom.header import Header, header_from
from xinglin.formats.dicom.image import Image, image_from
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much, wrong
from xinglin.formats.dicom.messages import Decode, Gone, Look, Made, Seen, Source, receive, send
from xinglin.formats.dicom.outlines import outlines_from
from xinglin.formats.dicom.tags import TAGS
from xinglin.formats.dicom.values import uid, words
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.formats.dicom.pixels import Located, Table

_PAGE = os.sysconf("SC_PAGE_SIZE")
Fault = tuple[str, str, str, str, str, str]


class Kept(NamedTuple):
    """An image that may be decoded: where it came from, where its pixels lie, and what its numbers mean."""

    source: Source
    size: int
    image: Image
    located: Located
    table: Table | None


class Desk:
    """What the process holds between messages: the images of the last look, and the bytes of the one it decodes."""

    def __init__(self) -> None:
        self.limits = DEFAULT_LIMITS
        self.kept: list[Kept | None] = []
        self.handle: int | None = None  # of the given bytes
        self._open: tuple[int, memoryview] | None = None

    def new(self, limits: Limits, handle: int | None) -> None:
        """Forgets everything."""
        if self.handle is not None:
            os.close(self.handle)
        self.limits, self.handle, self._open = limits, handle, None
        self.kept.clear()

    def bytes_of(self, index: int, kept: Kept) -> memoryview:
        """The (inflated) bytes of an image, mapped anew; the ones before are let go."""
        if self._open is None or self._open[0] != index:
            self._open = None
            if not kept.source.length and os.stat(kept.source.path).st_size != kept.size:
                raise wrong(1, "the file changed while it was read", fix="read it again when nobody writes to it")
            data = memoryview(_mapped(kept.source, self.handle, kept.size))
            self._open = index, unpacked(data, self.limits) if kept.located.syntax == DEFLATED else data
        return self._open[1]


def main(descriptor: int) -> None:
    """Answers messages until the line closes."""
    line = socket.socket(fileno=descriptor)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    desk = Desk()
    while True:
        try:
            message, handle = receive(line)
        except Gone:
            return
        if isinstance(message, Look):
            _look_at_all(line, desk, message, handle)
        elif isinstance(message, Decode):
            for position, (index, frame) in enumerate(message.frames):
                _bound(desk.limits)
                made = _made(desk, index, frame, message.kind, handle, position)
                send(line, made)
                if made.error or made.misfit:
                    break
            if handle is not None:
                os.close(handle)


def _look_at_all(line: socket.socket, desk: Desk, message: Look, handle: int | None) -> None:
    desk.new(message.limits, handle)
    if message.keep:
        import numpy as np  # noqa: F401 - before the bound on memory is set
    for source in message.sources:
        _bound(message.limits)
        instance, kept = look(source, handle, message.limits, keep=message.keep, pictures=message.pictures)
        if message.keep:
            desk.kept.append(kept)
        send(line, Seen(instance))


_bounded_at = 0.0


def _bound(limits: Limits) -> None:
    """A few seconds of processor time and so much more memory from here on.

    The processor's bound is moved at most twice a second: asking for the time used is slow, and in half a second no more
    than half a second is used.
    """
    global _bounded_at
    now = time.monotonic()
    if now - _bounded_at > 0.5:
        _bounded_at = now
        usage = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + 1 + limits.cpu_seconds)
    with open("/proc/self/statm", "rb") as numbers:
        used = int(numbers.read().split()[0]) * _PAGE
    _lower(resource.RLIMIT_AS, used + limits.memory_bytes)


def _lower(which: int, wanted: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def fault_of(error: XinglinError) -> Fault:
    """An error as it travels."""
    return error.code, error.what, error.where, error.why, error.fix, type(error).__name__


def look(source: Source, handle: int | None, limits: Limits, *, keep: bool, pictures: bool = False) -> tuple[Instance, Kept | None]:
    """The header and image of one file, with the fault that keeps it from use, if any."""
    header = Header()
    try:
        size = _bounded_size(source, limits)
        file = read_elements(memoryview(_mapped(source, handle, size)), limits)
        header = _identifiers(file)
        if file.fault is not None:
            raise file.fault
        header = header_from(file.dataset, file.syntax)
        image = image_from(file.dataset, words(file.dataset, "SpecificCharacterSet"), limits)
        kept = _kept(source, size, file, image, limits, pictures=pictures) if keep and image else None
        outlines = outlines_from(file.dataset, words(file.dataset, "SpecificCharacterSet"), image.form if image else None) if keep else None
        return Instance(header=header, image=image, references=_references(file.dataset), outlines=outlines), kept
    except XinglinError as error:
        return Instance(header=header, error=fault_of(error)), None
    except (MemoryError, OverflowError):
        return Instance(header=header, error=fault_of(_no_memory())), None
    except RecursionError:
        return Instance(header=header, error=fault_of(too_much(7, "sequences are nested too deep"))), None


def _no_memory() -> XinglinError:
    return too_much(15, "the file asks for more memory than it may", fix="ask for a smaller or an uncompressed export")


def _bounded_size(source: Source, limits: Limits) -> int:
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


def _identifiers(file: File) -> Header:
    """At least the identifiers, so that a damaged file can be named as a part of its series."""
    found = {}
    for name, keyword in (
        ("series_uid", "SeriesInstanceUID"),
        ("study_uid", "StudyInstanceUID"),
        ("instance_uid", "SOPInstanceUID"),
        ("sop_class", "SOPClassUID"),
    ):
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


def _kept(source: Source, size: int, file: File, image: Image, limits: Limits, *, pictures: bool) -> Kept:
    from xinglin.formats.dicom.pixels import locate, modality_table

    located = locate(file.dataset, file.syntax, image.form, photographic=pictures)
    has_table = TAGS["ModalityLUTSequence"][0] in file.dataset.elements
    return Kept(source, size, image, located, modality_table(file.dataset, image.form, limits) if has_table else None)


def _made(desk: Desk, index: int, frame: int, kind: str, handle: int | None, position: int) -> Made:
    try:
        kept = desk.kept[index]
        if kept is None:
            raise wrong(40, "the file holds no image")
        return _decoded(kept, desk.bytes_of(index, kept), frame, kind, handle, position)
    except XinglinError as error:
        return Made(error=fault_of(error))
    except (MemoryError, OverflowError):
        return Made(error=fault_of(_no_memory()))


def _decoded(kept: Kept, data: memoryview, frame: int, kind: str, handle: int | None, position: int) -> Made:
    from xinglin.formats.dicom.pixels import looked_up, stored_numbers

    if kind == "shown":
        from xinglin.formats.dicom.shown_pixels import shown_pixels

        _write(handle, shown_pixels(kept.located, data, frame), position)
        return Made()
    stored, lossy = stored_numbers(kept.located, data, frame)
    if kind == "digest":
        plain = stored.astype(stored.dtype.newbyteorder("<"), copy=False)
        return Made(digest=blake2b(plain.tobytes(), digest_size=16).digest())
    if kind == "stored":
        _write(handle, stored.astype("u1"), position)
        return Made(lossy=lossy)
    plane = kept.image.planes[frame]
    if kept.table:
        values, misfit = _fitted(looked_up(stored, kept.table), 1.0, 0.0, kind)
    else:
        values, misfit = _fitted(stored, 1.0 if plane.slope is None else plane.slope, plane.intercept or 0.0, kind)
    if not misfit:
        _write(handle, values, position)
    return Made(lossy=lossy, misfit=misfit, table_kind=kept.table.kind if kept.table else "")


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
    data = np.ascontiguousarray(values).data.cast("B")
    at = place * len(data)
    while len(data):
        written = os.pwrite(handle, data, at)
        data, at = data[written:], at + written


if __name__ == "__main__":
    main(int(sys.argv[1]))
