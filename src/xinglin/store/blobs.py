"""Sealed files of the house, named by a keyed hash of their content, in `HOME/blobs/`.

A blob is written aside, flushed, renamed and its folder flushed before the database hears of it. A marker
in `.unsettled` lets the next start clear away what an interrupted writer left.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from xinglin.records.errors import InvalidInput, OutOfResources


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def said_when_full(folder: Path) -> Iterator[None]:
    """Turns a full disk into OutOfResources; other faults of the disk pass as they are."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutOfResources(
                "XL-STORE-008", "the disk is full", where=folder.name, fix="free some space and run the command again"
            ) from None
        raise


def write_durably(path: Path, content: bytes) -> None:
    """Write aside, flush, rename, flush the folder; mode 0600. Raises OutOfResources when the disk is full."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with said_when_full(path.parent):
        try:
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, path)
            sync_folder(path.parent)
        except OSError:
            aside.unlink(missing_ok=True)
            raise


class Blobs:
    """The blob folder. `put` and `settle` are called under the house's write lock."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "blobs"
        self._unsettled = self._folder / ".unsettled"
        self._unsettled.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, name: str) -> Path:
        """Where a blob lies."""
        return self._folder / name[:2] / name

    def mark(self, name: str) -> None:
        """Say that a blob is about to come or go; see `settle`."""
        with said_when_full(self._unsettled):
            (self._unsettled / name).touch(mode=0o600)

    def put(self, name: str, sealed: bytes) -> None:
        """Keep a blob durably; one that is already whole is left as it is."""
        path = self.path(name)
        if path.exists():
            return
        with said_when_full(self._folder):
            if not path.parent.exists():
                path.parent.mkdir(mode=0o700)
                sync_folder(self._folder)
        write_durably(path, sealed)

    def get(self, name: str) -> bytes:
        """The sealed bytes. Raises InvalidInput when the file is gone."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            raise InvalidInput(
                "XL-STORE-009", "a kept file is missing", where=f"blobs/{name[:2]}/{name}", fix="restore the house from a backup"
            ) from None

    def unsettled(self) -> tuple[str, ...]:
        """Names whose coming or going was begun and perhaps not finished."""
        return tuple(sorted(entry.name for entry in os.scandir(self._unsettled)))

    def settle(self, names: Iterable[str], is_kept: Callable[[str], bool]) -> None:
        """Remove those blobs the database does not know, and the markers."""
        for name in names:
            if not is_kept(name):
                self.path(name).unlink(missing_ok=True)
                for aside in self.path(name).parent.glob(f".{name}.*.partial"):
                    aside.unlink(missing_ok=True)
            (self._unsettled / name).unlink(missing_ok=True)
