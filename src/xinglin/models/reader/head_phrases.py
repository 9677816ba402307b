"""Short forms at the head of a note and before a part of the body: "55M", "77 F", "Mr Jensen, 83,", "R hip", "L breast".

Their numbers are ages and their letters are sexes or sides, never results or units.
"""

from __future__ import annotations

import re

from xinglin.models.reader.context_words import Role
from xinglin.models.reader.scanning import ContextHit
from xinglin.records.reading import Claim, SaidNumber, Span

_SHORT = re.compile(
    r"\W*(?:(?:[Pp]t|[Pp]atient)(?: is)?,? |[Tt]his )?(?:[Aa]n? )?(?P<age>\d{1,3})\s?(?:y/?o\s?)?(?P<sex>[MF])(?=[\s,.;:)/]|$)"
)
_NAMED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx)\.?\s+[A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)?\s*[,(]\s*(?:aged?\s+)?(?P<age>\d{1,3})(?=\s*[,)])")
_SIDED = re.compile(
    r"(?<![\w/.])(?P<side>[RL])(?:\.| |-sided )\s?(?=(?:total |partial |distal |proximal |displaced |small |large )?(?:hip|knee|leg|arm|foot|hand|shoulder|breast|lung|kidney|renal|eye|ear|ankle|wrist|elbow|femur|femoral|nof|neck|"
    r"thigh|calf|lower|upper|side|mca|pca|aca|pleural|thyroid|ovar|testi|groin|inguinal|hemi|tkr|thr|iliac|radius|radial|tibia|fibula|humer|carotid|basal|dvt|"
    r"mastectomy|nephrectomy|adrenal|parotid|cataract|ventric|lobe|temporal|frontal|parietal|occipital)\w*)",
    re.IGNORECASE,
)


def head_ages(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, age, sex or "") of the ages at the head of a note.

    >>> head_ages("55M with angina"), head_ages("Mr Low, 83, on dialysis")
    ([(0, 3, '55', 'male')], [(8, 10, '83', '')])
    """
    found: list[tuple[int, int, str, str]] = []
    short = _SHORT.match(text)
    if short is not None:
        found.append((short.start("age"), short.end(), short["age"], {"M": "male", "F": "female"}[short["sex"]]))
    if "M" in text and (named := _NAMED.search(text)) is not None:
        found.append((named.start("age"), named.end("age"), named["age"], ""))
    return [one for one in found if int(one[2]) <= 115]


def head_claims(text: str, found: list[tuple[int, int, str, str]]) -> list[Claim]:
    """What these ages and letters claim about the person."""
    claims: list[Claim] = []
    for start, end, age, sex in found:
        span = Span(start, end, text[start:end])
        claims.append(Claim("person", span, "age", numbers=(SaidNumber(span, age, "a", "", "", False, "age"),)))
        if sex:
            claims.append(Claim("person", span, "sex", flag=sex))
    return claims


def short_sides(text: str) -> list[ContextHit]:
    """The letters R and L where they stand before a part of the body."""
    if "R" not in text and "L" not in text:
        return []
    sides = {"R": "right", "L": "left"}
    return [
        ContextHit(found.start(), found.start() + 1, (Role("side", sides[found["side"]], "near"),))
        for found in _SIDED.finditer(text)
        if found["side"] in sides
    ]
