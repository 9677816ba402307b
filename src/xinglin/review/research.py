"""What leaves without a signature because it is about nobody: phantoms, cohorts and made-up people, labelled as artificial in every file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xinglin.review.cohorts import write_cohort as write_cohort
from xinglin.review.export import put_folder, see_that_it_fits, see_that_it_is_free
from xinglin.review.people import write_people as write_people

if TYPE_CHECKING:
    from xinglin.records.volume import Volume

LABEL = "PHANTOM (AI-generated)"


def see_that_a_phantom_fits(out: Path, home: Path) -> Path:
    """The folder for a phantom, as an absolute path. Raises UsageError where it lies in the house or holds anything."""
    folder = see_that_it_fits(out, home)
    see_that_it_is_free(folder)
    return folder


def write_phantom(
    volume: Volume, out: Path, *, home: Path, seed: int, made: str, scanned: str, aigc: Mapping[str, str], person: Mapping[str, str]
) -> list[Path]:
    """The phantom as a folder of DICOM files. `person`: name, number, issuer, born, sex of the made-up person it is given to."""
    from xinglin.formats.dicom.marks import Mark
    from xinglin.formats.dicom.write_made import MadeUpPerson, write_made_series

    folder = see_that_a_phantom_fits(out, home)
    mark = Mark(label=LABEL, seed=str(seed), description="thorax, nobody's", made=made, aigc=dict(aigc))
    nobody = replace(MadeUpPerson("Phantom^Thorax", f"PHANTOM-{seed}", "XINGLIN", "", "O"), **person)
    files = list(write_made_series(volume, nobody, mark=mark, scanned=scanned))
    put_folder(folder, files)
    return [folder / name for name, _ in files]
