"""What a tumour's results say in the words options ask for: "p.L858R", "exon 19 deletion", "fusion", "pathogenic variant", receptors positive or negative.

Reports write the same change in many ways (p.Leu858Arg, L858R, EGFR ex19del, p.E746_A750del, EML4-ALK rearrangement); here they become one word each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from xinglin.records import Fact

_LETTERS = {
    "ala": "A", "arg": "R", "asn": "N", "asp": "D", "cys": "C", "gln": "Q", "glu": "E", "gly": "G", "his": "H", "ile": "I", "leu": "L", "lys": "K",
    "met": "M", "phe": "F", "pro": "P", "ser": "S", "thr": "T", "trp": "W", "tyr": "Y", "val": "V", "ter": "*",
}  # fmt: skip
_THREE = re.compile(r"(?<![A-Za-z])(" + "|".join(_LETTERS) + r")(?=\d)|(?<=\d)(" + "|".join(_LETTERS) + r")(?![a-z])", re.IGNORECASE)
_PROTEIN = re.compile(r"(?<![A-Za-z0-9])(?:p\.)?\(?([A-Z]\d+[A-Z])\)?(?![A-Za-z0-9])")
_WILD = re.compile(
    r"wild[- ]?type|no (?:mutation|variant|alteration|fusion|rearrangement)|not detected|\bnegative\b|\babsent\b|野生型|未检出|未见|阴性",
    re.IGNORECASE,
)
_CLASSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("exon 19 deletion", re.compile(r"(?:exon|ex)\s*\.?19\s*(?:in-frame )?del|19\s*外显子.{0,3}缺失|外显子\s*19.{0,3}缺失|[ELTK]74\d_[A-Z]\d+del|E746|19del", re.IGNORECASE)),
    ("exon 20 insertion", re.compile(r"(?:exon|ex)\s*\.?20\s*(?:in-frame )?ins|20\s*外显子.{0,3}插入|外显子\s*20.{0,3}插入|(?:76[2-9]|77[0-5])\w*_\w*ins|20ins", re.IGNORECASE)),
    ("exon 14 skipping", re.compile(r"(?:exon|ex)\s*\.?14\s*(?:skipping|del)|14\s*外显子.{0,3}跳[跃读]|外显子\s*14.{0,3}跳", re.IGNORECASE)),
    ("amplification", re.compile(r"amplif|copy[ _-]?number[ _-]?gain|扩增|拷贝数(?:增加|扩增)", re.IGNORECASE)),
    ("fusion", re.compile(r"fusion|rearrange|translocat|EML4|融合|重排", re.IGNORECASE)),
)  # fmt: skip
_RECEPTORS: dict[str, re.Pattern[str]] = {
    "estrogen-receptor-positive": re.compile(r"\bo?estrogen receptor|^ER\b|雌激素受体", re.IGNORECASE),
    "progesterone-receptor-positive": re.compile(r"\bprogesterone receptor|^PR\b|孕激素受体", re.IGNORECASE),
    "human-epidermal-growth-factor-2-positive": re.compile(r"\bHER-?2|\berbb2|c-erbB-2|人表皮生长因子受体", re.IGNORECASE),
}
_POSITIVE = re.compile(r"\bpos|\b3\+|amplif|copy[ _]number gain|\bpresent\b|阳性|扩增", re.IGNORECASE)
TRIPLE_NEGATIVE = "triple-negative-breast-cancer"
Standing = Literal["positive", "negative", "unknown"]


def one_letter(words: str) -> str:
    """The same with amino acids in one letter: "p.Leu858Arg" as "p.L858R"."""
    return _THREE.sub(lambda hit: _LETTERS[hit.group().casefold()], words)


def changes_of(fact: Fact) -> frozenset[str]:
    """The words that options ask for, of one genetic result; () where it says that nothing was found.

    >>> from xinglin.records import Concept
    >>> sorted(changes_of(Fact("gene.1", "gene", Concept("EGFR"), "EGFR p.Leu858Arg: Detected", ())))
    ['p.L858R']
    """
    if fact.polarity != "present" or is_wild(fact):
        return frozenset()
    return frozenset(_changes(fact))


def is_wild(fact: Fact) -> bool:
    """Whether a result says that no change was found."""
    return (
        fact.polarity == "absent"
        or _WILD.search(str(fact.value or "")) is not None
        or _WILD.search(fact.details.get("variant", "")) is not None
    )


def _changes(fact: Fact) -> Iterator[str]:
    said = one_letter(" ".join((fact.text, fact.details.get("variant", ""), fact.details.get("findings", ""))))
    for hit in _PROTEIN.finditer(said):
        yield f"p.{hit[1]}"
    for name, pattern in _CLASSES:
        if pattern.search(said):
            yield name
    significance = f"{fact.details.get('significance', '')} {fact.details.get('findings', '')}".casefold()
    if "likely pathogenic" in significance:
        yield "likely pathogenic variant"
    elif "pathogenic" in significance or "致病" in significance:
        yield "pathogenic variant"
    if "activating" in said.casefold() or "激活" in said:
        yield "activating variant"


def receptor(key: str, facts: Sequence[Fact]) -> tuple[Standing, tuple[Fact, ...]]:
    """Whether a receptor ("estrogen-receptor-positive", or triple negative by all three) is positive, with the results that say so."""
    if key == TRIPLE_NEGATIVE:
        told = [receptor(one, facts) for one in _RECEPTORS]
        behind = tuple(fact for _, found in told for fact in found)
        if any(standing == "positive" for standing, _ in told):
            return "negative", behind
        return ("positive", behind) if all(standing == "negative" for standing, _ in told) else ("unknown", behind)
    pattern = _RECEPTORS.get(key)
    mine = [f for f in facts if pattern and f.kind in {"measurement", "gene", "problem"} and _named(f, pattern)]
    newest = max(mine, key=lambda f: f.time, default=None)
    if newest is None:
        return "unknown", ()
    words = f"{newest.value or ''} {newest.text}"
    negative = newest.polarity == "absent" or _WILD.search(words) is not None
    positive = _POSITIVE.search(words) is not None
    return ("unknown" if negative == positive else "negative" if negative else "positive"), (newest,)


def _named(fact: Fact, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(words) for words in (fact.concept.words, *(name for names in fact.names.values() for name in names)))
