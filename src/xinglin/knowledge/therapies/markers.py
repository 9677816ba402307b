"""Results of a tumour that are no laboratory analyte of ours yet, with the names a report may give them: PD-L1, receptors, recurrence score.

A criterion names one as `marker:<key>`; whoever reads a chart looks for a result that bears one of the names.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct, convert


class Marker(Struct, frozen=True, kw_only=True):
    """One result of a tumour: names in both languages, the unit of its number ("" when it is told in words) and what it means.

    `loincs`: codes a report may give it, each read in a public guide: 85147-7 and 83052-1 (PD-L1 by clone 22C3; github.com oncology guides),
    89247-1 (ECOG performance status score; HL7 mCODE).
    """

    key: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    unit: str = ""
    loincs: tuple[str, ...] = ()
    note_en: str = ""
    note_zh: str = ""


@lru_cache(maxsize=1)
def markers() -> tuple[Marker, ...]:
    """Every marker, in the order of `markers.toml`."""
    book = tomllib.loads((files("xinglin.knowledge.therapies") / "markers.toml").read_text(encoding="utf-8"))
    return tuple(convert([{"key": key, **row} for key, row in book.items()], list[Marker]))


def marker(key: str) -> Marker | None:
    """A marker by its key ("pd-l1"); None when there is none."""
    return next((one for one in markers() if one.key == key), None)
