"""Chest CTs of made-up people whose tumour a disease model ran: a phantom of their own, with the tumour in it at its size of that day.

Sizes a nodule can be drawn at are 4 to 40 mm; a day on which the tumour is smaller or larger has no scan, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.flow.virtual_people import Beside
    from xinglin.records.people import VirtualPeople
    from xinglin.records.volume import Volume

SMALLEST_MM, LARGEST_MM = 4.0, 40.0
OBSERVABLE = "diameter"  # of the disease, mm
SHAPE, SPACING_MM = (96, 224, 224), (3.2, 1.6, 1.6)


def write_scans(
    people: VirtualPeople,
    beside: Beside,
    out: Path,
    *,
    home: Path,
    each: int,
    made: str,
    aigc: Mapping[str, str],
    note: Callable[[str], None],
) -> list[Path]:
    """DICOM series of the first `each` days of each person on which the tumour can be drawn, in `out/<person>/<day>/`.

    Raises UsageError XL-PEOPLE-020 for a disease that has no tumour diameter.
    """
    from xinglin.review.research import write_phantom

    if OBSERVABLE not in {one.name for one in beside.disease.card.observables}:
        raise UsageError("XL-PEOPLE-020", f"{beside.disease.name} has no tumour to scan", where="--scans", fix="leave --scans away")
    files: list[Path] = []
    for place in range(people.count):
        known, name = _known(people, place), f"{people.locale.name}{people.request.seed}-{people.first + place}"
        scans = list(_days(people, beside, place, each))
        if len(scans) < each:
            note(
                f"{known['number']}: {len(scans)} of {each} scans; on other days the tumour is smaller than {SMALLEST_MM:g} mm, larger than {LARGEST_MM:g} mm, or not seen"
            )
        seed = people.request.seed * 1_000_003 + people.first + place
        for volume, day in _scanned(scans, seed):
            folder = out / name / day
            files += write_phantom(volume, folder, home=home, seed=seed, made=made, scanned=day, aigc=aigc, person=known)
    return files


def _known(people: VirtualPeople, place: int) -> dict[str, str]:
    """Name, number, issuer, day of birth and sex of one person, as DICOM writes them."""
    columns, home = people.tables["person"], people.locale
    female = bool(columns["female"][place])
    given = (home.women if female else home.men)[int(columns["given"][place])]
    born = date(1970, 1, 1) + timedelta(days=int(columns["born"][place]))
    number = f"{columns['record'][place]}{columns['check'][place]}"  # as the record has it, so that both are known to be of one person
    return {
        "name": f"{home.families[int(columns['family'][place])]}^{given}", "number": number, "issuer": home.id_system, "born": born.isoformat(),
        "sex": "F" if female else "M",
    }  # fmt: skip


def _days(people: VirtualPeople, beside: Beside, place: int, each: int) -> Iterator[tuple[float, str]]:
    """(diameter in mm, day) of the first visits on which the tumour can be drawn."""
    what = [measure.key for measure in people.locale.measures].index(f"{beside.disease.name}_{OBSERVABLE}")
    decimals = people.locale.measures[what].decimals
    rows = people.tables["observation"]
    mine = np.flatnonzero((rows["person"] == people.first + place) & (rows["what"] == what))
    found = 0
    for row in mine[np.argsort(rows["time"][mine], kind="stable")]:
        size = int(rows["value"][row]) / 10**decimals
        if SMALLEST_MM <= size <= LARGEST_MM and found < each:
            found += 1
            yield size, (date(1970, 1, 1) + timedelta(days=int(rows["time"][row]) // 1440)).isoformat()


def _scanned(scans: list[tuple[float, str]], seed: int) -> Iterator[tuple[Volume, str]]:
    """The person's chest on each day, the tumour always in the same place."""
    from xinglin.models.lesion.parametric_nodule import GENERATOR
    from xinglin.models.thorax_phantom import pair, thorax
    from xinglin.records.imaging import NoduleRequest

    if not scans:
        return
    chest = thorax(SHAPE, SPACING_MM, seed % 2**31, acquired=scans[0][1])
    widest = NoduleRequest(diameter_mm=max(size for size, _ in scans), margin="lobulated", seed=seed)
    truth = GENERATOR.insert(chest.volume, widest).truth  # where the largest fits, all others do
    at = (truth["center_x_mm"], truth["center_y_mm"], truth["center_z_mm"])
    for number, (size, day) in enumerate(scans):
        volume = chest.volume if number == 0 else pair(chest, seed % 2**31 + number, day).volume
        edit = GENERATOR.insert(volume, NoduleRequest(diameter_mm=size, margin="lobulated", seed=seed, center_mm=at))
        yield replace(edit.applied_to(volume), synthetic=True), day
