"""What the house and its limited reading process say to each other: plain records over a socket pair, nothing executable.

A message is its length (4 bytes) and its MessagePack; file handles travel beside it.
"""

from __future__ import annotations

import socket
import struct

import msgspec
from msgspec import Struct

from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import Limits

LONGEST = 1 << 28


class Source(Struct, frozen=True):
    """A file by its path, or a stretch of the shared block that came with the message."""

    path: bytes = b""  # as the file system has it: a name need not be text
    start: int = 0
    length: int = 0


class Look(Struct, frozen=True, tag=True):
    """Read the headers of these; one `Seen` each. `keep`: hold them for decoding. `pictures`: to be shown, not measured: photographic JPEG too."""

    sources: tuple[Source, ...]
    limits: Limits
    keep: bool = False
    pictures: bool = False


class Seen(Struct, frozen=True, tag=True):
    """One file."""

    instance: Instance


class Decode(Struct, frozen=True, tag=True):
    """Write the frames (source, frame) one after the other into the block that came with the message.

    kind: "int16", "int32" or "float32" for values, "stored" for the stored numbers as uint8 (segmentations), "shown" for what is seen as uint8
    (rows, columns, samples), "digest" for none.
    """

    frames: tuple[tuple[int, int], ...]
    kind: str


class Made(Struct, frozen=True, tag=True):
    """One frame. `misfit`: its values do not fit the kind asked for, which they would. digest: of the stored numbers."""

    lossy: str = ""
    misfit: str = ""
    digest: bytes = b""
    table_kind: str = ""
    error: tuple[str, str, str, str, str, str] | None = None


Message = Look | Seen | Decode | Made
_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(Message)


class Gone(Exception):
    """The other side closed the line."""


def send(line: socket.socket, message: Message, handle: int | None = None) -> None:
    """Sends one message, and a file handle with it."""
    data = _ENCODER.encode(message)
    head = struct.pack("<LB", len(data), handle is not None)
    if handle is None:
        line.sendall(head + data)
    else:
        socket.send_fds(line, [head], [handle])
        line.sendall(data)


def receive(line: socket.socket) -> tuple[Message, int | None]:
    """The next message and the handle that came with it. Raises Gone, TimeoutError, msgspec.DecodeError."""
    head, handles, _, _ = socket.recv_fds(line, 5, 1)
    while head and len(head) < 5:
        more = line.recv(5 - len(head))
        head = head + more if more else b""
    if not head:
        raise Gone
    length, has_handle = struct.unpack("<LB", head)
    if length > LONGEST:
        raise Gone
    data = bytearray()
    while len(data) < length:
        part = line.recv(min(length - len(data), 1 << 20))
        if not part:
            raise Gone
        data += part
    return _DECODER.decode(data), handles[0] if has_handle and handles else None
