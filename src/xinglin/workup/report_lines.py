"""One sentence about a whole report (what it rests on, what it cannot say) as a fact made here, with what it stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xinglin.records import Concept, Evidence, Fact
from xinglin.records.fact import MADE_HERE


def line(
    key: str, both: tuple[str, str], behind: Sequence[Fact] = (), evidence: Sequence[Evidence] = (), *, names: tuple[str, str] = ("about this report", "关于本报告"),
    importance: int = 1, more: Mapping[str, str] | None = None,
) -> Fact:  # fmt: skip
    """The fact `made.<key>` that may be said in these words (English, Chinese) and rests on other facts and rows of knowledge."""
    places = [*evidence, *(place for fact in behind for place in fact.evidence[:2])]
    return Fact(
        id=f"{MADE_HERE}{key}", kind="alert", concept=Concept(names[0]), text=both[0], evidence=tuple(dict.fromkeys(places)), key=f"made:{key}",
        names={"en": (names[0],), "zh": (names[1],)}, value="", importance=importance,
        details={name: text for name, text in (more or {}).items() if text} | {"said": both[0], "said_zh": both[1]},
    )  # fmt: skip
