"""Putting a release into a folder: all of it, or nothing to be seen.

Files are written into a hidden folder beside the wanted one, flushed, and the folder is renamed at once.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from xinglin.records.errors import OutOfResources, UsageError


def see_that_it_fits(out: Path, home: Path) -> Path:
    """The folder to write, as an absolute path. Raises UsageError when it lies inside the house or is a file."""
    whole = out.expanduser().resolve()
    if whole.is_relative_to(home.resolve()):
        raise UsageError("XL-RELEASE-001", "a release cannot be written into the house itself", where=str(out), fix="name another folder")
    if whole.exists() and not whole.is_dir():
        raise UsageError("XL-RELEASE-002", "there is a file of that name", where=str(out), fix="name a folder")
    return whole


def holds_exactly(out: Path, files: Sequence[tuple[str, bytes]]) -> bool:
    """Whether the folder is there with these files, byte for byte, and nothing else."""
    if not out.is_dir() or sorted(os.listdir(out)) != sorted(name for name, _ in files):
        return False
    return all((out / name).is_file() and (out / name).read_bytes() == content for name, content in files)


def see_that_it_is_free(out: Path) -> None:
    """Raises UsageError when the folder is there and holds anything."""
    if out.exists() and os.listdir(out):
        raise UsageError("XL-RELEASE-003", "the folder holds other files", where=str(out), fix="name a new or an empty folder")


def put_folder(out: Path, files: Sequence[tuple[str, bytes]]) -> None:
    """Make `out` appear with all of `files`; nothing to do when it already holds them.

    Raises UsageError when something else lies there, OutOfResources when the disk is full.
    """
    if holds_exactly(out, files):
        return
    see_that_it_is_free(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    _clear_interrupted(out)
    aside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        _write(aside, files)
        os.rename(aside, out)
        _sync(out.parent)
    except OSError as error:
        shutil.rmtree(aside, ignore_errors=True)
        if holds_exactly(out, files):
            return  # another process wrote the same release there at the same moment
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutOfResources(
                "XL-RELEASE-004", "the disk is full", where=str(out), fix="free some space and run the command again"
            ) from None
        why = type(error).__name__
        raise UsageError("XL-RELEASE-005", "the folder cannot be written", where=str(out), why=why, fix="name another folder") from None


def _write(folder: Path, files: Sequence[tuple[str, bytes]]) -> None:
    folder.mkdir(mode=0o700)
    for name, content in files:
        with open(folder / name, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _sync(folder)
    folder.chmod(0o755 & ~_umask())


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear_interrupted(out: Path) -> None:
    """Remove hidden folders of processes that were interrupted and are no more."""
    for aside in out.parent.glob(f".{out.name}.*.partial"):
        process = aside.name.removesuffix(".partial").rpartition(".")[2]
        if process.isdecimal() and (int(process) == os.getpid() or not Path(f"/proc/{process}").exists()):
            shutil.rmtree(aside, ignore_errors=True)
