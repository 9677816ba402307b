"""What a thing of the record is called, in both languages, and the key by which two entries are the same thing.

Names come from our knowledge where it knows the code or the word, else from the source; the trailing
"(disorder)" of a terminology, zero-width marks and the method part of a laboratory name are taken off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from xinglin.records.quantity import ICD10, ICD10_CM, LOINC, RXNORM, SNOMED, Concept

_TAGS = (
    "disorder|finding|procedure|situation|regime/therapy|record artifact|morphologic abnormality|physical object|event|"
    "observable entity|substance|product|medicinal product|qualifier value|context-dependent category|organism|person|"
    "environment|body structure|assessment scale|occupation|administrative concept"
)
_TAG = re.compile(rf"\s*\((?:{_TAGS})\)\s*$", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_SPACE = re.compile(r"\s+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LOINC_PROPERTY = re.compile(r"\s*\[[^\]]*\]")
_LOINC_TAIL = re.compile(r"\s+by (?:automated count|test strip|calculation|manual count|immunoassay|computation|estimate)\b.*$", re.I)
_LOINC_PLACE = re.compile(r"\s+(?:in|of) (?:serum or plasma|serum, plasma or blood|serum|plasma|blood)\b", re.I)
_SYSTEMS = (("snomed", SNOMED), ("icd10", ICD10_CM), ("icd10", ICD10), ("rxnorm", RXNORM), ("loinc", LOINC))


@lru_cache(maxsize=16384)
def clean(words: str) -> str:
    """The source's words without terminology tags, invisible marks and doubled spaces."""
    return _TAG.sub("", _SPACE.sub(" ", _INVISIBLE.sub("", words)).strip())


@lru_cache(maxsize=8192)
def short_test_name(words: str) -> str:
    """A laboratory name without property, method and the specimens that go without saying (blood, serum, plasma)."""
    name = _LOINC_PLACE.sub("", _LOINC_TAIL.sub("", _LOINC_PROPERTY.sub("", clean(words)))).strip(" -/")
    return name or clean(words)


def in_languages(words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Source words sorted by language: Han script is zh, everything else en."""
    names: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(w for w in words if w):
        language = "zh" if _HAN.search(word) else "en"
        names[language] = (*names.get(language, ()), word)
    return names


def merged(*books: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Names of several books, the first book's first, each name once."""
    names: dict[str, tuple[str, ...]] = {}
    for book in books:
        for language, words in book.items():
            names[language] = tuple(dict.fromkeys((*names.get(language, ()), *words)))
    return names


def source_words(concept: Concept) -> tuple[str, ...]:
    """Every way the source words it, cleaned; codes only when it has no words at all."""
    words = tuple(clean(w) for w in (concept.text, *(code.display for code in concept.codes)) if w)
    return words or tuple(code.code for code in concept.codes[:1])


@lru_cache(maxsize=16384)
def named(concept: Concept) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """(key, names) of a problem, medicine, procedure or other coded thing. Key: "term:x", "snomed:x", ... or "name:x"."""
    words = source_words(concept)
    own = in_languages(words)
    known = _term(concept)
    if known is not None:
        return f"term:{known[0]}", merged(known[1], own)
    for name, system in _SYSTEMS:
        code = concept.code(system)
        if code:
            return f"{name}:{code}", own
    return (f"name:{words[0].casefold()}" if words else ""), own


def _term(concept: Concept) -> tuple[str, Mapping[str, tuple[str, ...]]] | None:
    return None


def first(names: Mapping[str, tuple[str, ...]], fallback: str = "") -> str:
    """The English name for plain-text use, else any name."""
    for language in ("en", "zh"):
        if names.get(language):
            return names[language][0]
    return fallback


@lru_cache(maxsize=16384)
def medicine_named(
    concept: Concept, ingredients: tuple[Concept, ...] = ()
) -> tuple[str, Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """(key, names, parts) of a medicine: the substance's key and names, with the product's own words among the names.

    `parts` holds product, strength and form where the product's words say them.
    """
    key, names = named(concept)
    words = source_words(concept)
    return key, names, {"product": words[0] if words else ""}
