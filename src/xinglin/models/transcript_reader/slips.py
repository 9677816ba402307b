"""Slips of the pen, made on purpose: what the judge learns from. Rule-made alterations of sentences that were right."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from msgspec import Struct

from xinglin.models.transcript_reader.slip_words import INVENTED, NEGATIONS, SWAPS


class Slip(Struct, frozen=True):
    """An altered sentence, the characters that are wrong in it, and the kind of slip."""

    text: str
    spans: tuple[tuple[int, int], ...]
    kind: str


class Stock(Struct, frozen=True):
    """What slips are made of: names of medicines, findings and procedures, numbers and medicines said elsewhere in the source, other notes' sentences."""

    medicines: tuple[str, ...]
    findings: tuple[str, ...]
    procedures: tuple[str, ...]
    numbers: tuple[str, ...]
    said_medicines: tuple[str, ...]
    strangers: tuple[str, ...]


_WORD = re.compile(r"[A-Za-z]{4,}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_IN_WORDS = {
    w: n for n, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1)
}
_COUNTED = re.compile(r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE)
_TIMED = re.compile(r"^[ -]*(?:-|to|and| )*\s*(?:\d+ )?(?:second|minute|hour|day|week|month|year|/)", re.IGNORECASE)
_DOSED = re.compile(r"^[ -]*(?:mg|mcg|g\b|ml|units|tablet|puff|pill|iu|milligram|capsule|times|hours)", re.IGNORECASE)
_AGED = re.compile(r"^[ -]*(?:year|month|week|day|y/o|yo)[s]?[ -]*(?:/o|old|of age)?", re.IGNORECASE)


def slips(sentence: str, random: Random, stock: Stock) -> list[Slip]:
    """Every kind of slip the sentence allows, one or two each."""
    makers: tuple[Callable[[], Slip | None], ...] = (
        *(lambda k=k: _swap(sentence, k, random) for k in SWAPS),
        *[lambda: _number(sentence, random, stock)] * 2,
        *[lambda: _negation(sentence, random)] * 2,
        lambda: _medicine(sentence, random, stock),
        lambda: _inserted(sentence, random, stock),
        lambda: _invented(random, stock),
    )
    made = [s for m in makers if (s := m()) is not None and s.text != sentence]
    return list({s.text: s for s in made}.values())


def _swap(sentence: str, kind: str, random: Random) -> Slip | None:
    places: dict[tuple[int, int], list[str]] = {}
    for pair in SWAPS[kind]:
        for a, b in (pair, pair[::-1]):
            for m in re.finditer(rf"\b{re.escape(a)}\b", sentence, re.IGNORECASE):
                places.setdefault(m.span(), []).append(b)
    if not places:
        return None
    spans = sorted(places, key=lambda s: (-(s[1] - s[0]), s))
    start, end = random.choice(spans if random.random() < 0.5 else spans[: max(1, len(spans) // 2)])
    return _replaced(sentence, (start, end, random.choice(places[start, end])), kind)


def _replaced(sentence: str, place: tuple[int, int, str], kind: str) -> Slip:
    start, end, words = place
    words = words[:1].upper() + words[1:] if sentence[start : start + 1].isupper() and words[:1].islower() and len(words) > 2 else words
    return Slip(sentence[:start] + words + sentence[end:], ((start, start + len(words)),), kind)


def _number(sentence: str, random: Random, stock: Stock) -> Slip | None:
    found = [*_NUMBER.finditer(sentence), *_COUNTED.finditer(sentence)]
    if not found:
        return None
    match = random.choice(found)
    value = match.group()
    after = sentence[match.end() :]
    kind = "dose" if _DOSED.match(after) else "period" if _TIMED.match(after) else "value"
    if kind == "period" and _AGED.match(after) and "old" in after[:12]:
        kind = "patient"
    if value.lower() in _IN_WORDS:
        new = random.choice([w for w, n in _IN_WORDS.items() if 0 < abs(n - _IN_WORDS[value.lower()]) < 5])
    elif stock.numbers and random.random() < 0.35:
        new, kind = random.choice(stock.numbers), "stale"
    else:
        new = _other_number(value, random)
    return _replaced(sentence, (match.start(), match.end(), new), kind) if new.lstrip("0") != value.lstrip("0") else None


def _other_number(value: str, random: Random) -> str:
    if "." in value:
        return (
            f"{float(value) * random.choice((10, 0.1, 2)):g}"
            if random.random() < 0.4
            else f"{float(value) + random.choice((-2, -1, -0.4, 0.3, 1, 2, 3)):g}"
        )
    number = int(value)
    way = random.random()
    if len(value) == 2 and value[0] != value[1] and value[1] != "0" and way < 0.35:
        return value[::-1]
    if number >= 50 and way < 0.5:
        return str(number + random.choice((-30, -20, -10, 10, 20, 30, 9, -9)))
    if number >= 10 and way < 0.6:
        return str(random.choice((number * 2, max(1, number // 2), number * 10)))
    new = str(max(0, number + random.choice((-4, -3, -2, -1, 1, 2, 3, 4, 5))))
    return new.zfill(len(value)) if value[0] == "0" else new


def _negation(sentence: str, random: Random) -> Slip | None:
    places = [(m, new) for pattern, new in NEGATIONS for m in re.finditer(pattern, sentence)]
    if not places:
        return None
    match, new = random.choice(places)
    start = match.start()
    new = match.expand(new)
    text = sentence[:start] + new + sentence[match.end() :]
    stop = re.search(r"[.;]|\bbut\b|, \b(?:he|she|and|which)\b", text[start + len(new) :])
    reach = start + len(new) + (stop.start() if stop else len(text))
    return Slip(text, ((max(0, start - 1), min(reach, len(text))),), "negation")


def _medicine(sentence: str, random: Random, stock: Stock) -> Slip | None:
    """Another medicine in place of the one that is there: one said elsewhere, one of the same family, or any."""
    known = {w.lower() for w in stock.medicines}
    places = [m for m in _WORD.finditer(sentence) if m.group().lower() in known]
    if not places:
        return None
    match = random.choice(places)
    name = match.group().lower()
    family = [m for m in stock.medicines if m[-4:].lower() == name[-4:] and m.lower() != name]
    said = [m for m in stock.said_medicines if m.lower() != name]
    choice = random.choice([x for x in (family, said, list(stock.medicines)) if x])
    return _replaced(sentence, (match.start(), match.end(), random.choice(choice)), "drug")


def _inserted(sentence: str, random: Random, stock: Stock) -> Slip | None:
    """A phrase added at the end that nobody said."""
    end = len(sentence.rstrip(" ."))
    thing, side = random.choice(stock.findings), random.choice(("left", "right"))
    phrase = random.choice((
        f", with {thing}", f" and {thing}", f" as well as {thing}", f", for which he takes {random.choice(stock.medicines)}", f" after a recent {thing}",
        f" with associated {thing}", f", and his brother has {thing}", f", worse on the {side} side", f", which began {random.randint(2, 9)} weeks ago",
    ))  # fmt: skip
    return Slip(sentence[:end] + phrase + sentence[end:], ((end + 1, end + len(phrase)),), "inserted")


def _invented(random: Random, stock: Stock) -> Slip:
    if random.random() < 0.4:
        return Slip(random.choice(stock.strangers), ((0, 10**6),), "invented")
    text = random.choice(INVENTED).format(
        procedure=random.choice(stock.procedures), finding=random.choice(stock.findings), medicine=random.choice(stock.medicines), n=random.randint(2, 12),
        nn=random.choice((10, 20, 25, 40, 50, 60, 75)), d=random.randint(0, 9), side=random.choice(("left", "right")), year=random.randint(1985, 2020),
    )  # fmt: skip
    return Slip(text, ((0, 10**6),), "invented")
