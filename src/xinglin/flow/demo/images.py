"""The demo's images: a made-up chest scanned twice, a virtual nodule that grows between the scans, measured blind again.

Nothing here is real: the scans are phantoms, the person is made up, the nodule is put in and its truth is known.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xinglin.flow import telling
from xinglin.flow.house import House
from xinglin.flow.images import make_phantoms
from xinglin.records import Chart, ContentRequest, Draft
from xinglin.records.chart import Identity

KIND, TRANSLATION = "virtual_nodule", "image_translation"
SCANNED = ("2026-01-15", "2026-06-20")
DAYS, DOUBLING_DAYS = 156, 130
NODULE = {"type": "solid", "diameter_mm": "9", "margin": "lobulated", "lobe": "right-upper"}
_SEXES = {"male": "M", "female": "F"}


def scans(house: House, chart: Chart, out: Path, seed: int, say: Callable[[str], None]) -> None:
    """Two scans of the made-up person, half a year apart, taken in like a hospital's."""
    folders = [out / f"made-up-ct-{day}" for day in SCANNED]
    person = {**_named(chart.identity), "born": chart.person.born, "sex": _SEXES.get(chart.person.sex, "O")}
    make_phantoms(list(zip(folders, SCANNED, strict=True)), home=house.settings.home, seed=seed, made=house.store.now(), person=person)
    say(f"3  two chest CTs           {', '.join(folder.name for folder in folders)} (phantoms: no patient is in them)")
    taken, _ = house.take_in_images(folders, chart=chart.id)
    say(f"   taken in                {'; '.join(telling.series_line(one) for one in taken.series)}")


def growing_nodule(house: House, chart_id: str, release: Callable[[Draft], Path], say: Callable[[str], None]) -> None:
    """The same virtual nodule in both scans, released, taken in again as scans, and marked as a reader would."""
    first = _nodule(house, chart_id, "1", NODULE)
    at = _center(first)
    later = {"at": at, "days": str(DAYS), "doubling_days": str(DOUBLING_DAYS)}
    second = _nodule(house, chart_id, "2", {**{k: v for k, v in NODULE.items() if k != "lobe"}, **later})
    folders = [release(first), release(second)]
    house.take_in_images(folders, chart=chart_id)
    say(f"   a virtual nodule        9 mm, then {DAYS} days later with a doubling time of {DOUBLING_DAYS} days, in two released series")
    chart = house.chart(chart_id)
    place = tuple(float(part) for part in at.split(","))
    for series in (one for one in chart.scans if one.synthetic and one.description.startswith("SYNTHETIC")):
        lesion = house.images.mark(chart, series, (place[0], place[1], place[2]), name="A", by="demo.doctor")
        say(f"   measured blind          {telling.lesion_line(lesion)}")


def _nodule(house: House, chart_id: str, series: str, options: dict[str, str]) -> Draft:
    return house.make(ContentRequest(kind=KIND, chart=chart_id, seed=7, options={**options, "series": series}))


def _center(draft: Draft) -> str:
    """The stated place, as the option `at` takes it."""
    truth = draft.fact("made.place").details
    return ",".join(truth[f"center_{name}_mm"] for name in "xyz")


def _named(identity: Identity) -> dict[str, str]:
    """The made-up person's name as DICOM writes it, and their number with its issuer."""
    given, _, family = identity.names[0].rpartition(" ") if identity.names else ("", "", "Nobody")
    system, number = identity.identifiers[0] if identity.identifiers else ("demo", "0")
    return {"name": f"{family}^{given}", "number": number, "issuer": system}
