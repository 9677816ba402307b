"""A result given in words (a culture, a serology) without the laboratory's standing remarks on the test.

Only whole sentences that speak of the method, of its range or of what such results mean in general are left out; what was found stays
word for word. The fact points at the full text in the record.
"""

from __future__ import annotations

import re
from functools import lru_cache

from xinglin.workup.letter_case import is_shouted, sentence_case

LONGEST = 200
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(_])|\s*(?=\(Reference Range)")
_ABBREVIATION = re.compile(r"\b(?:[A-Za-z]|spp?|vs|no|approx)\.$", re.IGNORECASE)
_REMARK = re.compile(
    r"^\(?(?:reference range|detection range|performed (?:using|by|at)|this (?:test|assay|method)|it is (?:recommended|not)|if (?:acute|current|clinically)|"
    r"if .*(?:suspect|desired|needed)|in most populations|antibodies to|a (?:positive|negative) (?:igg|igm|result|test)|presence of .*indicates|"
    r"infection with .*once|greatly elevated|in (?:acute|symptomatic)|for (?:further|additional)|please (?:contact|note)|"
    r"refer to|(?:results? )?should be|the (?:sensitivity|specificity)|note[:,])|"
    r"\b(?:is approved for|not (?:been )?(?:approved|cleared)|does not reliably|may cause interference|generally indicates|copies/ml\.?$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def result_words(text: str) -> str:
    """The finding of a result in words, in ordinary case: "NO GROWTH." is "No growth"; "..." marks the end of what is too long."""
    words = " ".join(text.split())
    kept = [piece for piece in _sentences(words) if not _REMARK.search(piece)] or _sentences(words)[:1]
    kept = [sentence_case(piece) if is_shouted(piece) else piece for piece in kept]
    shown, length = [], 0
    for piece in kept:
        if shown and length + len(piece) > LONGEST:
            return " ".join(shown) + " ..."
        shown.append(piece)
        length += len(piece) + 1
    said = " ".join(shown)
    return said.removesuffix(".") if not _ABBREVIATION.search(said) else said


def _sentences(words: str) -> list[str]:
    pieces: list[str] = []
    for piece in (part.strip() for part in _SENTENCE.split(words)):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] += f" {piece}"
        elif piece:
            pieces.append(piece)
    return pieces
