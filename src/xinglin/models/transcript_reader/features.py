"""What can be measured about each word of a note's sentence against a transcript.

For every word that carries meaning: is it said, in the company it keeps here, affirmed or denied alike, and is
something that excludes it said in its place. `judge.py` turns the measurements into a probability of being wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from xinglin.models.transcript_reader.meaning import is_medicine, meanings, opposites
from xinglin.models.transcript_reader.transcript import NEGATORS, Transcript, negations
from xinglin.models.transcript_reader.words import Token, tokens

STOP = frozenset(
    ["the", "a", "an", "of", "and", "or", "to", "in", "on", "at", "for", "with", "is", "was", "are", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "this", "that", "these", "those", "it", "its", "as", "by", "from", "which", "who", "whom", "whose", "also", "then", "than", "so", "if", "when", "while", "where", "will", "would", "should", "can", "could", "there", "their", "they", "them", "we", "our", "us", "i", "me", "my", "you", "your", "he", "she", "his", "her", "him", "any", "all", "some", "into", "over", "under", "again", "further", "both", "each", "other", "such", "only", "own", "same", "s", "t", "d", "m", "per", "via", "mr", "mrs", "ms", "dr", "s/p"]
)  # fmt: skip
NAMES = tuple(
    "number side negator medicine opposable capital word quality rarity matches near far coverage window same_place other_place denied_here "
    "denied_there affirmed_there unknown_there position length unit_agrees similar run_unmatched left_pair right_pair first_word unmatched_share "
    "number_near number_other short_sentence meaning_only value_listed question_only best_cover in_best instead_in_best in_any_best note_quality "
    "note_near note_same note_other pronoun_minority".split(" ")
)
_CAP = 24


class Word:
    """A meaning-carrying word of the sentence and where the transcript says it."""

    __slots__ = ("exact", "index", "meanings", "places", "quality", "similar", "token")

    def __init__(self, index: int, token: Token, known: tuple[int, ...]) -> None:
        self.index, self.token, self.meanings = index, token, known
        self.places: list[int] = []
        self.exact: list[int] = []
        self.quality = self.similar = 0.0


def measure(
    sentence: str, source: Transcript, rarity: Mapping[str, float], note: Transcript | None = None, at: tuple[int, int] = (0, 0)
) -> tuple[list[Token], list[list[float]]]:
    """The words of a sentence that carry meaning, and a row of `NAMES` for each.

    `note` is the whole note the sentence stands in and `at` where it stands: a note that contradicts itself is wrong somewhere.
    """
    found = tokens(sentence)
    known = meanings(found)
    denied = negations(found)
    words = [Word(i, t, known[i]) for i, t in enumerate(found) if _carries(t)]
    for word in words:
        _find(word, source)
    best_window, _ = _window(words, source, rarity)
    aside = _aside(found, known, note, at)
    minority = _pronoun_minority(found, note)
    rows = []
    for k, word in enumerate(words):
        row = _row(word, k, words, found, denied, source, rarity, best_window, sentence)
        rows.append(row + _best_places(word, k, words, source, rarity) + _in_note(word, k, words, aside, note, rarity) + [minority])
    return [w.token for w in words], rows


def _best_places(word: Word, k: int, words: Sequence[Word], source: Transcript, rarity: Mapping[str, float]) -> list[float]:
    """Where the rest of the sentence is said best: how well, is this word said there, and is something said instead of it."""
    total = 0.0
    weight: dict[int, dict[int, float]] = {}
    for j, other in enumerate(words):
        if j == k:
            continue
        near = _rare(other, rarity) / (1 + 0.15 * abs(j - k))
        total += near
        for place in other.places[:60]:
            weight.setdefault(place // 12, {})[j] = near
    if not weight:
        return [0.0, 0.0, 0.0, 0.0]
    scores = {}
    for block in weight:
        merged = {**weight.get(block + 1, {}), **weight[block]}
        scores[block] = sum(merged.values()) / total
    ranked = sorted(scores, key=lambda b: (-scores[b], b))[:3]
    said = [any(b * 12 - 6 <= p < b * 12 + 30 for p in word.places) for b in ranked]
    instead = _instead(word, range(max(0, ranked[0] * 12 - 6), min(len(source.tokens), ranked[0] * 12 + 30)), source)
    return [scores[ranked[0]], float(said[0]), float(instead and not said[0]), float(any(said))]


def _instead(word: Word, window: range, source: Transcript) -> bool:
    """Whether a word of the same sort (another number, medicine, side ...) is said in the window."""
    token = word.token
    if token.values:
        mine = set(token.values)
        return any(source.tokens[i].values and not mine & set(source.tokens[i].values) for i in window)
    seat = opposites().get(token.word)
    if seat is not None:
        seats = (opposites().get(source.tokens[i].word) for i in window)
        return any(s is not None and s[0] == seat[0] and s[1] != seat[1] for s in seats)
    return is_medicine(token) and any(is_medicine(source.tokens[i]) for i in window)


def _aside(found: Sequence[Token], known: Sequence[tuple[int, ...]], note: Transcript | None, at: tuple[int, int]) -> list[Word]:
    """The same words, looked up in the rest of the note."""
    words = [Word(i, t, known[i]) for i, t in enumerate(found) if _carries(t)]
    if note is not None:
        for word in words:
            _find_known(word, note)
            word.places = [p for p in word.places if not at[0] <= note.tokens[p].start < at[1]]
            word.exact = [p for p in word.exact if not at[0] <= note.tokens[p].start < at[1]]
    return words


def _in_note(word: Word, k: int, words: Sequence[Word], aside: Sequence[Word], note: Transcript | None, rarity: Mapping[str, float]) -> list[float]:
    if note is None:
        return [0.0, 0.0, 0.0, 0.0]
    mine = aside[k]
    neighbours = [w for w in aside[max(0, k - 4) : k + 5] if w is not mine]
    near, _ = _company(mine, neighbours, 7, rarity)
    same, other = _opposed(mine, neighbours, note)
    if mine.token.values:
        same, other, _, _ = _numbers(mine, [], neighbours, note)
    return [float(bool(mine.exact)), near, same, other]


_HE, _SHE = frozenset("he him his himself male man gentleman mr boy".split()), frozenset("she her hers herself female woman lady mrs ms girl".split())


def _pronoun_minority(found: Sequence[Token], note: Transcript | None) -> float:
    """1 when the sentence calls the person by the sex the rest of the note does not."""
    if note is None:
        return 0.0
    mine = sum(t.word in _HE for t in found) - sum(t.word in _SHE for t in found)
    rest = sum(t.word in _HE for t in note.tokens) - sum(t.word in _SHE for t in note.tokens) - mine
    return float(mine * rest < 0 and abs(rest) >= 2)


def _carries(token: Token) -> bool:
    return token.word not in STOP and (len(token.word) > 1 or bool(token.values) or token.word == "%")


def _find(word: Word, source: Transcript) -> None:
    _find_known(word, source)
    if not word.places and not word.token.values:
        word.similar, near = _similar(word.token, source)
        word.quality = 0.6 * word.similar
        word.places = near if word.similar >= 0.8 else []


def _find_known(word: Word, source: Transcript) -> None:
    token = word.token
    if token.values:
        places = [p for v in token.values[:1] for p in source.by_value.get(v, ())]
        word.exact = places
        word.quality = 1.0 if places else 0.0
        word.places = places
        return
    exact = source.by_stem.get(token.stem, [])
    alike = [p for m in word.meanings for p in source.by_meaning.get(m, ())]
    word.exact = exact
    word.quality = 1.0 if exact else 0.9 if alike else 0.0
    word.places = sorted(set(exact) | set(alike))


def _similar(token: Token, source: Transcript) -> tuple[float, list[int]]:
    """The likest word of the transcript by shared beginning and letter pairs (spelling, word families)."""
    best, name = 0.0, ""
    mine = {token.word[i : i + 2] for i in range(len(token.word) - 1)}
    for other in source.vocabulary:
        if len(other) < 4 or other[0] != token.stem[:1]:
            continue
        theirs = {other[i : i + 2] for i in range(len(other) - 1)}
        score = 2 * len(mine & theirs) / (len(mine) + len(theirs) or 1)
        if score > best:
            best, name = score, other
    return best, source.by_stem.get(name, [])


def _window(words: Sequence[Word], source: Transcript, rarity: Mapping[str, float]) -> tuple[float, list[int]]:
    """How much of the sentence the best stretch of about forty spoken words says, and where such stretches are."""
    weight: dict[int, dict[int, float]] = {}
    total = 0.0
    for k, word in enumerate(words):
        rare = _rare(word, rarity)
        total += rare
        for place in word.places[:80]:
            weight.setdefault(place // 20, {})[k] = rare
    if not weight or not total:
        return 0.0, []
    scores = {}
    for block in weight:
        merged = dict(weight[block])
        merged.update(weight.get(block + 1, {}))
        scores[block] = sum(merged.values()) / total
    best = max(scores.values())
    return best, [b * 20 + 20 for b, s in scores.items() if s >= 0.8 * best]


def _rare(word: Word, rarity: Mapping[str, float]) -> float:
    return 4.0 if word.token.values else rarity.get(word.token.stem, 6.0)


def _row(
    word: Word, k: int, words: Sequence[Word], found: Sequence[Token], denied: Sequence[bool], source: Transcript,
    rarity: Mapping[str, float], best_window: float, sentence: str,
) -> list[float]:  # fmt: skip
    token = word.token
    neighbours = [w for w in words[max(0, k - 4) : k + 5] if w is not word and w.token.sentence == token.sentence]
    near, near_place = _company(word, neighbours, 7, rarity)
    far, _ = _company(word, [w for w in words if w is not word], 25, rarity)
    same, other = _opposed(word, neighbours, source)
    rare_total = sum(_rare(w, rarity) for w in words if w is not word) or 1.0
    covered = sum(_rare(w, rarity) * w.quality for w in words if w is not word) / rare_total
    states = [source.polarity[p] for p in (near_place or word.places[:_CAP])]
    count = len(states) or 1
    left = words[k - 1] if k else None
    right = words[k + 1] if k + 1 < len(words) else None
    number_near, number_other, unit_agrees, listed = _numbers(word, found, neighbours, source)
    opposable = token.word in opposites()
    capital = sentence[token.start].isupper() and token.start > 0
    return [
        float(bool(token.values)), float(token.word in ("left", "right", "bilateral")), float(token.word in NEGATORS), float(is_medicine(token)),
        float(opposable), float(capital), float(not token.values and not opposable), word.quality,
        _rare(word, rarity), math.log1p(len(word.places)), near, far, covered, best_window, same, other,
        float(denied[word.index]), sum(s < 0 for s in states) / count, sum(s > 0 for s in states) / count, sum(s == 0 for s in states) / count,
        k / max(1, len(words) - 1), float(len(words)), unit_agrees, word.similar, float(_unmatched_run(words, k)),
        _pair(left, word), _pair(word, right), float(k == 0), sum(w.quality < 0.5 for w in words) / len(words),
        number_near, number_other, float(len(words) <= 3), float(bool(word.places) and not word.exact), listed, float(bool(states) and all(s == 0 for s in states)),
    ]  # fmt: skip


def _company(word: Word, others: Sequence[Word], reach: int, rarity: Mapping[str, float]) -> tuple[float, list[int]]:
    """The share of the other words said within `reach` of the best place of this one, and the places that reach it."""
    total = sum(_rare(w, rarity) for w in others)
    if not total or not word.places:
        return 0.0, []
    best, places = 0.0, []
    for place in word.places[:_CAP]:
        score = sum(_rare(w, rarity) for w in others if _within(w.places, place, reach)) / total
        if score > best + 1e-9:
            best, places = score, [place]
        elif score and abs(score - best) <= 1e-9:
            places.append(place)
    return best, places


def _within(places: Sequence[int], place: int, reach: int) -> bool:
    return any(abs(p - place) <= reach for p in places)


def _opposed(word: Word, neighbours: Sequence[Word], source: Transcript) -> tuple[float, float]:
    """Beside the neighbours' places: is this word (or one of its side) said, and is one that excludes it."""
    place_of = opposites().get(word.token.word)
    if place_of is None:
        return 0.0, 0.0
    group, side = place_of
    anchors = [p for w in neighbours if w.token.word not in opposites() or w.token.values for p in w.places[:_CAP]]
    same = other = 0
    for anchor in anchors:
        for i in range(max(0, anchor - 8), min(len(source.tokens), anchor + 9)):
            seen = opposites().get(source.tokens[i].word)
            if seen and seen[0] == group:
                same, other = same + (seen[1] == side), other + (seen[1] != side)
    total = same + other or 1
    return same / total, other / total


def _numbers(word: Word, found: Sequence[Token], neighbours: Sequence[Word], source: Transcript) -> tuple[float, float, float, float]:
    """For a number (or the unit after one): said beside the neighbours, another said there instead, the same unit follows."""
    token = word.token
    before = found[word.index - 1] if found and word.index else None
    if not token.values:
        if before is None or not before.values:
            return 0.0, 0.0, 0.0, 0.0
        places = source.by_value.get(before.values[0], [])
        follows = any(_unit_like(source, p, word) for p in places)
        return 0.0, 0.0, (1.0 if follows else -1.0) if places else 0.0, 0.0
    after = found[word.index + 1] if found and word.index + 1 < len(found) else None
    anchors = [p for w in neighbours if not w.token.values for p in w.places[:_CAP]]
    mine = set(token.values)
    near = other = 0
    for anchor in anchors:
        for i in range(max(0, anchor - 8), min(len(source.tokens), anchor + 9)):
            values = source.tokens[i].values
            if values:
                near, other = near + bool(mine & set(values)), other + (not mine & set(values))
    follows = 0.0
    if after is not None and word.places:
        follows = 1.0 if any(_stem_follows(source, p, after) for p in word.places) else -1.0
    total = near + other or 1
    return near / total, other / total, follows, float(any(v in source.by_value for v in token.values))


def _unit_like(source: Transcript, place: int, word: Word) -> bool:
    return any(q in range(place + 1, place + 5) for q in word.places)


def _stem_follows(source: Transcript, place: int, after: Token) -> bool:
    known = set(meanings([after])[0])
    window = range(place + 1, min(len(source.tokens), place + 5))
    return any(source.tokens[i].stem == after.stem or known & set(source.meanings[i]) for i in window)


def _unmatched_run(words: Sequence[Word], k: int) -> int:
    if words[k].quality >= 0.5:
        return 0
    left = k
    while left and words[left - 1].quality < 0.5:
        left -= 1
    right = k
    while right + 1 < len(words) and words[right + 1].quality < 0.5:
        right += 1
    return right - left + 1


def _pair(first: Word | None, second: Word | None) -> float:
    """1 when the two are said within four words of each other, 0 when not, 0.5 at the edge of the sentence."""
    if first is None or second is None:
        return 0.5
    seconds = second.places[:60]
    return float(any(_within(seconds, p, 4) for p in first.places[:60]))
