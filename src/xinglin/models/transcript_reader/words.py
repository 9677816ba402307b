"""Words of speech and of notes on one footing: stems, spoken numbers as digits, spelled letters joined.

"one forty over ninety", "A L T", "do n't", "twenty six" and "26" are made comparable with what a note writes.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from msgspec import Struct


class Token(Struct, gc=False):
    """One word or number of a text. `values` are the numbers it may stand for; `stem` compares words."""

    start: int
    end: int
    word: str
    stem: str
    values: tuple[str, ...] = ()
    turn: int = 0
    sentence: int = 0  # counts sentence ends, so that a window does not cross them unseen
    clause: int = 0  # counts every stop, commas too


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|(?<!\w)\.\d+|[a-zA-Z]+(?:['’][a-zA-Z]+)*|[%/°]|[.?!,;:\n]")
_ONES = {w: n for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"])}  # fmt: skip
_TENS = {w: 10 * n for n, w in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
             "eleventh": 11, "twelfth": 12, "twentieth": 20, "thirtieth": 30}  # fmt: skip
_NUMBER_WORDS = {*_ONES, *_TENS, "hundred", "thousand", "oh", "o", "point", "half", "dozen"}
_QUANTIFIERS = {"couple": "2", "once": "1", "twice": "2", "half": "0.5", "dozen": "12", "single": "1", "both": "2"}
_DECADES = {
    w: str(10 * n) for n, w in enumerate(["twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties"], 2)
}
_MONTHS = {w: f"m{n}" for n, names in enumerate(["january jan", "february feb", "march", "april apr", "may", "june jun", "july jul", "august aug", "september sept sep",
           "october oct", "november nov", "december dec"], 1) for w in names.split()}  # fmt: skip
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"}
_NOT_NEGATED = frozenset(["nonetheless", "nonsense"])
_SPANS = frozenset(["second", "minute", "hour", "day", "week", "month", "year", "mile", "pound", "pack"])


def tokens(text: str) -> list[Token]:
    """The words and numbers of a text in order. Spoken numbers carry every value they may mean."""
    found: list[Token] = []
    sentence = clause = 0
    for match in _TOKEN.finditer(text):
        word = match.group().lower().replace("’", "'")
        if len(word) == 1 and word in ".?!\n":
            sentence += 1
        if len(word) == 1 and word in ".?!\n,;:":
            clause += 1
            continue
        word = "0" + word if word[0] == "." else word
        values = (_plain(word),) if word[0].isdigit() else ()
        start = match.start()
        if word.startswith("non") and len(word) > 8 and word not in _NOT_NEGATED:  # "nontender" is "non-tender"
            found.append(Token(start, start + 3, "non", "non", (), 0, sentence, clause))
            start, word = start + 3, word[3:]
        found.append(Token(start, match.end(), word, stem(word), values, 0, sentence, clause))
    _spoken(found)
    _points(found, text)
    _halves(found)
    _dates(found, text)
    _small(found)
    _spelled(found)
    return found


def _halves(found: list[Token]) -> None:
    """ "two and a half", "a month and a half", "three quarters": the number before is read with its fraction too."""
    for i, token in enumerate(found):
        if token.word in ("quarters", "fourths") and i and found[i - 1].values[:1] == ("3",):
            found[i - 1].values = token.values = ("0.75", *found[i - 1].values)
        if token.word != "half" or i < 3 or [t.word for t in found[i - 2 : i]] != ["and", "a"]:
            continue
        for before in found[max(0, i - 5) : i - 2][::-1]:
            whole = "1" if before.word in ("a", "an") else before.values[0] if before.values else ""
            if whole.isdigit():
                before.values = token.values = (f"{whole}.5", *before.values)
                break


def _dates(found: list[Token], text: str) -> None:
    """Months by name and number alike ("m1"), and two-digit years with their century."""
    for i, token in enumerate(found):
        if token.word in _MONTHS and (token.word not in ("may", "march") or _beside_number(found, i)):
            token.values = (_MONTHS[token.word],)
        if i + 2 >= len(found) or found[i + 1].word != "/" or not (token.word.isdigit() and found[i + 2].word.isdigit()):
            continue
        if i and found[i - 1].word == "/":
            continue
        whole = i + 4 < len(found) and found[i + 3].word == "/" and found[i + 4].word.isdigit()
        if (
            (whole or (len(found[i + 2].word) in (2, 4) and found[i + 2].word != "10"))
            and 1 <= int(token.word) <= 12
            and (whole or "/" in text[token.start : found[i + 2].end])
        ):
            last = found[i + 4] if whole else found[i + 2]
            token.values = (*token.values, f"m{int(token.word)}")
            if len(last.word) == 2 and (whole or int(last.word) > 12 or last.word[0] == "0"):
                last.values = (*last.values, ("20" if int(last.word) < 40 else "19") + last.word)


def _beside_number(found: list[Token], i: int) -> bool:
    return bool(found[i + 1].values if i + 1 < len(found) else ()) or bool(i and found[i - 1].word in ("in", "last", "since", "of"))


def _small(found: list[Token]) -> None:
    """ "a week" is one week; "type II" is type 2; "in her forties" is 40."""
    for i, token in enumerate(found):
        after = found[i + 1].stem if i + 1 < len(found) else ""
        if token.word in ("a", "an", "last") and (after.rstrip("s") in _SPANS or after in _SPANS):
            token.values = ("1",)
        elif token.word in _ROMAN and i and found[i - 1].stem in ("typ", "type", "grade", "grad", "stage", "stag", "class"):
            token.values = (_ROMAN[token.word],)
        elif (decade := token.word.replace("y's", "ies").replace("ys", "ies").replace("fourt", "fort")) in _DECADES:
            token.values = (_DECADES[decade],)


def _plain(digits: str) -> str:
    text = digits.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits) else digits.replace(",", ".")
    text = text.rstrip("0").rstrip(".") if text.count(".") == 1 else text
    return text.lstrip("0") if text.strip("0") and not text.lstrip("0").startswith(".") else text if "." in text else "0"


def _spoken(found: list[Token]) -> None:
    """Give number words their values: as a sum, as a year, as digits in a row, and each part alone."""
    i = 0
    while i < len(found):
        word = found[i].word
        if word in _ORDINALS:
            found[i].values = (str(_ORDINALS[word]),)
        elif re.fullmatch(r"\d+(?:st|nd|rd|th)", word):
            found[i].values = (re.sub(r"\D", "", word),)
        elif _starts_number(found, i):
            last = i
            while last + 1 < len(found) and found[last + 1].word in _NUMBER_WORDS | {"and"} and found[last + 1].clause == found[i].clause:
                last += 1
            while found[last].word in ("and", "point", "o", "oh"):
                last -= 1
            words = tuple(t.word for t in found[i : last + 1])
            values = readings(words)
            for token in found[i : last + 1]:
                token.values = values
            if last + 1 < len(found) and words[-1] in _TENS and 0 < _ORDINALS.get(found[last + 1].word, 99) < 10:  # "thirty first"
                last += 1
                day = str(_TENS[words[-1]] + _ORDINALS[found[last].word])
                found[last].values = found[last - 1].values = (day, *values)
            i = last
        elif word in _QUANTIFIERS:
            found[i].values = (_QUANTIFIERS[word],)
        i += 1


def _starts_number(found: list[Token], i: int) -> bool:
    word = found[i].word
    after = found[i + 1].word if i + 1 < len(found) else ""
    if word == "point":
        return after in _ONES or after in _TENS
    if word in ("o", "oh"):  # "first, oh eight", but not "oh, two of them"
        return (
            bool(i and (found[i - 1].values or found[i - 1].word in _MONTHS)) and after in _ONES and found[i - 1].clause == found[i].clause
        )
    return word in _NUMBER_WORDS


def _points(found: list[Token], text: str) -> None:
    """ "seven . three" is 7.3 where a speech recogniser wrote the spoken point as a full stop."""
    for i, (before, after) in enumerate(itertools.pairwise(found)):
        if (
            before.values
            and after.values
            and text[before.end : after.start] == " . "
            and before.values[0].isdigit()
            and len(after.values[0]) == 1
        ):
            value = f"{before.values[0]}.{after.values[0]}"
            for token in found[max(0, i - 3) : i + 2]:
                if token is after or token.values == before.values:
                    token.values = (*token.values, value)


@lru_cache(maxsize=4096)
def readings(words: tuple[str, ...]) -> tuple[str, ...]:
    """Every number a run of number words may mean, the likeliest first: ("one", "forty") -> 140, 1, 40 ..."""
    words = tuple(w for w in words if w != "and")
    found: list[str] = []
    if "point" in words:
        at = words.index("point")
        whole = readings(words[:at])[:1] if at else ("0",)
        digits = "".join(str(_ONES.get(w, 0) if w not in _TENS else _TENS[w]) for w in words[at + 1 :])
        if whole and digits:
            found.append(_plain(f"{whole[0]}.{digits}"))
    groups = _groups(words)
    if len(groups) > 1:
        found.append("".join(str(g) for g in groups) if all(g < 100 for g in groups) else str(sum(groups)))
        if len(groups) == 2 and groups[0] < 100 and 0 < groups[1] < 100:
            found.append(str(groups[0] * 100 + groups[1]))
    found += [str(g) for g in groups]
    if "thousand" in words[2:] and words[at := words.index("thousand") - 1] in _ONES and words[at - 1] in _TENS:
        found += [*readings(words[at:])[:1], *readings(words[:at])[:1]]  # "June thirty, two thousand four"
    if words[0] in ("o", "oh") and len(words) == 2:
        found += [str(_ONES[words[1]]), f"200{_ONES[words[1]]}"]
    if words == ("half",):
        found.append("0.5")
    return tuple(dict.fromkeys(found))


def _groups(words: tuple[str, ...]) -> list[int]:
    """Runs that belong together: twenty six -> 26; two thousand eight -> 2008; nineteen ninety two -> 19, 92."""
    groups: list[int] = []
    current: int | None = None
    room = 0  # how large a following part may still be added to the current group
    for word in words:
        if word in ("oh", "o"):
            value, size = 0, 1
        elif word == "hundred":
            current, room = (current or 1) * 100, 100
            continue
        elif word == "thousand":
            current, room = (current or 1) * 1000, 1000
            continue
        elif word in _TENS:
            value, size = _TENS[word], 10
        elif word in _ONES:
            value, size = _ONES[word], 1
        else:
            continue
        if current is not None and value < room and (size < room):
            current, room = current + value, 10 if size == 10 else 0
            continue
        if current is not None:
            groups.append(current)
        current, room = value, 10 if size == 10 else 0
    return [*groups, current] if current is not None else groups


def _spelled(found: list[Token]) -> None:
    """Join letters spoken one by one: "A L T" and "m r i" become one word on each of their tokens."""
    i = 0
    while i < len(found):
        last = i
        while last < len(found) and len(found[last].word) == 1 and found[last].word.isalpha() and found[last].sentence == found[i].sentence:
            last += 1
        if last - i >= 2:
            joined = "".join(t.word for t in found[i:last])
            for token in found[i:last]:
                token.word, token.stem = joined, joined
        i = max(last, i + 1)


_SUFFIXES = (
    ("ization", "iz"), ("ational", "at"), ("fulness", ""), ("iveness", "iv"), ("ations", "at"), ("ation", "at"), ("ities", ""), ("iness", ""),
    ("ically", "ic"), ("ments", ""), ("ment", ""), ("ness", ""), ("edly", ""), ("ings", ""), ("ing", ""), ("ions", ""), ("ion", ""),
    ("ied", "y"), ("ies", "y"), ("ily", "y"), ("ally", "al"), ("ous", ""), ("ive", ""), ("ful", ""), ("est", ""), ("ers", ""), ("ed", ""),
    ("er", ""), ("es", ""), ("ly", ""), ("al", ""), ("ic", ""), ("y", ""), ("s", ""), ("e", ""),
)  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A crude stem, the same for "swelling", "swollen"-like forms only where the letters agree; at least four letters stay."""
    word = word[:-2] if word.endswith("'s") else word
    if len(word) < 5 or not word.isalpha():
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    for suffix, instead in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) + len(instead) >= 4:
            word = word[: len(word) - len(suffix)] + instead
            break
    return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word
