"""Run every check over a text and turn what they find into one verdict per sentence.

Three questions stand beside every sentence: is it faithful to the record, is it plausible, and what was left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec import Struct
from msgspec.structs import replace

from xinglin.models import reader
from xinglin.records import Chart, CheckCase, Draft, Fact, Issue, Omission, Sentence, Statement
from xinglin.records.draft import Language, Severity, Verdict
from xinglin.records.fact import MUST_BE_MENTIONED
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import ImageCase
from xinglin.records.simulation import SimulationCase
from xinglin.shelf import Shelf
from xinglin.shelf.promises import Check

OMISSION = "xl115_omission"
_WORSE: dict[Verdict, int] = {"supported": 0, "not_checkable": 1, "unsupported": 2, "contradicted": 3}
_SOUND = ("supported", "not_checkable")


class JudgedSentence(Struct, frozen=True):
    """A sentence of a pasted text, its verdict and what was found wrong with it."""

    id: str
    text: str
    start: int
    verdict: Verdict
    issues: tuple[Issue, ...]


class JudgedText(Struct, frozen=True):
    """The outcome of checking a text: sentences in order, and what it should have said."""

    sentences: tuple[JudgedSentence, ...]
    omissions: tuple[Omission, ...]

    @property
    def sound(self) -> bool:
        """True when nothing is unsupported or contradicted."""
        return all(s.verdict in _SOUND for s in self.sentences)


def all_checks(against: str) -> tuple[Check, ...]:
    """The checks that look at a text against `against`: "chart" or "source"; those needing only text come with both."""
    return tuple(c for c in Shelf("xinglin.checks", "CHECK", Check) if c.against in (against, "draft"))


def is_about_plausibility(code: str) -> bool:
    """Whether a check asks "can this be" (xl120-xl129, xl2xx) and not "does the record say so"."""
    return code.startswith(("xl12", "xl2"))


def find_issues(case: CheckCase, checks: Iterable[Check]) -> tuple[Issue, ...]:
    """Everything the checks find, in the order of the sentences and then of the codes."""
    order = {s.id: i for i, s in enumerate(case.sentences)}
    found = [issue for check in checks for issue in check.run(case)]
    return tuple(sorted(found, key=lambda i: (order.get(i.statement, len(order)), i.check, i.start)))


@dataclass(frozen=True)
class Made:
    """What a draft made beside its words: a changed scan, courses of an illness, pictures by a model."""

    image: ImageCase | None = None
    simulation: SimulationCase | None = None
    pictures: MadePictures | None = None


def judge_draft(draft: Draft, facts: Sequence[Fact], chart: Chart, checks: Sequence[Check], made: Made | None = None) -> Draft:
    """The draft with its issues, omissions and verdicts filled in from scratch."""
    as_of, language = draft.provenance.as_of, draft.language
    pairs = [(s.id, s.text) for s in draft.statements]
    sentences = reader.read_statements(pairs, language, facts, identity=chart.identity, as_of=as_of)
    case = CheckCase(
        language,
        sentences,
        tuple(facts),
        {s.id: s.facts for s in draft.statements},
        chart,
        draft,
        "",
        as_of,
        draft.must_mention,
        made.image if made else None,
        made.simulation if made else None,
        made.pictures if made else None,
    )
    issues = find_issues(case, checks)
    left_out = {f for i in issues if i.check == OMISSION for f in i.facts}
    by_statement = _by_statement(issues)
    return replace(
        draft,
        statements=tuple(_judged(s, by_statement.get(s.id, [])) for s in draft.statements),
        issues=tuple(i for i in issues if i.check != OMISSION),
        omissions=tuple(Omission(f.id, f.text) for f in facts if f.id in left_out),
    )


def judge_text(
    text: str, language: Language, facts: Sequence[Fact], chart: Chart | None, source: str, as_of: str, checks: Sequence[Check]
) -> JudgedText:
    """The verdict on every sentence of a pasted text, against a chart's facts or a source document."""
    identity = chart.identity if chart else None
    sentences = reader.read_text(text, language, facts, identity=identity, as_of=as_of)
    must = tuple(f.id for f in facts if f.importance >= MUST_BE_MENTIONED)
    issues = find_issues(CheckCase(language, sentences, tuple(facts), {}, chart, None, source, as_of, must), checks)
    left_out: dict[str, Severity] = {f: i.severity for i in issues if i.check == OMISSION for f in i.facts}
    by_statement = _by_statement(i for i in issues if i.check != OMISSION)
    return JudgedText(
        tuple(_judged_sentence(s, by_statement.get(s.id, []), source) for s in sentences),
        tuple(Omission(f.id, f.text, left_out[f.id]) for f in facts if f.id in left_out),
    )


def _by_statement(issues: Iterable[Issue]) -> dict[str, list[Issue]]:
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        found.setdefault(issue.statement, []).append(issue)
    return found


def _worst(issues: Iterable[Issue], otherwise: Verdict) -> Verdict:
    worst = otherwise
    for issue in issues:
        if issue.verdict and _WORSE[issue.verdict] > _WORSE[worst]:
            worst = issue.verdict
    return worst


def _judged(statement: Statement, issues: list[Issue]) -> Statement:
    faithful = _worst((i for i in issues if not is_about_plausibility(i.check)), "supported" if statement.facts else "unsupported")
    return replace(statement, faithful=faithful, plausible=_worst((i for i in issues if is_about_plausibility(i.check)), "supported"))


def _judged_sentence(sentence: Sentence, issues: list[Issue], source: str) -> JudgedSentence:
    checkable = sentence.checkable and bool(sentence.claims or sentence.loose or issues or source)
    return JudgedSentence(
        sentence.id, sentence.text, sentence.start, _worst(issues, "supported" if checkable else "not_checkable"), tuple(issues)
    )
