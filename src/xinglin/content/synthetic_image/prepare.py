"""Asks the kept model for the pictures, and says what is known of them as facts."""

from __future__ import annotations

from xinglin.content.synthetic_image.asking import conditions_in, count_asked
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound
from xinglin.shelf.promises import Bench, Prepared
from xinglin.workup.picture_facts import facts_of


def prepare(request: ContentRequest, chart: Chart, bench: Bench) -> Prepared:
    """The pictures and the facts about them. Raises UsageError XL-PICT-004, 005, and what drawing raises; NotFound XL-PICT-006."""
    count, asked = count_asked(request.options), conditions_in(request.options)
    if bench.drawn is None:
        raise NotFound("XL-PICT-006", "no image model is at hand", fix="train one first: xinglin train image SET")
    made = bench.drawn(request.options.get("model", ""), count, request.seed, asked)
    return Prepared(facts_of(made), pictures=made)
