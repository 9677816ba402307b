"""One concern as it is said: what kind, how grave, why, what to do, and the row of knowledge it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from xinglin.knowledge import drugs, terms
from xinglin.records.medication import Circumstances, Concern, ConcernKind, ConcernSeverity, MedicineUse

GRAVEST_FIRST: Mapping[str, int] = {"contraindicated": 0, "major": 1, "moderate": 2, "minor": 3}


class Row(Protocol):
    """What every row of knowledge has."""

    @property
    def source(self) -> str:
        """Where it was read."""
        ...

    @property
    def locator(self) -> str:
        """The place in it."""
        ...

    @property
    def verified(self) -> bool:
        """Whether anybody opened it."""
        ...


def name_of(key: str, language: str) -> str:
    """What a medicine, class, allergen or condition is called: "ibuprofen", 布洛芬."""
    bare = key.removeprefix("class:").removeprefix("term:")
    term = terms.by_key(f"term:{bare}")
    if term is not None and not key.startswith("class:"):
        return term.name(language)
    known = drugs.drug_class(bare)
    if known is not None:
        return known.zh if language == "zh" else known.en
    return term.name(language) if term is not None else bare.replace("-", " ")


def facts_of(who: Circumstances, *names: str) -> tuple[str, ...]:
    """The facts that some circumstances came from."""
    return tuple(dict.fromkeys(who.facts[name] for name in names if who.facts.get(name)))


def said(
    kind: ConcernKind, severity: ConcernSeverity, use: MedicineUse, row: Row, en: str, zh: str, *, other: str = "", advice: tuple[str, str] = ("", ""),
    facts: tuple[str, ...] = (), topic: str = "", pointer: str = "", never: bool = False,
) -> Concern:  # fmt: skip
    """A concern about `use` that rests on `row`. `facts` are those of the other side; the medicine's own fact is added."""
    return Concern(
        id=".".join(part for part in (kind, use.key, other.removeprefix("class:")) if part),
        kind=kind, severity=severity, medicine=use.key, other=other, words={"en": en.rstrip(". "), "zh": zh.rstrip("。 ")},
        advice={language: words.rstrip(".。 ") for language, words in zip(("en", "zh"), advice, strict=True) if words},
        never_event=never, facts=tuple(dict.fromkeys(one for one in (use.fact, *facts) if one)),
        knowledge=topic or f"knowledge/drugs@{drugs.TOPIC.version}", pointer=pointer or row.locator, source=row.source, verified=row.verified,
    )  # fmt: skip
