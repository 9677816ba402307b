"""The commands about images alone: what is kept and marked, a phantom to try things on, a lesion outlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xinglin.flow import telling
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.house import House, TakenIn
from xinglin.flow.images import TakenImages, make_phantoms, place_of, series_meant


def show_images(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The series and lesions of a chart."""
    chart = asked.house().chart(given["chart"])
    series = [telling.series_value(n, one) for n, one in enumerate(chart.scans, 1)]
    lines = [f"{n}  {telling.series_line(one)}" for n, one in enumerate(chart.scans, 1)] + [telling.lesion_line(x) for x in chart.lesions]
    return Outcome({"chart": chart.id, "series": series, "lesions": [telling.lesion_value(x) for x in chart.lesions]}, tuple(lines))


def nifti_taken(house: House, paths: Sequence[str], given: Mapping[str, Any]) -> tuple[TakenImages, tuple[TakenIn, ...]]:
    """NIfTI files kept with the chart that was named, with what was said of them: (series and findings, what became of the person)."""
    said = {word: given[word] or "" for word in ("unit", "modality", "when")}
    return house.take_in_nifti([Path(p) for p in paths], given["chart"] or "", said, keep=not given["dry_run"])


def phantom(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """A chest CT of nobody."""
    house = asked.house()
    slices, pixels = given["slices"], given["pixels"]
    files = make_phantoms(
        [(Path(given["out"]), given["scanned"])], home=house.settings.home, seed=given["seed"] or 0, made=house.store.now(),
        shape=(slices, pixels, pixels), spacing_mm=place_of(given["spacing"], "--spacing"),
    )  # fmt: skip
    return Outcome({"folder": given["out"], "files": len(files)}, (given["out"],))


def mark(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """One lesion outlined and measured."""
    house = asked.house()
    chart = house.chart(given["chart"])
    lesion = house.images.mark(
        chart, series_meant(chart, given["series"] or ""), place_of(given["at"]), name=given["name"], by=given["by"] or who(),
        kind=given["type"] or "", organ=given["organ"], target=given["target"],
    )  # fmt: skip
    return Outcome({"chart": chart.id, "lesion": telling.lesion_value(lesion)}, (telling.lesion_line(lesion),))


def unmark(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The marks of one name taken back."""
    house = asked.house()
    chart = house.chart(given["chart"])
    uid = series_meant(chart, given["series"]).uid if given["series"] else ""
    gone = house.images.unmark(chart, given["name"], reason=given["reason"], by=given["by"] or who(), series_uid=uid)
    lines = tuple(f"taken back: {telling.lesion_line(one)}" for one in gone)
    return Outcome({"chart": chart.id, "unmarked": [telling.lesion_value(one) for one in gone]}, lines)


def lungs(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The density of one series' lungs, measured and kept."""
    house = asked.house()
    chart = house.chart(given["chart"])
    measures = house.images.lungs(chart, series_meant(chart, given["series"] or ""))
    return Outcome({"chart": chart.id, "lungs": telling.lungs_value(measures)}, (telling.lungs_line(measures),))
