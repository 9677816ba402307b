"""Where made-up people live: names, places, units, codes and drug words of a country. No real person or place is meant.

`locale("us")`, `locale("cn")`.
"""

from xinglin.knowledge.locales.pack import locale as locale
from xinglin.knowledge.locales.pack import names as names
from xinglin.knowledge.locales.pack import rows as _rows
from xinglin.knowledge.locales.pack import table as _table
from xinglin.shelf.promises import Topic

VERSION = "2026.1"
TOPIC = Topic(
    name="locales",
    version=VERSION,
    title={"en": "Where made-up people live", "zh": "虚拟人物的所在地"},
    licence="Apache-2.0 (own lists); LOINC, UCUM, RxNorm, CVX and ICD-10-CM codes under their terms, see README.md",
    rows=_rows,
    unverified=lambda: len(_table("allergens")) - 1,  # shares of allergies are a choice
)
