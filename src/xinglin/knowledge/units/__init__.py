"""Units of measure: reading UCUM codes, converting exactly, and saying units as people write and read them.

`convert(Decimal("100"), "mg/dL", "mmol/L", "2345-7")` is glucose in SI; `canonical("毫米汞柱")` is "mm[Hg]";
`display("/min", "zh")` is 次/分.
"""

from __future__ import annotations

from xinglin.knowledge.units.atoms import table as _table
from xinglin.knowledge.units.conversion import commensurable as commensurable
from xinglin.knowledge.units.conversion import convert as convert
from xinglin.knowledge.units.conversion import multiply as multiply
from xinglin.knowledge.units.grammar import Unit as Unit
from xinglin.knowledge.units.grammar import parse as parse
from xinglin.knowledge.units.written import canonical as canonical
from xinglin.knowledge.units.written import display as display
from xinglin.knowledge.units.written import written_count as _written_count
from xinglin.shelf.promises import Topic

VERSION = "UCUM 2.2"

TOPIC = Topic(
    name="units",
    version=VERSION,
    title={"en": "Units of measure (UCUM)", "zh": "计量单位（UCUM）"},
    licence="UCUM License 1.1 (the specification, unmodified); Apache-2.0 (own list of written forms)",
    rows=lambda: len(_table().atoms) + _written_count(),
    unverified=lambda: 0,
)
