"""Asks the kept translator for the series, and says what is known of it as facts."""

from __future__ import annotations

from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.asked_series import series_asked_for
from xinglin.workup.picture_facts import translation_facts

OPTIONS = {
    "series": "Number in `xinglin images`, or UID, of the series; default: the only one.",
    "model": "A kept translator: name, name:challenger, name@digest, or a folder of its files; default: the only one in use.",
    "towards": "The domain to translate to, as the model calls it; default: its last.",
    "length": "short, standard (default) or full: how much of its quality and making is told.",
}


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The translated series and the facts about it. Raises NotFound XL-PICT-030, 032, UsageError XL-PICT-031, and what translating raises."""
    series = series_asked_for(chart.scans, request.options.get("series", ""), absent="XL-PICT-030", unclear="XL-PICT-031")
    if bench.translated is None:
        raise NotFound("XL-PICT-032", "no image model is at hand", fix="train one first: xinglin train image SET")
    made = bench.translated(series.uid, request.options.get("model", ""), request.options.get("towards", ""), request.seed)
    return Prepared(translation_facts(made, bench.scan(series.uid), series), pictures=made)
