"""Makes one true sentence of a draft wrong, in the ways sentences go wrong, so that a checker can be tried on it.

Anchors are found in the words by the values of the facts; a change that would still be true is not made.
Knows nothing of how any checker works. Deterministic for a given random.Random.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from xinglin.records.draft import Draft, Language, Statement
from xinglin.records.fact import Fact
from xinglin.records.quantity import Quantity

sys.path.insert(0, str(Path(__file__).resolve().parent))
from shapes import BOUND, DATE, NUMBER, date_texts, moved_dates, says, slips
from words import (
    DENIALS,
    DRUGS,
    FLIPS,
    FREQUENCIES,
    INVENTED,
    OTHER_DRUGS,
    PERSON,
    SIDE_PATTERN,
    SIDES,
    STABLE,
    TRENDS,
    UNITS,
)

CLASSES = (
    "wrong_value",
    "wrong_unit",
    "wrong_date",
    "stale_value",
    "negation_flip",
    "wrong_drug",
    "wrong_dose",
    "wrong_side",
    "wrong_patient",
    "invented_fact",
    "trend_flip",
)
Span = tuple[int, int]


@dataclass(frozen=True)
class Plant:
    """One wrong sentence: its class, the words, and what was done ("1.21 -> 12.1")."""

    class_name: str
    text: str
    note: str


def plants(
    statement_text: str,
    cited_facts: Sequence[Fact],
    all_facts: Sequence[Fact],
    other_facts: Sequence[Fact],
    language: Language,
    rng: random.Random,
) -> list[Plant]:
    """The sentence made wrong: at most one plant per class, in the order of CLASSES, each a change of its own.

    `all_facts` is everything known of the patient (the cited ones among it); `other_facts` is another patient's.
    A class that finds no anchor, or only changes that would stay true, gives nothing.
    """
    scene = Scene(statement_text, tuple(cited_facts), tuple(all_facts), tuple(other_facts), language, rng)
    made = []
    for name in CLASSES:
        choices = [p for p in getattr(scene, name)() if p.text != statement_text]
        if choices:
            made.append(rng.choice(choices))
    return made


def same_subject(one: Fact, other: Fact) -> bool:
    return bool(one.key) and one.key == other.key


def goes_by(fact: Fact, language: Language) -> list[str]:
    """Names of a fact in a language, longest first."""
    both = (*fact.names.get(language, ()), *((fact.concept.words,) if language == "en" else ()))
    return sorted({n for n in both if len(n) > 1}, key=lambda n: (-len(n), n))


@dataclass(frozen=True)
class Scene:
    """One sentence with all that is known around it. Each method named like a class yields its possible plants."""

    text: str
    cited: tuple[Fact, ...]
    known: tuple[Fact, ...]
    other: tuple[Fact, ...]
    language: Language
    rng: random.Random

    def put(self, name: str, span: Span, new: str) -> Plant:
        """The sentence with the words of `span` replaced."""
        start, end = span
        return Plant(name, self.text[:start] + new + self.text[end:], f"{self.text[start:end]} -> {new}")

    def measured(self) -> Iterator[tuple[Fact, Quantity, Span]]:
        """Each cited quantity with where the sentence says its number: once, plainly, not as a bound ("below 20"), else not at all."""
        dated = [m.span() for m in DATE.finditer(self.text) if len(m.group()) > 4] + [span for _, span in self.dates()]
        for fact in self.cited:
            if not isinstance(fact.value, Quantity) or fact.kind == "person" or fact.value.comparator:
                continue
            spots = [
                m.span()
                for m in NUMBER.finditer(self.text)
                if says(m.group(), fact.value.value) and not any(a <= m.start() < b for a, b in dated)
            ]
            if len(spots) == 1 and not BOUND.search(self.text[: spots[0][0]]):
                yield fact, fact.value, spots[0]

    def true_number(self, fact: Fact, token: str) -> bool:
        """True when some fact of the same subject has this number, so that saying it could be right."""
        return any(
            same_subject(f, fact) and isinstance(f.value, Quantity) and says(token, f.value.value) for f in (*self.known, *self.cited)
        )

    def wrong_value(self) -> Iterator[Plant]:
        for fact, _, span in self.measured():
            for token in slips(self.text[slice(*span)], self.rng):
                if not self.true_number(fact, token):
                    yield self.put("wrong_value", span, token)

    def wrong_unit(self) -> Iterator[Plant]:
        amounts = [span for _, _, span in self.measured()] + [span for _, span in self.doses()]
        for _, end in amounts:
            for unit, mistaken in UNITS:
                gap = re.match(r"\s?" + re.escape(unit) + r"(?![A-Za-z/])", self.text[end:])
                if gap:
                    start = end + gap.end() - len(unit)
                    yield self.put("wrong_unit", (start, start + len(unit)), mistaken)
                    break

    def dates(self) -> Iterator[tuple[Fact, Span]]:
        """Each date of the sentence that belongs to a cited fact."""
        for match in DATE.finditer(self.text):
            for fact in self.cited:
                if any(match.group() in date_texts(date) for date in (fact.time, fact.start, fact.end)):
                    yield fact, match.span()
                    break

    def wrong_date(self) -> Iterator[Plant]:
        newest = max((f.time[:10] or f.start[:10] for f in (*self.known, *self.cited)), default="")
        for fact, span in self.dates():
            subject = [f for f in (*self.known, *self.cited) if f is fact or same_subject(f, fact)]
            true = {words for f in subject for date in (f.time, f.start, f.end) for words in date_texts(date)}
            for words, iso in moved_dates(self.text[slice(*span)]):
                if words not in true and (not newest or iso <= newest[: len(iso)]):
                    yield self.put("wrong_date", span, words)

    def stale_value(self) -> Iterator[Plant]:
        cue = re.search(r"\b(?:latest|most recent|current|now|today)\b|最近|最新|目前|当前", self.text, re.I)
        for fact, quantity, span in self.measured():
            history = [f for f in self.known if same_subject(f, fact) and isinstance(f.value, Quantity)]
            if any(f.time > fact.time for f in history):
                continue  # the sentence speaks of an older result: nothing is presented as the latest
            dated = any(owner is fact for owner, _ in self.dates())
            for old in history:
                value = old.value
                if not isinstance(value, Quantity) or old.time >= fact.time or value.unit != quantity.unit:
                    continue
                if says(value.value, quantity.value) or says(quantity.value, value.value):
                    continue
                if value.value in NUMBER.findall(self.text):
                    continue  # the sentence tells both already
                plain = self.put("stale_value", span, value.value)
                lead = "" if dated or cue else ("Most recent result: " if self.language == "en" else "最近一次结果：")
                yield Plant(plain.class_name, lead + plain.text, plain.note + f" (of {old.time[:10]})")

    def negation_flip(self) -> Iterator[Plant]:
        about = [
            f
            for f in self.cited
            if f.kind in ("problem", "allergy", "medicine", "procedure", "family", "device", "immunization", "imaging", "gene")
        ]
        if not about or len({f.polarity for f in about}) != 1 or about[0].polarity == "uncertain":
            return
        if any(f.kind == "medicine" and f.status != "current" for f in about):
            return  # "does not take it" is true of a medicine that was stopped or only planned
        rules = FLIPS[self.language]["to_present" if about[0].polarity == "absent" else "to_absent"]
        for pattern, new in rules:
            match = re.search(pattern, self.text)
            if match:
                altered = self.text[: match.start()] + match.expand(new) + self.text[match.end() :]
                yield Plant("negation_flip", altered[:1].upper() + altered[1:], f"{match.group()} -> {match.expand(new)}")
                return
        if about[0].polarity == "present":
            for fact in about:
                for name in (n for n in goes_by(fact, self.language) if n.lower() in self.text.lower()):
                    yield Plant(
                        "negation_flip", DENIALS[self.language].get(fact.kind, DENIALS[self.language]["problem"]).format(name), f"no {name}"
                    )
                    break

    def wrong_drug(self) -> Iterator[Plant]:
        known = " ".join(n for f in (*self.known, *self.cited) for n in (*goes_by(f, "en"), *goes_by(f, "zh"), f.text)).lower()
        for fact in self.cited:
            if fact.kind not in ("medicine", "allergy"):
                continue
            for match in self.drug_places(fact):
                for drug in self.mistakes_for(match.group().lower()):
                    if drug not in known:
                        yield self.put("wrong_drug", match.span(), drug.capitalize() if match.group()[:1].isupper() else drug)

    def drug_places(self, fact: Fact) -> list[re.Match[str]]:
        """Where the sentence names the drug: by a full name, else by its first word ("Metformin 500 MG Oral Tablet")."""
        names = goes_by(fact, self.language)
        first = [n.split()[0] for n in names if self.language == "en" and n.split()[0].lower() != "insulin"]
        for name in (*names, *first):
            places_found = list(re.finditer(re.escape(name), self.text, re.I))
            if places_found:
                return places_found
        return []

    def mistakes_for(self, drug: str) -> list[str]:
        pairs = DRUGS[self.language]
        close = [b for a, b in pairs if a == drug or a.startswith(drug + " ")] + [a for a, b in pairs if b == drug]
        return close or OTHER_DRUGS[self.language]

    def doses(self) -> Iterator[tuple[Fact, Span]]:
        """Each cited medicine with the place of the number of its dose."""
        for fact in self.cited:
            amount = re.match(r"\d+(?:\.\d+)?", fact.details.get("dose", "")) if fact.kind == "medicine" else None
            if amount:
                spots = [m.span() for m in NUMBER.finditer(self.text) if says(m.group(), amount.group())]
                if len(spots) == 1:
                    yield fact, spots[0]

    def wrong_dose(self) -> Iterator[Plant]:
        for fact, span in self.doses():
            taken = {f.details.get("dose", "") for f in (*self.known, *self.cited) if same_subject(f, fact)}
            number = Decimal(self.text[slice(*span)])
            for factor in ("2", "0.5", "10", "0.1"):
                new = format((number * Decimal(factor)).normalize(), "f")
                if not any(re.match(re.escape(new) + r"(?![\d.])", dose) for dose in taken):
                    yield self.put("wrong_dose", span, new)
        for fact in self.cited:
            if fact.kind == "medicine" and len([f for f in self.cited if f.kind == "medicine"]) == 1:
                yield from self.other_frequencies()

    def other_frequencies(self) -> Iterator[Plant]:
        groups = FREQUENCIES[self.language]
        words = sorted(((w, i) for i, group in enumerate(groups) for w in group), key=lambda pair: -len(pair[0]))
        for word, at in words:
            edge = r"\b" if word[0].isascii() and word[0].isalpha() else ""
            match = re.search(edge + re.escape(word) + (r"(?![A-Za-z])" if edge else ""), self.text, re.I)
            if match:
                for i, group in enumerate(groups):
                    if i != at:
                        yield self.put("wrong_dose", match.span(), group[0])
                return

    def wrong_side(self) -> Iterator[Plant]:
        sides = SIDES[self.language]
        sided = [f for f in self.cited if f.side]
        if not sided:
            return
        for match in re.finditer(SIDE_PATTERN[self.language], self.text):
            said = sides[match.group().lower()]
            if said == "bilateral" or all(f.side != said for f in sided):
                continue  # one side of what is on both is incomplete, not wrong
            if any(f.side and f.side != said and same_subject(f, s) for s in sided for f in self.known):
                continue  # it is on the other side too
            for word, side in sides.items():
                if side == said:
                    continue
                if side == "bilateral" and self.text[match.end() :].startswith("-"):
                    continue
                yield self.put("wrong_side", match.span(), word.capitalize() if match.group()[:1].isupper() else word)

    def wrong_patient(self) -> Iterator[Plant]:
        keys = {f.key for f in (*self.known, *self.cited) if f.key}
        names = {n.lower() for f in (*self.known, *self.cited) for n in goes_by(f, self.language)}
        for fact, quantity, span in self.measured():
            for f in self.other:
                if (
                    same_subject(f, fact)
                    and isinstance(f.value, Quantity)
                    and f.value.unit == quantity.unit
                    and not self.true_number(fact, f.value.value)
                ):
                    yield self.put("wrong_patient", span, f.value.value)
        for fact in self.cited:
            if fact.polarity == "present" and fact.kind in ("problem", "allergy", "procedure", "medicine", "family"):
                for strange in (f for f in self.other if f.kind == fact.kind and f.key not in keys and f.polarity == "present"):
                    yield from self.swapped_name(fact, strange, names)
            if fact.kind == "person":
                yield from self.swapped_person(fact)

    def swapped_name(self, fact: Fact, strange: Fact, names: set[str]) -> Iterator[Plant]:
        new = next((n for n in goes_by(strange, self.language)[::-1] if len(n) > 3 or self.language == "zh"), "")
        if not new or new.lower() in names or any(new.lower() in n or n in new.lower() for n in names):
            return
        for name in goes_by(fact, self.language):
            at = self.text.lower().find(name.lower())
            if at >= 0:
                yield self.put("wrong_patient", (at, at + len(name)), new.capitalize() if self.text[at].isupper() else new)
                return

    def swapped_person(self, fact: Fact) -> Iterator[Plant]:
        mine = fact.value.value if isinstance(fact.value, Quantity) else fact.value or ""
        for f in (f for f in self.other if f.kind == "person" and same_subject(f, fact)):
            yours = f.value.value if isinstance(f.value, Quantity) else f.value or ""
            for one, two in zip(PERSON.get(mine, (mine,)), PERSON.get(yours, (yours,)), strict=False):
                match = re.search(rf"(?<![A-Za-z0-9]){re.escape(one)}(?![A-Za-z0-9])", self.text) if one and one != two else None
                if match:
                    yield self.put("wrong_patient", match.span(), two)

    def invented_fact(self) -> Iterator[Plant]:
        record = " ".join(w for f in (*self.known, *self.cited) for w in (f.text, *goes_by(f, "en"), *goes_by(f, "zh"))).lower()
        for sentence, signs in INVENTED[self.language]:
            if not any(sign.lower() in record for sign in signs):
                yield Plant("invented_fact", self.text.rstrip() + (" " if self.language == "en" else "") + sentence, "added: " + sentence)

    def trend_flip(self) -> Iterator[Plant]:
        flags = {f.flag for f in self.cited if f.kind == "trend"}
        if not flags & {"rising", "falling", "stable"}:
            return
        pairs = [*TRENDS[self.language], *((b, a) for a, b in TRENDS[self.language])]
        if flags == {"stable"}:
            pairs = STABLE[self.language]
        for word, other in pairs:
            edge = r"\b" if self.language == "en" else ""
            match = re.search(edge + word + edge, self.text, re.I)
            if match:
                yield self.put("trend_flip", match.span(), other.capitalize() if match.group()[:1].isupper() else other)
                return


def omissions(statements: Sequence[Statement], facts: Sequence[Fact]) -> list[tuple[str, tuple[str, ...]]]:
    """(statement to drop, facts then unsaid): statements without which a fact of importance 3 is said nowhere."""
    needed = {f.id for f in facts if f.importance >= 3}
    out = []
    for statement in statements:
        rest = {i for s in statements if s.id != statement.id for i in s.facts}
        lost = tuple(i for i in statement.facts if i in needed and i not in rest)
        if lost:
            out.append((statement.id, lost))
    return out


def plant_draft(draft: Draft, all_facts: Sequence[Fact], other_facts: Sequence[Fact], seed: int = 0) -> list[tuple[str, Plant]]:
    """(statement id, plant) for a whole draft, omissions last (their text is empty: the statement is to be dropped)."""
    by_id = {f.id: f for f in (*all_facts, *draft.facts)}
    out = []
    for statement in draft.statements:
        cited = [by_id[i] for i in statement.facts if i in by_id]
        rng = random.Random(f"{seed}/{draft.id}/{statement.id}")
        out += [(statement.id, p) for p in plants(statement.text, cited, all_facts, other_facts, draft.language, rng)]
    return out + [
        (sid, Plant("omission", "", "dropped: " + ", ".join(lost))) for sid, lost in omissions(draft.statements, list(by_id.values()))
    ]
