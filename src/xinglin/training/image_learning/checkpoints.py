"""A learning that was interrupted goes on where it was: weights, means, optimisers and the number of the step, written aside and moved into place.

A checkpoint is there whole or not at all; the newest whole one is read, a damaged one is passed over.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
import torch
from msgspec import Struct, field
from safetensors import SafetensorError
from safetensors.torch import load, save

Tensors = dict[str, torch.Tensor]
_KEPT = 2  # the one before stays until the next is whole


class Standing(Struct, frozen=True):
    """Where a learning stands beside its tensors. `step`: how many are done. `curves`: name -> values at the steps `at`."""

    step: int
    at: tuple[int, ...] = ()
    curves: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    sums: Mapping[str, float] = field(default_factory=dict)  # since the last point of the curves
    counts: Mapping[str, int] = field(default_factory=dict)  # of steps that told each of them
    looks: tuple[tuple[int, float], ...] = ()  # step, loss on held-out pictures
    prints: Mapping[str, str] = field(default_factory=dict)  # SHA-256 of the tensor files


def write(folder: Path, standing: Standing, tensors: Mapping[str, Tensors]) -> Path:
    """A checkpoint of those groups of tensors, on the disk for certain when this returns."""
    place, aside = folder / f"step-{standing.step:08d}", folder / f".step-{standing.step:08d}"
    shutil.rmtree(aside, ignore_errors=True)
    if not place.is_dir():
        aside.mkdir(mode=0o700, parents=True)
        prints = {}
        for name, group in tensors.items():
            content = save({key: value.detach().to("cpu", copy=True).contiguous() for key, value in group.items()})
            prints[name] = hashlib.sha256(content).hexdigest()
            write_surely(aside / f"{name}.safetensors", content)
        write_surely(aside / "standing.json", msgspec.json.encode(msgspec.structs.replace(standing, prints=prints)))
        _settle(aside)
        os.replace(aside, place)
        _settle(folder)
    for old in _all(folder)[:-_KEPT]:
        shutil.rmtree(old)
    return place


def newest(folder: Path) -> tuple[Standing, dict[str, Tensors]] | None:
    """The newest checkpoint that is whole; None where there is none."""
    for place in reversed(_all(folder)):
        try:
            standing = msgspec.json.decode((place / "standing.json").read_bytes(), type=Standing)
            contents = {name: (place / f"{name}.safetensors").read_bytes() for name in standing.prints}
            if all(hashlib.sha256(content).hexdigest() == standing.prints[name] for name, content in contents.items()):
                return standing, {name: load(content) for name, content in contents.items()}
        except (OSError, msgspec.DecodeError, SafetensorError):
            continue
    return None


def write_surely(path: Path, content: bytes) -> None:
    """The file with that content, on the disk when this returns; written aside and moved where one stands there already."""
    aside = path.with_name(f".{path.name}.part")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _all(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*")) if folder.is_dir() else []
