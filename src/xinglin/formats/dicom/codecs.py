"""Compressed pixel data to numbers: what a stream says of itself is held against the file's header before it is decoded.

Lossless JPEG is our own reader; JPEG-LS is CharLS, JPEG 2000 is OpenJPEG, both only ever called in the limited process.
A JPEG of the photographic kind (processes 1, 2 and 4) is refused: its copies of a CT decode without a fault to wrong numbers.
Sources: PS3.5 annexes A.4 and G (RLE), ITU-T T.87 (JPEG-LS), ITU-T T.800 annex A (JPEG 2000 markers).
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
from msgspec import structs
from numpy.typing import NDArray

from xinglin.formats.dicom import jpeg_lossless
from xinglin.formats.dicom.elements import DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from xinglin.formats.dicom.image import PixelForm, frame_bytes
from xinglin.formats.dicom.limits import wrong

NATIVE = (IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED)
RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
_JPEG = "1.2.840.10008.1.2.4."
JPEG_LOSSLESS = (_JPEG + "57", _JPEG + "70")
JPEG_LS = (_JPEG + "80", _JPEG + "81")
JPEG_2000 = (_JPEG + "90", _JPEG + "91")
PHOTOGRAPHIC = (_JPEG + "50", _JPEG + "51")
READ = (*NATIVE, RLE, DEFLATED_FRAMES, *JPEG_LOSSLESS, *JPEG_LS, *JPEG_2000)


class Decoded(NamedTuple):
    """Numbers as unsigned bit patterns, how many bits of them the stream filled (0: as many as are allocated), and its loss in words."""

    values: NDArray[np.unsignedinteger]
    filled: int = 0
    lossy: str = ""


def check_syntax(syntax: str) -> None:
    """Raises XL-DICOM-041, 042 or 043 when pixels of that transfer syntax are not decoded."""
    if syntax in READ:
        return
    if syntax in PHOTOGRAPHIC:
        raise wrong(
            43, "the pixels are stored as photographic JPEG", where="TransferSyntaxUID (0002,0010)",
            why="its numbers are not the scanner's; nothing may be measured on them", fix="ask for an uncompressed or lossless export",
        )  # fmt: skip
    if not syntax:
        raise wrong(41, "the file does not say how it is encoded", where="TransferSyntaxUID (0002,0010)", fix="ask for a standard export")
    raise wrong(
        42, "there is no decoder for the pixels of this file", where="TransferSyntaxUID (0002,0010)",
        why="the transfer syntax is not one of those the README lists", fix="ask for an uncompressed or lossless export",
    )  # fmt: skip


def decode(data: bytes, syntax: str, form: PixelForm) -> Decoded:
    """One compressed frame. Raises XL-DICOM-048 (stream and header disagree) or 049 (damaged stream)."""
    if syntax == RLE:
        return Decoded(_run_lengths(data, form))
    if syntax == DEFLATED_FRAMES:
        return Decoded(_deflated_frame(data, form))
    if syntax in JPEG_LOSSLESS:
        head = jpeg_lossless.read_head(data)
        _agree(form, head.rows, head.columns, head.components, head.precision)
        return Decoded(jpeg_lossless.decode(data), _filled(head.precision, form))
    if syntax in JPEG_LS:
        return _jpeg_ls(data, syntax, form)
    return _jpeg_2000(data, syntax, form)


def _damaged(why: str) -> Exception:
    return wrong(49, "the compressed pixels cannot be decoded", where="PixelData (7FE0,0010)", why=why, fix="send the file again")


def _agree(form: PixelForm, rows: int, columns: int, components: int, precision: int) -> None:
    """The stream's own header must say what the file's does. Its bits: those stored, or all allocated, or fewer for unsigned numbers."""
    why = ""
    if (rows, columns) != (form.rows, form.columns):
        why = f"the stream is {rows} x {columns}, the header says {form.rows} x {form.columns}"
    elif components != form.samples:
        why = f"the stream has {components} components, the header says {form.samples}"
    elif precision not in (form.stored, form.allocated) and (form.signed or precision > form.stored):
        why = f"the stream has {precision} bits, the header says {form.stored}"
    if why:
        raise wrong(
            48, "the compressed pixels are not what the header says", where="PixelData (7FE0,0010)", why=why, fix="ask for a new export"
        )


def _filled(precision: int, form: PixelForm) -> int:
    """Bits above those stored are empty when the stream has just so many, and meant to carry the sign when it has more."""
    return precision if precision <= form.stored else 0


def _run_lengths(data: bytes, form: PixelForm) -> NDArray[np.unsignedinteger]:
    """RLE: one run of bytes per byte of a number, the highest first."""
    if form.allocated == 1:  # the packed bits are the one run
        bits = _run_lengths(data, form_of_bytes(form))
        return np.unpackbits(bits.ravel(), bitorder="little", count=form.rows * form.columns).reshape(form.rows, form.columns)
    planes, size = form.allocated // 8 * form.samples, form.rows * form.columns
    if len(data) < 64:
        raise _damaged("the RLE header is cut short")
    header = np.frombuffer(data[:64], "<u4").tolist()
    starts = header[1 : 1 + planes]
    if header[0] != planes or len(starts) != planes or starts[0] != 64 or sorted(set(starts)) != starts or starts[-1] >= len(data):
        raise _damaged("the RLE header does not fit the image")
    out = np.empty((planes, size), np.uint8)
    for plane, (begin, end) in enumerate(zip(starts, [*starts[1:], len(data)], strict=True)):
        out[plane] = np.frombuffer(_unpacked(data[begin:end], size), np.uint8)
    if form.samples != 1 or planes == 1:
        return out[0].reshape(form.rows, form.columns)
    return np.ascontiguousarray(out.T).view(f">u{planes}").reshape(form.rows, form.columns).astype(f"<u{planes}")


def form_of_bytes(form: PixelForm) -> PixelForm:
    """The form of a one-bit image's packed bytes: one row of them."""
    packed = -(-form.rows * form.columns // 8)
    return structs.replace(form, rows=1, columns=packed, allocated=8, stored=8, high_bit=7)


def _unpacked(data: bytes, size: int) -> bytearray:
    out, at, end = bytearray(), 0, len(data)
    while len(out) < size:
        if at >= end:
            raise _damaged("an RLE segment is cut short")
        head = data[at]
        if head < 128:
            out += data[at + 1 : at + 2 + head]
            at += 2 + head
            if at > end:
                raise _damaged("an RLE segment is cut short")
        elif head > 128:
            if at + 1 >= end:
                raise _damaged("an RLE segment is cut short")
            out += data[at + 1 : at + 2] * (257 - head)
            at += 2
        else:
            at += 1
    if len(out) != size or end - at > 1:
        raise _damaged("an RLE segment holds more than the image")
    return out


def _deflated_frame(data: bytes, form: PixelForm) -> NDArray[np.unsignedinteger]:
    expected = -(-form.rows * form.columns // 8) if form.allocated == 1 else frame_bytes(form)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        out = stream.decompress(data, expected + 2)
    except zlib.error:
        raise _damaged("the deflated frame is damaged") from None
    if not expected <= len(out) <= expected + 1:
        raise _damaged("the deflated frame is not as large as the image")
    if form.allocated == 1:
        bits = np.unpackbits(np.frombuffer(out, np.uint8), bitorder="little", count=form.rows * form.columns)
        return bits.reshape(form.rows, form.columns)
    return np.frombuffer(out[:expected], f"<u{form.allocated // 8}").reshape(form.rows, form.columns)


def _jpeg_ls(data: bytes, syntax: str, form: PixelForm) -> Decoded:
    precision, rows, columns, components, near = _jpeg_ls_head(data)
    _agree(form, rows, columns, components, precision)
    if near and syntax == JPEG_LS[0]:
        raise wrong(48, "the compressed pixels are not what the header says", why="a lossless JPEG-LS stream states a loss")
    import jpeg_ls

    try:
        out, _ = jpeg_ls.decode_buffer(data)
    except (RuntimeError, ValueError):
        raise _damaged("the JPEG-LS stream is damaged") from None
    size = 1 if precision <= 8 else 2
    if len(out) != rows * columns * size:
        raise _damaged("the JPEG-LS stream is not as large as the image")
    values = np.frombuffer(bytes(out), f"<u{size}").reshape(rows, columns)
    return Decoded(
        values, _filled(precision, form), f"JPEG-LS near-lossless, each stored number within {near} of the scanner's" if near else ""
    )


def _jpeg_ls_head(data: bytes) -> tuple[int, int, int, int, int]:
    """Precision, rows, columns, components and the stated loss."""
    if data[:2] != b"\xff\xd8" or b"\xff\xd9" not in data[-3:]:
        raise _damaged("the JPEG-LS stream has no begin or end mark")
    at, frame = 2, None
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            break
        if marker == 0xF7 and len(body) >= 6 and frame is None:
            frame = body[0], int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:5], "big"), body[5]
        elif marker == 0xDA and frame and len(body) >= 4 and len(body) == 4 + 2 * body[0]:
            return *frame, body[1 + 2 * body[0]]
        at += 2 + length
    raise _damaged("the markers of the JPEG-LS stream are broken")


def _jpeg_2000(data: bytes, syntax: str, form: PixelForm) -> Decoded:
    reversible = _check_jpeg_2000(data, form)
    if not reversible and syntax == JPEG_2000[0]:
        raise wrong(48, "the compressed pixels are not what the header says", why="a lossless JPEG 2000 stream has an irreversible wavelet")
    from openjpeg.utils import decode as decode_jpeg_2000

    try:
        values = decode_jpeg_2000(data, 0)
    except (RuntimeError, ValueError, TypeError):
        raise _damaged("the JPEG 2000 stream is damaged") from None
    if values.shape != (form.rows, form.columns):
        raise _damaged("the JPEG 2000 stream is not as large as the image")
    bits = values.view(f"<u{values.dtype.itemsize}")
    lossy = "" if syntax == JPEG_2000[0] else "JPEG 2000, irreversible wavelet" if not reversible else "JPEG 2000 that may have lost detail"
    return Decoded(bits, 0, lossy)


def _check_jpeg_2000(data: bytes, form: PixelForm) -> bool:
    """Holds the stream's header against the file's, follows its tile parts to the end mark; whether its wavelet is reversible."""
    if data[:4] != b"\xff\x4f\xff\x51" or len(data) < 60:
        raise _damaged("it is no JPEG 2000 codestream")
    at, reversible, tiles = 2, None, 1
    while at + 4 <= len(data):
        marker, length = data[at : at + 2], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == b"\xff\x90":
            _follow_tiles(data, at, tiles)
            if reversible is None:
                break
            return reversible
        if length < 2 or at + 2 + length > len(data) or marker[0] != 0xFF:
            break
        body = data[at + 4 : at + 2 + length]
        if marker == b"\xff\x51":
            tiles = _check_size(body, form)
        elif marker == b"\xff\x52" and len(body) >= 10:
            reversible = body[9] == 1
        at += 2 + length
    raise _damaged("the markers of the JPEG 2000 stream are broken")


def _check_size(body: bytes, form: PixelForm) -> int:
    if len(body) < 39:
        raise _damaged("the size marker of the JPEG 2000 stream is cut short")
    width, height, x, y, tile_width, tile_height, tile_x, tile_y = (int.from_bytes(body[n : n + 4], "big") for n in range(2, 34, 4))
    components = int.from_bytes(body[34:36], "big")
    precision, signed = (body[36] & 0x7F) + 1, bool(body[36] & 0x80)
    _agree(form, height - y, width - x, components, precision)
    if signed != form.signed:
        raise wrong(
            48, "the compressed pixels are not what the header says", where="PixelRepresentation (0028,0103)",
            why="stream and header do not agree whether numbers are signed", fix="ask for a new export",
        )  # fmt: skip
    if not (
        tile_width and tile_height and tile_x <= x < tile_x + tile_width and tile_y <= y < tile_y + tile_height and body[37:39] == b"\1\1"
    ):
        raise _damaged("the tiles of the JPEG 2000 stream are none")
    tiles = -(-(width - tile_x) // tile_width) * -(-(height - tile_y) // tile_height)
    if tiles > 65535:
        raise _damaged("the JPEG 2000 stream has more tiles than there can be")
    return tiles


def _follow_tiles(data: bytes, at: int, tiles: int) -> None:
    """Every tile part must lead to the next one or to the end mark, and every tile must be there."""
    seen: set[int] = set()
    while data[at : at + 2] == b"\xff\x90" and at + 12 <= len(data):
        seen.add(int.from_bytes(data[at + 4 : at + 6], "big"))
        length = int.from_bytes(data[at + 6 : at + 10], "big")
        if length == 0:
            at = data.rfind(b"\xff\xd9")
            break
        if length < 14:
            break
        at += length
    if data[at : at + 2] != b"\xff\xd9" or at < 0 or len(data) - at > 3:
        raise _damaged("the JPEG 2000 stream is cut short")
    if seen != set(range(tiles)):
        raise _damaged("tiles of the JPEG 2000 stream are missing")
