"""Our own bilingual word list of medicine: one idea, its English and Chinese names, and what it is a kind of.

`find("T2DM")` and `find("2型糖尿病")` give the same Term; `medicine("Aspirin 81 MG Oral Tablet")` takes a drug line apart.
Checks use it to notice things that a text says and the record does not; writers use it to say a code's words in Chinese.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xinglin.knowledge.terms.book import (
    KINDS as KINDS,
)
from xinglin.knowledge.terms.book import (
    VERSION as VERSION,
)
from xinglin.knowledge.terms.book import (
    Term as Term,
)
from xinglin.knowledge.terms.book import (
    by_key as by_key,
)
from xinglin.knowledge.terms.book import (
    candidates as candidates,
)
from xinglin.knowledge.terms.book import (
    find as find,
)
from xinglin.knowledge.terms.book import (
    is_a as is_a,
)
from xinglin.knowledge.terms.book import (
    is_kind_of as is_kind_of,
)
from xinglin.knowledge.terms.book import (
    terms as _terms,
)
from xinglin.knowledge.terms.medicine_names import MedicineName as MedicineName
from xinglin.knowledge.terms.medicine_names import medicine as medicine
from xinglin.knowledge.terms.spelling import simplified as simplified
from xinglin.shelf.promises import Topic

if TYPE_CHECKING:
    TERMS: tuple[Term, ...]

TOPIC = Topic(
    name="terms",
    version=VERSION,
    title={"en": "Bilingual clinical word list", "zh": "中英文医学词表"},
    licence="Apache-2.0 (own wording)",
    rows=lambda: len(_terms()),
    unverified=lambda: len(_terms()),  # names are ours; no outside reviewer has read them yet (SOURCE.toml)
)


def __getattr__(name: str) -> object:
    """`TERMS` is read from the data files the first time someone asks for it."""
    if name == "TERMS":
        return _terms()
    raise AttributeError(name)
