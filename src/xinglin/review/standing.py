"""Where a draft stands: what still blocks its signing, and what a decision makes of it.

Pure functions over a draft and the decisions on record; nothing here is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from xinglin.records.draft import Decision, Draft, Issue, Omission, Statement
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.fact import MUST_BE_MENTIONED

_DOUBTFUL = ("unsupported", "contradicted")


def blocking(draft: Draft, decisions: Sequence[Decision], at_revision: Callable[[int], Draft]) -> tuple[Issue, ...]:
    """What forbids signing: stop-level issues and omissions, and doubtful sentences nobody has answered for.

    A doubtful sentence (unsupported or contradicted) is answered for by an accept with a written reason on this
    very wording and these very issues; `at_revision` gives the revision a decision was made on. A stop is never
    answered for.
    """
    stops = [issue for issue in draft.issues if issue.severity == "stop"]
    stops += [
        Issue("omission", "stop", omission.text, facts=(omission.fact,)) for omission in draft.omissions if omission.severity == "stop"
    ]
    if not draft.statements:
        stops.append(Issue("review", "stop", "nothing is left to be signed"))
    stopped = {issue.statement for issue in stops}
    for statement in draft.statements:
        if is_doubtful(draft, statement) and statement.id not in stopped and not _is_answered_for(draft, statement, decisions, at_revision):
            words = "the record does not bear this sentence out: edit it, reject it, or accept it with a reason"
            stops.append(Issue("review", "warning", words, statement.id, statement.faithful if statement.faithful in _DOUBTFUL else None))
    return tuple(stops)


def is_doubtful(draft: Draft, statement: Statement) -> bool:
    """Whether a check holds the sentence to be unsupported or contradicted."""
    return statement.faithful in _DOUBTFUL or any(issue.verdict in _DOUBTFUL for issue in _about(draft, statement.id))


def _is_answered_for(draft: Draft, statement: Statement, decisions: Sequence[Decision], at_revision: Callable[[int], Draft]) -> bool:
    for decision in decisions:
        if decision.action == "accept" and decision.statement == statement.id and decision.reason.strip():
            then = draft if decision.revision == draft.revision else at_revision(decision.revision)
            if statement in then.statements and _about(then, statement.id) == _about(draft, statement.id):
                return True
    return False


def _about(draft: Draft, statement: str) -> list[Issue]:
    return [issue for issue in draft.issues if issue.statement == statement]


def is_rejected(decisions: Sequence[Decision]) -> bool:
    """Whether somebody rejected the draft as a whole."""
    return any(decision.action == "reject" and not decision.statement for decision in decisions)


def statement_of(draft: Draft, wanted: str) -> Statement:
    """The sentence of that id: "s3", or "3" for short. Raises NotFound."""
    for statement in draft.statements:
        if statement.id in (wanted, f"s{wanted}"):
            return statement
    raise NotFound(
        "XL-REVIEW-001", f"{draft.id} has no sentence {wanted!r} in revision {draft.revision}", fix="see the draft for its sentences"
    )


def edited(draft: Draft, statement: Statement, text: str) -> Draft:
    """The next revision, with other words for one sentence; what checks said about the old words is gone."""
    if not text.strip():
        raise UsageError("XL-REVIEW-002", "the new text is empty", fix="reject the sentence to leave it out")
    if text == statement.text:
        raise UsageError("XL-REVIEW-003", "the new text is the old one", fix="accept the sentence to let it stand")
    fresh = replace(statement, text=text, by="person", faithful="not_checkable", plausible="not_checkable")
    statements = tuple(fresh if one.id == statement.id else one for one in draft.statements)
    return _next(draft, statements, statement.id)


def without(draft: Draft, statement: Statement) -> Draft:
    """The next revision, without one sentence."""
    return _next(draft, tuple(one for one in draft.statements if one.id != statement.id), statement.id)


def _next(draft: Draft, statements: tuple[Statement, ...], changed: str) -> Draft:
    issues = tuple(issue for issue in draft.issues if issue.statement != changed)
    return replace(draft, statements=statements, issues=issues, revision=draft.revision + 1)


def with_omissions(checked: Draft, before: Draft, left_out: Statement | None = None) -> Draft:
    """`checked`, with every important fact that a rejection left unmentioned listed as omitted.

    What `before` listed stays listed while no sentence mentions it.
    """
    mentioned = {fact for statement in checked.statements for fact in statement.facts}
    listed = {omission.fact for omission in checked.omissions}
    facts = {fact.id: fact for fact in checked.facts}
    owed = [omission for omission in before.omissions if omission.fact not in mentioned]
    for name in left_out.facts if left_out else ():
        if name in facts and facts[name].importance >= MUST_BE_MENTIONED and name not in mentioned:
            owed.append(Omission(name, facts[name].text))
    fresh = {omission.fact: omission for omission in reversed(owed) if omission.fact not in listed}
    return replace(checked, omissions=checked.omissions + tuple(reversed(fresh.values())))
