"""The machine a figure was measured on, in words."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def described() -> str:
    """ "2 cores of <processor>, 23 GiB, Linux, Python 3.11.7"."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
        memory = int(Path("/proc/meminfo").read_text(encoding="utf-8").split()[1]) / 1024**2
    except OSError:
        name, memory = platform.machine(), 0.0
    return f"{os.cpu_count()} cores of {name}, {memory:.0f} GiB, {platform.system()}, Python {sys.version.split()[0]}"
