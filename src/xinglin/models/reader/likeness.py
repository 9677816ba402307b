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


_PLAIN = frozenset(
    [
        "patie",
        "years",
        "recor",
        "disea",
        "chron",
        "acute",
        "since",
        "histo",
        "treat",
        "month",
        "weeks",
        "today",
        "known",
        "relat",
        "suspe",
        "possi",
        "probl",
        "condi",
        "takes",
        "taken",
        "start",
        "stopp",
        "norma",
        "mild",
        "moder",
        "sever",
        "right",
        "left",
        "both",
        "with",
        "under",
        "after",
        "befor",
        "first",
        "last",
        "other",
        "also",
        "have",
        "been",
        "were",
        "will",
        "this",
        "that",
        "from",
        "into",
        "over",
        "time",
        "level",
        "value",
        "total",
        "stage",
        "grade",
        "type",
        "class",
        "study",
        "exami",
        "scan",
        "test",
        "posit",
        "negat",
        "there",
        "their",
        "about",
        "still",
        "unspecified",
        "患者",
        "病史",
        "目前",
        "检查",
        "治疗",
        "手术",
        "左侧",
        "右侧",
        "双侧",
        "提示",
        "结果",
        "正常",
        "异常",
        "情况",
        "可能",
        "考虑",
        "已经",
        "发现",
        "症状",
        "疾病",
        "慢性",
        "急性",
        "多年",
    ]
)
_ORGANS = "髋膝肩肘腕踝胆脾乳眼耳"
_SHORT = re.compile(r"\b(?:hips?|arms?|legs?|eyes?|ears?|toes?|ribs?|jaw|gut|mets)\b")


@lru_cache(maxsize=8192)
def _loosely(text: str) -> frozenset[str]:
    """Stems that may link a sentence to a fact even alone, with short names of parts of the body."""
    folded = fold(text)
    short = {word.group().rstrip("s") if word.group() != "mets" else "metas" for word in _SHORT.finditer(folded)}
    return (stems_of(text) - _PLAIN) | short | {sign for sign in _ORGANS if sign in folded}


@lru_cache(maxsize=8192)
def _loosely_named(names: tuple[str, ...], words: str) -> frozenset[str]:
    known = known_words()
    found = set(_loosely(words))
    for name in names:
        found |= _loosely(name)
        subject = known.tree.get(name)
        if subject is not None and subject.key in known.by_key:
            found |= {stem for other in known.by_key[subject.key][1] for stem in _loosely(other)}
    return frozenset(found)


def related_facts(index: RecordIndex, text: str) -> list[Fact]:
    """The facts that share a word with a sentence, those that share most first."""
    said = _loosely(text)
    if not said:
        return []
    shared: list[tuple[int, Fact]] = []
    for fact in index.facts.values():
        if fact.kind in _KINDS or fact.kind in ("plan", "encounter") or (fact.kind == "measurement" and isinstance(fact.value, str)):
            names = tuple(name for names in fact.names.values() for name in names)
            words = fact.value if isinstance(fact.value, str) else ""
            count = len(said & _loosely_named(names, f"{fact.concept.words} {words} {fact.text if fact.kind == 'plan' else ''}"))
            if count:
                shared.append((count, fact))
    shared.sort(key=lambda pair: -pair[0])
    return [fact for _, fact in shared]


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
