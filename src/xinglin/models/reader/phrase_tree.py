"""Finds thousands of words and phrases in one pass over a sentence, in English and Chinese alike.

A sentence becomes tokens (a Latin word, a run of digits, or one Chinese character); phrases are paths of tokens in
a tree, so the longest phrase at each place is found without trying the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from xinglin.models.reader.text_forms import fold

T = TypeVar("T")
_TOKEN = re.compile(r"[a-zà-ɏα-ωß]+(?:'s\b)?|[0-9]+(?:\.[0-9]+)?|[\u3400-\u4dbf\u4e00-\u9fff]|[?+→↑↓%]")
END = ""


class Token(NamedTuple):
    """A token and where it stands; `word` is spelled one way (case, plural, British or American)."""

    word: str
    start: int
    end: int


class Hit(NamedTuple, Generic[T]):
    """A phrase found: tokens `first`..`last` (exclusive), characters `start`..`end`."""

    start: int
    end: int
    first: int
    last: int
    what: T


_KEPT = frozenset(["ss", "us", "is", "as", "os"])


def spelled(word: str) -> str:
    """One spelling for a word: without possessive or plural, American vowels. Chinese characters stay."""
    if word.endswith("'s"):
        word = word[:-2]
    if word in ("hour", "hours", "hr", "hrs"):
        return "h"
    if len(word) > 3 and word.isascii() and word.isalpha():
        word = word.replace("ae", "e").replace("oe", "e").replace("sulph", "sulf").replace("leuco", "leuko")
        if word.endswith("ies"):
            word = word[:-3] + "y"
        elif word.endswith("s") and word[-2:] not in _KEPT:
            word = word[:-1]
        if word.endswith("our") and len(word) > 4:
            word = word[:-3] + "or"
        elif word.endswith(("ibre", "itre")):
            word = word[:-2] + "er"
    return word


class _Spellings(dict[str, str]):
    """The spelling of every word met so far, at the price of one look; begun anew before it grows without end."""

    def __missing__(self, word: str) -> str:
        if len(self) >= 65536:
            self.clear()
        self[word] = found = spelled(word)
        return found


_SPELLED = _Spellings()
_token = tuple.__new__  # twice as fast as the constructor


def tokens_of(folded: str) -> list[Token]:
    """The tokens of a folded text."""
    return [_token(Token, (_SPELLED[match[0]], match.start(), match.end())) for match in _TOKEN.finditer(folded)]


@lru_cache(maxsize=32768)
def words_of(phrase: str) -> tuple[str, ...]:
    """The tokens of a phrase, for use as a path."""
    return tuple(token.word for token in tokens_of(fold(phrase)))


class PhraseTree(Generic[T]):
    """A set of phrases, each with what it means. Adding the same phrase again keeps the first meaning."""

    def __init__(self, phrases: Iterable[tuple[str, T]] = ()) -> None:
        self._root: dict = {}
        for phrase, meaning in phrases:
            self.add(phrase, meaning)

    def add(self, phrase: str, meaning: T) -> None:
        """File one phrase. A phrase without letters, digits or Chinese characters is left out."""
        self.add_path(words_of(phrase), meaning)

    def add_path(self, path: tuple[str, ...], meaning: T) -> None:
        """File one phrase by its tokens; an empty path is left out."""
        if path:
            self.node(path).setdefault(END, meaning)

    def node(self, path: tuple[str, ...]) -> dict:
        """The place of a path in the tree, made where it was missing; its meaning goes under END."""
        node = self._root
        for word in path:
            below = node.get(word)
            if below is None:
                below = node[word] = {}
            node = below
        return node

    def get(self, phrase: str) -> T | None:
        """The meaning of exactly this phrase."""
        node = self._root
        for word in words_of(phrase):
            node = node.get(word)
            if node is None:
                return None
        return node.get(END)

    def longest(self, tokens: list[Token], position: int) -> tuple[int, T] | None:
        """The longest phrase that begins at token `position`: (token behind it, meaning)."""
        return longest_below(self._root.get(tokens[position].word), tokens, position)

    def find_all(self, tokens: list[Token]) -> list[Hit[T]]:
        """All phrases from left to right, longest first at each place, without overlap."""
        hits, position, count = [], 0, len(tokens)
        root = self._root
        while position < count:
            if tokens[position].word in root and (best := self.longest(tokens, position)) is not None:
                stop, meaning = best
                hits.append(Hit(tokens[position].start, tokens[stop - 1].end, position, stop, meaning))
                position = stop
            else:
                position += 1
        return hits


def longest_below(node: dict | None, tokens: list[Token], position: int) -> tuple[int, Any] | None:
    """The longest phrase of a branch, of which token `position` is the first word: (token behind it, meaning)."""
    best = None
    index = position + 1
    count = len(tokens)
    while node is not None:
        if END in node:
            best = (index, node[END])
        if index >= count:
            break
        node = node.get(tokens[index].word)
        index += 1
    return best
