"""Sets of pictures in Python: `xl.collect_images`, `xl.image_set`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xinglin.flow.asked import who
from xinglin.flow.house import House

if TYPE_CHECKING:
    from xinglin.training.image_sets.image_set import ImageSet


def collect_images(
    source: str | Path | Sequence[str], size: int | tuple[int, ...], out: str | Path | None = None, *, name: str = "pictures",
    unit: Literal["", "HU"] = "", window: tuple[float, float] | None = None, modality: str = "", colour: bool = False,
    fit: Literal["pad", "cover", "stretch", "patches"] = "pad", spacing_mm: Sequence[float] = (), neighbours: int = 0, per_file: int = 0,
    label_from: Literal["", "folder", "array"] = "", table: str | Path = "", path_column: str = "", person_column: str = "",
    encoding: str = "utf-8", conditions: Sequence[str] = (), person_from: str = "", masks: str | Path = "", mask_names: Sequence[str] = (),
    partners: str | Path = "", others: str | Path = "", domains: Sequence[str] = (), mirrored: bool = False, keep_copies: bool = False,
    held_out: float = 0.15, test: float = 0.15, least: int = 16, seed: int = 0, about: str = "", licence: str = "",
    by: str = "", note: Callable[[str], None] | None = None, home: str | Path | None = None,
) -> ImageSet:  # fmt: skip
    """A set of pictures from a folder, or from ids of charts: `.pictures`, `.items`, `.card`, `.rows("train")`, `.scaled(rows)`.

    size: 64, (rows, columns) or (slices, rows, columns). out: folder to write it to, None for none. Other words as `xinglin collect images` has them.
    """
    from xinglin.flow.image_sets import charts_among, collected, written
    from xinglin.training.image_sets.asking import Asking

    asking = Asking(
        shape=(size, size) if isinstance(size, int) else tuple(size), fit=fit, unit=unit, window=window, modality=modality, colour=colour,
        spacing_mm=tuple(spacing_mm), neighbours=neighbours, per_file=per_file, label_from=label_from, table=str(table), path_column=path_column,
        person_column=person_column, encoding=encoding, conditions=tuple(conditions), person_from=person_from, masks=str(masks),
        mask_names=tuple(mask_names), partners=str(partners), others=str(others), domains=tuple(domains), mirrored=mirrored,
        keep_copies=keep_copies, held_out=held_out, test=test, seed=seed, least=least, name=name, source=about, licence=licence,
    )  # fmt: skip
    sources = [source] if isinstance(source, str | Path) else list(source)
    found = collected(sources, asking, lambda: House.at(home), note)
    if out is not None:
        written(found, out, charts_among(sources), lambda: House.at(home), by or who())
    return found


def image_set(folder: str | Path) -> ImageSet:
    """A set that was written, proved to be what was written; its pictures stay on disk until they are asked for."""
    from xinglin.training.image_sets.image_set import ImageSet

    return ImageSet.load(folder)
