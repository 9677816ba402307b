"""What only our own statements are asked: does every sentence, entry, code and date in them come from a fact they name."""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import times_agree
from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.findings import Finding, View
from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.record_index import content_of
from xinglin.models.reader.sentences import split_sentences
from xinglin.models.reader.text_forms import fold

_LINK_SHARE = 0.5
_COMMON = frozenset(
    [
        "with",
        "without",
        "from",
        "that",
        "this",
        "than",
        "then",
        "were",
        "have",
        "been",
        "which",
        "their",
        "there",
        "these",
        "those",
        "after",
        "before",
        "since",
        "until",
        "and",
        "the",
        "for",
        "was",
        "are",
        "not",
        "has",
        "had",
        "its",
        "per",
        "who",
        "whom",
        "whose",
        "what",
        "when",
        "where",
        "into",
        "onto",
        "over",
        "under",
        "about",
        "during",
        "between",
        "both",
        "each",
        "every",
        "other",
        "such",
        "only",
        "also",
        "more",
        "most",
        "last",
        "first",
        "latest",
        "recorded",
        "record",
        "records",
        "holds",
        "known",
        "none",
        "other",
    ]
)


def unexplained(view: View) -> list[Finding]:
    """Sentences inside our own statement that no fact of the statement explains, neither by a claim nor by their words."""
    assert view.cited is not None
    text = view.sentence.text
    if any(view.record.facts[one].kind == "gap" for one in view.cited if one in view.record.facts):
        return []
    pieces = split_sentences(text)
    found = _unknown_items(view, text)
    linked = [claim.subject for claim in view.sentence.claims if claim.kind == "person" or any(one in view.cited for one in claim.facts)]
    known: set[str] = set()
    for piece in pieces:
        if any(piece.start <= span.start < piece.end for span in linked):
            continue
        words = _content(text[piece.start : piece.end])
        if not words or _short_and_known(view, text[piece.start : piece.end], words):
            continue
        if not known:
            for one in view.cited:
                if one in view.record.facts:
                    known |= view.record.sheet(one).content
        if len(words & known) < len(words) * _LINK_SHARE:
            found.append(
                Finding(
                    "unsupported",
                    "unsupported",
                    "No fact of this statement says this",
                    "",
                    text[piece.start : piece.end][:60],
                    "",
                    (),
                    piece.start,
                    piece.end,
                )
            )
    return found


def _short_and_known(view: View, text: str, words: set[str]) -> bool:
    """True for "Service: AJ", whose only telling token stands in a fact."""
    if len(words) > 1:
        return False
    own = {token.word for token in tokens_of(fold(text)) if len(token.word) > 1} - words
    return any(own & view.record.sheet(one).tokens for one in view.cited or () if one in view.record.facts)


_LISTED = frozenset(("medicine", "problem", "procedure", "immunization", "encounter"))
_ITEM = re.compile(r"(?:(?! and )[^,;，；、:：和及与])+")
_LETTER_DIGIT = re.compile(r"\d(?<=[a-z]\d)")
_CODE = re.compile(r"\b[a-z]{3,}\d+[a-z0-9]*|\b[a-z]+\d{4,}[a-z0-9]*")


def _unknown_items(view: View, text: str) -> list[Finding]:
    """Entries of a list of medicines, and codes, that no fact of the statement holds."""
    sheets = [view.record.sheet(one) for one in view.named]
    folded = fold(text)
    found = [
        Finding(
            "unsupported", "unsupported", "No fact of this statement holds this code", "", match.group(), "", (), match.start(), match.end()
        )
        for match in (_CODE.finditer(folded) if _LETTER_DIGIT.search(folded) else ())
        if not any(match.group() in sheet.words for sheet in sheets)
    ]
    if len(sheets) < 2 or any(sheet.fact.kind not in _LISTED for sheet in sheets):
        return found
    head = max(text.find(":"), text.find("："))
    known: frozenset[str] | None = None
    spans = [claim.subject for claim in view.sentence.claims]
    for match in list(_ITEM.finditer(text))[1:]:
        if match.start() <= head or any(match.start() <= span.start < match.end() for span in spans):
            continue
        words = {word for word in _content(match.group().removeprefix(" and ")) if word.isascii() and context_tree().get(word) is None}
        if words and known is None:
            known = frozenset().union(*(sheet.content for sheet in sheets))
        if words and known is not None and not words & known:
            found.append(
                Finding(
                    "medicine",
                    "unsupported",
                    "No fact of this statement holds this entry",
                    "",
                    match.group().strip(),
                    "",
                    (),
                    match.start(),
                    match.end(),
                )
            )
    return found


_TIME_WORDS = frozenset(
    (
        "once",
        "three",
        "four",
        "five",
        "eight",
        "twelve",
        "twice",
        "daily",
        "weekly",
        "monthly",
        "time",
        "every",
        "hour",
        "week",
        "morning",
        "afternoon",
        "evening",
        "night",
        "bedtime",
        "needed",
        "continuously",
        "minute",
        "month",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    )
)


def _content(text: str) -> set[str]:
    """What carries meaning: longer Latin words, and pairs of neighbouring Chinese characters."""
    return content_of(text) - _COMMON - _TIME_WORDS


def uncited_times(view: View) -> list[Finding]:
    """Every date of our own statement must be a date of the facts it names."""
    assert view.cited is not None
    sheets = [view.record.sheet(one) for one in view.named] if view.sentence.times else []
    found: list[Finding] = []
    for time in view.sentence.times:
        if time.kind == "future" or any(times_agree(time, stamp) for sheet in sheets for stamp in sheet.times):
            continue
        if any(one.first <= time.end and one.last >= time.start for sheet in sheets for one in sheet.said_times):
            continue
        known = next((stamp[:10] for sheet in sheets for stamp in sheet.times), "")
        found.append(
            Finding(
                "date",
                "contradicted" if known else "unsupported",
                "No fact of this statement has this date",
                "",
                time.span.text,
                known,
                (),
                time.span.start,
                time.span.end,
            )
        )
    return found
