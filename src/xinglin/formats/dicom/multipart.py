"""The parts of a multipart/related answer, one after another while it arrives (RFC 2046 5.1, RFC 2387).

Only one part is held at a time; a part over its limit, a missing end or a missing boundary is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from email.message import Message


def boundary_of(content_type: str) -> bytes:
    """The boundary a Content-Type header names. Raises ValueError when it is not multipart/related."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/related" or not isinstance(boundary, str) or not 0 < len(boundary) <= 200:
        raise ValueError("not a multipart answer")
    return boundary.encode("latin-1", "replace")


def parts_of(chunks: Iterator[bytes], boundary: bytes, most: int) -> Iterator[bytes]:
    """The bodies of the parts, without their headers.

    Raises ValueError when the answer is cut or is no multipart, OverflowError when a part is larger than `most`.
    """
    mark = b"\r\n--" + boundary
    held = bytearray(b"\r\n")  # so that a boundary at the very start is found like all others
    looked, first = 0, True
    for chunk in chunks:
        held += chunk
        while True:
            at = held.find(mark, looked)
            if at < 0 or len(held) < at + len(mark) + 2:
                looked = max(0, min(at, len(held)) if at >= 0 else len(held) - len(mark))
                break
            if not first:
                yield _body(bytes(held[:at]), most)
            first = False
            after = bytes(held[at + len(mark) : at + len(mark) + 2])
            del held[: at + len(mark)]
            looked = 0
            if after == b"--":
                return
        if len(held) > most + len(mark) + 4096:
            raise OverflowError("a part is too large")
    raise ValueError("the answer is cut" if not first else "there is no boundary in it")


def _body(part: bytes, most: int) -> bytes:
    """What follows the first empty line of a part."""
    start = part.find(b"\r\n\r\n")
    if start < 0:
        raise ValueError("a part has no end of its header")
    if len(part) - start - 4 > most:
        raise OverflowError("a part is too large")
    return part[start + 4 :]
