"""The road of a set of pictures: a folder, or the scans kept with charts, becomes a set on disk with its card and a sheet of its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.flow.house import House
from xinglin.records.errors import NotFound, UsageError

if TYPE_CHECKING:
    from xinglin.intake.picture_files import LeftOut, PictureFile
    from xinglin.training.image_sets.asking import Asking
    from xinglin.training.image_sets.image_set import ImageSet

Note = Callable[[str], None]


def collected(sources: Sequence[str | Path], asking: Asking, house: Callable[[], House], note: Note | None = None) -> ImageSet:
    """The set of one folder, or of the scans of charts. Nothing is written. Raises UsageError XL-IMGSET-049, and what `collect` raises."""
    from xinglin.training.image_sets.collecting import collect

    charts = charts_among(sources)
    if charts and len(charts) == len(sources):
        return collect(_of_charts(house(), charts, asking), asking, note)
    if len(sources) != 1:
        raise UsageError(
            "XL-IMGSET-049", "a set is collected from one folder, or from charts", where="FOLDER", fix="put the folders into one"
        )
    return collect(sources[0], asking, note)


def _of_charts(house: House, charts: Sequence[str], asking: Asking) -> Iterator[PictureFile | LeftOut]:
    """Every series kept with the charts, the chart being the person."""
    from xinglin.intake.picture_files import of_volume, slices_of

    for chart in charts:
        known = house.chart(chart)
        if not known.scans:
            raise NotFound("XL-FLOW-021", f"{known.id} has no images", fix="take them in: xinglin take-in FOLDER --chart " + known.id)
        for number, scan in enumerate(known.scans, 1):
            whole = of_volume(house.images.volume(known.id, scan.uid), f"{known.id}/series {number}", known.id)
            yield from [whole] if asking.volumes else slices_of(whole)


def charts_among(sources: Sequence[str | Path]) -> list[str]:
    """Those that are ids of charts."""
    return [str(one) for one in sources if str(one).startswith("chart-") and not Path(one).exists()]


def written(
    found: ImageSet, folder: str | Path, charts: Sequence[str] = (), house: Callable[[], House] | None = None, by: str = ""
) -> Path:
    """The set with its cards and its sheet, as a folder. Pictures that come from charts leave their sealed store: the ledger tells of it.

    Raises UsageError XL-IMGSET-006 where something else stands there.
    """
    from xinglin.training.image_sets.pages import pages_of

    place = found.save(folder, pages_of(found))
    if house is not None:
        for chart in charts:
            house().store.ledger.add(by, "images collected", chart, found.card.digest)
    return place
