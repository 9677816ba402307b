"""What is wrong with each claim of a text, found once for all checks: every disagreement with its code, words and place.

A claim is held against the facts it speaks of; the fact that disagrees least explains it. For our own drafts these are
the facts the statement names, and the rest of the record must not contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from xinglin.models.reader.once_per_case import once_per_case
from xinglin.models.reader.record_index import RecordIndex, index_of
from xinglin.records.draft import Issue, Severity, Verdict
from xinglin.records.fact import Fact
from xinglin.records.reading import CheckCase, Claim, Sentence, Span


class Finding(NamedTuple):
    """One disagreement. `code` is the part of a check's name behind its number: value, unit, date, stale, ..."""

    code: str
    verdict: Verdict
    text: str
    statement: str = ""
    said: str = ""
    known: str = ""
    facts: tuple[str, ...] = ()
    start: int = -1
    end: int = -1


class View(NamedTuple):
    """All a judge of one claim needs. `cited` is None for a pasted text, else the ids the statement names."""

    record: RecordIndex
    sentence: Sentence
    cited: frozenset[str] | None
    as_of: str
    case: CheckCase

    @property
    def named(self) -> tuple[str, ...]:
        """The ids of the record's facts that our own statement names, in its order: what is shown of them must not depend on chance."""
        return tuple([one for one in dict.fromkeys(self.case.cited.get(self.sentence.id, ())) if one in self.record.facts])

    def known(self, claim: Claim) -> tuple[Fact, ...]:
        """The facts a claim may speak of: those of its subject, and for our own drafts only those the statement names."""
        facts = self.record.facts
        if self.cited is None:
            return tuple([facts[one] for one in claim.facts if one in facts])
        return tuple([facts[one] for one in claim.facts if one in self.cited and one in facts])


def finding(
    code: str, text: str, claim: Claim, said: Span | None = None, known: str = "", facts: Sequence[str] = (), *, unsupported: bool = False
) -> Finding:
    """A disagreement about one claim; its place is `said`, else the subject."""
    span = said or claim.subject
    verdict: Verdict = "unsupported" if unsupported else "contradicted"
    return Finding(code, verdict, text, "", span.text, known, tuple(facts), span.start, span.end)


@once_per_case
def findings_of(case: CheckCase) -> dict[str, tuple[Finding, ...]]:
    """All disagreements of a text by code, worked out once per case."""
    return _all(case)


def issues_of(case: CheckCase, code: str, check: str, severity: Severity) -> tuple[Issue, ...]:
    """The disagreements of one code as issues of one check."""
    return tuple(
        Issue(
            check,
            severity if one.verdict != "not_checkable" else "note",
            one.text,
            one.statement,
            one.verdict,
            one.said,
            _shown(one.known),
            one.facts,
            one.start,
            one.end,
        )
        for one in findings_of(case).get(code, ())
    )


_LONG = re.compile(r"\d+\.\d{4,}")


def _shown(known: str) -> str:
    """What the record holds, its long decimals cut to four figures that matter: 83.35521 is shown as 83.36."""
    return _LONG.sub(_short, known) if "." in known else known


def _short(number: re.Match[str]) -> str:
    value = Decimal(number.group())
    places = max(0, 3 - value.adjusted()) if value else 0
    return f"{value:.{places}f}"


def _all(case: CheckCase) -> dict[str, tuple[Finding, ...]]:
    from xinglin.models.reader.judging import judge_sentence

    found: dict[str, list[Finding]] = {}
    if case.source:
        return {}
    index = index_of(case.facts)
    own_draft = bool(case.cited) or case.draft is not None
    for sentence in case.sentences:
        cited = frozenset(case.cited.get(sentence.id, ())) if own_draft else None
        view = View(index, sentence, cited, case.as_of, case)
        for one in judge_sentence(view):
            found.setdefault(one.code, []).append(one._replace(statement=sentence.id))
    return {code: tuple(dict.fromkeys(ones)) for code, ones in found.items()}
