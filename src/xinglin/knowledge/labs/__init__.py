"""What laboratories and the bedside measure: codes, names, units, usual values, alarm limits, and what cannot be.

`analyte("2160-0")` is creatinine; `by_name("血肌酐", "zh")` is the same. Each number says where it was read.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from xinglin.knowledge.labs.analyte import Analyte as Analyte
from xinglin.knowledge.labs.analyte import Interval as Interval
from xinglin.knowledge.labs.analyte_units import canonical as canonical
from xinglin.knowledge.labs.analyte_units import convert as convert
from xinglin.knowledge.labs.analyte_units import convertible as convertible
from xinglin.knowledge.labs.analyte_units import decimals as decimals
from xinglin.knowledge.labs.book import analyte as analyte
from xinglin.knowledge.labs.book import analytes as _analytes
from xinglin.knowledge.labs.book import by_name as by_name
from xinglin.knowledge.labs.book import long_names as long_names
from xinglin.knowledge.labs.book import result_units as result_units
from xinglin.knowledge.labs.book import sources as sources
from xinglin.knowledge.labs.book import version as _version
from xinglin.shelf.promises import Topic

if TYPE_CHECKING:
    ANALYTES: tuple[Analyte, ...]
    VERSION: str


def conversion(code: str) -> Decimal | None:
    """Molar mass (g/mol) of a LOINC code's or key's analyte, for the unit converter; None when it has none.

    Urea nitrogen counts the two nitrogen atoms of urea (28.0134), haemoglobin one of its four chains (16114.5).
    """
    found = analyte(code)
    return found.molar_mass_g_per_mol if found else None


def _unverified() -> int:
    limits = [i for a in _analytes() for i in (*a.intervals, *((a.critical,) if a.critical else ()))]
    return sum(not i.verified for i in limits) + sum(source == "unverified" for _, source in long_names().values())


TOPIC = Topic(
    name="labs",
    version="2026.1",
    title={"en": "Laboratory and bedside measurements", "zh": "检验与床旁测量项目"},
    licence="Apache-2.0 (own wording); LOINC and UCUM codes under their licences, see SOURCE.toml",
    rows=lambda: len(_analytes()) + len(long_names()) + sum(len(a.intervals) + (a.critical is not None) for a in _analytes()),
    unverified=_unverified,
)


def __getattr__(name: str) -> object:
    """`ANALYTES` and `VERSION` are read from the tables the first time someone asks."""
    if name == "ANALYTES":
        return _analytes()
    if name == "VERSION":
        return _version()
    raise AttributeError(name)
