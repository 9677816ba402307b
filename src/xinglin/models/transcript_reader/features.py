"""What can be measured about each word of a note's sentence against a transcript.

For every word that carries meaning: is it said, where the rest of the sentence is said, affirmed or denied alike, and is
something that excludes it said in its place. `judge.py` turns the measurements into a probability of being wrong.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence, Set

from xinglin.models.transcript_reader import moments, usage
from xinglin.models.transcript_reader.attention import Beam, beams, share
from xinglin.models.transcript_reader.meaning import is_finding, is_medicine, meanings, opposites
from xinglin.models.transcript_reader.moments import closest, gap
from xinglin.models.transcript_reader.relations import relations
from xinglin.models.transcript_reader.spoken_places import Spoken, number_kind, section_of
from xinglin.models.transcript_reader.transcript import HEDGES, NEGATORS, hedges, negations
from xinglin.models.transcript_reader.usage import NO_USAGE, Usage
from xinglin.models.transcript_reader.words import Token, tokens

STOP = frozenset(
    ["the", "a", "an", "of", "and", "or", "to", "in", "on", "at", "for", "with", "is", "was", "are", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "this", "that", "these", "those", "it", "its", "as", "by", "from", "which", "who", "whom", "whose", "also", "then", "than", "so", "when", "while", "where", "would", "should", "can", "there", "their", "they", "them", "we", "our", "us", "i", "me", "my", "you", "your", "any", "some", "into", "over", "under", "again", "further", "other", "such", "own", "same", "s", "t", "d", "m", "per", "via", "mr", "mrs", "ms", "dr", "patient", "th", "st", "nd", "rd", "00", "year", "old", "reports", "states", "notes", "last"]
)  # fmt: skip
NAMES = (
    "number", "kind", "opposable", "medicine", "negator", "hedge", "capital", "unit_word", "word_class", "quality", "exact", "rarity",
    "places", "similar", "own_best", "beam_best", "in_passage", "near", "left_pair", "right_pair", "position", "length",
    "unmatched_share", "covered", "run_unmatched", "same_share", "same_best", "other_best", "same_count", "other_count", "kind_share",
    "kind_other_best", "unit_agrees", "unit_elsewhere", "nearest_same", "nearest_other", "denied_here", "denied_share", "denied_count",
    "affirmed_count", "unknown_count", "hedged_here", "hedged_share", "note_quality", "note_share", "note_same_count",
    "note_other_count", "note_denied_share", "note_near", "pronoun_minority", "section", "list_like", "source_length", "passage_denied",
    "passage_hedged", "finding", "conflict", "note_conflict", "same_position", "other_position", "tight_share", "tight_same",
    "tight_other", "tight_conflict", "clause_conflict", "clause_states", "clause_findings_in_conflict", "name_against", "name_for",
    "name_said", "result_against", "result_for", "name_conflict", "plainest_conflict", "finding_conflict", *moments.NAMES, "note_covered", "note_words", *usage.NAMES,
)  # fmt: skip
Row = list[float]
_AT = {name: i for i, name in enumerate(NAMES)}


class Word:
    """A meaning-carrying word of the sentence and where a text says it."""

    __slots__ = ("bright", "exact", "index", "meanings", "places", "quality", "similar", "token", "weight")

    def __init__(
        self, index: int, token: Token, known: tuple[int, ...], text: Spoken, rarity: Mapping[str, float], aside: tuple[int, int] = (0, 0)
    ) -> None:
        self.index, self.token, self.meanings = index, token, known
        self.quality = self.similar = 0.0
        self.places, self.exact = self._known(text)
        if aside[1]:
            self.places = [p for p in self.places if not aside[0] <= text.tokens[p].start < aside[1]]
            self.exact = [p for p in self.exact if not aside[0] <= text.tokens[p].start < aside[1]]
        self.quality = 1.0 if self.exact else 0.9 if self.places else 0.0
        if not self.places and not token.values and not aside[1]:
            self.similar, near = text.similar(token)
            self.quality = 0.6 * self.similar
            self.places = near if self.similar >= 0.8 else []
        self.weight = 3.0 if token.values else rarity.get(token.stem, 5.0)
        if token.word in NEGATORS or token.word in HEDGES:
            self.weight = 0.3
        self.bright = text.light(self.places) if self.weight > 0.25 else None

    def _known(self, text: Spoken) -> tuple[list[int], list[int]]:
        token = self.token
        if token.values:
            mine = token.values if token.word[0].isdigit() else token.values[:1]
            places = sorted({p for v in mine for p in text.by_value.get(v, ())})
            return places, places
        exact = text.by_stem.get(token.stem, [])
        alike = [p for m in self.meanings for p in text.by_meaning.get(m, ())]
        return sorted(set(exact) | set(alike)), exact


def measure(
    sentence: str, source: Spoken, rarity: Mapping[str, float], note: Spoken | None = None, at: tuple[int, int] = (0, 0),
    habits: Usage = NO_USAGE, own: Set[int] = frozenset(),
) -> tuple[list[Token], list[Row]]:  # fmt: skip
    """The words of a sentence that carry meaning, and a row of `NAMES` for each.

    `habits`: how other notes put things; `own`: what this note itself was counted under when it is one of them.

    `note` is the whole note the sentence stands in and `at` where it stands: a note that contradicts itself is wrong somewhere.
    """
    found = tokens(sentence)
    known = meanings(found)
    carrying = [i for i, t in enumerate(found) if carries(t)]
    words = [Word(i, found[i], known[i], source, rarity) for i in carrying]
    aside = [Word(i, found[i], known[i], note, rarity, (at[0], max(at[1], 1))) for i in carrying] if note is not None else []
    whole = _Whole(sentence, found, words, source, note, at)
    lit = beams(words, source.blocks)
    asides = beams(aside, note.blocks) if note is not None else []
    rows = [_row(k, words, aside, whole, lit[k], asides[k] if asides else None) for k in range(len(words))]
    _in_clause(words, rows)
    _related(words, rows, whole, lit)
    covered, length = _covered(note, source)
    manner = usage.Manner(found, habits, own)
    for k, row in enumerate(rows):
        i = words[k].index
        row += [*_moments(k, words, lit[k], whole), covered, length, *manner.row(i, whole.denied[i])]
    return [w.token for w in words], rows


def _in_clause(words: Sequence[Word], rows: list[Row]) -> None:
    """Add to every row how far the words of its clause, together, are affirmed where the source denies them or the reverse."""
    conflict, finding, quality = _AT["conflict"], _AT["finding"], _AT["quality"]
    for k, word in enumerate(words):
        known = [
            j
            for j, w in enumerate(words)
            if w.token.clause == word.token.clause and rows[j][quality] >= 0.9 and w.token.word not in _HE | _SHE
        ]
        weight = sum(words[j].weight for j in known) or 1.0
        named = [rows[j][conflict] for j in known if rows[j][finding]]
        rows[k] += [
            sum(words[j].weight * rows[j][conflict] for j in known) / weight if known else 0.0,
            float(len(known)),
            min(named) if named else 0.0,
        ]


def _related(words: Sequence[Word], rows: list[Row], whole: _Whole, beams: Sequence[Beam]) -> None:
    """Add to every row what the source says of the thing the word names, and the plainest contradiction of the sentence."""
    found = relations(whole.sentence, whole.found, words, whole.denied, whole.source, beams)
    plain = [against - support for against, support, _, _, _ in found]
    top = max(plain, default=0.0)
    named = max((p for p, row in zip(plain, rows, strict=True) if row[_AT["finding"]]), default=0.0)
    for row, related, mine in zip(rows, found, plain, strict=True):
        row += [*related, mine, top, named]


def _covered(note: Spoken | None, source: Spoken) -> tuple[float, float]:
    """The share of the words of the whole note that the source says, and how long the note is."""
    if note is None:
        return 0.5, 0.0
    known = note.covered_by.get(id(source))
    if known is None:
        own = [t for t in note.tokens if carries(t) and not t.values]
        said = sum(
            t.stem in source.by_stem or any(m in source.by_meaning for m in ms)
            for t, ms in zip(note.tokens, note.meanings, strict=True)
            if carries(t) and not t.values
        )
        known = note.covered_by[id(source)] = (said / (len(own) or 1), math.log1p(len(own)))
    return known


def _moments(k: int, words: Sequence[Word], beam: Beam, whole: _Whole) -> Sequence[float]:
    word, source = words[k], whole.source
    rivals = _rivals(word, source)
    if rivals is None or not (rivals[0] or rivals[1]):
        return moments.NONE
    same, other = rivals[0][:80], rivals[1][:200]
    if word.token.values:
        kind = number_kind(whole.found, word.index)
        other = [p for p in other if source.number_kinds.get(p) == kind] or other
    place, rival = max(same, key=beam.at, default=-1), max(other, key=beam.at, default=-1)
    nothing = [-1.0] * len(moments.MARKS)
    here = moments.marks(whole.found, word.index)
    left, right = _neighbour(words, k, -1), _neighbour(words, k, 1)
    second = _neighbour(words, k, 2)
    clause = [w for w in words if w is not word and w.token.clause == word.token.clause and w.places]
    rare = max(clause, key=lambda w: w.weight, default=None)
    medicine = min(
        (w for w in words if w is not word and w.places and is_medicine(w.token)), key=lambda w: abs(w.index - word.index), default=None
    )
    near = []
    for head in (left, right, rare, medicine, second):
        heads = head.places[:60] if head is not None else []
        near += [moments.nearness(same, heads), moments.nearness(other, heads)]
    beside = right.places[:60] if right is not None else left.places[:60] if left is not None else []
    return [
        *(_marked(source, place) if place >= 0 else nothing), *(_marked(source, rival) if rival >= 0 else nothing), *here,
        float(rival > place), float(bool(same) and place == same[-1]), float(bool(other) and bool(same) and other[-1] > same[-1]), *near,
        math.log1p(moments.together(same, beside)), math.log1p(moments.together(other, beside)),
    ]  # fmt: skip


def _marked(source: Spoken, place: int) -> list[float]:
    known = source.marked.get(place)
    if known is None:
        known = source.marked[place] = [*moments.marks(source.tokens, place), float(source.doctor[place])]
    return known


def carries(token: Token) -> bool:
    """Whether a word is worth looking up."""
    return token.word not in STOP and (len(token.word) > 1 or bool(token.values) or token.word == "%" or token.word in opposites())


class _Whole:
    """What holds for all words of a sentence."""

    def __init__(
        self, sentence: str, found: list[Token], words: Sequence[Word], source: Spoken, note: Spoken | None, at: tuple[int, int]
    ) -> None:
        self.sentence, self.found, self.source, self.note, self.at = sentence, found, source, note, at
        self.denied, self.hedged = negations(found), hedges(found)
        self.total = sum(w.weight for w in words) or 1.0
        self.covered = sum(w.weight * w.quality for w in words) / self.total
        self.unmatched = sum(w.quality < 0.5 for w in words) / (len(words) or 1)
        self.minority = _pronoun_minority(found, note)
        self.section = float(section_of(note, at[0])) if note is not None else 0.0
        self.commas = float(found[-1].clause - found[0].clause) if found else 0.0


_HE, _SHE = (
    frozenset(["he", "him", "his", "himself", "male", "man", "gentleman", "mr", "boy"]),
    frozenset(["she", "her", "hers", "herself", "female", "woman", "lady", "mrs", "ms", "girl"]),
)


def _pronoun_minority(found: Sequence[Token], note: Spoken | None) -> float:
    """1 when the sentence calls the person by the sex the rest of the note does not."""
    if note is None:
        return 0.0
    mine = sum(t.word in _HE for t in found) - sum(t.word in _SHE for t in found)
    rest = note.sex - mine
    return float(mine * rest < 0 and abs(rest) >= 2)


def _row(k: int, words: Sequence[Word], aside: Sequence[Word], whole: _Whole, beam: Beam, in_note: Beam | None) -> Row:
    word, token, source = words[k], words[k].token, whole.source
    before, after = _neighbour(words, k, -1), _neighbour(words, k, 1)
    top, passage = beam.brightest()
    window = range(max(0, passage - 9), min(len(source.tokens), passage + 12)) if passage >= 0 else range(0)
    unit_word = float(word.index > 0 and bool(whole.found[word.index - 1].values) and not token.values)
    spoken = len(window) or 1
    seat = opposites().get(token.word)
    polarity, aside_row = _polarity(word, beam, source, whole), _in_note(aside, k, whole, in_note)
    here = whole.denied[word.index]
    conflict, note_conflict = (1 - x if here else x for x in (polarity[1], aside_row[4]))
    return [
        float(bool(token.values)), float(number_kind(whole.found, word.index)) if token.values else -1.0, float(seat[0][0]) if seat else -1.0,
        float(is_medicine(token)), float(token.word in NEGATORS), float(token.word in HEDGES),
        float(whole.sentence[token.start].isupper() and token.start > 0), unit_word, float(token.word.isdigit()), word.quality, float(bool(word.exact)), word.weight,
        math.log1p(len(word.places)), word.similar, beam.best(word.places), top, float(any(p in window for p in word.places)),
        _near(word, before, after), _pair(before, word), _pair(word, after), k / max(1, len(words) - 1), float(len(words)), whole.unmatched,
        (whole.covered * whole.total - word.weight * word.quality) / max(0.1, whole.total - word.weight), float(_unmatched_run(words, k)),
        *_instead(word, words, k, beam, source, whole), *polarity, *aside_row, whole.minority, whole.section, whole.commas, math.log1p(len(source.tokens)),
        sum(source.polarity[p] < 0 for p in window) / spoken, sum(source.hedged[p] for p in window) / spoken,
        float(is_finding(token)), conflict if word.places else 0.5, note_conflict, *_when(word, beam, source), *_tight(word, words, k, source, bool(here)),
    ]  # fmt: skip


def _neighbour(words: Sequence[Word], k: int, step: int) -> Word | None:
    return words[k + step] if 0 <= k + step < len(words) else None


def _rivals(word: Word, text: Spoken, aside: tuple[int, int] = (0, 0)) -> tuple[list[int], list[int]] | None:
    """Places of what agrees with the word and of what would exclude it; None when nothing excludes such a word."""
    token = word.token
    if token.values:
        mine = set(word.places)
        both = word.places, [p for p in text.numbers if p not in mine]
    elif seats := opposites().get(token.word):
        same = sorted({p for group, mine in seats for p, side in text.by_group.get(group, ()) if side == mine})
        both = same, sorted({p for group, mine in seats for p, side in text.by_group.get(group, ()) if side != mine}.difference(same))
    elif is_medicine(token):
        mine = set(word.places)
        both = word.places, [p for p in text.medicines if p not in mine]
    else:
        return None
    if not aside[1]:
        return both
    return [p for p in both[0] if not aside[0] <= text.tokens[p].start < aside[1]], [
        p for p in both[1] if not aside[0] <= text.tokens[p].start < aside[1]
    ]


def _instead(word: Word, words: Sequence[Word], k: int, beam: Beam, source: Spoken, whole: _Whole) -> Row:
    """Said at the bright places: this word or one that excludes it; for numbers also with the same unit only."""
    rivals = _rivals(word, source)
    if rivals is None:
        agrees, elsewhere = _unit(word, whole, source)
        return [0.5, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, agrees, elsewhere, 0.0, 0.0]
    same, other = beam.all(rivals[0]), beam.all(rivals[1])
    kind_share, kind_best = 0.5, 0.0
    if word.token.values:
        kind = number_kind(whole.found, word.index)
        a = [beam.at(p) for p in rivals[0] if source.number_kinds.get(p) == kind]
        b = [beam.at(p) for p in rivals[1] if source.number_kinds.get(p) == kind]
        kind_share, kind_best = share(a, b), max(b, default=0.0)
    agrees, elsewhere = _unit(word, whole, source)
    close = _nearest(rivals[0], words, k), _nearest(rivals[1], words, k)
    return [share(same, other), max(same, default=0.0), max(other, default=0.0), math.log1p(len(same)), math.log1p(len(other)), kind_share, kind_best, agrees,
            elsewhere, *close]  # fmt: skip


def _tight(word: Word, words: Sequence[Word], k: int, source: Spoken, denied: bool) -> tuple[float, float, float, float]:
    """The same questions asked of the few words beside it only, by exact distance: what is said right there."""
    beside = [
        (w.weight, w.places)
        for j in (k - 3, k - 2, k - 1, k + 1, k + 2, k + 3)
        if 0 <= j < len(words)
        for w in (words[j],)
        if w.places and w.weight > 0.5
    ]
    total = sum(weight for weight, _ in beside) or 1.0

    def score(place: int) -> float:
        out = 0.0
        for weight, places in beside:
            i = bisect_left(places, place)
            gap = places[i] - place if i < len(places) else place - places[-1]
            if i and place - places[i - 1] < gap:
                gap = place - places[i - 1]
            out += weight / (1 + 0.4 * gap)
        return out / total

    rivals = _rivals(word, source)
    said = [score(p) for p in word.places[:50]]
    states = [(source.polarity[p], s) for p, s in zip(word.places[:50], said, strict=True)]
    refused = share([s for state, s in states if state < 0], [s for state, s in states if state > 0])
    conflict = 0.5 if not word.places else 1 - refused if denied else refused
    if rivals is None:
        return 0.5, max(said, default=0.0), 0.0, conflict
    same, other = [score(p) for p in rivals[0][:50]], [score(p) for p in rivals[1][:120]]
    return share(same, other), max(same, default=0.0), max(other, default=0.0), conflict


def _when(word: Word, beam: Beam, source: Spoken) -> tuple[float, float]:
    """How far into the talk (0 to 1) the brightest place of the word lies, and that of what would exclude it; -1 for nowhere."""
    last = len(source.tokens) or 1
    places = _rivals(word, source) or (word.places, [])
    return tuple(max(p, key=beam.at) / last if p else -1.0 for p in places)  # type: ignore[return-value]


def _nearest(places: Sequence[int], words: Sequence[Word], k: int) -> float:
    """How close (1 beside, 0 far) the places come to where the one or two next words of the sentence are said."""
    best = 0.0
    for j in (k - 1, k + 1, k + 2):
        if 0 <= j < len(words) and 0 < len(words[j].places) < 60:
            for p in places[:80]:
                d = gap(words[j].places, p)
                best = max(best, (1.0 if j != k + 2 else 0.8) / (1 + 0.25 * d))
    return best


def _unit(word: Word, whole: _Whole, source: Spoken) -> tuple[float, float]:
    """For a number: its unit follows it somewhere (1), another unit does (-1). For a unit: the same about its number."""
    found, i = whole.found, word.index
    if word.token.values:
        unit = source.unit_after(found, i)
        if not unit or not word.places:
            return 0.0, 0.0
        said = [source.unit_after(source.tokens, p) for p in word.places]
    elif i and found[i - 1].values and (unit := source.unit_after(found, i - 1)):
        said = [source.unit_after(source.tokens, p) for v in found[i - 1].values for p in source.by_value.get(v, ())]
    else:
        return 0.0, 0.0
    return (1.0 if unit in said else -1.0 if any(said) else 0.0), float(any(s and s != unit for s in said))


def _polarity(word: Word, beam: Beam, source: Spoken, whole: _Whole) -> Row:
    states = [(source.polarity[p], source.hedged[p], beam.at(p)) for p in word.places[:60]]
    denied, affirmed = [b for s, _, b in states if s < 0], [b for s, _, b in states if s > 0]
    doubt = share([b for _, h, b in states if h], [b for _, h, b in states if not h])
    return [float(whole.denied[word.index]), share(denied, affirmed), math.log1p(len(denied)), math.log1p(len(affirmed)),
            math.log1p(len(states) - len(denied) - len(affirmed)), float(whole.hedged[word.index]), doubt]  # fmt: skip


def _in_note(aside: Sequence[Word], k: int, whole: _Whole, beam: Beam | None) -> Row:
    if whole.note is None or beam is None:
        return [0.0, 0.5, 0.0, 0.0, 0.5, 0.0]
    mine, note = aside[k], whole.note
    rivals = _rivals(mine, note, whole.at) or ([], [])
    same, other = beam.all(rivals[0]), beam.all(rivals[1])
    states = [(note.polarity[p], beam.at(p)) for p in mine.places[:40]]
    denied = share([b for s, b in states if s < 0], [b for s, b in states if s > 0])
    return [mine.quality, share(same, other), math.log1p(len(same)), math.log1p(len(other)), denied, beam.best(mine.places)]


def _near(word: Word, before: Word | None, after: Word | None) -> float:
    """How close the word is ever said to the words beside it here."""
    best = 0.0
    for other in (before, after):
        if other is not None and 0 < len(other.places) < 80 and 0 < len(word.places) < 80:
            best = max(best, 1 / (1 + closest(word.places, other.places)))
    return best


def _pair(first: Word | None, second: Word | None) -> float:
    """1 when the two are said within four words of each other, 0 when not, 0.5 at the edge of the sentence."""
    if first is None or second is None:
        return 0.5
    ones, others = first.places[:60], second.places[:60]
    return float(bool(ones and others) and closest(ones, others) <= 4)


def _unmatched_run(words: Sequence[Word], k: int) -> int:
    if words[k].quality >= 0.5:
        return 0
    left = right = k
    while left and words[left - 1].quality < 0.5:
        left -= 1
    while right + 1 < len(words) and words[right + 1].quality < 0.5:
        right += 1
    return right - left + 1
