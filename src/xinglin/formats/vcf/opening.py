"""A VCF as lines, whatever it is packed in: plain, gzip or bgzip; with an index only the stretches that matter are read.

A bgzip file that ends before its end mark has lost its tail and is refused: what is missing would read as "no variant".
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from xinglin.records.errors import InvalidInput, NotFound, OutOfResources

_END_OF_BGZIP = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")  # SAM/BAM specification 1.6, 4.1.2
_BLOCK = 1 << 24


def is_bgzip(path: Path) -> bool:
    """Whether the file is packed in blocks (bgzip), which an index can point into."""
    with path.open("rb") as file:
        head = file.read(18)
    return head[:4] == b"\x1f\x8b\x08\x04" and head[12:14] == b"BC"


def see_that_it_is_whole(path: Path, file_bytes: int) -> None:
    """Raises NotFound XL-VCF-001, OutOfResources XL-VCF-008, InvalidInput XL-VCF-006 for a bgzip file without its end."""
    if not path.is_file():
        raise NotFound("XL-VCF-001", "there is no such file", where=str(path), fix="check the path")
    size = path.stat().st_size
    if size > file_bytes:
        raise OutOfResources(
            "XL-VCF-008",
            f"the file is larger than {file_bytes >> 30} GiB",
            where=path.name,
            fix="keep the pharmacogenes and cancer genes only",
        )
    if size == 0:
        raise InvalidInput("XL-VCF-002", "the file is empty", where=path.name, fix="give a VCF 4.1 to 4.5")
    if is_bgzip(path):
        with path.open("rb") as file:
            file.seek(max(0, size - len(_END_OF_BGZIP)))
            if file.read() != _END_OF_BGZIP:
                raise InvalidInput(
                    "XL-VCF-006",
                    "the file ends too early",
                    where=path.name,
                    why="the end mark of bgzip is missing: its tail is lost",
                    fix="copy it again from its source",
                )


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes of a file. Raises InvalidInput XL-VCF-006 where the packing breaks off, XL-VCF-007 where it is damaged."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        stream: IO[bytes] = io.BufferedReader(gzip.GzipFile(fileobj=file), _BLOCK) if packed else file  # type: ignore[arg-type]  # reads as raw io
        try:
            yield stream
        except EOFError as error:
            raise InvalidInput(
                "XL-VCF-006", "the file ends too early", where=path.name, why="the packing breaks off", fix="copy it again from its source"
            ) from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise InvalidInput("XL-VCF-007", "the packing is damaged", where=path.name, fix="copy it again from its source") from error


def index_of(path: Path) -> Path | None:
    """The index beside a bgzip file (.tbi or .csi), if it is not older than the file."""
    for ending in (".tbi", ".csi"):
        index = path.with_name(path.name + ending)
        if index.is_file() and index.stat().st_mtime >= path.stat().st_mtime:
            return index
    return None


def stretches(path: Path, index: Path, wanted: Sequence[tuple[str, int, int]]) -> Iterator[bytes]:
    """The lines that overlap any of `wanted` (chromosome as the file writes it, first and last place, 1-based)."""
    import pysam

    with pysam.TabixFile(str(path), index=str(index)) as file:
        known = set(file.contigs)
        for chromosome, first, last in wanted:
            if chromosome in known:
                for line in file.fetch(chromosome, max(0, first - 1), last):
                    yield str(line).encode()


def names_in(path: Path, index: Path) -> tuple[str, ...]:
    """The chromosomes an index knows, as the file writes them."""
    import pysam

    with pysam.TabixFile(str(path), index=str(index)) as file:
        return tuple(file.contigs)
