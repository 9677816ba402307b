"""Pictures in, one after the other, from any folder: DICOM, NIfTI, PNG, JPEG, TIFF, NPY and NPZ, with what each file says of itself.

Nothing is scaled, cut or shown here: the numbers are the file's, after the rescale a DICOM file states. What cannot be read is told and left out.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.records.errors import InvalidInput, NotFound, OutOfResources

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

PLAIN = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
ARRAYS = (".npy", ".npz")
NIFTI = (".nii", ".nii.gz")
TEXTS = (".csv", ".tsv", ".json", ".jsonl", ".xml", ".txt", ".md", ".html", ".pdf", ".yml", ".yaml", ".toml", ".py", ".zip", ".gz")
_MOST_PIXELS = 1 << 28
_MOST_BYTES = 4 << 30
_COLOUR_NOISE = 12  # grey levels by which the colours of a JPEG of a grey picture may differ


@dataclass(frozen=True, eq=False)
class PictureFile:
    """One picture, or one volume. values: (channels, rows, columns) or (channels, slices, rows, columns), as stored, after a stated rescale.

    source: the path inside the folder, and #number where a file holds several. whose: what tells people apart in the file itself ("" where it
    does not say); it is to be replaced by a pseudonym before anything is kept. unit: "HU" or "". spacing_mm: per axis, () where not told.
    window: (centre, width) the file asks to be shown with. inverted: low values are meant to be bright. words: age, sex, view, device, kernel ...
    """

    values: NDArray[np.generic]
    source: str
    whose: str = ""
    unit: str = ""
    modality: str = ""
    spacing_mm: tuple[float, ...] = ()
    window: tuple[float, float] | None = None
    inverted: bool = False
    words: Mapping[str, str | float] = field(default_factory=dict)
    synthetic: bool = False
    series: str = ""  # pictures of one series are slices of one thing
    telling: bool = False  # the path holds the person's number or name: it is not to be kept
    volume: Volume | None = None  # where it was read as one, so that outlines can be laid onto it


@dataclass(frozen=True)
class LeftOut:
    """A file or picture that is not used, and why: `reason` in a few words to be counted, `told` in full."""

    source: str
    reason: str
    told: str = ""


def picture_files(
    folder: str | Path, *, volumes: bool = False, unit: str = "", without: tuple[Path, ...] = (), note: Callable[[str], None] | None = None
) -> Iterator[PictureFile | LeftOut]:
    """Every picture below a folder, in the order of paths; DICOM after the others. volumes: whole series and NIfTI files instead of their slices.

    unit: "HU" where the user says that the numbers of NIfTI and array files are Hounsfield units. without: folders not to look into.
    Raises NotFound XL-INTAKE-090 where there is no such folder.
    """
    place = Path(folder)
    if not place.exists():
        raise NotFound("XL-INTAKE-090", "there is no such folder", where=str(folder), fix="check the path")
    base, dicom = place if place.is_dir() else place.parent, []
    for count, path in enumerate(_walk(place, without), 1):
        name, source = path.name.lower(), shown(path, base)
        if note and count % 500 == 0:
            note(f"{count} files looked at")
        if name.endswith(NIFTI):
            yield from _nifti(path, source, volumes, unit)
        elif name.endswith(PLAIN):
            yield from _plain(path, source)
        elif name.endswith(ARRAYS):
            yield from _arrays(path, source, volumes, unit)
        elif name.endswith(TEXTS):
            yield LeftOut(source, "not a picture")
        else:
            dicom.append(path)
    if dicom:
        from xinglin.intake.dicom_pictures import pictures_of, volumes_of

        yield from (volumes_of if volumes else pictures_of)(dicom, base, note)


def array_of(path: Path) -> NDArray[Any]:
    """A mask or partner as it lies in one file: (rows, columns), (rows, columns, colours) or (slices, rows, columns).

    Raises InvalidInput XL-INTAKE-091 for what is not one picture.
    """
    import numpy as np

    found = [one for one in picture_files(path, volumes=path.name.lower().endswith((*NIFTI, *ARRAYS)))]
    if len(found) == 1 and isinstance(found[0], PictureFile):
        values = np.asarray(found[0].values)
        return values[0] if len(values) == 1 else np.moveaxis(values, 0, -1)
    told = next((one.told or one.reason for one in found if isinstance(one, LeftOut)), f"{len(found)} pictures")
    raise InvalidInput("XL-INTAKE-091", "this file is not one picture", where=path.name, why=told, fix="one picture a file")


def shown(path: Path, base: Path) -> str:
    """The path inside the folder, as text that can be written anywhere."""
    return os.fsencode(path.relative_to(base).as_posix()).decode("utf-8", "backslashreplace")


def _walk(place: Path, without: tuple[Path, ...]) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    closed = {one.resolve() for one in without}
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and Path(folder, one).resolve() not in closed)
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith(".") and Path(folder, name).resolve() not in closed)


# ---- PNG, JPEG, TIFF


def _plain(path: Path, source: str) -> Iterator[PictureFile | LeftOut]:
    """Each page of the file. A grey picture stored in three equal colours is grey."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.width * image.height > _MOST_PIXELS:
                yield LeftOut(source, "too large", f"more than {_MOST_PIXELS} pixels")
                return
            pages = getattr(image, "n_frames", 1)
            for page in range(pages):
                image.seek(page)
                yield _page(image, source if pages == 1 else f"{source}#{page}")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        yield LeftOut(source, "cannot be read", type(error).__name__)


def _page(image: Any, source: str) -> PictureFile | LeftOut:
    import numpy as np

    mode = image.mode
    if mode in ("1", "L", "I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image)
        values = values.astype(np.uint8) * 255 if mode == "1" else values
        if mode == "I" and values.size and values.min() >= 0 and values.max() <= 65535:
            values = values.astype(np.uint16)
        return PictureFile(values[None], source)
    if mode in ("LA", "PA", "RGBA") or "transparency" in image.info:
        whole = np.asarray(image.convert("RGBA"))
        if (whole[..., 3] != 255).any():
            return LeftOut(source, "transparent", "what lies behind it is not known")
        values = whole[..., :3]
    else:
        values = np.asarray(image.convert("RGB"))
    return PictureFile(plain_grey(np.moveaxis(values, -1, 0)), source)


def plain_grey(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """(1, rows, columns) where three colours (3, rows, columns) are one but for the noise of a JPEG; else the colours as they are."""
    import numpy as np

    if len(values) == 1:
        return values
    wide = values.astype(np.int16)
    apart = np.ptp(wide, axis=0)
    return values[:1] if not apart.any() else (np.rint(wide.mean(0))[None].astype(np.uint8) if apart.max() <= _COLOUR_NOISE else values)


# ---- NPY, NPZ


def _arrays(path: Path, source: str, volumes: bool, unit: str) -> Iterator[PictureFile | LeftOut]:
    """Each picture of each array; of NPZ the arrays `x_images` with `x_labels` beside them give the word `label`."""
    import numpy as np

    try:
        if path.suffix.lower() == ".npz":
            with zipfile.ZipFile(path) as packed:
                if sum(one.file_size for one in packed.infolist()) > _MOST_BYTES:
                    raise OutOfResources("XL-INTAKE-092", "the arrays are larger than is read")
            with np.load(path, allow_pickle=False) as packed:
                arrays = {name: packed[name] for name in packed.files}
        else:
            arrays = {"": np.load(path, mmap_mode="r", allow_pickle=False)}
    except (OSError, ValueError, zipfile.BadZipFile, OutOfResources) as error:
        yield LeftOut(source, "cannot be read", type(error).__name__)
        return
    for name, values in arrays.items():
        if name.endswith("_labels"):
            continue
        labels = arrays.get(name.removesuffix("_images") + "_labels") if name.endswith("_images") else None
        stem = f"{source}:{name}" if len(arrays) > 1 and name else source
        yield from _pictures_in(values, labels, stem, volumes, unit)


def _pictures_in(values: Any, labels: Any, stem: str, volumes: bool, unit: str) -> Iterator[PictureFile | LeftOut]:
    import numpy as np

    depth = 3 if volumes else 2
    colour = not volumes and values.ndim in (3, 4) and values.shape[-1] == 3 and values.dtype == np.uint8
    plain = values.ndim - (1 if colour else 0)
    if values.dtype.kind not in "uif" or plain not in (depth, depth + 1) or not values.size:
        yield LeftOut(stem, "not a picture", f"an array of {values.ndim} axes")
        return
    several = plain == depth + 1
    for number in range(len(values) if several else 1):
        one = np.asarray(values[number] if several else values)
        words = {}
        if labels is not None and len(labels) == len(values) and np.size(labels[number]) == 1:
            words = {"label": str(np.ravel(labels[number])[0])}
        yield PictureFile(
            plain_grey(np.moveaxis(one, -1, 0)) if colour else one[None], f"{stem}#{number}" if several else stem, unit=unit, words=words,
            modality="CT" if unit == "HU" else "",
        )  # fmt: skip


# ---- NIfTI


def _nifti(path: Path, source: str, volumes: bool, unit: str) -> Iterator[PictureFile | LeftOut]:
    """The volume, or its slices from the feet up as they are stored."""
    import numpy as np

    from xinglin.formats.nifti.reading import read_nifti

    try:
        volume = read_nifti(path, unit=unit)
    except (InvalidInput, OutOfResources) as error:
        yield LeftOut(source, f"cannot be used ({error.code})", error.what)
        return
    modality, spacing = "CT" if unit == "HU" else "", volume.spacing_mm
    voxels = np.asarray(volume.voxels)
    whole = None if unit == "HU" else _span(voxels)
    if volumes:
        yield PictureFile(
            voxels[None], source, "", unit, modality, spacing, whole, synthetic=volume.synthetic, series=source, volume=volume
        )
        return
    for number, plane in enumerate(voxels):
        words = {"slice_thickness_mm": round(spacing[0], 3)}
        yield PictureFile(
            plane[None],
            f"{source}#{number}",
            "",
            unit,
            modality,
            spacing[1:],
            whole,
            words=words,
            synthetic=volume.synthetic,
            series=source,
        )


def _span(voxels: NDArray[Any]) -> tuple[float, float]:
    """Centre and width of what a whole volume is to be shown with, so that all its slices are shown alike: 0.5th to 99.5th percentile."""
    import numpy as np

    low, high = (float(one) for one in np.percentile(voxels[:: max(1, len(voxels) // 32)], (0.5, 99.5)))
    return (low + high) / 2, max(high - low, 1e-6)


def of_volume(volume: Volume, source: str, whose: str) -> PictureFile:
    """A volume that is at hand, such as a kept series, as a picture file."""
    import numpy as np

    voxels = np.asarray(volume.voxels)
    words = {key: volume.details[key] for key in ("kernel", "device") if volume.details.get(key)}
    return PictureFile(
        voxels[None], source, whose, volume.unit, volume.modality, volume.spacing_mm, None if volume.unit == "HU" else _span(voxels), words=words,
        synthetic=volume.synthetic, series=source, volume=volume,
    )  # fmt: skip


def slices_of(whole: PictureFile) -> Iterator[PictureFile]:
    """The slices of a volume as pictures, in its order."""
    for number, plane in enumerate(whole.values[0]):
        yield replace(
            whole, values=plane[None], source=f"{whole.source}#{number}", spacing_mm=whole.spacing_mm[1:], volume=None,
        )  # fmt: skip
