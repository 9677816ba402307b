"""Sentences worded freely against the recorded facts of invented patients: is each one borne out?

Gives every case of cases.jsonl with the facts of its patient (patients.json) as Fact papers, and scores verdicts.
The second and third sets (cases_second.jsonl, cases_third.jsonl ...) are of other authors and are asked for by name.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from xinglin.records.draft import Language
from xinglin.records.fact import Fact

Which = Literal["first", "second", "third", "all"]
ENDING: dict[Which, tuple[str, ...]] = {"first": ("",), "second": ("_second",), "third": ("_third",), "all": ("", "_second", "_third")}
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from wilson import Rate, rates


@dataclass(frozen=True)
class Case:
    """One sentence. `expect` is the verdict it deserves given `facts`, all that is recorded of the patient at `as_of`."""

    id: str
    patient: str
    language: Language
    as_of: str
    text: str
    expect: Literal["supported", "contradicted", "unsupported"]
    kind: str
    facts: tuple[Fact, ...]


def cases(which: Which = "first") -> Iterator[Case]:
    """Every case of one set or of all, in file order."""
    for ending in ENDING[which]:
        patients = json.loads((HERE / f"patients{ending}.json").read_text(encoding="utf-8"))
        facts = {name: tuple(msgspec.convert(fact, Fact) for fact in patient["facts"]) for name, patient in patients.items()}
        for line in (HERE / f"cases{ending}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            patient = row["patient"]
            yield Case(row["id"], patient, row["language"], row["as_of"], row["text"], row["expect"], row["class"], facts[patient])


def score(verdicts: Iterable[tuple[str, str]], which: Which = "first") -> dict[str, Rate]:
    """Rates from (case id, verdict) pairs: wrong ones caught, right ones let through, exact label; by language and by class.

    A wrong sentence is caught by "contradicted" or "unsupported" alike; a right one must be "supported". Raises KeyError
    when a case has no verdict.
    """
    said = dict(verdicts)

    def hits() -> Iterator[tuple[str, bool]]:
        for case in cases(which):
            verdict, right = said[case.id], case.expect == "supported"
            good = verdict == "supported" if right else verdict in ("contradicted", "unsupported")
            side = "right let through" if right else "wrong caught"
            for name in (side, f"{side}, {case.language}", f"{side}, {case.kind}"):
                yield name, good
            yield "exact verdict", verdict == case.expect

    return rates(hits())
