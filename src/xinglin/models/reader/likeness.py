"""Which fact a free wording probably means, when no name of the record stands in it: "had her right knee replaced".

Words are compared by their stems; a body part that the fact does not have rules it out. Only for pasted text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.record_index import RecordIndex, content_of
from xinglin.models.reader.subjects import known_words
from xinglin.models.reader.text_forms import fold, is_chinese
from xinglin.records.fact import Fact

_KINDS = frozenset(("procedure", "problem", "imaging", "immunization", "device", "report"))
_DONE = frozenset(
    [
        "surgery",
        "operation",
        "operated",
        "procedure",
        "repaired",
        "repair",
        "removed",
        "removal",
        "replaced",
        "replacement",
        "treated",
        "treatment",
        "done",
        "given",
        "had",
        "underwent",
    ]
)
STEM = 5


@lru_cache(maxsize=8192)
def stems_of(text: str) -> frozenset[str]:
    """Stems of the meaningful words: five letters of Latin words, pairs of Chinese characters."""
    return frozenset(word[:STEM] if word.isascii() else word for word in content_of(text))


def likely_fact(index: RecordIndex, text: str) -> Fact | None:
    """The one fact whose name a sentence words freely; None when none, or more than one, comes near."""
    said = stems_of(text)
    if not said:
        return None
    best: list[tuple[float, Fact]] = []
    for fact in index.facts.values():
        if fact.kind in _KINDS:
            score = max((_score(said, stems_of(name)) for names in fact.names.values() for name in names), default=0.0)
            if score > 0:
                best.append((score, fact))
    best.sort(key=lambda pair: -pair[0])
    if not best or (len(best) > 1 and best[0][0] == best[1][0] and best[0][1].key != best[1][1].key):
        return None
    fact = best[0][1]
    return fact if _parts(text) <= _parts(" ".join(name for names in fact.names.values() for name in names) + " " + fact.text) else None


def _score(said: frozenset[str], name: frozenset[str]) -> float:
    """How much of a name is said: at least two of its stems and half of them, or one long word of at most three."""
    shared = said & name
    if not shared or not name:
        return 0.0
    share = len(shared) / len(name)
    chinese = any(is_chinese(stem[0]) for stem in name)
    if len(shared) >= 2 and share >= 0.5:
        return len(shared) + share
    if chinese or len(name) > 3 or not any(len(stem) >= STEM for stem in shared):
        return 0.0
    return share if any(stem[:4] in {word[:4] for word in _DONE} for stem in said) else 0.0


def _parts(text: str) -> frozenset[str]:
    """Body parts named in a text."""
    hits = known_words().tree.find_all(tokens_of(fold(text)))
    keys = (re.sub(r"(?:term:)?(?:left|right|both|bilateral)-|-joint$", "", hit.what.key) for hit in hits if hit.what.kind == "anatomy")
    return frozenset(key.removeprefix("term:") for key in keys if key not in ("term:side", "term:joint"))
