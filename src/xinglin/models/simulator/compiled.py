"""Source text made here, compiled once and kept: the next process starts at once.

Kept in a private folder (nobody else may write there), under a name made of the text itself, so that a changed card is a
changed file. Where no folder can be had, the text is compiled anew in each process.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import stat
import sys
from functools import lru_cache
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType


def module_of(source: str) -> ModuleType:
    """A module with this source text, from the kept files when there is one. The text is ours, made of checked formulas."""
    import numba

    lanes = Path(__file__).with_name("lane_math.py").read_bytes()
    whole = b"\n".join([source.encode(), lanes, numba.__version__.encode(), sys.version.encode()])
    return _module(f"xinglin_kernel_{hashlib.sha256(whole).hexdigest()[:32]}", source)


@lru_cache(maxsize=256)
def _module(name: str, source: str) -> ModuleType:
    folder = kept_in()
    if folder is not None:
        try:
            return _from_file(folder / f"{name}.py", name, source)
        except OSError:
            pass  # the disk is full or the folder was taken away: compile without keeping
    return _loaded(name, importlib.util.spec_from_loader(name, _InMemory(source.replace("cache=True", "cache=False"))))


class _InMemory(InspectLoader):
    """Text of ours that is nowhere on the disk."""

    def __init__(self, source: str) -> None:
        self._source = source

    def get_source(self, fullname: str) -> str:
        """The text."""
        return self._source


def kept_in() -> Path | None:
    """The private folder: XDG_CACHE_HOME/xinglin/kernels, else XINGLIN_HOME/kernels; None when neither can be written."""
    places = [Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xinglin" / "kernels"]
    if home := os.environ.get("XINGLIN_HOME"):
        places.append(Path(home) / "kernels")
    return next((folder for folder in places if _is_private(folder)), None)


def _is_private(folder: Path) -> bool:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = folder.lstat()
    except OSError:
        return False
    mine = stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & 0o077
    return mine and os.access(folder, os.W_OK | os.X_OK)


def _from_file(path: Path, name: str, source: str) -> ModuleType:
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        aside = path.with_name(f".{name}.{os.getpid()}")
        aside.touch(mode=0o600)
        aside.write_text(source, encoding="utf-8")
        os.replace(aside, path)
    return _loaded(name, importlib.util.spec_from_file_location(name, path))


def _loaded(name: str, spec: ModuleSpec | None) -> ModuleType:
    if spec is None or spec.loader is None:
        raise OSError(f"cannot read {name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # the kept machine code looks its module up by name
    spec.loader.exec_module(module)
    return module
