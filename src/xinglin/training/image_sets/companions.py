"""What belongs to a picture and lies in another file: its mask, or the picture it is to become; found by name, never by order."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.intake.picture_files import ARRAYS, NIFTI, PLAIN, LeftOut, PictureFile, array_of, picture_files
from xinglin.intake.picture_outlines import outline_files, outlines_on
from xinglin.records.errors import InvalidInput, NotFound

_MOST_LABELS = 20


class Beside:
    """Files of another folder by the names of the pictures: the same path, else the same file name, endings aside."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise NotFound("XL-IMGSET-041", "there is no such folder", where=str(folder), fix="check the path")
        self.by_path: dict[str, Path] = {}
        self.by_name: dict[str, list[Path]] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                key = path.relative_to(self.folder).as_posix()
                self.by_path[_bare(key)] = path
                self.by_name.setdefault(_bare(path.name), []).append(path)

    def of(self, source: str) -> Path | None:
        """The file that belongs to a picture, None where there is none or it is not clear which."""
        path = source.partition("#")[0]
        named = self.by_name.get(_bare(PurePosixPath(path).name), [])
        return self.by_path.get(_bare(path)) or (named[0] if len(named) == 1 else None)


class Masks:
    """The masks of a folder of pictures. where: a folder, or a pattern beside the picture such as "{name}_mask"."""

    def __init__(self, where: str, pictures: str | Path, names: Sequence[str] = ()) -> None:
        self.pattern, self.base = where if "{name}" in where else "", Path(pictures)
        self.beside = None if self.pattern else Beside(where)
        self.outlines = () if self.pattern else outline_files(where)  # DICOM: laid onto volumes by geometry
        self.names: list[str] = list(names)
        self.fixed = bool(names)
        self.most = 0

    def skips(self, source: str) -> bool:
        """Whether a file of the folder of pictures is itself a mask."""
        if not self.pattern:
            return False
        name = _bare(PurePosixPath(source.partition("#")[0]).name)
        before, _, after = self.pattern.partition("{name}")
        return name.startswith(before) and _ends(name[len(before) :], after)

    def of(self, source: str) -> NDArray[np.uint8] | None:
        """The labels of a picture, None where it has no mask. Raises InvalidInput XL-IMGSET-033 for what is no mask."""
        found = self._files(source)
        if not found:
            return None
        marks = None
        for path in found:
            one = labels_in(path)
            number = source.partition("#")[2]
            if one.ndim == 3 and number.isdigit() and int(number) < len(one):
                one = one[int(number)]
            if marks is not None and marks.shape != one.shape:
                raise InvalidInput(
                    "XL-IMGSET-033", "the masks of one picture are of different sizes", where=path.name, fix="one size for all"
                )
            marks = one if marks is None else np.maximum(marks, one)
        self.most = max(self.most, 0 if marks is None else int(marks.max()))
        return marks

    def on(self, found: PictureFile) -> NDArray[np.uint8] | None:
        """The outlines drawn on a volume as labels, numbered by their names over the whole set; where two overlap the later name counts.

        names asked for: only these, in their order. None where nothing was drawn on it. Raises what reading the outlines raises.
        """
        assert found.volume is not None
        drawn = [(name, mask) for name, mask in outlines_on(found.volume, self.outlines) if not self.fixed or name in self.names]
        if not drawn:
            return None
        self.names += [name for name in dict.fromkeys(name for name, _ in drawn) if name not in self.names]
        marks = np.zeros(found.volume.shape, np.uint8)
        for name, mask in sorted(drawn, key=lambda one: self.names.index(one[0])):
            marks[mask] = self.names.index(name) + 1
        self.most = max(self.most, int(marks.max()))
        return marks

    def _files(self, source: str) -> list[Path]:
        if self.beside is not None:
            found = self.beside.of(source)
            return [] if found is None else [found]
        path = self.base / source.partition("#")[0]
        pattern = self.pattern.replace("{name}", glob.escape(_bare(path.name)))
        endings = (*PLAIN, *ARRAYS, *NIFTI)
        return sorted(one for one in path.parent.glob(pattern + ".*") if one.name.lower().endswith(endings))


@lru_cache(maxsize=4)
def labels_in(path: Path) -> NDArray[np.uint8]:
    """A mask file as labels 0, 1, 2 ...: two values are rest and marked, more must be the labels themselves.

    Raises InvalidInput XL-IMGSET-033.
    """
    values = array_of(path)
    if values.ndim == 3 and values.shape[-1] == 3 and values.dtype == np.uint8:
        raise _no_mask(path, "it is in colour")
    held = np.unique(values)
    if len(held) > _MOST_LABELS or (values.dtype.kind == "f" and not np.array_equal(held, np.rint(held))):
        raise _no_mask(path, f"{len(held)} different values; a mask saved as JPEG is smeared")
    if len(held) <= 2 and (len(held) < 2 or held[0] == 0):
        return (values > 0).astype(np.uint8)
    if held[0] < 0 or held[-1] > 255 or held[-1] >= 3 * len(held):
        raise _no_mask(path, "its values are not labels 0, 1, 2 ...")
    return values.astype(np.uint8)


class Partners:
    """The pictures that those of a folder are to become: the same names in another folder."""

    def __init__(self, folder: str, volumes: bool, unit: str) -> None:
        self.beside, self.volumes, self.unit = Beside(folder), volumes, unit

    def of(self, source: str) -> PictureFile | None:
        """The partner of a picture, None where there is none that can be read."""
        path = self.beside.of(source)
        if path is None:
            return None
        number = source.partition("#")[2]
        found: list[Any] = [one for one in _read(path, self.volumes, self.unit) if not isinstance(one, LeftOut)]
        if number.isdigit() and len(found) > int(number):
            return found[int(number)]
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=2)
def _read(path: Path, volumes: bool, unit: str) -> tuple[PictureFile | LeftOut, ...]:
    return tuple(picture_files(path, volumes=volumes, unit=unit))


def _bare(name: str) -> str:
    for ending in (".nii.gz", ".nii"):
        if name.lower().endswith(ending):
            return name[: -len(ending)]
    stem, dot, ending = name.rpartition(".")
    return stem if dot and ending.lower() in _ENDINGS else name


_ENDINGS = {one[1:] for one in (*PLAIN, *ARRAYS)} | {"dcm", "ima"}


def _ends(name: str, after: str) -> bool:
    stem = after.partition("*")[0]
    return bool(stem) and (stem in name[1:] if "*" in after else name.endswith(after) and len(name) > len(after))


def _no_mask(path: Path, why: str) -> InvalidInput:
    return InvalidInput(
        "XL-IMGSET-033", "this file is no mask", where=path.name, why=why, fix="PNG or NIfTI with 0, 1, 2 ..., or 0 and 255"
    )
