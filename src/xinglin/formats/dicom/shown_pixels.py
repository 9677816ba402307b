"""What a colour or photographic frame looks like: 8 bits a colour, for pictures that are seen and not measured (ultrasound, pathology, photographs).

Called in the limited process only. A colour whose coding the file leaves open is refused. Source: PS3.3 C.7.6.3.1.2 (colour), PS3.5 8.2.1 (JPEG).
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from xinglin.formats.dicom.codecs import NATIVE, PHOTOGRAPHIC
from xinglin.formats.dicom.image import PixelForm
from xinglin.formats.dicom.limits import wrong
from xinglin.formats.dicom.pixels import PIXEL_DATA, Located
from xinglin.formats.dicom.tags import place


def shown_pixels(located: Located, data: memoryview, frame: int) -> NDArray[np.uint8]:
    """(rows, columns, samples) 0 to 255: RGB, or grey as stored. Raises XL-DICOM-044 for a coding that is not read, 048, 049 for a damaged stream."""
    form = located.form
    if form.allocated != 8 or form.stored != 8 or form.signed or form.samples not in (1, 3):
        raise _not_read(f"{form.samples} samples of {form.stored} bits")
    if located.syntax in PHOTOGRAPHIC:
        return _photograph(b"".join(bytes(data[start : start + length]) for start, length in located.frames[frame]), form)
    if located.syntax not in NATIVE:
        raise _not_read("colour in this compression")
    size = form.rows * form.columns * form.samples
    part = np.frombuffer(data[located.start + frame * size : located.start + (frame + 1) * size], np.uint8)
    if form.samples == 1:
        return part.reshape(form.rows, form.columns, 1)
    values = np.moveaxis(part.reshape(3, form.rows, form.columns), 0, -1) if form.planar else part.reshape(form.rows, form.columns, 3)
    if form.photometric == "RGB":
        return np.ascontiguousarray(values)
    if form.photometric == "YBR_FULL":
        return _rgb(values)
    raise _not_read(f"colour coded as {form.photometric or 'nothing'}")


def _photograph(stream: bytes, form: PixelForm) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    if form.samples == 3 and form.photometric not in ("YBR_FULL_422", "YBR_FULL"):
        raise _not_read(f"photographic JPEG with colour coded as {form.photometric or 'nothing'}")
    try:
        with Image.open(io.BytesIO(stream), formats=("JPEG",)) as image:
            if (image.height, image.width) != (form.rows, form.columns) or image.mode != ("L" if form.samples == 1 else "RGB"):
                raise wrong(
                    48, "the compressed pixels are not what the header says", where=place(PIXEL_DATA),
                    why=f"the stream is {image.height} x {image.width} {image.mode}", fix="ask for a new export",
                )  # fmt: skip
            return np.asarray(image).reshape(form.rows, form.columns, form.samples)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise wrong(
            49, "the compressed pixels cannot be decoded", where=place(PIXEL_DATA), why=type(error).__name__, fix="send the file again"
        ) from None


def _rgb(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """YBR_FULL to RGB: the numbers of PS3.3 C.7.6.3.1.2, solved for red, green and blue."""
    light, blue, red = (values[..., place].astype(np.float32) for place in range(3))
    blue, red = blue - 128, red - 128
    found = np.stack([light + 1.402 * red, light - 0.344136 * blue - 0.714136 * red, light + 1.772 * blue], -1)
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


def _not_read(why: str) -> Exception:
    return wrong(
        44, "this picture is coded in a way that is not read", where=place(PIXEL_DATA), why=why, fix="ask for an uncompressed export"
    )
