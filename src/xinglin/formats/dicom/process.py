"""Starts the limited reading process, hands it files, and turns its death into an error that names the file.

One process serves a whole series or folder; a volume comes back in a block of shared memory, so that nothing is copied
and nothing is left behind. POSIX only (`resource`, descriptor passing).
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.instance import Instance
from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits, too_much, wrong
from xinglin.formats.dicom.messages import Decode, Gone, Look, Made, Seen, Source, receive, send
from xinglin.records import errors

_BOOT = "import sys, json; sys.path[:] = json.loads(sys.argv[2]); from xinglin.formats.dicom.inside import main; main(int(sys.argv[1]))"
Answer = TypeVar("Answer", Seen, Made)
_ALIGNED = mmap.ALLOCATIONGRANULARITY


def error_of(fault: tuple[str, str, str, str, str, str], name: str = "") -> errors.XinglinError:
    """The error that travelled, with the file's name before its place."""
    code, what, where, why, fix, kind = fault
    form = errors.OutOfResources if kind == "OutOfResources" else errors.InvalidInput
    return form(code, what, where=", ".join(part for part in (name, where) if part), why=why, fix=fix)


def shared_block() -> int:
    """A handle of memory without a name, gone when the last side closes it."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("xinglin-dicom", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def mapped(block: int, size: int) -> mmap.mmap:
    """The shared block as memory. Raises XL-DICOM-011 when the reading process did not fill it."""
    if os.fstat(block).st_size != size:
        raise wrong(11, "reading the files broke the reading process", why="it returned fewer numbers than it said")
    return mmap.mmap(block, size)


class ReadingProcess:
    """A reading process that lives as long as its `with` block. Not for two threads at once."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._waiting = 0  # answers still to come

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def identifier(self) -> int | None:
        """The operating system's number of the process, None while there is none."""
        return self._child.pid if self._child else None

    def close(self) -> None:
        """Ends the process."""
        if self._line is not None:
            self._line.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._line = self._child = None
        self._waiting = 0

    def _started(self) -> socket.socket:
        if self._waiting:  # somebody stopped listening: what is still said must not be taken for the next answer
            self.close()
        if self._line is None:
            ours, theirs = socket.socketpair()
            command = [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno()), json.dumps(sys.path)]
            libraries = {"LD_LIBRARY_PATH": os.environ["LD_LIBRARY_PATH"]} if "LD_LIBRARY_PATH" in os.environ else {}
            quiet = libraries | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.defpath, "LC_ALL": "C.UTF-8"}
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=quiet,
            )
            theirs.close()
            ours.settimeout(self.limits.wall_seconds)
            self._line = ours
        return self._line

    def _answer(self, kind: type[Answer]) -> Answer:
        """The next answer. Raises the typed error of a process that died, hung or talked nonsense, and ends it."""
        assert self._line is not None
        try:
            answer = receive(self._line)[0]
            if isinstance(answer, kind):
                return answer
            fault = wrong(11, "reading the file broke the reading process", why="it answered what was not asked")
        except TimeoutError:
            fault = too_much(14, "reading the file takes too long", why=f"no answer in {self.limits.wall_seconds:g} s")
        except (Gone, OSError):
            fault = self._cause_of_death()
        except msgspec.DecodeError:
            fault = wrong(11, "reading the file broke the reading process", why="its answer made no sense")
        self.close()
        raise fault

    def _cause_of_death(self) -> errors.XinglinError:
        assert self._child is not None
        try:
            ended = self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            ended = 0
        if ended == -signal.SIGXCPU:
            return too_much(14, "reading the file takes too long", why=f"the limit is {self.limits.cpu_seconds} s of processor time")
        why = f"it ended with signal {-ended}" if ended < 0 else f"it ended with status {ended}"
        return wrong(11, "reading the file broke the reading process", why=why, fix="the file is damaged or hostile: ask for a new export")

    def _ask(self, message: Look | Decode, answers: int, block: int | None) -> None:
        """Sends a request of so many answers. Raises XL-DICOM-011 or 014 when the process is no more."""
        line = self._started()
        self._waiting = answers
        try:
            send(line, message, block)
        except OSError:
            fault = self._cause_of_death()
            self.close()
            raise fault from None

    def look(
        self, sources: Sequence[Source], *, keep: bool = False, block: int | None = None, pictures: bool = False
    ) -> Iterator[Instance]:
        """One Instance for every source, in order. A file that kills the process gets an error and the next ones are read by a new one."""
        if self._child is not None and self._child.poll() is not None:
            self.close()  # it died while nobody asked it anything: no file is to blame
        done = 0
        while done < len(sources):
            try:
                self._ask(Look(tuple(sources[done:]), self.limits, keep, pictures), len(sources) - done, block)
                while self._waiting:
                    answer = self._answer(Seen)
                    self._waiting -= 1
                    done += 1
                    yield answer.instance
            except errors.XinglinError as error:
                done += 1
                yield _dead(error)
                if keep:
                    return

    def decode(self, frames: Sequence[tuple[int, int]], kind: str, block: int | None = None) -> Iterator[Made]:
        """One answer for every (source, frame) of the files last looked at with `keep`, up to the first fault or misfit."""
        self._ask(Decode(tuple(frames), kind), len(frames), block)
        while self._waiting:
            answer = self._answer(Made)
            self._waiting = 0 if answer.error or answer.misfit else self._waiting - 1
            yield answer


def _dead(error: errors.XinglinError) -> Instance:
    fault = (error.code, error.what, error.where, error.why, error.fix, type(error).__name__)
    return Instance(header=Header(), error=fault)


def shown(path: str | Path) -> str:
    """A path as text that can be written anywhere; bytes of a name that are no UTF-8 become "\\xe9"."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def sources_of(given: Sequence[Path] | Sequence[bytes]) -> tuple[list[Source], int | None, list[str]]:
    """Sources for `look`, the shared block that holds given bytes (or None), and a name for each."""
    sources: list[Source] = []
    names: list[str] = []
    block: int | None = None
    at = 0
    for number, item in enumerate(given, 1):
        if isinstance(item, bytes | bytearray | memoryview):
            block = shared_block() if block is None else block
            os.pwrite(block, item, at)
            sources.append(Source(b"", at, len(item)))
            names.append(f"file {number}")
            at += -(-len(item) // _ALIGNED) * _ALIGNED
        else:
            path = Path(item)
            sources.append(Source(os.fsencode(path.absolute())))
            names.append(shown(path.name))
    if len(set(names)) < len(names):  # files of several folders: the folder tells them apart
        names = [
            shown("/".join(Path(item).parts[-2:])) if not isinstance(item, bytes | bytearray | memoryview) else name
            for item, name in zip(given, names, strict=True)
        ]
    return sources, block, names
