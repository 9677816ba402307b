"""Reads clinical text, English or Chinese, into sentences and the claims they make about one patient.

A Reader is compiled once per patient; after that a sentence costs a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xinglin.models.reader.attaching import PlacedNumber, fits, place_frequencies, place_numbers
from xinglin.models.reader.attaching_times import place_times
from xinglin.models.reader.claim_making import claims_of, said_number, said_time
from xinglin.models.reader.frequencies import FoundFrequency, find_frequencies
from xinglin.models.reader.head_phrases import head_ages, head_claims, short_sides
from xinglin.models.reader.numbers import find_numbers
from xinglin.models.reader.people import person_claims
from xinglin.models.reader.person_names import find_names
from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.scanning import ContextHit, Mention, scan
from xinglin.models.reader.scopes import apply_context
from xinglin.models.reader.sentences import is_courtesy, is_heading, says_something, split_clauses, split_sentences
from xinglin.models.reader.subjects import Subject, Subjects, known_words, subjects_of
from xinglin.models.reader.text_forms import fold, guess_language
from xinglin.models.reader.times import FoundTime, find_times, said_once
from xinglin.models.reader.unknown_words import find_unknown, may_hold_unknown
from xinglin.records.chart import Identity
from xinglin.records.draft import Language
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim, SaidNumber, SaidTime, Sentence, Span

_KEPT = 4096  # statements kept of one record
_read: list[tuple[Subjects, str, dict[str, Sentence]]] = []


def _statements_of(subjects: Subjects, as_of: str) -> dict[str, Sentence]:
    """The statements read already with the same words on the same day, of the last few records; they know no id."""
    for known, day, read in _read:
        if known is subjects and day == as_of:
            return read
    _read.append((subjects, as_of, {}))
    del _read[:-4]
    return _read[-1][2]


class Reader:
    """Reads text about one patient. `facts` are all facts of that patient; `as_of` is the day relative dates count from."""

    def __init__(self, facts: Sequence[Fact], language: Language = "en", identity: Identity | None = None, as_of: str = "") -> None:
        self.language: Language = language
        self._as_of = as_of
        self._subjects = subjects_of(facts)
        self._known = known_words()
        self._read_before = _statements_of(self._subjects, as_of)

    def read_statements(self, statements: Iterable[tuple[str, str]]) -> tuple[Sentence, ...]:
        """One Sentence per (id, text), however many full stops the text has."""
        return tuple(self._statement(key, text) for key, text in statements)

    def read_text(self, text: str) -> tuple[Sentence, ...]:
        """The sentences of a pasted text, "s1", "s2", ... with their places in it."""
        sentences: list[Sentence] = []
        carried: Mention | None = None
        for number, piece in enumerate(split_sentences(text), 1):
            words = text[piece.start : piece.end]
            claims, loose, carried, named, times = self._read(words, carried)
            checkable = _is_checkable(words, claims, loose)
            if not checkable:
                claims, loose = (), ()
            sentences.append(Sentence(f"s{number}", words, piece.start, claims, loose, named, times, checkable))
        return tuple(sentences)

    def _statement(self, key: str, text: str) -> Sentence:
        """Texts of one record repeat each other's sentences: what was read once is not read again."""
        read = self._read_before.get(text)
        if read is None:
            if len(self._read_before) >= _KEPT:
                self._read_before.clear()
            read = self._read_before[text] = self._statement_anew(text)
        return read if read.id == key else Sentence(key, text, 0, read.claims, read.loose, read.names, read.times, read.checkable)

    def _statement_anew(self, text: str) -> Sentence:
        pieces = split_sentences(text)
        claims: list[Claim] = []
        loose: list[SaidNumber] = []
        names: list[Span] = []
        times: list[SaidTime] = []
        carried: Mention | None = None
        for piece in pieces:
            found, left, carried, named, said = self._read(text[piece.start : piece.end], carried)
            move = piece.start
            claims += [_moved(claim, move) for claim in found] if move else found
            loose += [_moved_number(number, move) for number in left]
            names += [_moved_span(span, move) for span in named]
            times += [_moved_time(time, move) for time in said]
        return Sentence(
            "", text, 0, tuple(claims), tuple(loose), tuple(names), tuple(times), _is_checkable(text, tuple(claims), tuple(loose))
        )

    def _read(
        self, text: str, carried: Mention | None
    ) -> tuple[tuple[Claim, ...], tuple[SaidNumber, ...], Mention | None, tuple[Span, ...], tuple[SaidTime, ...]]:
        folded = fold(text)
        tokens = tokens_of(folded)
        mentions, hits, other = scan(text, folded, tokens, self._subjects.tree, self._known)
        clauses = _clauses_of(folded)
        for mention in mentions:
            mention.clause = clauses[mention.start]
        times = [time for time in said_once(folded, find_times(folded, self._as_of)) if not _inside(time, mentions)]
        mentions, frequencies = _rhythms(folded, mentions)
        hits = sorted([*hits, *sides], key=lambda hit: hit.start) if (sides := short_sides(text)) else hits
        heads = head_ages(text)
        hits = _without(folded, hits, [(time.start, time.end) for time in times])
        for hit in hits:
            hit.clause = clauses[hit.start]
        taken = (
            *((time.start, time.end) for time in times), *((one.start, one.end) for one in frequencies),
            *((mention.start, mention.end) for mention in mentions), *other, *((one[0], one[1]) for one in heads),
        )  # fmt: skip
        numbers = find_numbers(folded, taken)
        self._add_unknown(folded, mentions, hits, other, times, clauses)
        placed = place_numbers(folded, numbers, times, mentions, clauses, carried)
        _adopt_carried(placed, mentions, hits, carried)
        _count_values(placed, mentions)
        place_times(folded, times, placed, mentions)
        place_frequencies(frequencies, mentions)
        apply_context(folded, mentions, hits)
        names = [
            one for one in find_names(text) if one.kind != "maybe" or not any(m.start < one.end and m.end > one.start for m in mentions)
        ]
        claims = [
            claim
            for place, mention in enumerate(mentions)
            for claim in claims_of(text, [placed[index] for index in mention.values], mention, times)
        ]
        claims += _no_allergy(text, hits)
        claims += person_claims(text, folded, hits, placed, times, names)
        claims += head_claims(text, heads) if heads else ()
        loose = tuple(said_number(text, one, one.role) for one in placed if one.mention == -1 and one.role not in ("age",))
        last = next((m for m in reversed(mentions) if "measurement" in m.kinds), None) or (carried if not mentions else None)
        said = tuple(said_time(text, time) for time in times)
        return tuple(claims), loose, last, tuple(Span(name.start, name.end, name.text) for name in names), said

    def _add_unknown(
        self,
        folded: str,
        mentions: list[Mention],
        hits: list[ContextHit],
        other: list[tuple[int, int]],
        times: list[FoundTime],
        clauses: list[int],
    ) -> None:
        if not may_hold_unknown(folded):
            return
        covered = bytearray(len(folded))
        for mention in mentions:
            covered[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
        for start, end in ((time.start, time.end) for time in times):
            covered[start:end] = b"\x01" * (end - start)
        for hit in hits:
            if any(role.what in ("flag", "trend", "sex", "whose", "route") for role in hit.roles):
                covered[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
        found = find_unknown(folded, covered)
        for start, end, kind in found:
            subject = Subject("", kind, (), folded[start:end])
            mentions.append(Mention(start, end, (subject,), clauses[start], kinds=frozenset((kind,))))
        if found:
            mentions.sort(key=lambda mention: mention.start)


def _is_checkable(text: str, claims: tuple[Claim, ...], loose: tuple[SaidNumber, ...]) -> bool:
    """False for headings, and for courtesies and fragments that speak of nothing in the record."""
    if is_heading(text):
        return False
    if loose or any([claim.facts or claim.numbers for claim in claims]):
        return True
    return says_something(text) or (bool(claims) and not is_courtesy(text))


def _clauses_of(folded: str) -> list[int]:
    """The number of the clause of every character."""
    numbers: list[int] = []
    pieces = split_clauses(folded)
    if len(pieces) == 1:
        return [0] * (len(folded) + 1)
    for number, piece in enumerate(pieces):
        numbers += [number] * (piece.end - len(numbers))
    return numbers + [numbers[-1] if numbers else 0] * (len(folded) + 1 - len(numbers))


def _inside(time: FoundTime, mentions: list[Mention]) -> bool:
    return any(mention.start <= time.start and time.end <= mention.end for mention in mentions)


def _rhythms(folded: str, mentions: list[Mention]) -> tuple[list[Mention], list[FoundFrequency]]:
    """The rhythms of a sentence, and the mentions without those that are only a piece of one (the "i.d" of "b.i.d.")."""
    found = find_frequencies(folded)
    if found:
        mentions = [m for m in mentions if not any(one.start <= m.start and m.end < one.end for one in found)]
        found = [one for one in found if not any(m.start < one.end and one.start < m.end for m in mentions)]
    return mentions, found


_THIS_YEAR = ("今年", "本年", "本月")


def _without(folded: str, hits: list[ContextHit], spans: list[tuple[int, int]]) -> list[ContextHit]:
    """The context words without those inside a time, but for one at its beginning ("last May"); the month of May doubts nothing."""
    if not spans:
        return hits
    years = {start for start, _ in spans if folded.startswith(_THIS_YEAR, start)}
    return [
        hit
        for hit in hits
        if hit.start not in years
        and not any(
            hit.start < end and hit.end > start and (hit.end > start + 6 or any(role.what == "doubt" for role in hit.roles))
            for start, end in spans
        )
    ]


def _no_allergy(text: str, hits: list[ContextHit]) -> list[Claim]:
    """ "No known allergies" is a claim of its own."""
    return [
        Claim("allergy", Span(hit.start, hit.end, text[hit.start : hit.end]), "allergy:none", negated=True)
        for hit in hits
        for role in hit.roles
        if role.what == "no allergy"
    ]


def _adopt_carried(placed: list[PlacedNumber], mentions: list[Mention], hits: list[ContextHit], carried: Mention | None) -> None:
    """A value without a subject ("It was 110 in May") speaks of what was spoken of last."""
    orphans = [one for one in placed if one.mention == -2]
    judged = (
        not mentions
        and carried is not None
        and any(role.what in ("trend", "flag") and role.value not in ("low", "high") for hit in hits for role in hit.roles)
    )
    if carried is None or not (orphans or judged):
        for one in orphans:
            one.mention = -1
        return
    at = orphans[0].number.start if orphans else 0
    copy = Mention(at, at, carried.subjects, orphans[0].clause if orphans else 0, kinds=carried.kinds)
    mentions.append(copy)
    for one in orphans:
        one.mention = len(mentions) - 1
    for one in placed:
        if one.mention == -1 and not one.role and fits(one.number.unit, copy):
            one.mention = len(mentions) - 1


def _count_values(placed: list[PlacedNumber], mentions: list[Mention]) -> None:
    for place, one in enumerate(placed):
        if one.mention >= 0:
            mentions[one.mention].values.append(place)


def _moved_span(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.text)


def _moved_number(number: SaidNumber, by: int) -> SaidNumber:
    from msgspec.structs import replace

    return replace(number, span=_moved_span(number.span, by))


def _moved_time(time: SaidTime, by: int) -> SaidTime:
    from msgspec.structs import replace

    return replace(time, span=_moved_span(time.span, by))


def _moved(claim: Claim, by: int) -> Claim:
    from msgspec.structs import replace

    return replace(
        claim,
        subject=_moved_span(claim.subject, by),
        numbers=tuple(_moved_number(number, by) for number in claim.numbers),
        times=tuple(_moved_time(time, by) for time in claim.times),
        flag_span=_moved_span(claim.flag_span, by) if claim.flag_span else None,
    )


_made: list[tuple[Sequence[Fact], Language, Identity | None, str, Reader]] = []


def reader_for(facts: Sequence[Fact], language: Language, identity: Identity | None, as_of: str) -> Reader:
    """The reader of these facts, made once while they are the same object."""
    for known, lang, who, day, reader in _made:
        if known is facts and lang == language and who == identity and day == as_of:
            return reader
    reader = Reader(facts, language, identity, as_of)
    _made.append((facts, language, identity, as_of, reader))
    del _made[:-2]
    return reader


def read_text(
    text: str, language: Language | None, facts: Sequence[Fact], identity: Identity | None = None, as_of: str = ""
) -> tuple[Sentence, ...]:
    """The sentences of a pasted text with their claims. `language` None guesses it."""
    return reader_for(facts, language or guess_language(text), identity, as_of).read_text(text)


def read_statements(
    statements: Iterable[tuple[str, str]], language: Language, facts: Sequence[Fact], identity: Identity | None = None, as_of: str = ""
) -> tuple[Sentence, ...]:
    """One Sentence per (id, text) of our own drafts, with the claims it makes."""
    return reader_for(facts, language, identity, as_of).read_statements(statements)
