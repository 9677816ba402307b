"""Asks the kept translator for the series, and says what is known of it as facts."""

from __future__ import annotations

from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.imaging import ScanSeries, series_named
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.picture_facts import translation_facts

OPTIONS = {
    "series": "Number in `xinglin images`, or UID, of the series; default: the only one.",
    "model": "A kept translator: name, name:challenger, name@digest, or a folder of its files; default: the only one in use.",
    "towards": "The domain to translate to, as the model calls it; default: its last.",
    "length": "short, standard (default) or full: how much of its quality and making is told.",
}


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The translated series and the facts about it. Raises NotFound XL-PICT-030, 032, UsageError XL-PICT-031, and what translating raises."""
    series = _series(chart.scans, request.options.get("series", ""))
    if bench.translated is None:
        raise NotFound("XL-PICT-032", "no image model is at hand", fix="train one first: xinglin train image SET")
    made = bench.translated(series.uid, request.options.get("model", ""), request.options.get("towards", ""), request.seed)
    return Prepared(translation_facts(made, bench.scan(series.uid), series), pictures=made)


def _series(scans: tuple[ScanSeries, ...], word: str) -> ScanSeries:
    """The series meant. Raises NotFound XL-PICT-030, UsageError XL-PICT-031."""
    if not scans:
        raise NotFound("XL-PICT-030", "this chart has no images", fix="take a series in first: xinglin take-in FOLDER --chart CHART")
    if not word and len(scans) > 1:
        raise UsageError("XL-PICT-031", "which series?", where="option series", fix="give its number or UID: xinglin images CHART")
    found = series_named(scans, word)
    if found is None:
        raise NotFound("XL-PICT-030", "there is no such series", where="option series", fix="xinglin images CHART lists them")
    return found
