"""Slips of the pen, made on purpose: what the judge learns from. Rule-made alterations of sentences that were right."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from msgspec import Struct


class Slip(Struct, frozen=True):
    """An altered sentence, the characters that are wrong in it, and the kind of slip."""

    text: str
    spans: tuple[tuple[int, int], ...]
    kind: str


_SWAPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "side": (("left", "right"), ("bilateral", "left"), ("bilateral", "right"), ("both", "left"), ("lateral", "medial"), ("upper", "lower"), ("anterior", "posterior")),
    "unit": (("days", "weeks"), ("weeks", "months"), ("months", "years"), ("day", "week"), ("week", "month"), ("month", "year"), ("mg", "mcg"), ("mg", "g"),
             ("milligrams", "micrograms"), ("mg", "mL"), ("pounds", "kilograms"), ("hours", "minutes"), ("hours", "days"), ("inches", "feet"), ("packs", "cigarettes"),
             ("cm", "mm"), ("inches", "cm"), ("minutes", "seconds"), ("Celsius", "Fahrenheit")),
    "dose": (("daily", "weekly"), ("daily", "twice daily"), ("once", "twice"), ("twice", "three times"), ("every 6 hours", "every 12 hours"), ("morning", "evening"),
             ("nightly", "daily"), ("as needed", "daily"), ("monthly", "weekly"), ("once daily", "twice daily"), ("night", "morning"), ("once a day", "twice a day")),
    "patient": (("male", "female"), ("man", "woman"), ("he", "she"), ("his", "her"), ("mother", "father"), ("brother", "sister"), ("son", "daughter"), ("wife", "husband"),
                ("wife", "mother"), ("aunt", "uncle"), ("grandmother", "grandfather"), ("husband", "brother"), ("boy", "girl"), ("gentleman", "lady"), ("married", "divorced"),
                ("daughter", "sister"), ("mother", "sister"), ("father", "brother"), ("married", "single"), ("retired", "employed")),
    "trend": (("improved", "worsened"), ("better", "worse"), ("increased", "decreased"), ("increase", "decrease"), ("improving", "worsening"), ("higher", "lower"),
              ("elevated", "low"), ("stable", "worsening"), ("gain", "loss"), ("started", "stopped"), ("continue", "discontinue"), ("mild", "severe"), ("more", "less"),
              ("resolved", "persisted"), ("start", "stop"), ("normal", "abnormal"), ("gained", "lost"), ("relieved", "aggravated"), ("decreased", "normal"), ("high", "low"),
              ("intermittent", "constant"), ("acute", "chronic"), ("unchanged", "worse"), ("good", "poor"), ("well", "poorly"), ("flexion", "extension"),
              ("moderate", "mild"), ("sharp", "dull"), ("before", "after"), ("positive", "negative")),
    "certainty": (("possible", "confirmed"), ("likely", "definite"), ("suspected", "confirmed"), ("may", "will"), ("consistent with", "ruled out"), ("could", "will"),
                  ("concerning for", "diagnostic of"), ("probable", "definite"), ("possibly", "certainly"), ("might", "will"), ("suggests", "proves"), ("if", "because"),
                  ("appears", "is confirmed"), ("consider", "start"), ("thinks", "is certain")),
}  # fmt: skip
_NEGATIONS = (
    (r"\bdenies\b", "reports"), (r"\bdenied\b", "reported"), (r"\breports\b", "denies"), (r"\breported\b", "denied"), (r"\bendorses\b", "denies"),
    (r"\bhas had\b", "has not had"), (r"\bhas\b(?! not| no)", "does not have"), (r"\bhad\b(?! no)", "did not have"), (r"\bis not\b", "is"), (r"\bis\b(?! not| no)", "is not"),
    (r"\bwas\b(?! not)", "was not"), (r"\bno\b", "some"), (r"\bno\b", "significant"), (r"\bNo\b", "Positive for"), (r"\bwithout\b", "with"), (r"\bwith\b", "without"),
    (r"\bdoes not\b", "does"), (r"\bnot\b ", ""), (r"\bnegative for\b", "positive for"), (r"\bpositive for\b", "negative for"), (r"\bnever\b", "previously"),
    (r"\bwill\b", "will not"), (r"\bare\b(?! no)", "are not"), (r"\bstates\b", "denies"), (r"\bpresents with\b", "presents without"), (r"\bcomplains of\b", "denies"),
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{4,}")


def slips(sentence: str, random: Random, medicines: Sequence[str], findings: Sequence[str], numbers: Sequence[str], strangers: Sequence[str]) -> list[Slip]:
    """Every kind of slip the sentence allows, one each. `numbers` are said elsewhere in the source; `strangers` are sentences of other notes."""
    makers: tuple[Callable[[], Slip | None], ...] = (
        *(lambda k=k: _swap(sentence, k, random) for k in _SWAPS),
        lambda: _number(sentence, random, numbers),
        lambda: _negation(sentence, random),
        lambda: _listed(sentence, random, medicines, "drug"),
        lambda: _listed(sentence, random, findings, "finding"),
        lambda: _inserted(sentence, random, findings, medicines),
        lambda: Slip(random.choice(strangers), ((0, 10**6),), "invented"),
    )
    return [s for m in makers if (s := m()) is not None and s.text != sentence]


def _swap(sentence: str, kind: str, random: Random) -> Slip | None:
    places = []
    for pair in _SWAPS[kind]:
        for a, b in (pair, pair[::-1]):
            places += [(m.start(), m.end(), b) for m in re.finditer(rf"\b{re.escape(a)}\b", sentence, re.IGNORECASE)]
    return _replaced(sentence, random.choice(places), kind) if places else None


def _replaced(sentence: str, place: tuple[int, int, str], kind: str) -> Slip:
    start, end, words = place
    words = words.capitalize() if sentence[start : start + 1].isupper() and start == 0 else words
    return Slip(sentence[:start] + words + sentence[end:], ((start, start + len(words)),), kind)


def _number(sentence: str, random: Random, numbers: Sequence[str]) -> Slip | None:
    found = list(re.finditer(r"\d+(?:\.\d+)?", sentence))
    if not found:
        return None
    match = random.choice(found)
    value = match.group()
    if numbers and random.random() < 0.5:
        new = random.choice(numbers)
    elif "." in value or random.random() < 0.3:
        new = f"{float(value) * random.choice((10, 0.1, 2, 0.5)):g}"
    else:
        new = str(max(0, int(value) + random.choice((-20, -10, -5, -3, -2, -1, 1, 2, 3, 5, 10, 20, 100))))
    return _replaced(sentence, (match.start(), match.end(), new), "number") if new != value else None


def _negation(sentence: str, random: Random) -> Slip | None:
    places = [(m.start(), m.end(), new) for pattern, new in _NEGATIONS for m in re.finditer(pattern, sentence)]
    if not places:
        return None
    start, end, new = random.choice(places)
    text = sentence[:start] + new + sentence[end:]
    stop = re.search(r"[.;]|\bbut\b", text[start + len(new) :])
    reach = start + len(new) + (stop.start() if stop else len(text))
    return Slip(text, ((start, min(reach, len(text))),), "negation")


def _listed(sentence: str, random: Random, words: Sequence[str], kind: str) -> Slip | None:
    """Another word of the same list in place of one that is there."""
    known = {w.lower() for w in words}
    places = [m for m in _WORD.finditer(sentence) if m.group().lower() in known]
    if not places:
        return None
    match = random.choice(places)
    return _replaced(sentence, (match.start(), match.end(), random.choice(words)), kind)


def _inserted(sentence: str, random: Random, findings: Sequence[str], medicines: Sequence[str]) -> Slip | None:
    """A phrase added at the end that nobody said."""
    end = len(sentence.rstrip(" ."))
    thing = random.choice(findings)
    side = random.choice(("left", "right"))
    phrase = random.choice((
        f", with {thing}", f" and {thing}", f" as well as {thing}", f", for which he takes {random.choice(medicines)}", f" after a recent {thing}",
        f" with associated {thing}", f", and his brother has {thing}", f", worse on the {side} side", f", which began {random.randint(2, 9)} weeks ago",
    ))  # fmt: skip
    return Slip(sentence[:end] + phrase + sentence[end:], ((end + 1, end + len(phrase)),), "inserted")
