"""Finds thousands of words and phrases in one pass over a sentence, in English and Chinese alike.

A sentence becomes tokens (a Latin word, a run of digits, or one Chinese character); phrases are paths of tokens in
a tree, so the longest phrase at each place is found without trying the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
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


def first_word(phrase: str) -> str:
    """The first token of a phrase, at a tenth of the price of all; "" where it has none.

    >>> first_word("Acute kidney injury"), first_word("急性肾损伤")
    ('acute', '急')
    """
    sign = phrase[:1]
    if "\u4e00" <= sign <= "\u9fff":
        return sign
    hit = _TOKEN.search(phrase.lower() if phrase.isascii() else fold(phrase))
    return _SPELLED[hit[0]] if hit else ""


def _any(phrase: str) -> bool:
    return True


class PhraseTree(Generic[T]):
    """A set of phrases, each with what it means. Adding the same phrase again keeps the first meaning.

    A phrase is filed under its first word and read when a text first has that word: a word list has twenty thousand, a text meets
    a few hundred. `usable` is asked then: phrases it refuses are left out.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]] = (), usable: Callable[[str], bool] = _any) -> None:
        self._root: dict[str, Any] = {}  # first words, those of unread phrases too
        self._unread: dict[str, list[tuple[str, T]]] = {}
        self._usable = usable
        for phrase, meaning in phrases:
            self.add(phrase, meaning)

    def add(self, phrase: str, meaning: T) -> None:
        """File one phrase. A phrase without letters, digits or Chinese characters is left out."""
        first = first_word(phrase)
        if first in self._unread:
            self._unread[first].append((phrase, meaning))
        elif first:
            self._unread[first] = [(phrase, meaning)]
            self._root.setdefault(first, {})

    def add_path(self, path: tuple[str, ...], meaning: T) -> None:
        """File one phrase by its tokens; an empty path is left out."""
        if path:
            self.branch(path[0])
            self._file(path, meaning)

    def branch(self, first: str) -> dict[str, Any]:
        """Everything filed under a first word; {} where nothing is."""
        for phrase, meaning in self._unread.pop(first, ()):
            if self._usable(phrase):
                self._file(words_of(phrase), meaning)
        return self._root.get(first, {})

    def _file(self, path: tuple[str, ...], meaning: T) -> None:
        node = self._root
        for word in path:
            below = node.get(word)
            if below is None:
                below = node[word] = {}
            node = below
        node.setdefault(END, meaning)

    def maybe(self) -> Container[str]:
        """The first words of all phrases, those of phrases that may prove unusable among them: quick to look a word up in."""
        return self._root

    def __contains__(self, first: str) -> bool:
        """Whether any phrase begins with this word."""
        return bool(self.branch(first))

    def get(self, phrase: str) -> T | None:
        """The meaning of exactly this phrase."""
        path = words_of(phrase)
        node: Any = self.branch(path[0]) if path else self._root
        for word in path[1:]:
            node = node.get(word)
            if node is None:
                return None
        return node.get(END)

    def longest(self, tokens: list[Token], position: int) -> tuple[int, T] | None:
        """The longest phrase that begins at token `position`: (token behind it, meaning)."""
        first = tokens[position].word
        return longest_below(self.branch(first) if first in self._unread else self._root.get(first), tokens, position)

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
