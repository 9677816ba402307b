"""What the record holds beside a problem: medicines given for it, and the measurements a reader expects there.

Links the record itself makes (a prescription's reason) come first; the measures come from a small reading table.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from xinglin.records import Fact


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    data = tomllib.loads(Path(__file__).with_name("problem_measures.toml").read_text(encoding="utf-8"))
    return tuple((tuple(pair["words"]), tuple(f"loinc:{code}" for code in pair["loinc"])) for pair in data["pair"])


def measures_of(problem: Fact, facts: Sequence[Fact], most: int = 3) -> list[Fact]:
    """The newest measurements a reader expects beside this problem, at most `most`."""
    words = " ".join(name for names in problem.names.values() for name in names).casefold()
    newest = {fact.key: fact for fact in facts if fact.kind == "measurement" and fact.latest and fact.details.get("numeric")}
    keys = [key for marks, codes in _pairs() if any(mark in words for mark in marks) for key in codes]
    return [newest[key] for key in dict.fromkeys(keys) if key in newest][:most]


def treatments_of(problem: Fact, medicines: Sequence[Fact]) -> list[Fact]:
    """Medicines whose recorded reason names this problem."""
    names = {name.casefold() for words in problem.names.values() for name in words}
    return [fact for fact in medicines if names & {reason.strip().casefold() for reason in fact.details.get("reason", "").split(";")}]
