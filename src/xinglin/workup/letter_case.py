"""Words of the record in the case a clinician writes them: "cholecystitis", "Hodgkin lymphoma", "COPD"; no word is changed otherwise.

A capital is dropped only where our word list writes the word small, and shouted text (ICD titles, microbiology) is
calmed word by word; what the list does not know keeps its own capitals.
"""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from xinglin.knowledge import terms

_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = re.compile(r"[A-Za-z]")
_MOSTLY = 0.8  # share of capitals from which a text is shouted
_COMMON_ENDING = re.compile(  # of ordinary medical nouns and adjectives; names of people and places end otherwise
    r"\w{3}(?:ure|tion|sion|itis|osis|emia|oma|ment|ness|ity|ance|ence|asis|pathy|algia|uria|ectomy|otomy|ostomy|plasty|graphy|scopy|ous|ive|"
    r"al|ic|ary|ory|ized|ated)$"
)
_TOO_SHORT = 5  # shorter unknown capitals may be an abbreviation
_ROMAN = re.compile(r"[IVX]+")


class _Spellings(NamedTuple):
    joining: frozenset[str]
    genera: frozenset[str]  # of microbes, written with a capital
    plain: frozenset[str]
    small: frozenset[str]  # every word that is written small somewhere
    large: frozenset[str]  # every word that our list writes with a capital
    whole: dict[str, str]  # whole names of our list by their folded form


@lru_cache(maxsize=1)
def _spellings() -> _Spellings:
    own = tomllib.loads(Path(__file__).with_name("letter_case.toml").read_text(encoding="utf-8"))
    joining, plain = frozenset(own["joining"].split()), frozenset(own["plain"].split())
    names = [name for term in terms.TERMS for name in term.en]
    words = {word for name in names for word in _WORD.findall(name)}
    small = {word for word in words if word.islower()}
    whole = {name.casefold(): name for name in reversed(names)}
    return _Spellings(joining, frozenset(own["genera"].split()), plain, joining | plain | small, frozenset(words - small), whole)


@lru_cache(maxsize=16384)
def in_text_case(words: str) -> str:
    """The same words as they stand in running text: "Essential Hypertension" and "ESSENTIAL HYPERTENSION" are "essential hypertension"."""
    if not words or not words.isascii() or words.islower():
        return words
    known = _spellings().whole.get(words.casefold())
    if known is not None:
        return known
    shouted = is_shouted(words)
    return _WORD.sub(lambda hit: _calmed(hit.group(), shouted), words)


def is_shouted(words: str) -> bool:
    """Whether a text of some length is written in capitals throughout."""
    letters = _LETTERS.findall(words)
    capitals = sum(letter.isupper() for letter in letters)
    return capitals > _MOSTLY * len(letters) and any(len(word) > 4 and word.isupper() for word in _WORD.findall(words))


def _calmed(word: str, shouted: bool) -> str:
    known, small = _spellings(), word.lower()
    if not shouted:
        plain = word[:1].isupper() and word[1:].islower() and (small in known.small or _COMMON_ENDING.search(small) is not None)
        return small if plain and (word not in known.large or small in known.plain) else word
    if not word.isupper() or small in known.joining:
        return small if word.isupper() else word
    if word.capitalize() in known.genera or (word.capitalize() in known.large and small not in known.small):
        return word.capitalize()
    if word in known.large or _ROMAN.fullmatch(word) or (len(word) < _TOO_SHORT and small not in known.small) or len(word) < 3:
        return word
    return small


def sentence_case(words: str) -> str:
    """A shouted result as a sentence: "NO GROWTH" is "No growth"; anything else unchanged."""
    if not is_shouted(words):
        return words
    calm = in_text_case(words)
    return calm[:1].upper() + calm[1:]
