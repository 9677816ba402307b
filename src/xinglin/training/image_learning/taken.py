"""What a learning took: seconds on the clock and of the processor, over all calls that led to the step it stands at.

Work that a kill undid is not counted. It stands beside the checkpoints and never in what is kept: the same learning must end in the same bytes.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec
from msgspec import Struct

from xinglin.training.image_learning.checkpoints import write_surely


class Taken(Struct, frozen=True):
    """Up to that step. `processor_seconds`: of this process, all its threads."""

    step: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0


class Watch:
    """Runs from now on. `step`: where the learning stands; what was noted up to there is gone on from."""

    def __init__(self, folder: Path, step: int) -> None:
        self._path, self._step = folder / "taken.json", step
        self._before = self._noted() if step else Taken()
        self._began, self._processor = time.monotonic(), time.process_time()

    def taken(self, step: int) -> Taken:
        """Up to now, when that step is done. Where nothing new was done it is what was noted."""
        if step == self._step:
            return self._before
        seconds, processor = time.monotonic() - self._began, time.process_time() - self._processor
        return Taken(step, self._before.seconds + seconds, self._before.processor_seconds + processor)

    def keep(self, taken: Taken) -> None:
        """Note it on disk."""
        write_surely(self._path, msgspec.json.encode(taken))

    def _noted(self) -> Taken:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Taken)
        except (OSError, msgspec.DecodeError):
            return Taken()
