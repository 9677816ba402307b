"""What a thing of the record is called, in both languages, and the key by which two entries are the same thing.

Names come from our knowledge where it knows the code or the word, else from the source; the trailing
"(disorder)" of a terminology, zero-width marks and the method part of a laboratory name are taken off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from xinglin.knowledge import terms
from xinglin.knowledge.terms import MedicineName, Term
from xinglin.records.quantity import ICD10, ICD10_CM, LOINC, RXNORM, SNOMED, Concept
from xinglin.workup.letter_case import in_text_case

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
_UNIT_CASE = {
    "MG": "mg", "MCG": "µg", "UG": "µg", "G": "g", "ML": "mL", "MG/ML": "mg/mL", "MG/HR": "mg/h", "UNT/ML": "units/mL", "UNT": "units",
    "MEQ": "mEq", "MCG/ML": "µg/mL", "MG/ACTUAT": "mg/dose", "MCG/ACTUAT": "µg/dose", "MCG/HR": "µg/h", "UNITS": "units", "MMOL": "mmol",
}  # fmt: skip
_RELEASE = {"extended": "extended-release", "delayed": "delayed-release", "disintegrating": "disintegrating"}
_RELEASE_ZH = {"extended": "缓释", "delayed": "肠溶", "disintegrating": "口崩"}
_PANEL_TAIL = re.compile(r"\s+-\s+.*$|\s+by automated count.*$|\s+2000\b|\s*\((?:hemogram|dipstick)\)(?: panel)?", re.IGNORECASE)
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


def without_property(words: str) -> str:
    """Words without the bracket in which LOINC says what kind of quantity it is: "Glucose in Blood < 108"."""
    return _LOINC_PROPERTY.sub("", clean(words)).strip()


@lru_cache(maxsize=1024)
def panel_name(words: str) -> str:
    """The name of a panel without method, specimen and year: "Complete blood count", "Comprehensive metabolic panel"."""
    name = _PANEL_TAIL.sub("", clean(words))
    return in_text_case(re.sub(r"^urinalysis.*", "urinalysis", name.strip(), flags=re.IGNORECASE))


def in_languages(words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Source words sorted by language: Han script is zh, everything else en, in the case of running text."""
    names: dict[str, tuple[str, ...]] = {}
    for word in dict.fromkeys(w for w in words if w):
        language = "zh" if _HAN.search(word) else "en"
        names[language] = (*names.get(language, ()), word if language == "zh" else in_text_case(word))
    return {language: tuple(dict.fromkeys(said)) for language, said in names.items()}


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


def has_words(concept: Concept) -> bool:
    """Whether the source calls it anything but a code."""
    return bool(concept.text or any(code.display for code in concept.codes))


@lru_cache(maxsize=16384)
def named(concept: Concept, kind: str = "") -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """(key, names) of a problem, procedure or other coded thing. Key: "term:x", "snomed:x", ... or "name:x".

    `kind` is a kind of the word list (problem, procedure, allergen ...): terms of that kind are preferred.
    """
    words = source_words(concept)
    own = in_languages(words)
    term = next((found for word in words if (found := (terms.find(word, kind=kind) if kind else None) or terms.find(word))), None)
    if term is not None:
        return term.key, merged(own, {"en": term.en, "zh": term.zh})
    for name, system in _SYSTEMS:
        code = concept.code(system)
        if code:
            return f"{name}:{code}", own
    return (f"name:{words[0].casefold()}" if words else ""), own


@lru_cache(maxsize=4096)
def preferred(concept: Concept, kind: str) -> tuple[str, Mapping[str, tuple[str, ...]]]:
    """The same with the word list's short names first: for vaccines and relatives, whose source words are long codes."""
    key, names = named(concept, kind)
    term = terms.by_key(key)
    return key, merged({"en": term.en, "zh": term.zh}, names) if term else names


def first(names: Mapping[str, tuple[str, ...]], fallback: str = "") -> str:
    """The English name for plain-text use, else any name."""
    for language in ("en", "zh"):
        if names.get(language):
            return names[language][0]
    return fallback


@lru_cache(maxsize=16384)
def medicine_named(concept: Concept, ingredients: tuple[Concept, ...] = ()) -> tuple[str, Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """(key, names, parts) of a medicine: the substances' key and names first, then the product's own words.

    `parts`: `product` (the source's words) and `product_zh`, `strength` ("500 mg", one substance only), `form`, `form_zh`.
    """
    words = source_words(concept) or tuple(word for part in ingredients for word in source_words(part)[:1])
    own = in_languages(words)
    lines = [terms.medicine(word) for word in words[:2]]
    known = (read for read in lines[:1] if any(_is_substance(item) for item in read.ingredients))
    plain = (read for read in lines[:1] if read.ingredients and (read.form or any(value for value, _ in read.strengths)))
    line = next(known, None) or next((read for read in plain if not any(isinstance(item, Term) for item in read.ingredients)), None)
    if line is None:
        key, _ = named(concept)
        return key or "name:" + "".join(words[:1]).casefold(), own, {}
    substances = {language: (_together(line.ingredients, language),) for language in ("en", "zh")}
    more = _other_names(*line.ingredients) if len(line.ingredients) == 1 else {}
    key = " + ".join(sorted(i.key if isinstance(i, Term) else f"name:{i.casefold()}" for i in line.ingredients))
    return key, merged(substances, more, own), _parts(line, line.text)


def _is_substance(item: Term | str) -> bool:
    return isinstance(item, Term) and item.kind in {"medicine", "vaccine"}


def _together(ingredients: Sequence[Term | str], language: str) -> str:
    return "/".join(item if isinstance(item, str) else item.name(language) for item in ingredients)


def _other_names(ingredient: Term | str) -> dict[str, tuple[str, ...]]:
    return {} if isinstance(ingredient, str) else {"en": ingredient.en, "zh": ingredient.zh}


def _parts(line: MedicineName, product: str) -> dict[str, str]:
    strengths = [f"{value} {_UNIT_CASE.get(unit.upper(), unit)}" for value, unit in line.strengths if value]
    parts = {
        "product": product, "strength": "/".join(strengths) if len(strengths) == len(line.ingredients) else "",
        "form": " ".join(p for p in (_RELEASE.get(line.release, ""), line.form) if p),
        "form_zh": f"{_RELEASE_ZH.get(line.release, '') if line.form_zh else ''}{line.form_zh}", "brand": line.brand,
    }  # fmt: skip
    return {name: text for name, text in parts.items() if text}
